#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_capture
short_description: Capture a virtual machine as a managed image or into a gallery
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a managed image, or a version of an image definition in a gallery, from a VM whose guest was generalized and has powered itself
    off. Deallocates the VM, marks it as generalized and creates the image. Only missing steps are carried out, so the next run completes
    an interrupted one.
  - The module changes nothing inside the guest and never stops it. Generalize the guest first, with the role
    P(goldenimage.azure.linux_generalize#role) or P(goldenimage.azure.windows_generalize#role). This module waits until the guest has
    powered off. Meanwhile it reads the boot log of a Linux VM, so that a guest that refuses to be sealed ends the task at once, with its
    reason.
  - Of a Windows VM, the evidence is its OS disk. Once the VM is deallocated, the module reads the disk, without starting it, and requires
    that Sysprep has generalized the Windows on it. Only then it marks the VM as generalized.
  - "B(Marking a VM as generalized cannot be undone): the VM never starts again. The module therefore requires evidence of the seal and
    of a backup first, see O(sealed) and O(backup). Before it changes anything, it also checks everything that Azure would refuse later."
  - Power state, OS disk and, of a Linux VM, boot log are read again right before it is deallocated and right before it is marked as
    generalized. A VM that was started meanwhile, by a schedule or an operator, is left as it is, and the task fails.
  - An existing image is accepted only if it is complete, matches the options, and is tagged with the C(vmId) of this VM. If the VM does
    not exist any more, the image must name it by its resource id, in the tag C(goldenimage.vm) and, if it has one, as its source VM.
  - With O(gallery_image_version), the VM becomes a version in a gallery, which also takes VMs with Trusted Launch and Arm64 VMs. Gallery,
    VM and task may be in different subscriptions. If the image definition does not take the VM itself, the version is made from a managed
    image that is made of the VM and removed afterwards, or from the OS disk; RV(steps) says so. The version has the region of the VM.
  - With C(os_state=specialized) in O(gallery_image_version), the VM is copied as it is. It may run, no seal and no backup are required, and
    it is neither deallocated nor marked as generalized.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.tags
  - goldenimage.azure.evidence
  - goldenimage.azure.gallery_target
  - goldenimage.azure.wait
options:
  name:
    description:
      - Name of the managed image.
      - Mutually exclusive with O(gallery_image_version); one of both is required.
    required: false
  resource_group:
    description: Resource group of the managed image, and of VM and gallery if they are given by name only.
  vm:
    description:
      - "The VM: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as
        returned by other modules."
    type: raw
    required: true
  location:
    description: Region of the image or version. Must be the region of the VM.
    type: str
  disks:
    description: Whether the image holds all disks of the VM (V(all)) or its OS disk only (V(os)).
    type: str
    choices: [all, os]
    default: all
  sealed:
    description:
      - How to verify that the guest was generalized.
      - V(verified) requires a seal in the boot log of the VM. This is the line that the role P(goldenimage.azure.linux_generalize#role)
        writes to the serial console. It must name this VM, and nothing but the shutdown may follow it. It is read before the VM is
        deallocated and is kept in the tag C(goldenimage.seal) of the VM.
      - Later runs accept the tag while the OS disk has not been used since. If the OS disk has been used, neither the tag nor the line
        in the boot log is accepted any more. A seal that is older than the OS disk is not accepted either.
      - V(verified) needs boot diagnostics with managed storage, for Linux.
      - For Windows, V(verified) reads the OS disk of the deallocated VM. The time of the seal is the time at which Sysprep wrote the image
        state. It is kept in the same tag together with the C(LastOwnershipUpdateTime) of the disk, so that the disk is not read again while
        it has not been used. Any verdict but C(generalized) is an error, and the VM stays deallocated and is not marked as generalized.
      - Reading a disk takes the rights C(Microsoft.Compute/disks/beginGetAccess/action) and C(endGetAccess/action), a disk that its network
        settings do not protect against that, a connection to its blob host, and the Python packages C(libfsntfs-python) and C(regipy) on
        the machine that runs the module. Access is granted for reading, and revoked when the task has read what it needs.
      - V(assume) skips this check. You are then responsible for having generalized the guest, and for stopping it. A running VM is still
        waited for until O(wait_timeout). RV(sealed) and the tag C(goldenimage.sealed) of the image say so.
    type: str
    choices: [verified, assume]
    default: verified
  backup:
    description:
      - V(require) requires a snapshot of each captured disk, taken by M(goldenimage.azure.vm_backup) at most
        O(backup_max_age) hours before the guest was generalized.
      - Snapshots of the name that M(goldenimage.azure.vm_backup) uses by default are read by their ids, in the resource groups of the VM
        and of the image. Only if these do not suffice, the snapshots of the VM's subscription are listed. Without the right to do so,
        other backups are not found.
      - A throw-away copy made by M(goldenimage.azure.vm_copy) needs no backup, because its source is the way back. The source must still
        exist and must not be marked as generalized, and each disk of the copy must come from a snapshot of a disk of the source.
      - V(none) captures the VM without a backup.
      - With O(sealed=assume), the time of the seal is not known. Then a backup of any age is accepted, unless it was taken after the VM
        was deallocated.
    type: str
    choices: [require, none]
    default: require
  backup_max_age:
    description: Maximum age of the backup at the time of the seal, in hours. Must be between 1 and 8760.
    type: int
    default: 24
  source:
    description:
      - Whether to keep the VM (V(keep)) or to delete it once the image exists (V(delete)).
      - A VM that became a version is deleted only once the replication to its region is complete, whatever C(wait) says.
      - If Azure refuses to delete the VM, for example because of a lock that could not be read, the image exists all the same. The task
        succeeds, a warning says so, and RV(vm) is the VM.
      - Each disk and network interface of a deleted VM is deleted or kept according to its C(deleteOption). Therefore, with
        O(disks=os), O(backup=require) requires a backup of the data disks too.
    type: str
    choices: [keep, delete]
    default: keep
  recreate:
    description:
      - Whether to replace an existing image that is not accepted. If V(false), such an image is an error.
      - The incomplete image of a failed run for the same VM is always replaced.
    type: bool
    default: false
  zone_resilient:
    description:
      - Whether the managed image is stored in several zones.
      - If omitted, Azure decides, and an existing image is accepted either way.
    type: bool
  waive:
    description:
      - Ids of checks whose findings do not forbid the capture, and do not warn. They stay in RV(checks) with the verdict V(waived).
      - V(rights) if you know that the identity has the rights, V(disk_encryption) if you know that new VMs can unlock their disks,
        V(vm_tags_total) because Azure does not always enforce its limit of 2048 characters, V(marketplace_plan) if you keep the plan
        yourself, V(plan_deprecation) if the plan costs nothing, V(subscription) if Azure accepts an image in another subscription,
        V(disk_controller) and V(vm_tag) to silence their warnings. V(gallery_plan) if you name the plan for each new VM,
        V(gallery_controller), V(running_vm) and V(extensions) to silence their warnings. V(backup_readable) if you have another way
        back.
      - All other checks find what Azure certainly refuses, and cannot be waived.
    type: list
    elements: str
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once and changes nothing. RV(guest) says whether the guest is sealing itself. If the VM is still running, the plan
        assumes that it will be sealed, backed up and stopped, and a warning says so.
      - Of a running Windows VM, the newest backup of the OS disk is read, which must hold a Windows that was not generalized yet. What
        makes the OS disk unreadable later is found so while there is a way back. Of a deallocated Windows VM, the OS disk is read. Both
        take an access for reading, which is revoked afterwards.
  diff_mode:
    support: full
    description: Shows the image and the VM before and after.
  idempotent:
    support: full
    description: A second run changes nothing, with or without O(recreate).
seealso:
  - module: goldenimage.azure.vm_backup
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.image_boot
notes:
  - Azure does not support managed images of VMs with Trusted Launch, of confidential or Arm64 VMs, of VMs with an ephemeral OS disk or with
    Azure Disk Encryption and, unless O(disks=os), of VMs with an Ultra or Premium SSD v2 disk.
  - What capturing requires of Azure is checked first, in check mode too, and before waiting for the guest to power off. All findings
    are reported together, see RV(checks). The rights of the identity are read from C(Microsoft.Authorization/permissions), for the VM, the
    image's resource group and the VM's resource group; if they cannot be read, a warning says so.
  - The image gets the tags C(goldenimage.vm_id) and C(goldenimage.vm). The latter holds the resource id of the VM or, if that is longer
    than the 256 characters of a tag value, its subscription, resource group and name with slashes between them. A verified seal is named
    by its digest in the tag C(goldenimage.seal_digest). If the VM was created from a Marketplace image with a plan, the image also gets
    C(goldenimage.plan), because managed images have no property for a plan.
"""

EXAMPLES = r"""
- name: Capture a VM whose guest is generalized and powered off
  goldenimage.azure.image_capture:
    resource_group: images
    name: web-1
    vm: web1

- name: Capture the OS disk of a VM in another resource group, and delete the VM
  goldenimage.azure.image_capture:
    resource_group: images
    name: web-1-os
    vm:
      name: web1
      resource_group: build
    disks: os
    source: delete
    tags:
      release: "1"

- name: Replace a nightly image under the same name
  goldenimage.azure.image_capture:
    resource_group: images
    name: nightly
    vm: "{{ built.vm.id }}"
    recreate: true

- name: Capture a VM that was generalized by other means and backed up elsewhere
  goldenimage.azure.image_capture:
    resource_group: images
    name: legacy
    vm: legacy1
    sealed: assume
    backup: none

- name: Capture a VM into the gallery of a hub subscription, under the next number
  goldenimage.azure.image_capture:
    resource_group: build
    vm: web2
    gallery_image_version:
      gallery:
        name: hub
        resource_group: images
        subscription_id: 00000000-0000-0000-0000-000000000000
      gallery_image: web
      create_gallery_image: true
      target_regions:
        - name: westeurope
        - name: northeurope
          regional_replica_count: 2

- name: Publish a copy of a VM that keeps running
  goldenimage.azure.image_capture:
    resource_group: build
    vm: desk1
    gallery_image_version:
      gallery: desks
      gallery_image: desk
      create_gallery: true
      create_gallery_image: true
      version: 1.4.0
      os_state: specialized
"""

RETURN = r"""
image:
  description: The managed image after the task; in check mode as predicted.
  returned: success, with O(name)
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable image., type: str}
    source: {description: Id of the VM that the image was made from; null if it was made from disks., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized) or C(Specialized)., type: str}
    hyper_v_generation: {description: C(V1) or C(V2)., type: str}
    os_disk: {description: "The OS disk, with source, size_gib, caching, storage_account_type and disk_encryption_set.", type: dict}
    data_disks: {description: "The data disks, with lun and the same keys.", type: list, elements: dict}
    zone_resilient: {description: Whether the image is stored in several zones., type: bool}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
  sample:
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/web-1
    name: web-1
    resource_group: images
    location: westeurope
    provisioning_state: Succeeded
    source: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/build/providers/Microsoft.Compute/virtualMachines/web1
    os_type: Linux
    os_state: Generalized
    hyper_v_generation: V2
    os_disk: {source: null, size_gib: 30, caching: ReadWrite, storage_account_type: Standard_LRS}
    data_disks: []
    zone_resilient: false
    tags: {release: "1"}
