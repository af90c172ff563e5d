#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery_image
short_description: Create, change and delete an image definition in a Compute Gallery
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Creates an image definition, which holds what all versions of an image have in common, changes it, or deletes it.
  - "These options can be changed: O(description), O(release_note_uri), O(end_of_life_date), O(recommended), O(disallowed_disk_types),
    O(allow_update_image) and O(tags)."
  - "All others are set when the definition is created: to change them is refused, with the present and the requested value. The features
    (O(security_type), O(disk_controller_types), O(accelerated_networking), O(hibernation), O(features)) can be changed while
    O(allow_update_image=true)."
  - Options that are omitted, and properties of the definition for which there is no option, are kept as they are.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  gallery:
    description:
      - "The gallery: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as
        returned by other modules. It can be in another subscription."
    type: raw
    required: true
  name:
    description: Name of the image definition.
    type: str
    required: true
  resource_group:
    description: Resource group of the gallery, if that is given by name only.
    type: str
  state:
    description:
      - V(present) creates the definition, or changes it.
      - V(absent) deletes it. This is refused while it has versions.
    type: str
    choices: [present, absent]
    default: present
  location:
    description: Region of the definition. Defaults to the region of the gallery. Cannot be changed.
    type: str
  os_type:
    description: Operating system. Required to create a definition. Cannot be changed.
    type: str
    choices: ["", Linux, Windows]
  os_state:
    description:
      - Whether the versions are generalized, so that a new VM gets its own name and users, or specialized, so that it is a copy.
      - Required to create a definition. Cannot be changed.
    type: str
    choices: ["", generalized, specialized]
  hyper_v_generation:
    description: Generation of the VMs. A new definition has V(V2) if this is omitted. Cannot be changed.
    type: str
    choices: ["", V1, V2]
  architecture:
    description: Architecture of the VMs. A new definition has V(x64) if this is omitted. V(Arm64) needs V(V2). Cannot be changed.
    type: str
    choices: ["", x64, Arm64]
  identifier:
    description:
      - Publisher, offer and SKU, which no other definition of the gallery has. All three are required to create a definition, and are
        compared without regard to case. In a community gallery, everybody sees them.
    type: dict
    suboptions:
      publisher:
        description: Publisher. Must have at most 128 letters, digits, C(-), C(_) or C(.), the last not C(.). Cannot be changed.
        type: str
      offer:
        description: Offer. Must have at most 64 such characters. Cannot be changed.
        type: str
      sku:
        description: SKU. Must have at most 64 such characters. Cannot be changed.
        type: str
  description:
    description: Description of the definition. Can be changed, but not removed.
    type: str
  eula:
    description: License of the image, or its address. Cannot be changed.
    type: str
  privacy_statement_uri:
    description: Address of the privacy statement. Cannot be changed.
    type: str
  release_note_uri:
    description: Address of the release notes. Can be changed, but not removed.
    type: str
  end_of_life_date:
    description:
      - Date or time in UTC after which the image should not be used any more, such as V(2027-12-31). Azure only shows it, and requires a
        date in the future. Can be changed, but not removed.
    type: str
  recommended:
    description: Recommended sizes of VMs, which Azure only shows.
    type: dict
    suboptions:
      v_cpus:
        description: Number of virtual processors.
        type: dict
        suboptions:
          min:
            description: Smallest number. Must be at least 1, and not greater than O(recommended.v_cpus.max). Can be changed.
            type: int
          max:
            description: Largest number. Must be at least 1. Can be changed.
            type: int
      memory:
        description: Memory in GB.
        type: dict
        suboptions:
          min:
            description: Smallest size. Must be at least 1, and not greater than O(recommended.memory.max). Can be changed.
            type: int
          max:
            description: Largest size. Must be at least 1. Can be changed.
            type: int
  disallowed_disk_types:
    description: Disk types that VMs of this image must not use, such as V(Standard_LRS). An empty list allows all. Can be changed.
    type: list
    elements: str
  purchase_plan:
    description:
      - Plan of the Marketplace image from which the versions were made, and without which VMs cannot be created from them. All three are
        required. Cannot be changed.
    type: dict
    suboptions:
      name:
        description: Name of the plan. Cannot be changed.
        type: str
      publisher:
        description: Publisher of the plan. Cannot be changed.
        type: str
      product:
        description: Product of the plan, which is the offer. Cannot be changed.
        type: str
  security_type:
    description:
      - Security type of the VMs, as the feature C(SecurityType). A new definition has V(Standard) if this is omitted, and an existing one
        without this feature has V(Standard) too.
      - V(TrustedLaunchSupported) accepts managed images, VHDs and other versions as sources, but not disks, snapshots and VMs.
      - All but V(Standard) need O(hyper_v_generation=V2). V(TrustedLaunch) and V(ConfidentialVM) cannot be used in a gallery whose
        C(sharing.permissions) are C(groups) or C(community).
    type: str
    choices:
      - ""
      - Standard
      - TrustedLaunchSupported
      - TrustedLaunch
      - ConfidentialVMSupported
      - ConfidentialVM
      - TrustedLaunchAndConfidentialVmSupported
  disk_controller_types:
    description:
      - Disk controllers that the image has drivers for, in any order, as the feature C(DiskControllerTypes). VM sizes with NVMe disks only
        need V(NVMe). Must contain V(SCSI). A definition without this feature has V(SCSI) only.
    type: list
    elements: str
    choices: ["", SCSI, NVMe]
  accelerated_networking:
    description: Whether the image supports accelerated networking, as the feature C(IsAcceleratedNetworkSupported).
    type: bool
  hibernation:
    description: Whether VMs of the image can hibernate, as the feature C(IsHibernateSupported).
    type: bool
  features:
    description:
      - Further features. A feature that has an option of its own is given here or there. Features that are not named are kept.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the feature.
        type: str
        required: true
      value:
        description: Value of the feature.
        type: str
        required: true
      starts_at_version:
        description: The first version of the image that has the feature, such as V(1.2.0).
        type: str
  allow_update_image:
    description: Whether the features of the definition may be changed. Can be changed.
    type: bool
  recreate:
    description:
      - Whether to delete the definition and create it again if something that cannot be changed differs. This is refused while it has
        versions. Options that are omitted keep their present values. If Azure refuses the new definition, the old one is created again.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Reads Azure once and changes nothing.
  diff_mode:
    support: full
    description: Shows the definition before and after.
  idempotent:
    support: full
    description: A definition that is as requested is not changed.
