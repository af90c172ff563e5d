#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_upload
short_description: Upload a local disk as a managed image or as a version in a gallery
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a managed image from a raw disk or a fixed VHD on the machine that runs the module. No storage account is needed.
    The file is uploaded directly into an interim managed disk, the image is made from that disk, and the interim disk is deleted.
  - With O(gallery_image_version), a version of an image definition in a gallery is made from the interim disk instead. Definitions with
    C(SecurityType) V(TrustedLaunchSupported) and the like take no disks. The version is then made from an interim managed image, which
    is deleted, too. RV(steps) say so.
  - Holes and 4 KiB blocks of zeros are not sent. The module writes the VHD footer, so a raw disk needs no conversion.
    The disk is padded with zeros to a multiple of 1 MiB.
  - "Before the upload, the module checks everything that Azure would refuse only afterwards: the format, the size, and whether VMs of
    the requested generation can start from the disk. The task fails if the file changes during the upload."
  - "Refused are archives and compressed files, bare file systems, ISO images (hybrid ones too), empty disks, disks without boot
    code for O(hyper_v_generation=V1), partition tables for sectors of 4096 bytes, and a GPT that is damaged or describes a larger disk."
  - Every range is sent with its digest, and the footer is sent last, so an incomplete upload never becomes an image. After an interrupted
    run, the next one deletes the incomplete interim disk and uploads again. If only the image is missing, it only makes the image.
    If the interim disk has been attached to a VM since then, it is deleted and uploaded again.
  - Two runs that begin to upload into the same interim disk at the same time do not mix their bytes. A run that finds that another one has
    created the disk, or has taken it over, fails without committing anything. Do not start a second run while an upload is in progress,
    because it takes the unfinished disk for that of an interrupted run and deletes it.
  - The digest of the disk is kept in the tag C(goldenimage.digest) of the image or the version. A second run with the same content changes
    nothing; with O(gallery_image_version.version=next) this is so if the newest version has the same content.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.gallery_target
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description: Name of the image. Required without O(gallery_image_version).
    required: false
  gallery_image_version:
    description:
      - The version of an image definition that is made, instead of a managed image.
      - Mutually exclusive with O(name); one of both is required.
      - Gallery, definition and source are checked before the disk file is read. Gallery and definition are created before the upload, if
        they do not exist and this is requested. A new definition takes O(os_type), O(hyper_v_generation) and O(architecture).
      - Azure copies the interim disk into the region of the version first. The task waits for that before it deletes the disk, also if
        O(gallery_image_version.wait) is V(first) or V(none), unless O(keep_disk=true).
      - With O(gallery_image_version.replication_mode=Shallow), what the version was made from is kept, because the version refers to it.
  resource_group:
    description: Resource group of the image, of the interim disk, and of a gallery that is given by name.
  path:
    description:
      - Path of the disk file, a raw disk or a fixed VHD. The format is recognized by the content. Convert other formats first, for example
        with C(qemu-img convert -O raw).
      - The operating system on it must have been generalized, unless O(gallery_image_version.os_state=specialized). The module reads the
        partition table, and nothing inside the partitions.
    type: path
    required: true
  location:
    description:
      - Region of the image. Defaults to the region of the resource group.
      - For a version, the region of the interim disk and of the version, in addition to its target regions. Defaults to the region of the
        image definition or of the gallery, and if neither exists to that of the resource group.
      - Must be a region in which managed images or image versions are available. This is checked before anything is written, if the
        identity has the right to read the list of regions.
    type: str
  os_type:
    description: Operating system on the disk.
    type: str
    choices: [Linux, Windows]
    default: Linux
  hyper_v_generation:
    description:
      - Generation of the VMs that start from the image, V(V1) with BIOS or V(V2) with UEFI. It cannot be changed later.
      - Defaults to V(V2) if the disk has an EFI system partition, and to V(V1) otherwise.
    type: str
    choices: [V1, V2]
  architecture:
    description: Architecture of the system on the disk. V(Arm64) needs O(gallery_image_version), because managed images do not have it.
    type: str
    choices: [x64, Arm64]
    default: x64
  disk:
    description:
      - The interim disk, as a name, a resource id or a dictionary with C(name) and C(resource_group). Defaults to the name of the image
        or of the image definition followed by C(-upload). An interim image has that name, too.
      - If a disk of this name exists, and is not the interim disk of this image or is attached to a VM, the task fails.
    type: raw
  storage_account_type:
    description:
      - Storage type of the interim disk and of the image. An existing image with another storage type is not accepted.
      - The storage type of a version is O(gallery_image_version.storage_account_type).
    type: str
    choices: [Standard_LRS, StandardSSD_LRS, Premium_LRS]
    default: Standard_LRS
  keep_disk:
    description: Whether to keep the interim disk once the image exists.
    type: bool
    default: false
  progress:
    description:
      - Whether to show progress lines while the disk is uploaded. A line has the percentage, the bytes that were sent and skipped, the
        rate, and the time that is left. There is at most one line every 5 seconds, on the standard error of the C(ansible) command.
      - Lines appear only if the module runs on the controller, as the user who runs C(ansible), and not asynchronously. Delegated to
        another host, the module uploads without lines.
    type: bool
    default: true
  recreate:
    description:
      - Whether to replace an existing image that was made from other content or with other options. It is deleted after the upload.
        If V(false), such an image is an error. So is an existing version with the number that O(gallery_image_version.version) names.
      - The incomplete image of a failed run with the same content is always replaced.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description:
      - Reads Azure once, reads and checks all of the disk file, and returns the steps that would be carried out. If an operation is still
        running in Azure, the plan assumes that it succeeds, and a warning says so.
  diff_mode:
    support: full
    description: Shows the image and the interim disk before and after.
  idempotent:
    support: full
    description: The same content under the same name changes nothing.
