#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_upload
short_description: Upload a local disk as a managed image
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Makes a managed image from a raw disk or a fixed VHD on the machine that runs the module. No storage account is needed.
    The disk is written directly into an interim managed disk, the image is made from that, and the interim disk is deleted.
  - Holes, and 4 KiB blocks of zeros, are never sent. The VHD footer is written by the module, so that a raw disk needs no conversion;
    a disk whose size is not a whole number of MiB is padded with zeros.
  - "What Azure would refuse after the upload is refused before it: other formats, sizes, a disk that cannot start on VMs of
    the generation. So is a file that changes while it is uploaded."
  - Every range travels with its digest, and the footer goes last, so that half an upload never becomes an image. After a broken
    run, the next one deletes the unfinished disk and starts again; if only the image was missing, it only makes the image.
    A disk that a VM has had since is not trusted, but deleted and uploaded again.
  - The whole content's digest is kept in the tag C(goldenimage.digest) of the image; a second run with the same content
    changes nothing.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.target
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description: Name of the image.
  resource_group:
    description: Resource group of the image and of the interim disk.
  path:
    description:
      - "The disk file: a raw disk or a fixed VHD, which is recognised by its content. Convert others first, for example with
        C(qemu-img convert -O raw)."
      - Its guest must have been generalized; nothing in it is looked at but the partition table.
    type: path
    required: true
  location:
    description:
      - Region of the image. If omitted, that of the resource group.
      - Must be a region that has managed images, which is looked up before anything is written, if the rights allow it.
    type: str
  os_type:
    description: Operating system on the disk.
    type: str
    choices: [Linux, Windows]
    default: Linux
  hyper_v_generation:
    description:
      - Which VMs start from the image, V(V1) by BIOS or V(V2) by UEFI. It cannot be changed later.
      - Default is what the disk is made for, V(V2) if it has an EFI system partition and V(V1) if not.
    type: str
    choices: [V1, V2]
  disk:
    description:
      - The interim disk, as a name, a resource id or a dictionary with C(name) and C(resource_group). Default is the image's name
        followed by C(-upload). A disk of that name that is not this image's interim disk, or is attached to a VM, is never touched.
    type: raw
  storage_account_type:
    description: Storage of the interim disk and of the image. An image of other storage is not the one asked for.
    type: str
    choices: [Standard_LRS, StandardSSD_LRS, Premium_LRS]
    default: Standard_LRS
  keep_disk:
    description: Whether the interim disk stays when the image exists.
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
      - Whether an image of that name that was made from something else is deleted, after the upload, and made anew. Without it,
        such an image is an error. What a failed run left of the same content is replaced in either case.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description:
      - Reads and checks the whole disk file, reads Azure once, and says what would be done. What Azure is still working on is
        planned as if that had succeeded; a warning says so.
  diff_mode:
    support: full
    description: Shows the image and the interim disk before and after.
  idempotent:
    support: full
    description: The same content under the same name changes nothing.
seealso:
  - module: goldenimage.azure.image_info
  - module: goldenimage.azure.image_boot
  - module: goldenimage.azure.image_capture
notes:
  - O(wait_timeout) begins once the file has been read for its digest; it covers all that is done in Azure. Azure takes up to
    60 MiB per second for a small disk.
  - The tags are put on the image and on the interim disk.
  - Set E(REQUESTS_CA_BUNDLE) where a proxy or a private cloud has certificates of its own; the upload follows it, too.
"""

EXAMPLES = r"""
- name: Upload a disk that was just built
  goldenimage.azure.image_upload:
    resource_group: images
    name: debian-12
    path: /var/tmp/debian-12.raw

- name: Upload a Windows disk for UEFI machines, with two hours for a slow line
  goldenimage.azure.image_upload:
    resource_group: images
    name: windows-2022
    path: /var/tmp/windows-2022.vhd
    os_type: Windows
    hyper_v_generation: V2
    storage_account_type: Premium_LRS
    wait_timeout: 7200

- name: Put tonight's build in the place of yesterday's, and keep the disk for a gallery
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
image:
  description: The image as it is now; in check mode as it would be.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable image., type: str}
    source: {description: Id of the VM that it was made from; null for an upload., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized)., type: str}
    hyper_v_generation: {description: C(V1) or C(V2)., type: str}
    os_disk: {description: "The OS disk: source, size_gib, caching, storage_account_type.", type: dict}
    data_disks: {description: "The data disks: lun, and the same.", type: list, elements: dict}
    zone_resilient: {description: Whether it is stored in several zones., type: bool}
    tags: {description: "Tags, as they are.", type: dict}
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
  description: Id of the interim disk if it stays, else null.
  returned: success
  type: str
digest:
  description: Digest of the padded disk, C(sha256-4m:) and the SHA-256 over the SHA-256 of each 4 MiB of it.
  returned: success
  type: str
  sample: sha256-4m:6a1f0c7de0e96c1f0a4cf3ed0bd3e8a8a4ae6f2e6f0c59fd7f4d3c5c8a3f7b10
bytes_sent:
  description: Bytes of the disk that were sent, footer included; 0 if nothing was uploaded.
  returned: success
  type: int
bytes_skipped:
  description: Bytes of the disk and its footer that did not have to be sent.
  returned: success
  type: int
steps:
  description: What was done, in order; in check mode what would be done.
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

import os

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, TAGS, TARGET, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._ansible.progress import progress_listener
from ..module_utils._disks.look import look_at_disk
from ..module_utils._disks.reader import read_disk
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.upload.plan import upload

ARGUMENTS = arguments(
    AZURE,
    TARGET,
    TAGS,
    WAIT,
    path=dict(type="path", required=True),
    location=dict(type="str"),
    os_type=dict(type="str", choices=["Linux", "Windows"], default="Linux"),
    hyper_v_generation=dict(type="str", choices=["V1", "V2"]),
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