gallery_image_version:
  description: The version after the task; in check mode as predicted, without what only Azure knows. It has every property of the version
    in snake case; the keys that are always there are listed.
  returned: success, with O(gallery_image_version)
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Number of the version., type: str}
    gallery: {description: Name of the gallery., type: str}
    gallery_image: {description: Name of the image definition., type: str}
    resource_group: {description: Resource group of the gallery., type: str}
    location: {description: Region of the version., type: str}
    publishing_profile: {description: "How it is published, with target_regions.", type: dict}
    storage_profile: {description: Its disks and their sources., type: dict}
    replication_status: {description: The states of its replicas; not in check mode., type: dict}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
os_state:
  description: C(generalized), or C(specialized) if the VM was copied as it is.
  returned: success, with O(gallery_image_version)
  type: str
  sample: generalized
vm:
  description: The VM after the task; null if it does not exist any more. If RV(checks) forbid the capture, the VM as it is.
  returned: success, and if RV(checks) forbid the capture
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
    tags: {description: "Tags, with names and values unchanged. In check mode, C(goldenimage.seal) may lack C(ownership).", type: dict}
guest:
  description: What the boot log said about the seal of the guest when the task read it last, or what the OS disk of a Windows VM says.
    The boot log also tells a guest that cannot be reached because it is sealing itself from one that cannot be reached for another reason.
  returned: if O(sealed=verified) and the VM has to be captured; also on failure, if the reason is a missing seal
  type: dict
  contains:
    console:
      description: C(sealing) from the first step of the finalizer on, C(failed) after it refused, C(sealed) after it succeeded or if the
        tag C(goldenimage.seal) is accepted, C(silent) if nothing in the boot log counts, C(unavailable) if there is no boot log or it was
        not read.
      type: str
    reason: {description: "The reason why the guest is not known to be sealed, as a clause; null if it is.", type: str}
    disk:
      description: The verdict on the OS disk of a Windows VM, if it was read. C(generalized), C(specialized), C(broken), C(encrypted),
        C(unreadable) or C(unproven).
      type: str
  sample: {console: sealed, reason: null}
