#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery_image_version
short_description: Publish a version of an image in an Azure Compute Gallery
version_added: 0.2.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Creates, changes, replaces or deletes a version of an image definition, from any source that Azure accepts.
  - Before anything is written, the source is compared with the image definition, which must exist. Where the definition does not accept
    the source at hand, but a managed image of it, the module makes that image, publishes the version from it and deletes it again.
    RV(steps) says so.
  - A version cannot be used in a region as soon as Azure says that it exists. The module waits for the replication to each region. A failed
    replication is tried again. If that fails, its region is removed and added again.
  - A version that could not be created at all is replaced by the next run.
  - A generalized version of a VM, of its disks or of their snapshots requires the same seal and backup as a capture. See O(sealed)
    and O(backup).
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.publication
  - goldenimage.azure.evidence
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  resource_group:
    description: Resource group of the gallery, and of every other resource that is given by name only.
    type: str
    required: true
  location:
    description:
      - Region of the version. Cannot be changed later. Defaults to the region of the source, or to that of the image definition if the
        source is a blob or a version.
    type: str
  source:
    description:
      - Source of the version. Required to create it. Cannot be changed later, and is compared with that of an existing version.
      - It is compared by its content, as far as Azure shows it. A disk that was used by a VM since, or a source that was made again under
        the same name, is another source.
    type: dict
    suboptions:
      managed_image:
        description: Managed image, as a name, a resource id or a dictionary.
        type: raw
      version:
        description: Version of any image definition, by its resource id, also in another gallery or subscription.
        type: raw
      vm:
        description: VM, as a name, a resource id or a dictionary. The version gets all of its disks.
        type: raw
      community_image:
        description: Version in a community gallery, such as V(/communityGalleries/contoso-1234/images/web/versions/1.0.0).
        type: str
      os_disk:
        description: Source of the OS disk alone. Data disks can be added with O(source.data_disks).
        type: dict
        suboptions:
          disk:
            description: Managed disk, as a name, a resource id or a dictionary.
            type: raw
          snapshot:
            description: Snapshot, as a name, a resource id or a dictionary.
            type: raw
          blob:
            description: Address of a fixed VHD in a storage account, without a SAS.
            type: str
          storage_account:
            description: Storage account of the blob, as a name, a resource id or a dictionary.
            type: raw
          host_caching:
            description: Caching of the disks of new VMs. Cannot be changed later.
            type: str
            choices: [None, ReadOnly, ReadWrite]
      data_disks:
        description: Sources of the data disks.
        type: list
        elements: dict
        suboptions:
          lun:
            description: LUN of the data disk, from 0 to 63.
            type: int
            required: true
          disk:
            description: Managed disk, as a name, a resource id or a dictionary.
            type: raw
          snapshot:
            description: Snapshot, as a name, a resource id or a dictionary.
            type: raw
          blob:
            description: Address of a fixed VHD in a storage account, without a SAS.
            type: str
          storage_account:
            description: Storage account of the blob, as a name, a resource id or a dictionary.
            type: raw
          host_caching:
            description: Caching of the disks of new VMs. Cannot be changed later.
            type: str
            choices: [None, ReadOnly, ReadWrite]
  uefi_settings:
    description:
      - Keys of your own for the secure boot of VMs from the version. Cannot be changed later.
      - The image definition must have the security type C(TrustedLaunchSupported) or C(TrustedLaunchAndConfidentialVmSupported).
    type: dict
    suboptions:
      signature_template_names:
        description: Sets of keys of Microsoft that VMs have, too.
        type: list
        elements: str
        choices: [NoSignatureTemplate, MicrosoftUefiCertificateAuthorityTemplate, MicrosoftWindowsTemplate]
      additional_signatures:
        description: Further keys, by their place in the firmware.
        type: dict
        suboptions:
          pk:
            description: Platform key.
            type: dict
            suboptions: &signature
              type:
                description: Form of the key.
                type: str
                choices: [x509, sha256]
                required: true
              value:
                description: Certificates or hashes, each in base64.
                type: list
                elements: str
                required: true
          kek:
            description: Key exchange keys.
            type: list
            elements: dict
            suboptions: *signature
          db:
            description: Keys and hashes of what may start.
            type: list
            elements: dict
            suboptions: *signature
          dbx:
            description: Keys and hashes of what must not start.
            type: list
            elements: dict
            suboptions: *signature
  recreate:
    description:
      - Whether to replace an existing version of which the task wants something else that cannot be changed. It is deleted first, with all
        of its replicas. If V(false), such a version is an error.
    type: bool
    default: false
  allow_deletion_before_end_of_life:
    description: Whether to lift the protection of a version that may not be deleted before its end of life, if it must be deleted.
    type: bool
    default: false
  state:
    description: Whether the version exists.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    support: full
    description: Reads Azure and returns the steps that would be carried out. Another run may take the next number first.
  diff_mode:
    support: full
    description: Shows the version before and after.
  idempotent:
    support: full
    description: A second run with the same options changes nothing. Order, spelling and case of regions make no difference.
