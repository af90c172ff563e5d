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
  - Takes a snapshot of every disk of a VM, so that generalizing it can be undone. Everything that restoring needs (LUN, VM, time, storage,
    Marketplace plan) is kept in the tags of the snapshots.
  - Restores such a backup. If the VM exists and is not marked as generalized, its disks are exchanged for the restored ones. Otherwise
    the restored disks are created and returned, for use in a new VM.
  - Snapshots and restored disks are like their originals. They have the same tags, network access policy, private access resource, public
    network access and disk encryption set; restored disks also have the zone, performance tier, bursting, number of shares, IOPS and
    throughput. Azure's own defaults would let everybody with a link to its bytes export the copy of a closed disk.
  - A snapshot that does not belong to the backup is never replaced or deleted. A copy of a snapshot is not a part of a backup.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  vm:
    description:
      - "The VM: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as
        returned by other modules."
    type: raw
    required: true
  resource_group:
    description:
      - Resource group of the snapshots and of the restored disks, and of the VM if it is given by name only.
      - It is in the subscription of the VM, which can be another one than the configured one.
    type: str
    required: true
  name:
    description: Name of the backup. A VM can have backups with different names. Must have at most 40 characters.
    type: str
    default: before-generalize
  state:
    description:
      - V(present) takes the missing snapshots. A complete backup of this name, of the same VM and the same disks, is kept, whatever its
        age unless O(max_age) is set. If the VM has other disks now, another backup of the same name is taken, and the first one is kept.
      - V(absent) deletes the snapshots of all backups of this name, even if the VM does not exist any more. If a management lock forbids to
        delete one of them, none is deleted, and the error names the lock. Locks that may not be read are found by trying.
      - V(restored) creates disks from the snapshots of the newest backup of this name. If the VM is the one that was backed up and is
        not marked as generalized, it is deallocated, its seal is removed, and its disks are exchanged for the restored ones. The VM is not
        started, and its former disks are kept. A disk that was attached after the backup stays attached.
      - With V(restored), disks that were restored earlier are used again only if no VM can have written to them, by Azure's time of their
        last change of owner. Otherwise they are kept, further disks are created, with a number at the end of their names, and a warning
        says why. So a VM that was started after it was restored is deallocated and restored again by the next run.
    type: str
    choices: [present, absent, restored]
    default: present
  incremental:
    description:
      - Whether to take incremental snapshots, which store only the differences to earlier ones and cost less.
      - Snapshots of disks of the types C(UltraSSD_LRS) and C(PremiumV2_LRS) are always incremental, because Azure takes no others of them.
        It copies their bytes in the background. The task waits for that, but if O(wait_timeout) is over first, it ends with
        RV(backup.complete=false), and the next run goes on waiting.
    type: bool
    default: false
  max_age:
    description:
      - Maximum age of an existing backup in hours, with O(state=present). Must be between 1 and 8760. An older backup is kept, and
        another one is taken.
      - Use it for a guest that may have been used after its backup, for example because a run failed before the guest was generalized.
    type: int
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once and changes nothing. If Azure is still taking a snapshot, the plan assumes that it succeeds, and a warning says so.
  diff_mode:
    support: full
    description: Shows the backup before and after, and with O(state=restored) the disks too.
  idempotent:
    support: full
    description: A complete backup is not taken again, and a restored one is not restored again as long as no VM has used its disks.
seealso:
  - module: goldenimage.azure.vm_backup_info
  - module: goldenimage.azure.image_boot
  - module: goldenimage.azure.image_capture
notes:
  - The snapshots of a running VM are taken one after the other. If disks depend on each other, stop writing to them in the guest meanwhile.
  - Azure does not support snapshots of an ephemeral OS disk.
  - "Azure Disk Encryption: a backup holds the disks as they are, encrypted. Their key is bound to the VM, so restore them into that VM.
    Azure does not support a new VM from such disks: U(https://learn.microsoft.com/azure/virtual-machines/linux/disk-encryption-linux)."
  - Azure shows new and deleted snapshots in its lists minutes later. The module therefore reads those of an existing VM by their ids. Only
    backups of a VM that does not exist any more can be missing from a list for that time.
  - O(tags) are set on the snapshots and, with O(state=restored), on the disks that are created, in addition to the tags of the original
    disks. With O(append_tags=false) they replace those.
"""

EXAMPLES = r"""
- name: Back up a VM before its guest is generalized
  goldenimage.azure.vm_backup:
    resource_group: build
    vm: web1
    max_age: 12
  register: backup

- name: Restore the disks of the VM
  goldenimage.azure.vm_backup:
    resource_group: build
    vm: web1
    state: restored
  register: restored

- name: Start a new VM from these disks, if the first one was generalized or deleted
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
  description: The backup after the task, in check mode as predicted; null if it does not exist.
  returned: success
  type: dict
  contains:
    id: {description: "Id of the backup, C(vm_id/name), or C(vm_id/name/number) from the second backup of this name on.", type: str}
    name: {description: Name of the backup., type: str}
    vm: {description: Resource id of the VM., type: str}
    vm_id: {description: "The C(vmId) of the VM in lower case; Azure assigns a new one to each VM.", type: str}
    time: {description: "Time of the last snapshot in UTC; in check mode null or the time of the check.", type: str}
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
  description: The restored data disks, in the form that M(goldenimage.azure.image_boot) expects.
  returned: with O(state=restored)
  type: list
  elements: dict
  contains:
    lun: {description: LUN., type: int}
    disk: {description: Resource id., type: str}
vm:
  description: The VM after its disks were exchanged; null if there is no VM, or if its disks were not exchanged.
  returned: with O(state=restored)
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
    tags: {description: "Tags, with names and values unchanged.", type: dict}
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [take snapshot web1-before-generalize-2f0c7a5e-os of disk web1-os]
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
from ..module_utils._planning.backup.plan import BACKUP
from ..module_utils._planning.backup.request import DEFAULT_NAME

ARGUMENTS = arguments(
    AZURE,
    TAGS,
    WAIT,
    vm=dict(type="raw", required=True),
    resource_group=dict(type="str", required=True),
    name=dict(type="str", default=DEFAULT_NAME),
    state=dict(type="str", choices=["present", "absent", "restored"], default="present"),
    incremental=dict(type="bool", default=False),
    max_age=dict(type="int"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, BACKUP)


if __name__ == "__main__":
    main()
