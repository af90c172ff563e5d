#!/usr/bin/python
# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marketplace_terms
short_description: Accept or cancel the terms of a Marketplace plan
version_added: 0.2.0
author: goldenimage.azure contributors (@goldenimage)
description:
  - Accepts the terms of the plan of an image of the Azure Marketplace for a subscription, or takes that back. VMs can be created from an
    image with a plan only after its terms were accepted once in their subscription.
  - The terms are those of the publisher of the image, and possibly mean costs. RV(terms.license_url) and RV(terms.privacy_policy_url)
    lead to their text, which M(goldenimage.azure.marketplace_terms_info) shows without accepting them.
  - An image without a plan needs no terms.
extends_documentation_fragment:
  - goldenimage.azure.azure
  - goldenimage.azure.wait
options:
  publisher:
    description: Publisher of the plan. Upper and lower case are not distinguished, as in all of these names.
    type: str
    required: true
  offer:
    description: Offer of the plan, which a VM calls C(product).
    type: str
    required: true
  plan:
    description:
      - Name of the plan, which a VM calls C(name). It often is the SKU of the image, but need not be.
      - M(goldenimage.azure.marketplace_terms_info) finds the plan of an image.
    type: str
    required: true
  state:
    description:
      - V(accepted) accepts the terms, V(cancelled) takes that back. An empty string counts as omitted.
      - After V(accepted), Azure may refuse new VMs for up to 30 minutes. M(goldenimage.azure.image_boot) then tries again.
      - After V(cancelled), new VMs from images of the plan are refused. Azure documents no effect on VMs that exist, and has no check for
        them. It does not promise either that a VM of the plan can be redeployed, copied or restored then.
    type: str
    choices: ["", accepted, cancelled]
    default: accepted
attributes:
  check_mode:
    support: full
    description: Reads the terms and changes nothing.
  diff_mode:
    support: full
    description: Shows the terms before and after.
  idempotent:
    support: full
    description: Terms that are as requested are not changed.
seealso:
  - module: goldenimage.azure.marketplace_terms_info
  - module: goldenimage.azure.image_boot
notes:
  - Some publishers let their terms be accepted in the Azure portal only. The task then fails, and says so.
  - The module needs the rights C(Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/read) and C(write) on the
    subscription.
"""

EXAMPLES = r"""
- name: Accept the terms of a plan
  goldenimage.azure.marketplace_terms:
    publisher: bitnami
    offer: rabbitmq
    plan: rabbitmq

- name: Take the acceptance of the terms of a plan back
  goldenimage.azure.marketplace_terms:
    publisher: bitnami
    offer: rabbitmq
    plan: rabbitmq
    state: cancelled
"""

RETURN = r"""
terms:
  description: The terms after the task, in check mode as predicted.
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
    accepted: true
    license_url: https://storelegalterms.blob.core.windows.net/legalterms/bitnami.txt
    privacy_policy_url: https://bitnami.com/privacy
    marketplace_terms_url: https://storelegalterms.blob.core.windows.net/marketplaceterms/terms.txt
steps:
  description: The steps that were carried out, in order; in check mode the steps that would be carried out.
  returned: always, unless Ansible itself refused the options
  type: list
  elements: str
  sample: [accept the terms of plan rabbitmq of offer rabbitmq by bitnami]
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

from ..module_utils._ansible.arguments import AZURE, WAIT, arguments
from ..module_utils._ansible.perform import perform
from ..module_utils._gateway.azure import connect
from ..module_utils._planning.terms.plan import TERMS

ARGUMENTS = arguments(
    AZURE,
    WAIT,
    publisher=dict(type="str", required=True),
    offer=dict(type="str", required=True),
    plan=dict(type="str", required=True),
    state=dict(type="str", choices=["", "accepted", "cancelled"], default="accepted"),
)


def main() -> None:
    perform(AnsibleModule(**ARGUMENTS), connect, TERMS)


if __name__ == "__main__":
    main()
