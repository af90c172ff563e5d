#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a throw-away copy of a virtual machine, or remove it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_copy
short_description: Make a throw-away copy of a virtual machine
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Copies a VM while it runs, so that an image can be made of it without touching it. Takes a snapshot of every disk, makes disks from the
    snapshots, and starts a VM from these disks in another subnet. The copy can then be generalized and captured.
  - The copy starts the services of its source, with its credentials and under its name. So its subnet must have no way to the systems that
    the source works with. The collection's documentation on capturing from a copy has a network security group for that.
  - Everything that is made is tagged with the name of the copy and is deleted with O(state=absent). Nothing else is changed or deleted,
    and the source is only read.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  vm:
    description:
      - "The VM to copy: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as
        returned by other modules."
    type: raw
    required: true
  resource_group:
    description:
      - Resource group of the copy, and of the VM if it is given by name only.
      - It is in the subscription of the VM, which can be another one than the configured one. A lock on it that forbids to delete is
        refused, because the copy could not be removed again.
    type: str
    required: true
  name:
    description:
      - Name of the copy. Defaults to the name of the VM, of which at most 59 characters are used, and C(-copy). Must have at most 64
        characters.
    type: str
  state:
    description:
      - V(present) makes the copy. A copy that exists already is used as it is, whether it runs or not. Snapshots and disks that an
        interrupted run has left are used if they are of the same disks and recent, else they are replaced.
      - V(absent) deletes the snapshots, the copy with its network interface, and its disks. It works without the source, too. The copy of
        another VM is refused, whatever its name.
    type: str
    choices: [present, absent]
    default: present
  subnet:
    description:
      - Subnet of the copy, as a resource id or a dictionary with C(virtual_network), C(subnet) and, if the network is in another resource
        group, C(resource_group).
      - Required to make a copy. Must not be a subnet of the VM itself.
    type: raw
  confirm:
    description: Name of the VM to copy. Required to make a copy, because that starts the services of the VM a second time.
    type: str
  size:
    description: Size of the copy. Defaults to the size of the VM.
    type: str
  max_age:
    description: Maximum age, in hours, of snapshots that an interrupted run has left. Must be between 1 and 8760.
    type: int
    default: 12
  keep_snapshots:
    description:
      - Whether the snapshots are kept with O(state=absent). The module never uses or deletes them later.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once, checks everything that can be checked, and returns the steps that would be carried out. If an operation is
        still running in Azure, the plan assumes that it succeeds, and a warning says so.
  diff_mode:
    support: full
    description: Shows the copy and its snapshots before and after.
  idempotent:
    support: full
    description: A copy that exists is not changed, nor are its tags.
seealso:
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.vm_backup
notes:
  - The snapshots of a running VM are taken one after the other. A database whose files are on several disks may need to be stopped in the
    copy and repaired there, as after a loss of power.
  - The copy gets the size, the zone, the security type, the Marketplace plan and the tags of the VM. It does not get its identities, its
    extensions and its public addresses.
  - Azure does not support snapshots of an ephemeral OS disk, nor a VM from disks that are encrypted with Azure Disk Encryption. Disks of
    the type C(UltraSSD_LRS) are refused, because no image can hold them.
  - O(tags) are set when something is made. With O(append_tags=false) they replace those of the originals.
"""

EXAMPLES = r"""
- name: Copy a VM that keeps running
  goldenimage.azure.vm_copy:
    resource_group: build
    vm: web1
    confirm: web1
    subnet:
      virtual_network: closed
      subnet: copies

- name: Remove the copy
  goldenimage.azure.vm_copy:
    resource_group: build
    vm: web1
    state: absent
"""

RETURN = r"""
vm:
  description: The copy after the task, in check mode as predicted; null if it does not exist.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    vm_id: {description: "The C(vmId) in lower case; Azure assigns a new one to each VM. The guest sees the same id.", type: str}
    provisioning_state: {description: C(Succeeded) unless an operation is running or has failed., type: str}
    power_state: {description: "C(running), C(stopped), C(deallocated) and so on.", type: str}
    generalized: {description: Whether the VM is marked as generalized in Azure., type: bool}
    size: {description: Size of the VM., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    computer_name: {description: Host name that was requested; null for specialized disks., type: str}
    os_disk: {description: "The OS disk, with id, name, size_gib, caching and storage_account_type.", type: dict}
    data_disks: {description: "The data disks, with lun and the same keys.", type: list, elements: dict}
    network_interfaces: {description: Ids of the network interfaces., type: list, elements: str}
    agent_status: {description: The last status that the guest's agent reported., type: str}
    private_ip: {description: Address of the first network interface., type: str}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
snapshots:
  description: Ids of the snapshots of the copy.
  returned: success
  type: list
  elements: str
source:
  description: The VM that was copied, with the keys of RV(vm) except C(private_ip); null if it does not exist any more.
  returned: with O(state=present)
  type: dict
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [take snapshot web1-copy-os of disk web1-os]
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

from ..module_utils._ansible.arguments import AZURE, TAGS, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.copy.plan import COPY
from ..module_utils._planning.copy.request import MAX_AGE

ARGUMENTS = arguments(
    AZURE,
    TAGS,
    WAIT,
    vm=dict(type="raw", required=True),
    resource_group=dict(type="str", required=True),
    name=dict(type="str"),
    state=dict(type="str", choices=["present", "absent"], default="present"),
    subnet=dict(type="raw"),
    confirm=dict(type="str"),
    size=dict(type="str"),
    max_age=dict(type="int", default=MAX_AGE),
    keep_snapshots=dict(type="bool", default=False),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, COPY)


if __name__ == "__main__":
    main()
