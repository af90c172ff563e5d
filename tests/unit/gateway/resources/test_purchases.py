# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM with a plan: requested again while that is too early; the reason inside a refusal is shown; terms are sent back whole."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import PurchasePlan

from tests.support.canned import ARM, CannedAzure, answer
from tests.support.ids import SUBSCRIPTION, an_id

V = an_id(VM, "g", "v")
VM_JSON = {"id": str(V), "location": "westeurope", "properties": {"vmId": "ABC", "storageProfile": {"osDisk": {"name": "o"}}}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1"
CODE = "MarketplacePurchaseEligibilityFailed"
OUTER = "Marketplace purchase eligibilty check returned errors. See inner errors for details. "
INNER = "Legal terms have not been accepted."
PLAN = PurchasePlan("bitnami", "rabbitmq", "basic")


def refusal() -> object:
    details = [{"code": "BadRequest", "message": INNER}, {"code": "BadRequest", "message": INNER}]
    return answer(400, {"error": {"code": CODE, "message": OUTER, "details": details}})


def test_a_vm_is_requested_again_while_it_is_too_early() -> None:
    made = answer(201, VM_JSON, Azure_AsyncOperation=OPERATION), answer(200, {"status": "Succeeded"}), answer(200, VM_JSON)
    canned = CannedAzure(refusal(), refusal(), *made)
    assert canned.azure.machines.create_later(V, {"location": "westeurope"}, lambda error: True).id == V
    assert [sent.method for sent in canned.sent] == ["PUT", "PUT", "PUT", "GET", "GET"]
    assert canned.clock.slept[:2] == [60.0, 60.0]


@pytest.mark.parametrize(("seconds", "early", "tries"), [(50, True, 1), (130, True, 3), (9000, True, 31), (9000, False, 1)])
def test_a_refusal_ends_with_the_reason_in_it(seconds: int, early: bool, tries: int) -> None:
    canned = CannedAzure(*[refusal() for _try in range(tries)], seconds=seconds)
    with pytest.raises(Refused) as refused:
        canned.azure.machines.create_later(V, {"location": "westeurope"}, lambda error: early)
    assert refused.value.message == f"could not create VM v: ({CODE}) {OUTER.strip()} (BadRequest) {INNER}"
    assert len(canned.sent) == tries


@pytest.mark.parametrize(("message", "details", "text"), [
    ("Outer.", [{"code": "A", "message": "a", "details": [{"code": "B", "message": "b"}]}], "Outer. (A) a (B) b"),
    ("Outer.", [{"code": "A", "message": {"password": "x", "reason": "r"}}], 'Outer. (A) {"password=***", "reason": "r"}'),
    ({"reason": "r"}, [], '{"reason": "r"}'),
    ("Outer.", [{"message": f"m{n}"} for n in range(300)], "Outer. m0 m1 m2 m3 m4 (295 more errors are left out.)"),
    ("Outer.", None, "Outer."),
])  # fmt: skip
def test_the_errors_inside_an_error_are_shown(message: object, details: object, text: str) -> None:
    canned = CannedAzure(answer(400, {"error": {"code": CODE, "message": message, "details": details}}))
    with pytest.raises(Refused) as refused:
        canned.azure.machines.get(V)
    assert refused.value.message == f"could not read VM v: ({CODE}) {text}"


def test_terms_are_sent_back_whole() -> None:
    agreement = {"id": "/x", "name": "current", "properties": {"plan": "basic", "signature": "S", "accepted": False}}
    accepted = {**agreement, "properties": {**agreement["properties"], "accepted": True}}  # type: ignore[dict-item]
    canned = CannedAzure(answer(200, agreement), answer(200, accepted))
    terms = canned.azure.terms.get(PLAN)
    assert (terms.accepted, canned.azure.terms.accept(terms, True).accepted) == (False, True)
    assert canned.sent[1].body == accepted
    assert [sent.path.partition("/providers/")[2] for sent in canned.sent] == [
        "Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/bitnami/offers/rabbitmq/plans/basic/agreements/current"
    ] * 2
