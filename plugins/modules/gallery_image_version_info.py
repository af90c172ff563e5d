#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery_image_version_info
short_description: List versions of an image in an Azure Compute Gallery
version_added: 0.2.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Lists the versions of an image definition with all of their properties and the state of the replication in each region.
  - The list is sorted by number, the newest version last. It is empty if there are no versions, and also if the gallery or the image
    definition does not exist.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  resource_group:
    description: Resource group of the gallery, if that is given by name only.
    type: str
    required: true
  gallery:
    description: The gallery, as a name, a resource id or a dictionary with C(name), C(resource_group) and C(subscription_id).
    type: raw
    required: true
  gallery_image:
    description: Name of the image definition in the gallery.
    type: str
    required: true
  version:
    description: Number of the only version to return, with its UEFI settings. If omitted, all are returned.
    type: str
attributes:
  check_mode:
    support: full
    description: The module only reads.
  diff_mode:
    support: none
    description: The module only reads.
  idempotent:
    support: full
    description: The module only reads.
seealso:
  - module: goldenimage.azure.gallery_image_version
"""

EXAMPLES = r"""
- name: List the versions of an image
  goldenimage.azure.gallery_image_version_info:
    resource_group: images
    gallery: hub
    gallery_image: web
  register: web

- name: Show the regions in which the newest version can be used
  ansible.builtin.debug:
    msg: "{{ newest.replication_status.summary | selectattr('state', 'eq', 'Completed') | map(attribute='region') }}"
  vars:
    newest: "{{ web.gallery_image_versions[-1] }}"
"""

RETURN = r"""
gallery_image_versions:
  description: The versions, the newest one last. Other properties of Azure's follow in snake case.
  returned: success
  type: list
  elements: dict
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
from ..module_utils._planning.versions.listing import LISTING

ARGUMENTS = arguments(
    AZURE,
    resource_group=dict(type="str", required=True),
    gallery=dict(type="raw", required=True),
    gallery_image=dict(type="str", required=True),
    version=dict(type="str"),
)


def main() -> None:
    module = AnsibleModule(**ARGUMENTS)
    perform(module, connect, LISTING, writes=False)


if __name__ == "__main__":
    main()