seealso:
  - module: goldenimage.azure.gallery
  - module: goldenimage.azure.gallery_image_info
"""

EXAMPLES = r"""
- name: Create an image definition for VMs with Trusted Launch
  goldenimage.azure.gallery_image:
    resource_group: images
    gallery: golden
    name: web
    os_type: Linux
    os_state: generalized
    identifier:
      publisher: example
      offer: web
      sku: debian-12
    security_type: TrustedLaunchSupported
    disk_controller_types: [SCSI, NVMe]
    recommended:
      v_cpus: {min: 2, max: 8}

- name: Announce its end
  goldenimage.azure.gallery_image:
    resource_group: images
    gallery: golden
    name: web
    end_of_life_date: "2036-12-31"

- name: Delete it
  goldenimage.azure.gallery_image:
    resource_group: images
    gallery: golden
    name: web
    state: absent
"""

RETURN = r"""
gallery_image:
  description: The image definition after the task, in check mode as predicted; null if it does not exist. Keys that Azure leaves out are
    missing.
  returned: success
  type: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    gallery: {description: Name of the gallery., type: str}
    resource_group: {description: Resource group of the gallery., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable definition., type: str}
    os_type: {description: C(Linux) or C(Windows)., type: str}
    os_state: {description: C(Generalized) or C(Specialized)., type: str}
    hyper_v_generation: {description: C(V1) or C(V2)., type: str}
    architecture: {description: C(x64) or C(Arm64)., type: str}
    identifier: {description: "Its publisher, offer and sku.", type: dict}
    description: {description: Description., type: str}
    eula: {description: License., type: str}
    privacy_statement_uri: {description: Address of the privacy statement., type: str}
    release_note_uri: {description: Address of the release notes., type: str}
    end_of_life_date: {description: Time after which it should not be used any more., type: str}
    recommended: {description: "Recommended sizes of VMs, as v_cpus and memory, each with min and max.", type: dict}
    disallowed: {description: "Disk types that cannot be used, as disk_types.", type: dict}
    purchase_plan: {description: "Marketplace plan, with name, publisher and product.", type: dict}
    features:
      description: "The features. A definition without C(SecurityType) has the security type C(Standard)."
      type: list
      elements: dict
      contains:
        name: {description: Name., type: str}
        value: {description: Value., type: str}
        starts_at_version: {description: The first version that has the feature., type: str}
    allow_update_image: {description: Whether the features can be changed., type: bool}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
  sample:
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/web
    name: web
    gallery: golden
    resource_group: images
    location: westeurope
    provisioning_state: Succeeded
    os_type: Linux
    os_state: Generalized
    hyper_v_generation: V2
    architecture: x64
    identifier: {publisher: example, offer: web, sku: debian-12}
    features: [{name: SecurityType, value: TrustedLaunchSupported}]
    tags: {}
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [create image definition web in gallery golden]
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
from ..module_utils._planning.gallery_images.plan import GALLERY_IMAGE

