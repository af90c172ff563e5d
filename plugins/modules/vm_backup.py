#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_backup
short_description: Back up the disks of a virtual machine, and restore them
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Takes a snapshot of every disk of a VM, so that generalizing it can be undone. What a restored VM needs to know (LUN, VM,
    time, storage, Marketplace plan) stands in the snapshots' tags; nothing else has to be kept.
  - Restores such a backup. A VM that is not flagged generalized gets its disks back; of any other VM the disks are made
    and returned, ready for a new VM.
  - A snapshot of another disk is never replaced or overwritten.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  vm:
    description:
      - "The VM: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as other
        modules return it."
    type: raw
    required: true
  resource_group:
    description: Resource group of the snapshots and restored disks, and of a VM that is given by its name alone.
    type: str
    required: true
  name:
    description: Name of the backup; a VM can have several. At most 40 characters.
    type: str
    default: before-generalize
  state:
    description:
      - V(present) takes the snapshots that are missing. A complete backup of this name, of the same VM and the same disks, is
        left as it is, however old unless O(max_age) says otherwise. Where the VM has other disks by now, another backup of
        the same name is taken beside it.
      - V(absent) deletes the snapshots of every backup of this name, also when the VM has gone.
      - V(restored) makes disks from the snapshots of the newest backup of this name. If the VM is still the one that was backed
        up and is not flagged generalized, it is deallocated, its seal is forgotten, and it gets these disks in place of its own;
        it is not started, and its former disks stay. A disk that was attached after the backup stays attached.
    type: str
    choices: [present, absent, restored]
    default: present
  incremental:
    description: Whether the snapshots hold only the differences to earlier ones, which costs less.
    type: bool
    default: false
  max_age:
    description:
      - With V(state=present), how many hours old a backup may be. One that is older stays, and another is taken beside it.
      - A guest that lived on after its backup, since it was not generalized after all, needs a new one.
    type: int
attributes:
  check_mode:
    support: full
    description:
      - Plans without changing anything. A snapshot that Azure is still taking is planned as if it had been taken; a warning says so.
  diff_mode:
    support: full
    description: Shows the backup, and for V(state=restored) the disks, before and after.
  idempotent:
    support: full
    description: A complete backup is not taken twice, and a restored one is not restored again.
seealso:
  - module: goldenimage.azure.vm_backup_info
  - module: goldenimage.azure.image_boot
  - module: goldenimage.azure.image_capture
notes:
  - The snapshots of a running VM are taken one after the other. Where disks depend on each other, let the guest rest meanwhile.
  - Azure takes no snapshot of an ephemeral OS disk.
  - Tags are put on the snapshots.
"""

EXAMPLES = r"""
- name: Back up a VM before its guest is generalized
  goldenimage.azure.vm_backup:
    resource_group: build
    vm: web1
    max_age: 12
  register: backup

- name: Give the VM its disks back
  goldenimage.azure.vm_backup:
    resource_group: build
    vm: web1
    state: restored
  register: restored

- name: Start a new VM from these disks, where the first one was generalized or is gone
  goldenimage.azure.image_boot:
    resource_group: build
    name: web1-again
    os_disk: "{{ restored.os_disk }}"
    data_disks: "{{ restored.data_disks }}"
    subnet:
      virtual_network: build
      subnet: default

- name: Remove the backup
  goldenimage.azure.vm_backup:
    resource_group: build
    vm: web1
    state: absent
"""

RETURN = r"""
backup:
  description: The backup as it is now, in check mode as it would be; null once it is gone.
  returned: success
  type: dict
  contains:
    id: {description: "The backup's id, which the roles that generalize ask for: VM, name, and a number from the second on.", type: str}
    name: {description: Name of the backup., type: str}
    vm: {description: Resource id of the VM., type: str}
    vm_id: {description: "Azure's own id of that VM's life, in lower case.", type: str}
    time: {description: "When the last snapshot was taken, in UTC; in check mode null or the time of the check.", type: str}
    complete: {description: Whether there is a good snapshot of every disk that the VM had., type: bool}
    plan: {description: "Marketplace plan of the VM: name, publisher, product; null if it has none.", type: dict}
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
        disk_unique_id: {description: "Azure's own id of that disk's life.", type: str}
        time: {description: "When it was taken, in UTC.", type: str}
        size_gib: {description: Size of the disk., type: int}
        incremental: {description: Whether it holds differences only., type: bool}
        provisioning_state: {description: C(Succeeded) for a good one., type: str}
        tags: {description: "Tags, as they are.", type: dict}
  sample:
    id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11/before-generalize
    name: before-generalize
    vm: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
    vm_id: 2f0c7a5e-0a57-4d57-9d0e-6a3f4f7f5f11
    time: "2026-11-22T10:00:00.000000Z"
    complete: true
    plan: null
    snapshots: []
os_disk:
  description: Id of the restored OS disk.
  returned: with O(state=restored)
  type: str
data_disks:
  description: The restored data disks, as M(goldenimage.azure.image_boot) takes them.
  returned: with O(state=restored)
  type: list
  elements: dict
  contains:
    lun: {description: LUN., type: int}
    disk: {description: Resource id., type: str}
vm:
  description: The VM after its disks were exchanged; null if there is none, or if it did not get them.
  returned: with O(state=restored)
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    vm_id: {description: "Azure's own id of this VM's life, in lower case. The guest reads the same one.", type: str}
    provisioning_state: {description: C(Succeeded) unless Azure is working on it., type: str}
    power_state: {description: "C(running), C(stopped), C(deallocated) and so on.", type: str}
    generalized: {description: Whether Azure has it flagged as generalized., type: bool}
    size: {description: Size of the VM., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    computer_name: {description: Host name that was asked for; null for specialized disks., type: str}
    os_disk: {description: "The OS disk: id, name, size_gib, caching, storage_account_type.", type: dict}
    data_disks: {description: "The data disks: lun, and the same.", type: list, elements: dict}
    network_interfaces: {description: Ids of the network interfaces., type: list, elements: str}
    agent_status: {description: What the guest's agent last said., type: str}
    tags: {description: "Tags, as they are.", type: dict}
steps:
  description: What was done, in order; in check mode what would be done.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [take snapshot web1-before-generalize-2f0c7a5e-os of disk web1-os]
code:
  description: Azure's error code.
  returned: when Azure refused something
  type: str
status:
  description: HTTP status of Azure's answer.
  returned: when Azure refused something
  type: int
request_id:
  description: The id under which Azure's support finds that request.
  returned: when Azure refused something
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, TAGS, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.backup.plan import BACKUP

ARGUMENTS = arguments(
    AZURE,
    TAGS,
    WAIT,
    vm=dict(type="raw", required=True),
    resource_group=dict(type="str", required=True),
    name=dict(type="str", default="before-generalize"),
    state=dict(type="str", choices=["present", "absent", "restored"], default="present"),
    incremental=dict(type="bool", default=False),
    max_age=dict(type="int"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, BACKUP)


if __name__ == "__main__":
    main()