seealso:
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.gallery_image_version
  - module: goldenimage.azure.image_boot
  - module: goldenimage.azure.image_capture
notes:
  - If a lock or a missing right forbids deleting the interim disk, the image exists all the same. The task succeeds, and a warning names
    the disk. With a lock, give each upload another O(disk), or remove the lock.
  - Azure accepts up to 60 MiB per second for a small disk. Set O(wait_timeout) accordingly. Reading the disk file does not count.
  - The tags are set on the image and on the interim disk.
  - If a proxy or a private cloud uses certificates of a private CA, set E(REQUESTS_CA_BUNDLE). The upload uses it too.
"""

EXAMPLES = r"""
- name: Upload a disk that was just built
  goldenimage.azure.image_upload:
    resource_group: images
    name: debian-12
    path: /var/tmp/debian-12.raw

- name: Upload a Windows disk for VMs with UEFI, with a time limit of two hours
  goldenimage.azure.image_upload:
    resource_group: images
    name: windows-2022
    path: /var/tmp/windows-2022.vhd
    os_type: Windows
    hyper_v_generation: V2
    storage_account_type: Premium_LRS
    wait_timeout: 7200

- name: Publish a disk as the next version of an image definition, which is created if it does not exist
  goldenimage.azure.image_upload:
    resource_group: images
    path: /var/tmp/debian-12.raw
    gallery_image_version:
      gallery: golden
      gallery_image: debian-12
      create_gallery: true
      create_gallery_image: true
      target_regions:
        - name: westeurope
        - name: northeurope
  register: published

- name: Replace a nightly image, and keep the interim disk
  goldenimage.azure.image_upload:
    resource_group: images
    name: nightly
    path: /var/tmp/nightly.raw
    disk: nightly-disk
    keep_disk: true
    recreate: true
    tags:
      commit: "4f2c1e9"
"""

RETURN = r"""
gallery_image_version:
  description: The version after the task, with every property that Azure shows; in check mode as predicted.
  returned: success, if O(gallery_image_version) is given
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Number of the version., type: str}
    resource_group: {description: Resource group of the gallery., type: str}
    gallery: {description: Name of the gallery., type: str}
    gallery_image: {description: Name of the image definition., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a version that was made., type: str}
    publishing_profile: {description: "How it is published: regions, replicas, storage, end of life.", type: dict}
    storage_profile: {description: Its disks., type: dict}
    safety_profile: {description: What protects it from being deleted., type: dict}
    replication_status: {description: The states of its replicas; not in check mode., type: dict}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
image:
  description: The image after the task; in check mode as predicted.
  returned: success, if O(name) is given
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable image., type: str}
    source: {description: Always null for an uploaded image., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized)., type: str}
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
    hyper_v_generation: V2
    os_disk: {source: null, size_gib: 2, caching: None, storage_account_type: Standard_LRS}
    data_disks: []
    zone_resilient: false
    tags: {goldenimage.digest: "sha256-4m:6a1f0c7de0e96c1f0a4cf3ed0bd3e8a8a4ae6f2e6f0c59fd7f4d3c5c8a3f7b10"}
disk:
  description: Id of the interim disk if it is kept, else null.
  returned: success
  type: str
digest:
  description: Tree digest of the padded disk, which is C(sha256-4m:) followed by the SHA-256 over the SHA-256 values of its 4 MiB pieces.
  returned: success
  type: str
  sample: sha256-4m:6a1f0c7de0e96c1f0a4cf3ed0bd3e8a8a4ae6f2e6f0c59fd7f4d3c5c8a3f7b10
bytes_sent:
  description: Number of bytes that were sent, including the footer; 0 if nothing was uploaded.
  returned: success
  type: int
bytes_skipped:
  description: Number of bytes of the disk and its footer that were not sent.
  returned: success
  type: int
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample:
    - create disk debian-12-upload for the upload
    - upload /var/tmp/debian-12.raw to disk debian-12-upload
    - create image debian-12 from disk debian-12-upload
    - delete disk debian-12-upload
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

import os

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, GALLERY_TARGET, TAGS, TARGET, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._ansible.progress import progress_listener
from ..module_utils._disks.look import look_at_disk
from ..module_utils._disks.reader import read_disk
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.upload.plan import upload

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    GALLERY_TARGET,
    TAGS,
    WAIT,
    name=dict(type="str"),
    path=dict(type="path", required=True),
    location=dict(type="str"),
    os_type=dict(type="str", choices=["Linux", "Windows"], default="Linux"),
    hyper_v_generation=dict(type="str", choices=["V1", "V2"]),
    architecture=dict(type="str", choices=["x64", "Arm64"], default="x64"),
    disk=dict(type="raw"),
    storage_account_type=dict(type="str", choices=["Standard_LRS", "StandardSSD_LRS", "Premium_LRS"], default="Standard_LRS"),
    keep_disk=dict(type="bool", default=False),
    progress=dict(type="bool", default=True),
    recreate=dict(type="bool", default=False),
)


def main() -> None:
    module = AnsibleModule(**ARGUMENTS)
    subject = upload(look_at_disk, read_disk)
    perform(module, connect, subject, listener=progress_listener(module.params["progress"], os.environ))


if __name__ == "__main__":
    main()
