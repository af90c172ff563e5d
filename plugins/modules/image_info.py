#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_info
short_description: List managed images
version_added: 0.1.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Lists the managed images of a subscription. They can be selected by name, resource group and tags.
  - The result is always a list, which is empty if no image matches. Numbers in names sort by value, so C(web-9) comes before C(web-10).
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  name:
    description: List only images with this name. Upper and lower case are not distinguished.
    type: str
  resource_group:
    description:
      - List only images in this resource group. Defaults to all resource groups of the subscription.
      - If the resource group does not exist, the list is empty, and a warning says so.
    type: str
  tags:
    description:
      - List only images that have all of these tags.
      - A list holds C(name) for any value, or C(name:value) or C(name=value) for one value. The first colon or equals sign ends the name.
      - A dictionary holds names and values; null stands for any value. Use it for names that contain a colon or an equals sign.
      - A string such as C(role=web, release=3) is read as a dictionary.
    type: raw
  limit:
    description: Maximum number of images to return. Must be at least 1. RV(truncated) says whether there were more.
    type: int
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
  - module: goldenimage.azure.image_capture
  - module: goldenimage.azure.image_upload
"""

EXAMPLES = r"""
- name: List all images
  goldenimage.azure.image_info:

- name: List the web images of release 3 in one resource group
  goldenimage.azure.image_info:
    resource_group: images
    tags: ["role:web", "release:3"]
  register: web

- name: List the images of the role web that have any release
  goldenimage.azure.image_info:
    tags:
      role: web
      release: null

- name: Show their names
  ansible.builtin.debug:
    msg: "{{ web.images | map(attribute='name') }}"
"""

RETURN = r"""
images:
  description: The images, sorted by resource group and name.
  returned: success
  type: list
  elements: dict
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
    - id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/images/web-1
      name: web-1
      resource_group: images
      location: westeurope
      provisioning_state: Succeeded
      source: null
      os_type: Linux
      os_state: Generalized
      hyper_v_generation: V2
      os_disk: {source: null, size_gib: 30, caching: ReadWrite, storage_account_type: Standard_LRS}
      data_disks: []
      zone_resilient: false
      tags: {role: web, release: "3"}
truncated:
  description: Whether there were more images than O(limit).
  returned: success
  type: bool
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
from ..module_utils._ansible.key_values import read_key_values
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.images.plan import IMAGES

ARGUMENTS = arguments(
    AZURE,
    name=dict(type="str"),
    resource_group=dict(type="str"),
    tags=dict(type="raw"),
    limit=dict(type="int"),
)


def main() -> None:
    module = AnsibleModule(**ARGUMENTS)
    module.params["tags"] = read_key_values(module.params["tags"])
    perform(module, connect, IMAGES, writes=False)


if __name__ == "__main__":
    main()
