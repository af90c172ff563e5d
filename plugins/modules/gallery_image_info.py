#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery_image_info
short_description: List the image definitions of a Compute Gallery
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Lists the image definitions of a gallery, with all properties.
  - The result is always a list, which is empty if no definition matches. Numbers in names sort by value.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  gallery:
    description:
      - "The gallery: a resource id, a name, or a dictionary with C(name), C(resource_group) and C(subscription_id), or with C(id), as
        returned by other modules. It can be in another subscription."
      - If it does not exist, the list is empty, and a warning says so.
    type: raw
    required: true
  resource_group:
    description: Resource group of the gallery, if that is given by name only.
    type: str
  name:
    description: List only the definition with this name. Defaults to all definitions of the gallery.
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
  - module: goldenimage.azure.gallery_image
  - module: goldenimage.azure.gallery_info
"""

EXAMPLES = r"""
- name: List the image definitions of a gallery
  goldenimage.azure.gallery_image_info:
    resource_group: images
    gallery: golden
  register: found

- name: Show those for VMs with NVMe disks
  ansible.builtin.debug:
    msg: "{{ item.name }}"
  loop: "{{ found.gallery_images }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.features | default([]) | selectattr('value', 'search', 'NVMe') | list | length > 0
"""

RETURN = r"""
gallery_images:
  description: The image definitions, sorted by name. Keys that Azure leaves out are missing.
  returned: success
  type: list
  elements: dict
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
    - id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden/images/web
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
from ..module_utils._planning.gallery_images.listing import GALLERY_IMAGES

ARGUMENTS = arguments(
    AZURE,
    gallery=dict(type="raw", required=True),
    resource_group=dict(type="str"),
    name=dict(type="str"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, GALLERY_IMAGES, writes=False)


if __name__ == "__main__":
    main()