RANGE = dict(min=dict(type="int"), max=dict(type="int"))
SECURITY_TYPES = [
    "",
    "Standard",
    "TrustedLaunchSupported",
    "TrustedLaunch",
    "ConfidentialVMSupported",
    "ConfidentialVM",
    "TrustedLaunchAndConfidentialVmSupported",
]
FEATURE = dict(
    name=dict(type="str", required=True),
    value=dict(type="str", required=True),
    starts_at_version=dict(type="str"),
)
ARGUMENTS = arguments(
    AZURE,
    TAGS,
    WAIT,
    gallery=dict(type="raw", required=True),
    name=dict(type="str", required=True),
    resource_group=dict(type="str"),
    state=dict(type="str", choices=["present", "absent"], default="present"),
    location=dict(type="str"),
    os_type=dict(type="str", choices=["", "Linux", "Windows"]),
    os_state=dict(type="str", choices=["", "generalized", "specialized"]),
    hyper_v_generation=dict(type="str", choices=["", "V1", "V2"]),
    architecture=dict(type="str", choices=["", "x64", "Arm64"]),
    identifier=dict(type="dict", options=dict(publisher=dict(type="str"), offer=dict(type="str"), sku=dict(type="str"))),
    description=dict(type="str"),
    eula=dict(type="str"),
    privacy_statement_uri=dict(type="str"),
    release_note_uri=dict(type="str"),
    end_of_life_date=dict(type="str"),
    recommended=dict(type="dict", options=dict(v_cpus=dict(type="dict", options=RANGE), memory=dict(type="dict", options=RANGE))),
    disallowed_disk_types=dict(type="list", elements="str"),
    purchase_plan=dict(type="dict", options=dict(name=dict(type="str"), publisher=dict(type="str"), product=dict(type="str"))),
    security_type=dict(type="str", choices=SECURITY_TYPES),
    disk_controller_types=dict(type="list", elements="str", choices=["", "SCSI", "NVMe"]),
    accelerated_networking=dict(type="bool"),
    hibernation=dict(type="bool"),
    features=dict(type="list", elements="dict", options=FEATURE),
    allow_update_image=dict(type="bool"),
    recreate=dict(type="bool", default=False),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, GALLERY_IMAGE)


if __name__ == "__main__":
    main()