seealso:
  - module: goldenimage.azure.gallery_image_version_info
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.image_upload
notes:
  - A version that another tool has created may allow Azure to delete its replicas when regions are left out. The module forbids that.
  - With O(version=next) and a specialized image definition, a VM that keeps running counts as the same source. Name a version then.
  - While the module waits, a line on the standard error of the C(ansible) command shows each change of the state of a replica, if the
    module runs on the controller and not asynchronously.
  - Azure's creation of a version can fail for reasons of its own. Known ones are tried again.
"""

EXAMPLES = r"""
- name: Publish the next version of a managed image in two regions
  goldenimage.azure.gallery_image_version:
    resource_group: images
    gallery: hub
    gallery_image: web
    source:
      managed_image: web-2026-11
    target_regions:
      - name: westeurope
        regional_replica_count: 3
      - name: northeurope
        storage_account_type: Standard_ZRS
    end_of_life_date: "2027-06-30"

- name: Publish a version of the single disks of a specialized system, and wait only for the first region
  goldenimage.azure.gallery_image_version:
    resource_group: images
    gallery: hub
    gallery_image: database
    version: 2.0.0
    source:
      os_disk:
        snapshot: database-os
        host_caching: ReadWrite
      data_disks:
        - lun: 0
          disk: database-data
        - lun: 1
          blob: https://contoso.blob.core.windows.net/vhds/logs.vhd
          storage_account: contoso
    wait: first

- name: Keep the replicas in one region only
  goldenimage.azure.gallery_image_version:
    resource_group: images
    gallery: hub
    gallery_image: web
    version: 1.0.3
    target_regions:
      - name: westeurope
    purge_target_regions: true

- name: Delete a version that is protected until its end of life
  goldenimage.azure.gallery_image_version:
    resource_group: images
    gallery: hub
    gallery_image: web
    version: 1.0.2
    allow_deletion_before_end_of_life: true
    state: absent
