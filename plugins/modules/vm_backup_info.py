#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_backup_info
short_description: List the backups that vm_backup took
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Finds the snapshots that M(goldenimage.azure.vm_backup) took, and returns them as backups, the oldest first. Backups of VMs that do not
    exist any more, or were created again under the same name, are listed too.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  vm:
    description:
      - List only backups of this VM, given as a resource id, a name, or a dictionary with C(name), C(resource_group) and
        C(subscription_id), or with C(id), as returned by other modules.
      - A VM that is given by name only is looked for in O(resource_group), or in all resource groups if that is omitted.
      - The snapshots of a VM are in its own subscription, so that of an id or a dictionary is searched instead of the configured one.
    type: raw
  resource_group:
    description:
      - List only backups whose snapshots are in this resource group. Defaults to all resource groups of the subscription.
      - If the resource group does not exist, the list is empty, and a warning says so.
    type: str
  name:
    description: List only backups with this name.
    type: str
attributes:
  check_mode:
    support: full
    description: The module only reads.
  diff_mode:
    support: N/A
    description: The module only reads.
  idempotent:
    support: full
    description: The module only reads.
seealso:
  - module: goldenimage.azure.vm_backup
"""

EXAMPLES = r"""
- name: List every backup of the subscription
  goldenimage.azure.vm_backup_info:
  register: all

- name: List the backups of one VM
  goldenimage.azure.vm_backup_info:
    resource_group: build
    vm: web1
  register: of_web1

- name: Show the backups that are older than a week
  ansible.builtin.debug:
    msg: "{{ all.backups | selectattr('time', 'lt', limit) | map(attribute='id') | list }}"
  vars:
    limit: "{{ '%Y-%m-%dT%H:%M:%SZ' | ansible.builtin.strftime(now(utc=true).timestamp() - 7 * 86400, utc=true) }}"
"""

RETURN = r"""
backups:
  description: The backups, the oldest first; an empty list if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: "Id of the backup, C(vm_id/name), or C(vm_id/name/number) from the second backup of this name on.", type: str}
    name: {description: Name of the backup., type: str}
    vm: {description: Resource id of the VM., type: str}
    vm_id: {description: "The C(vmId) of the VM in lower case; Azure assigns a new one to each VM.", type: str}
    time: {description: "Time of the last snapshot in UTC.", type: str}
    complete: {description: Whether there is a complete snapshot of every disk that the VM had., type: bool}
    plan: {description: "Marketplace plan of the VM, with name, publisher and product; null if it has none.", type: dict}
    snapshots:
      description: The snapshots, OS disk first.
      type: list
      elements: dict
      contains:
        id: {description: Resource id., type: str}
        name: {description: Name., type: str}
        resource_group: {description: Resource group., type: str}
        location: {description: Region., type: str}
        lun: {description: LUN of the disk; null for the OS disk., type: int}
        disk: {description: Resource id of the disk., type: str}
        disk_unique_id: {description: "The C(uniqueId) of the disk; Azure assigns a new one to each disk.", type: str}
        time: {description: Time of the snapshot in UTC., type: str}
        size_gib: {description: Size of the disk., type: int}
        incremental: {description: Whether the snapshot is incremental., type: bool}
        provisioning_state: {description: C(Succeeded) for a usable snapshot., type: str}
        tags: {description: "Tags, with names and values unchanged.", type: dict}
  sample:
    - id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11/before-generalize
      name: before-generalize
      vm: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
      vm_id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11
      time: "2026-11-22T10:00:00.000000Z"
      complete: true
      plan: null
      snapshots: []
code:
  description: Azure's error code.
  returned: when Azure refused a request
  type: str
status:
  description: HTTP status of Azure's answer.
  returned: when Azure refused a request
  type: int
request_id:
  description: Id of the request, for Azure support.
  returned: when Azure refused a request
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.backup.listing import BACKUPS

ARGUMENTS = arguments(
    AZURE,
    vm=dict(type="raw"),
    resource_group=dict(type="str"),
    name=dict(type="str"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, BACKUPS, writes=False)


if __name__ == "__main__":
    main()
