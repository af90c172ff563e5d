# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""marketplace_terms: predict, do, repeat; what a user learns from each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, GoldenImageError, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import PurchasePlan, Terms
from ansible_collections.goldenimage.azure.plugins.modules import marketplace_terms

from tests.support.fakes import FakeAzure
from tests.support.module_runner import ModuleRunner

PLAN = PurchasePlan("bitnami", "rabbitmq", "basic")
OPTIONS = {"publisher": "bitnami", "offer": "rabbitmq", "plan": "basic"}
URN = "bitnami:rabbitmq:sku1:latest"
SENTENCE = "the terms of plan basic of offer rabbitmq by bitnami"
PORTAL = "You must accept the legal terms through the Azure portal (http://go.microsoft.com/fwlink/?LinkId=534873)."


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(marketplace_terms, monkeypatch)


def azure_now(accepted: bool = False, **options: Any) -> FakeAzure:
    azure = FakeAzure(**options)
    azure.terms.accepted[PLAN] = accepted
    return azure


def refusing(error: GoldenImageError, verb: str = "get") -> FakeAzure:
    """An Azure that refuses to read the terms, or to accept them."""
    azure = azure_now()

    def refuse(*arguments: Any) -> Terms:
        raise error

    setattr(azure.terms, verb, refuse)
    return azure


def test_accept_and_cancel(run: ModuleRunner) -> None:
    predicted = run(azure_now(read_only=True), check=True, **OPTIONS)
    azure = azure_now()
    done, again = run(azure, **OPTIONS), run(azure, state="", **OPTIONS)
    undone, again_undone = run(azure, state="cancelled", **OPTIONS), run(azure, state="cancelled", **OPTIONS)
    assert [each["changed"] for each in (predicted, done, again, undone, again_undone)] == [True, True, False, True, False]
    assert predicted["steps"] == done["steps"] == [f"accept {SENTENCE}"]
    assert undone["steps"] == [f"cancel {SENTENCE}"]
    assert [each["terms"]["accepted"] for each in (predicted, done, again, undone)] == [True, True, True, False]
    assert (predicted["diff"]["before"]["terms"]["accepted"], predicted["diff"]["after"]["terms"]["accepted"]) == (False, True)


def test_terms_that_azure_does_not_show_as_accepted_are_a_failure(run: ModuleRunner) -> None:
    azure = azure_now()
    azure.terms.accept = lambda terms, accepted: terms
    result = run(azure, **OPTIONS)
    assert result["failed"] is True
    assert "does not show them so" in result["msg"]


@pytest.mark.parametrize(
    ("error", "verb", "words"),
    [
        (Refused(f"could not accept: (BadRequest) {PORTAL}", status=400, code="BadRequest"), "accept", [PORTAL, "Azure portal only"]),
        (Refused("(BadRequest) Offer with PublisherId: x and OfferId: y not found."), "get", ["no plan basic", "needs no terms"]),
        (Refused("(BadRequest) The offer with Offer ID 'y' was not found."), "get", ["no plan basic"]),
        (Refused("(BadRequest) Unable to find legal terms for this offer."), "get", ["no plan basic"]),
        (Denied("(AuthorizationFailed) no.", status=403), "accept", ["agreements/write", "Contributor"]),
    ],
)
def test_a_refusal_says_what_to_do(run: ModuleRunner, error: GoldenImageError, verb: str, words: list[str]) -> None:
    result = run(refusing(error, verb), **OPTIONS)
    assert result["failed"] is True
    assert [word for word in (error.message.rstrip("."), *words) if word.rstrip(".") not in result["msg"]] == []


@pytest.mark.parametrize("error", [Denied("signing in failed", status=401), Refused("(InternalServerError) sorry", status=500)])
def test_other_errors_stay_as_they_are(run: ModuleRunner, error: GoldenImageError) -> None:
    assert run(refusing(error), **OPTIONS)["msg"] == error.message


def test_an_unknown_plan_is_missing(run: ModuleRunner) -> None:
    result = run(FakeAzure(read_only=True), **OPTIONS)
    assert "There is no plan basic of offer rabbitmq by bitnami" in result["msg"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({**OPTIONS, "plan": ""}, "plan: must be given"),
        ({**OPTIONS, "offer": "a/b"}, "offer: 'a/b' is not a name of the Marketplace"),
        ({**OPTIONS, "plan": URN}, f"marketplace_terms_info with image: {URN} shows the plan"),
    ],
)
def test_bad_names_get_one_sentence(run: ModuleRunner, options: dict[str, str], sentence: str) -> None:
    assert sentence in run(FakeAzure(), **options)["msg"]