sealed:
  description: How the seal of what was captured is known. C(verified) or C(assume), by the tags of the image; null if its tags say
    nothing about it, as those of specialized versions and of images of earlier versions of this collection, or if check mode cannot
    know the seal yet.
  returned: success
  type: str
  sample: verified
checks:
  description:
    - What capturing requires of Azure, one row for each finding, or one row for a check that found nothing. Empty if the image exists as
      requested, because then nothing is captured.
  returned: always, once the VM was read
  type: list
  elements: dict
  contains:
    id:
      description: >-
        Name of the check: C(resource_group), C(existing_image), C(subscription), C(location), C(managed_disks), C(ephemeral_os_disk),
        C(security_type), C(architecture), C(disk_types), C(disk_encryption), C(hibernation), C(disk_controller), C(boot_diagnostics),
        C(vm_tags), C(vm_tags_total), C(image_tags), C(vm_tag), C(marketplace_plan), C(plan_deprecation), C(rights)
        or C(locks). Of Windows VMs also C(extensions), C(disk_reader), C(disk_access) and C(backup_readable). With
        O(gallery_image_version), C(gallery), C(gallery_image), C(gallery_source), C(gallery_region), C(gallery_version), C(gallery_plan),
        C(gallery_controller) and C(running_vm) take the place of C(existing_image), C(subscription), C(security_type), C(architecture),
        C(disk_controller) and C(marketplace_plan).
      type: str
    side: {description: Always C(cloud)., type: str}
    verdict:
      description: C(ok), C(warn), C(block), C(unproven), or C(waived) for a finding that O(waive) names.
      type: str
    what: {description: The finding and its place; for C(ok) what was found to be fine., type: str}
    why: {description: What would go wrong otherwise; empty for C(ok)., type: str}
    mend: {description: What to do about it; empty for C(ok)., type: str}
    source: {description: The document that the requirement comes from., type: str}
  sample:
    - id: disk_types
      side: cloud
      verdict: block
      what: Disk web1-data of VM web1 is a Premium SSD v2 disk, which images cannot hold.
      why: Azure refuses it, but only after the VM was marked as generalized, which cannot be undone.
      mend: "Detach the disk, or set disks: os."
      source: https://learn.microsoft.com/azure/virtual-machines/disks-types
