#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marketplace_terms_info
short_description: Read the terms of a Marketplace plan
version_added: 0.2.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Reads whether the terms of a plan of the Azure Marketplace are accepted in a subscription, and where their text is.
  - The plan is named by O(publisher), O(offer) and O(plan), or is that of an O(image) in a region.
extends_documentation_fragment:
  - goldenimage.azure.azure
options:
  publisher:
    description: Publisher of the plan. Upper and lower case are not distinguished, as in all of these names.
    type: str
  offer:
    description: Offer of the plan, which a VM calls C(product).
    type: str
  plan:
    description: Name of the plan, which a VM calls C(name).
    type: str
  image:
    description:
      - Marketplace image whose plan is read, instead of O(publisher), O(offer) and O(plan), as C(publisher:offer:sku:version). The version
        can be C(latest).
      - Or a dictionary with C(publisher), C(offer), C(sku) and C(version), which defaults to C(latest).
    type: raw
  location:
    description: Region in which the image is looked up. Required with O(image).
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
  - module: goldenimage.azure.marketplace_terms
  - module: goldenimage.azure.image_info
"""

EXAMPLES = r"""
- name: Read the terms of a plan
  goldenimage.azure.marketplace_terms_info:
    publisher: bitnami
    offer: rabbitmq
    plan: rabbitmq

- name: Read the terms that an image needs
  goldenimage.azure.marketplace_terms_info:
    image: "bitnami:rabbitmq:rabbitmq:latest"
    location: westeurope
  register: needed

- name: Accept the terms that the image needs
  goldenimage.azure.marketplace_terms:
    publisher: "{{ needed.terms.publisher }}"
    offer: "{{ needed.terms.offer }}"
    plan: "{{ needed.terms.plan }}"
  when: needed.terms is not none
"""

RETURN = r"""
terms:
  description: The terms; null if the image has no plan, so that it needs none.
  returned: success
  type: dict
  contains:
    publisher: {description: Publisher of the plan., type: str}
    offer: {description: Offer of the plan., type: str}
    plan: {description: Name of the plan., type: str}
    accepted: {description: Whether the terms are accepted in the subscription., type: bool}
    license_url: {description: Address of the text of the license., type: str}
    privacy_policy_url: {description: Address of the privacy policy., type: str}
    marketplace_terms_url: {description: Address of the terms of the Marketplace itself., type: str}
  sample:
    publisher: bitnami
    offer: rabbitmq
    plan: rabbitmq
    accepted: false
    license_url: https://storelegalterms.blob.core.windows.net/legalterms/bitnami.txt
    privacy_policy_url: https://bitnami.com/privacy
    marketplace_terms_url: https://storelegalterms.blob.core.windows.net/marketplaceterms/terms.txt
msg:
  description: The sentence that the image needs no terms.
  returned: when the image has no plan
  type: str
  sample: "Image Debian:debian-12:12-gen2:latest has no plan, so it needs no terms."
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
from ..module_utils._planning.terms.plan import TERMS_INFO

ARGUMENTS = arguments(
    AZURE,
    publisher=dict(type="str"),
    offer=dict(type="str"),
    plan=dict(type="str"),
    image=dict(type="raw"),
    location=dict(type="str"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, TERMS_INFO, writes=False)


if __name__ == "__main__":
    main()
