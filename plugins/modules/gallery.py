#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gallery
short_description: Create, change, share and delete a Compute Gallery
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Creates an Azure Compute Gallery, which holds image definitions and their versions, changes it, or deletes it.
  - Shares it with subscriptions and tenants, or with everybody (a community gallery).
  - O(location), O(sharing.permissions) and O(sharing.community.public_name_prefix) are set when the gallery is created. To change them is
    refused, with the present and the requested value. Everything else can be changed.
  - Options that are omitted, and properties of the gallery for which there is no option, are kept as they are.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.tags
  - goldenimage.azure.wait
options:
  name:
    description:
      - Name of the gallery. Must have 1 to 80 letters, digits, C(_) or C(.), the first and the last a letter or digit. Unlike other names,
        it cannot contain C(-).
    type: str
    required: true
  resource_group:
    description: Resource group of the gallery.
    type: str
    required: true
  state:
    description:
      - V(present) creates the gallery, or changes it.
      - V(absent) deletes it. This is refused while it has image definitions, and while it is shared, unless O(sharing.enabled=false).
        Before sharing is stopped, locks and missing rights that would forbid to delete it are looked for.
    type: str
    choices: [present, absent]
    default: present
  location:
    description: Region of the gallery. Defaults to the region of the resource group. Cannot be changed.
    type: str
  description:
    description: Description of the gallery. Can be changed, but not removed.
    type: str
  sharing:
    description: With whom the gallery is shared. If omitted, a new gallery is private, and the sharing of an existing one is kept.
    type: dict
    suboptions:
      permissions:
        description:
          - V(private) for a gallery that only role assignments open to others, V(groups) to share it with O(sharing.subscriptions) and
            O(sharing.tenants), V(community) to share it with everybody.
          - A new gallery is private if this is omitted. Cannot be changed.
        type: str
        choices: ["", private, groups, community]
      community:
        description:
          - The publisher, as everybody sees it. All four are required to create a gallery with O(sharing.permissions=community), and are
            refused for other galleries.
        type: dict
        suboptions:
          publisher_uri:
            description: Web site of the publisher. Can be changed.
            type: str
          publisher_contact:
            description: Mail address of the publisher. Can be changed.
            type: str
          eula:
            description: License of the images, or its address. Can be changed.
            type: str
          public_name_prefix:
            description:
              - Beginning of the public name of the gallery, which Azure completes. RV(gallery.sharing_profile) has the public names.
              - Cannot be changed.
            type: str
      subscriptions:
        description:
          - Ids of subscriptions to share a gallery with O(sharing.permissions=groups) with. Azure allows 30.
          - Those that it is shared with already stay, unless O(sharing.purge=true). Can be changed.
        type: list
        elements: str
      tenants:
        description:
          - Ids of tenants to share a gallery with O(sharing.permissions=groups) with. Azure allows 5.
          - Those that it is shared with already stay, unless O(sharing.purge=true). Can be changed.
        type: list
        elements: str
      purge:
        description:
          - Whether to stop sharing with subscriptions that are not in O(sharing.subscriptions), if that is given, and with tenants that are
            not in O(sharing.tenants), if that is given. VMs there cannot be created from its images any more.
        type: bool
        default: false
      enabled:
        description:
          - V(true) shares a gallery with O(sharing.permissions=community) with everybody. Its images, with publisher, offer and SKU, are
            public from then on.
          - V(false) stops sharing with the community, or with all subscriptions and tenants, and must be the only option of O(sharing). VMs
            of others cannot be created from the images any more. Azure makes the gallery private, so that it cannot be shared again.
          - If omitted, this is kept as it is, and a new gallery is not shared with anybody.
        type: bool
  recreate:
    description:
      - Whether to delete the gallery and create it again if something that cannot be changed differs. This is refused while it has image
        definitions or is shared.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Reads Azure once and changes nothing. Public names cannot be predicted.
  diff_mode:
    support: full
    description: Shows the gallery before and after.
  idempotent:
    support: full
    description: A gallery that is as requested is not changed.
seealso:
  - module: goldenimage.azure.gallery_info
  - module: goldenimage.azure.gallery_image
notes:
  - The policy for soft delete and the managed identities of a gallery are never changed.
  - To share a gallery, the identity needs the role Owner or Compute Gallery Sharing Admin.
"""

EXAMPLES = r"""
- name: Create a gallery
  goldenimage.azure.gallery:
    resource_group: images
    name: golden
    description: Images of the platform team
    tags:
      owner: platform

- name: Share a gallery with one subscription
  goldenimage.azure.gallery:
    resource_group: images
    name: golden_shared
    sharing:
      permissions: groups
      subscriptions: [11111111-1111-1111-1111-111111111111]

- name: Publish a gallery for everybody
  goldenimage.azure.gallery:
    resource_group: images
    name: golden_public
    sharing:
      permissions: community
      enabled: true
      community:
        publisher_uri: https://example.com
        publisher_contact: images@example.com
        eula: https://example.com/eula
        public_name_prefix: example
  register: published

- name: Show the name by which others use it
  ansible.builtin.debug:
    msg: "{{ published.gallery.sharing_profile.community_gallery_info.public_names }}"

- name: Stop publishing it, and delete it
  goldenimage.azure.gallery:
    resource_group: images
    name: golden_public
    state: absent
    sharing:
      enabled: false
"""

RETURN = r"""
gallery:
  description: The gallery after the task, in check mode as predicted; null if it does not exist. Keys that Azure leaves out are missing.
  returned: success
  type: dict
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
    id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden
    name: golden
    resource_group: images
    location: westeurope
    provisioning_state: Succeeded
    identifier: {unique_name: 00000000-0000-0000-0000-000000000000-GOLDEN}
    sharing_profile: {permissions: Private, groups: []}
    tags: {owner: platform}
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [create gallery golden]
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
from ..module_utils._planning.galleries.plan import GALLERY

COMMUNITY = dict(
    publisher_uri=dict(type="str"),
    publisher_contact=dict(type="str"),
    eula=dict(type="str"),
    public_name_prefix=dict(type="str"),
)
SHARING = dict(
    permissions=dict(type="str", choices=["", "private", "groups", "community"]),
    community=dict(type="dict", options=COMMUNITY),
    subscriptions=dict(type="list", elements="str"),
    tenants=dict(type="list", elements="str"),
    purge=dict(type="bool", default=False),
    enabled=dict(type="bool"),
)
ARGUMENTS = arguments(
    AZURE,
    TAGS,
    WAIT,
    name=dict(type="str", required=True),
    resource_group=dict(type="str", required=True),
    state=dict(type="str", choices=["present", "absent"], default="present"),
    location=dict(type="str"),
    description=dict(type="str"),
    sharing=dict(type="dict", options=SHARING),
    recreate=dict(type="bool", default=False),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, GALLERY)


if __name__ == "__main__":
    main()