azure_clock_offset:
  description:
    - How many seconds Azure's clock is ahead of that of the machine where this module runs; negative if it is behind, null if it is not
      known. The times of a seal are compared with times of Azure, so the clock of the guest must agree with Azure's.
  returned: success, and on failure once the VM was read
  type: int
  sample: 0
os_disk_mbps:
  description: How many MB per second the OS disk reads and writes, from which the time to overwrite its free space is estimated; null if
    Azure does not say, or if the image exists as requested.
  returned: success, and on failure once the VM was read
  type: int
  sample: 60
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [keep the seal of VM web1 as a tag, deallocate VM web1, mark VM web1 as generalized, create image web-1 from VM web1]
missing_vm:
  description: Id of the VM, if there is neither the image nor the VM.
  returned: when the VM does not exist, but its resource group does
  type: str
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

from ..module_utils._ansible.arguments import AZURE, EVIDENCE, GALLERY_TARGET, TAGS, TARGET, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._disks.windows.inspect import inspect, require_readers
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.capture.evidence_of.windows import DiskReader
from ..module_utils._planning.capture.plan import capture

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    TAGS,
    EVIDENCE,
    GALLERY_TARGET,
    WAIT,
    name=dict(type="str"),
    vm=dict(type="raw", required=True),
    location=dict(type="str"),
    disks=dict(type="str", choices=["all", "os"], default="all"),
    source=dict(type="str", choices=["keep", "delete"], default="keep"),
    recreate=dict(type="bool", default=False),
    zone_resilient=dict(type="bool"),
    waive=dict(type="list", elements="str"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, capture(DiskReader(inspect, require_readers)))


if __name__ == "__main__":
    main()
