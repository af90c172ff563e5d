#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery_info
short_description: List Compute Galleries
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Lists the Azure Compute Galleries of a subscription or a resource group, with all properties and with whom they are shared.
  - The result is always a list, which is empty if no gallery matches. Numbers in names sort by value.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  name:
    description: List only galleries with this name. Upper and lower case are not distinguished.
    type: str
  resource_group:
    description:
      - List only galleries in this resource group. Defaults to all resource groups of the subscription.
      - If the resource group does not exist, the list is empty, and a warning says so.
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
  - module: goldenimage.azure.gallery
  - module: goldenimage.azure.gallery_image_info
"""

EXAMPLES = r"""
- name: List all galleries of the subscription
  goldenimage.azure.gallery_info:

- name: Read one gallery
  goldenimage.azure.gallery_info:
    resource_group: images
    name: golden
"""

RETURN = r"""
galleries:
  description: The galleries, sorted by resource group and name. Keys that Azure leaves out are missing.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: Resource id., type: str}
    name: {description: Name., type: str}
    resource_group: {description: Resource group., type: str}
    location: {description: Region., type: str}
    provisioning_state: {description: C(Succeeded) for a usable gallery., type: str}
    description: {description: Description., type: str}
    identifier: {description: "The name that Azure gives it, as unique_name.", type: dict}
    sharing_profile:
      description: "With whom it is shared: permissions (C(Private), C(Groups) or C(Community)), groups (a list of dictionaries with type,
        C(Subscriptions) or C(AADTenants), and ids), and community_gallery_info."
      type: dict
      contains:
        permissions: {description: "C(Private), C(Groups) or C(Community).", type: str}
        groups: {description: "The subscriptions and tenants that it is shared with, with type and ids.", type: list, elements: dict}
        community_gallery_info:
          description: "The publisher, and how the community sees the gallery. public_names holds the names by which it is used; they are
            Azure's own and are read after sharing."
          type: dict
          contains:
            publisher_uri: {description: Web site of the publisher., type: str}
            publisher_contact: {description: Mail address of the publisher., type: str}
            eula: {description: License., type: str}
            public_name_prefix: {description: Beginning of the public name., type: str}
            public_names: {description: Public names., type: list, elements: str}
            community_gallery_enabled: {description: Whether it is shared with the community now., type: bool}
    sharing_status: {description: "The progress of sharing, with aggregated_state and summary (region, state, details).", type: dict}
    soft_delete_policy: {description: "Whether deleted versions can be restored, as is_soft_delete_enabled.", type: dict}
    tags: {description: "Tags, with names and values unchanged.", type: dict}
  sample:
    - id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden
      name: golden
      resource_group: images
      location: westeurope
      provisioning_state: Succeeded
      identifier: {unique_name: 00000000-0000-0000-0000-000000000000-GOLDEN}
      sharing_profile: {permissions: Private, groups: []}
      tags: {owner: platform}
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
from ..module_utils._planning.galleries.listing import GALLERIES

ARGUMENTS = arguments(
    AZURE,
    name=dict(type="str"),
    resource_group=dict(type="str"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, GALLERIES, writes=False)


if __name__ == "__main__":
    main()
