#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image
short_description: Make a managed image from disks, snapshots or blobs, and manage it
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a generalized managed image from managed disks, snapshots or VHD blobs, sets its tags, or deletes it.
  - A VM becomes a managed image with M(goldenimage.azure.image_capture). That module deallocates the VM and marks it as generalized.
    This module leaves the VM of a disk as it is.
  - "An image from a disk or snapshot of a VM needs the same evidence as a capture of that VM: see O(sealed) and O(backup)."
  - Everything that Azure would refuse is looked for first, before an existing image is replaced. Sources must be in the region and the
    subscription of the image, and no disk may be attached to a running VM. Azure makes no managed images of disks and snapshots of Trusted
    Launch and confidential VMs, of Arm64 machines, of Ultra and Premium SSD v2 disks, and of disks with Azure Disk Encryption.
  - Azure can change nothing but the tags of an image. A task that asks for another value of any other property is refused, with the
    property and both values, unless O(recreate) is V(true). Without O(os_disk), a task changes the tags of an image whose sources are gone.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description: Name of the image.
  resource_group:
    description: Resource group of the image, and of every source that is given without one.
  state:
    description: Whether the image must exist (V(present)) or must not (V(absent)). With V(absent), all options about the image are ignored.
    type: str
    choices: [present, absent]
    default: present
  os_disk:
    description:
      - The OS disk of the image. Cannot be changed later.
      - If omitted, the image must exist already, and its disks are not compared.
    type: dict
    suboptions:
      source:
        description:
          - "A managed disk, a snapshot or a VHD blob: a resource id; a dictionary with C(type) (C(disk) or C(snapshot)), C(name) and, if
            needed, C(resource_group); a dictionary with C(id), as returned by other modules; or the C(https) URL of a blob that ends
            with C(.vhd)."
          - A name alone is refused, because a disk and a snapshot can have the same name.
          - The URL of a blob must have no query. Azure reads the blob by your rights, and a SAS is a secret.
          - A disk or snapshot that was deleted and created again under the same name is another source.
        type: raw
        required: true
      caching:
        description: Caching of the disks of new VMs. If omitted, Azure decides, and an existing image is accepted with any value.
        type: str
        choices: ["", None, ReadOnly, ReadWrite]
      size_gib:
        description:
          - Size of the disks of new VMs. Must not be smaller than the source. At most 4095.
          - If omitted, they are as large as the source, and an existing image is accepted with any value.
        type: int
      storage_account_type:
        description: Storage of the disk in the image. If omitted, Azure decides, and an existing image is accepted with any value.
        type: str
        choices: ["", Premium_LRS, Premium_ZRS, StandardSSD_LRS, StandardSSD_ZRS, Standard_LRS]
      disk_encryption_set:
        description:
          - "The disk encryption set for the disk: a resource id, a name, or a dictionary with C(name), C(resource_group) and
            C(subscription_id)."
          - If omitted, Azure encrypts with its own key, and an existing image is accepted with any value.
        type: raw
  data_disks:
    description:
      - The data disks of the image. Cannot be changed later.
      - If omitted, an image that is made with O(os_disk) has none.
    type: list
    elements: dict
    suboptions:
      lun:
        description: LUN of the disk. Must be between 0 and 63, and each LUN may be used once.
        type: int
        required: true
      source:
        description: As for O(os_disk.source). Every disk of the image needs a source of its own.
        type: raw
        required: true
      caching:
        description: As for O(os_disk.caching).
        type: str
        choices: ["", None, ReadOnly, ReadWrite]
      size_gib:
        description: As for O(os_disk.size_gib). At most 32767.
        type: int
      storage_account_type:
        description: As for O(os_disk.storage_account_type).
        type: str
        choices: ["", Premium_LRS, Premium_ZRS, StandardSSD_LRS, StandardSSD_ZRS, Standard_LRS]
      disk_encryption_set:
        description: As for O(os_disk.disk_encryption_set).
        type: raw
  location:
    description:
      - Region of the image. Must be the region of its sources. Cannot be changed later.
      - If omitted, it is the region of the sources or, for blobs, of the resource group.
    type: str
  os_type:
    description:
      - Operating system on the OS disk. Cannot be changed later.
      - If omitted, it is that of the source. Required if the source does not say it, such as a blob.
    type: str
    choices: ["", Linux, Windows]
  hyper_v_generation:
    description:
      - Generation of the VMs that the OS disk starts in. Cannot be changed later.
      - If omitted, it is that of the source. Required if the source does not say it, such as a blob. It must not differ from the source.
    type: str
    choices: ["", V1, V2]
  zone_resilient:
    description:
      - Whether the image is stored in several zones. Cannot be changed later.
      - If omitted, Azure decides, and an existing image is accepted either way.
    type: bool
  sealed:
    description:
      - How to verify that the system on the sources was generalized. A managed image is always generalized.
      - V(verified) requires, for every disk and snapshot, a VM that has the original disk, that was sealed by the role
        P(goldenimage.azure.linux_generalize#role) and deallocated by M(goldenimage.azure.image_capture), and whose OS disk has not been
        used since. A snapshot or a copy must have been made after the VM was deallocated.
      - A disk that M(goldenimage.azure.image_upload) made and no VM ever had needs no seal, and neither does a blob.
      - V(assume) skips this check. You are then responsible for having generalized the system. The image gets the tag
        C(goldenimage.sealed).
    type: str
    choices: [verified, assume]
    default: verified
  backup:
    description:
      - V(require) requires a snapshot of each disk that a VM has, taken by M(goldenimage.azure.vm_backup) at most O(backup_max_age) hours
        before the VM was sealed.
      - V(none) makes the image without a backup.
    type: str
    choices: [require, none]
    default: require
  backup_max_age:
    description: Maximum age of the backup at the time of the seal, in hours. Must be between 1 and 8760.
    type: int
    default: 24
  recreate:
    description:
      - Whether to replace an existing image that differs from the task. If V(false), such an image is an error.
      - An image as requested is never replaced, except one whose creation has failed, which is always replaced.
      - Whether Azure finds a blob or a disk encryption set, and may use it, is known only by trying. If the task names one, the new image
        is first made under a name that ends with C(-trial), and deleted, which takes as long again. If that fails, the old image is kept.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Reads Azure once, checks all sources, and changes nothing.
  diff_mode:
    support: full
    description: Shows the image before and after.
  idempotent:
    support: full
    description: A second run changes nothing, with or without O(recreate).
seealso:
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.image_upload
notes:
  - "Changeable: O(tags). Everything else is fixed when the image is made."
  - The image gets the tag C(goldenimage.disk), Azure's unique id of the source of its OS disk. If a VM has the original of that source, it
    also gets the tags that M(goldenimage.azure.image_capture) sets.
"""

EXAMPLES = r"""
- name: Make an image from the disk that an upload has kept
  goldenimage.azure.image:
    resource_group: images
    name: debian-12
    os_disk:
      source: {type: disk, name: debian-upload}
      storage_account_type: Standard_LRS
    tags:
      release: "1"

- name: Make an image from snapshots of an OS disk and a data disk that were generalized by other means
  goldenimage.azure.image:
    resource_group: images
    name: database
    os_disk:
      source: {type: snapshot, name: database-os, resource_group: build}
      caching: ReadWrite
    data_disks:
      - lun: 0
        source: {type: snapshot, name: database-data, resource_group: build}
    sealed: assume
    backup: none

- name: Make an image from a VHD blob
  goldenimage.azure.image:
    resource_group: images
    name: appliance
    os_disk:
      source: https://vendor.blob.core.windows.net/images/appliance.vhd
    os_type: Linux
    hyper_v_generation: V2

- name: Change the tags of an image, whether or not its source still exists
  goldenimage.azure.image:
    resource_group: images
    name: debian-12
    tags:
      release: "2"

- name: Delete an image
  goldenimage.azure.image:
    resource_group: images
    name: debian-12
    state: absent
"""

RETURN = r"""
image:
  description: The image after the task, in check mode as predicted; null if it does not exist.
  returned: success
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
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/debian-12
    name: debian-12
    resource_group: images
    location: westeurope
    provisioning_state: Succeeded
    source: null
    os_type: Linux
    os_state: Generalized
    hyper_v_generation: V1
    os_disk:
      source: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/disks/debian-upload
      size_gib: null
      caching: None
      storage_account_type: Standard_LRS
      disk_encryption_set: null
    data_disks: []
    zone_resilient: false
    tags: {release: "1"}
sealed:
  description: How it is known that the system in the image was generalized, V(verified) or V(assume); null if the tags of the image do not
    say it, such as those of an image of an uploaded disk.
  returned: success
  type: str
  sample: assume
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [create image debian-12 from disk debian-upload]
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

from ..module_utils._ansible.arguments import AZURE, TAGS, TARGET, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.evidence.rules import MAX_AGE
from ..module_utils._planning.managed_image.plan import MANAGED_IMAGE

DISK = dict(
    source=dict(type="raw", required=True),
    caching=dict(type="str", choices=["", "None", "ReadOnly", "ReadWrite"]),
    size_gib=dict(type="int"),
    storage_account_type=dict(type="str", choices=["", "Premium_LRS", "Premium_ZRS", "StandardSSD_LRS", "StandardSSD_ZRS", "Standard_LRS"]),
    disk_encryption_set=dict(type="raw"),
)

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    TAGS,
    WAIT,
    state=dict(type="str", choices=["present", "absent"], default="present"),
    os_disk=dict(type="dict", options=DISK),
    data_disks=dict(type="list", elements="dict", options=dict(lun=dict(type="int", required=True), **DISK)),
    location=dict(type="str"),
    os_type=dict(type="str", choices=["", "Linux", "Windows"]),
    hyper_v_generation=dict(type="str", choices=["", "V1", "V2"]),
    zone_resilient=dict(type="bool"),
    sealed=dict(type="str", choices=["verified", "assume"], default="verified"),
    backup=dict(type="str", choices=["require", "none"], default="require"),
    backup_max_age=dict(type="int", default=MAX_AGE),
    recreate=dict(type="bool", default=False),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, MANAGED_IMAGE)


if __name__ == "__main__":
    main()