"""

RETURN = r"""
gallery_image_version:
  description:
    - The version after the task, null if it does not exist; in check mode as predicted. Other properties of Azure's follow in snake case.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Number., type: str}
    resource_group: {description: Resource group., type: str}
    gallery: {description: Name of the gallery., type: str}
    gallery_image: {description: Name of the image definition., type: str}
    location: {description: Region., type: str}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
    provisioning_state: {description: C(Succeeded) if Azure has finished all work on it., type: str}
    publishing_profile: {description: "Regions, replicas, end of life.", type: dict}
    storage_profile: {description: Disks and their sources., type: dict}
    safety_profile: {description: Protection against deletion., type: dict}
    replication_status: {description: "State of the replication, in total and in each region.", type: dict}
  sample:
    id: >-
      /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/hub/images/web/versions/1.0.3
    name: 1.0.3
    resource_group: images
    gallery: hub
    gallery_image: web
    location: westeurope
    tags: {goldenimage.source: "managed_image /subscriptions/..."}
    provisioning_state: Succeeded
    publishing_profile:
      target_regions:
        - {name: West Europe, regional_replica_count: 3, storage_account_type: Standard_LRS}
      replica_count: 1
      exclude_from_latest: false
      storage_account_type: Standard_LRS
      end_of_life_date: "2027-06-30T00:00:00+00:00"
    storage_profile:
      os_disk_image: {size_in_gb: 30, host_caching: ReadWrite}
    safety_profile: {allow_deletion_of_replicated_locations: false}
    replication_status:
      aggregated_state: Completed
      summary:
        - {region: West Europe, state: Completed, progress: 100}
sealed:
  description: How the seal of the source is known, C(verified) or C(assume); null if nothing is known about it.
  returned: success, if O(state=present)
  type: str
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample:
    - create version 1.0.3 of image definition web from image web-2026-11
    - wait until version 1.0.3 can be used in westeurope, northeurope
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
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._ansible.arguments import AZURE, EVIDENCE, PUBLICATION, TAGS, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._ansible.progress import progress_listener
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.versions.plan import SUBJECT

DISK: dict[str, Any] = dict(
    disk=dict(type="raw"),
    snapshot=dict(type="raw"),
    blob=dict(type="str"),
    storage_account=dict(type="raw"),
    host_caching=dict(type="str", choices=["None", "ReadOnly", "ReadWrite"]),
)
ONE_DISK: dict[str, Any] = dict(
    mutually_exclusive=[("disk", "snapshot", "blob")],
    required_one_of=[("disk", "snapshot", "blob")],
    required_together=[("blob", "storage_account")],
)
WHOLE = ("managed_image", "version", "vm", "community_image", "os_disk")
SIGNATURE: dict[str, Any] = dict(
    type=dict(type="str", choices=["x509", "sha256"], required=True),
    value=dict(type="list", elements="str", required=True),
)
SIGNATURES: dict[str, Any] = dict(type="list", elements="dict", options=SIGNATURE)
TEMPLATES = ["NoSignatureTemplate", "MicrosoftUefiCertificateAuthorityTemplate", "MicrosoftWindowsTemplate"]

ARGUMENTS = arguments(
    AZURE,
    PUBLICATION,
    EVIDENCE,
    TAGS,
    WAIT,
    resource_group=dict(type="str", required=True),
    location=dict(type="str"),
    source=dict(
        type="dict",
        options=dict(
            managed_image=dict(type="raw"),
            version=dict(type="raw"),
            vm=dict(type="raw"),
            community_image=dict(type="str"),
            os_disk=dict(type="dict", options=DISK, **ONE_DISK),
            data_disks=dict(type="list", elements="dict", options=dict(lun=dict(type="int", required=True), **DISK), **ONE_DISK),
        ),
        mutually_exclusive=[WHOLE],
        required_one_of=[WHOLE],
        required_by=dict(data_disks="os_disk"),
    ),
    uefi_settings=dict(
        type="dict",
        options=dict(
            signature_template_names=dict(type="list", elements="str", choices=TEMPLATES),
            additional_signatures=dict(
                type="dict",
                options=dict(pk=dict(type="dict", options=SIGNATURE), kek=SIGNATURES, db=SIGNATURES, dbx=SIGNATURES),
            ),
        ),
    ),
    recreate=dict(type="bool", default=False),
    allow_deletion_before_end_of_life=dict(type="bool", default=False),
    state=dict(type="str", choices=["present", "absent"], default="present"),
)


def main() -> None:
    module = AnsibleModule(**ARGUMENTS)
    perform(module, connect, SUBJECT, listener=progress_listener(True, os.environ))


if __name__ == "__main__":
    main()
