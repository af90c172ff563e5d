# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_boot with images of the Marketplace: plan, terms and deprecation are known before the first write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import (
    Denied,
    Failed,
    GoldenImageError,
    Missing,
    Refused,
    Unavailable,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import MarketplaceVersion, PurchasePlan, Sku
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.provisioning import ProvisionVm
from ansible_collections.goldenimage.azure.plugins.modules import image_boot

from tests.support.capture_values import CAPTURED
from tests.support.fakes import FakeAzure
from tests.support.ids import an_id
from tests.support.module_runner import ModuleRunner

URN = "bitnami:rabbitmq:sku1:1.0.0"
LEFT = MarketplaceVersion(Sku("bitnami", "rabbitmq", "sku1"), "1.0.1", "westeurope")
NEW = an_id(VM, "images", "t1")
PLAN = PurchasePlan("bitnami", "rabbitmq", "basic")
IMAGE = CatalogImage(os_type="Linux", plan={"publisher": "bitnami", "product": "rabbitmq", "name": "basic"})
OPTIONS: dict[str, Any] = {
    "name": "t1",
    "resource_group": "images",
    "image": URN,
    "subnet": {"virtual_network": "net", "subnet": "default"},
    "admin_username": "me",
    "admin_password": "Correct-Horse-9",
}
MISSING_TERMS = "accept them once with the module marketplace_terms (publisher: bitnami, offer: rabbitmq, plan: basic)"
NOT_ELIGIBLE = "MarketplacePurchaseEligibilityFailed"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(image_boot, monkeypatch)


def azure_now(accepted: bool | None = True, image: CatalogImage = IMAGE, **options: Any) -> FakeAzure:
    azure = FakeAzure(**options)
    azure.catalog.images[URN] = image
    if accepted is not None:
        azure.terms.accepted[PLAN] = accepted
    return azure


def raising(error: GoldenImageError) -> Any:
    def refuse(*arguments: Any) -> Any:
        raise error

    return refuse


def test_the_plan_comes_from_the_image(run: ModuleRunner) -> None:
    azure = azure_now()
    assert run(azure, **OPTIONS)["changed"] is True
    assert azure.writes[0][3]["plan"] == {"publisher": "bitnami", "product": "rabbitmq", "name": "basic"}


@pytest.mark.parametrize("check", [True, False])
def test_terms_that_are_not_accepted_are_found_before_the_first_write(run: ModuleRunner, check: bool) -> None:
    result = run(azure_now(accepted=False, read_only=True), check=check, **OPTIONS)
    assert result["failed"] is True
    assert MISSING_TERMS in result["msg"]


def test_the_plan_in_the_tag_of_a_managed_image_needs_terms_too(run: ModuleRunner) -> None:
    tagged = replace(CAPTURED, tags={tag.PLAN: '{"name":"basic","product":"rabbitmq","publisher":"bitnami"}'})
    azure = FakeAzure(images=[tagged], read_only=True)
    azure.terms.accepted[PLAN] = False
    assert MISSING_TERMS in run(azure, **{**OPTIONS, "image": "web-1"})["msg"]


@pytest.mark.parametrize(
    "error",
    [Denied("no", status=403), Missing("no", status=404), Refused("no", status=500), Unavailable("no answer"), Failed("no", status=302)],
)
def test_terms_that_cannot_be_read_are_left_to_azure(run: ModuleRunner, error: GoldenImageError) -> None:
    azure = azure_now()
    azure.terms.get = raising(error)
    assert run(azure, **OPTIONS)["changed"] is True


def test_an_image_without_a_plan_asks_for_no_terms(run: ModuleRunner) -> None:
    azure = azure_now(image=CatalogImage(os_type="Linux"))
    assert run(azure, **OPTIONS)["changed"] is True
    assert not [read for read in azure.reads if read.startswith("terms")]


@pytest.mark.parametrize("check", [True, False])
def test_an_image_that_says_that_it_is_deprecated_is_refused_with_its_replacement(run: ModuleRunner, check: bool) -> None:
    state = {"state": "Deprecated", "scheduled_time": None, "alternative": {"type": "Plan", "value": "basic2"}}
    result = run(azure_now(image=replace(IMAGE, deprecation=state), read_only=True), check=check, **OPTIONS)
    assert f"image {URN} is deprecated, so no VM can be made from it: its publisher names plan basic2 as replacement." in result["msg"]


def test_a_deprecation_that_is_to_come_is_a_warning(run: ModuleRunner) -> None:
    state = {"state": "ScheduledForDeprecation", "scheduled_time": "2027-01-01T00:00:00Z", "alternative": None}
    run(azure_now(image=replace(IMAGE, deprecation=state)), **OPTIONS)
    assert run.warnings == [
        f"Image {URN} will be deprecated on 2027-01-01T00:00:00Z, and no VM can be made from it then: "
        "its publisher names no replacement, so choose another image."
    ]


@pytest.mark.parametrize(("left", "hint"), [
    ([LEFT], "Name another version, such as bitnami:rabbitmq:sku1:latest."),
    ([], "Choose another image: image_info with sources: marketplace lists them."),
])  # fmt: skip
def test_azures_answer_that_a_version_is_deprecated_names_another_one(run: ModuleRunner, left: list[MarketplaceVersion], hint: str) -> None:
    azure = azure_now(read_only=True)
    azure.marketplace.known = left
    azure.catalog.find = raising(Refused("could not read: (ImageVersionDeprecated) It is deprecated.", code="ImageVersionDeprecated"))
    result = run(azure, **OPTIONS)
    assert (result["failed"], result["msg"]) == (True, f"could not read: (ImageVersionDeprecated) It is deprecated. {hint}")


@pytest.mark.parametrize(("text", "accepted", "hint"), [
    ("Legal terms have not been accepted.", True, "that can take 30 minutes to become effective: run again later."),
    ("See inner errors for details.", True, "that can take 30 minutes to become effective: run again later."),
    ("See inner errors for details. (BadRequest) It is not to be sold in market: 'US'.", True, "sold in market: 'US'."),
    ("Legal terms have not been accepted.", None, MISSING_TERMS),
])  # fmt: skip
def test_a_refusal_to_sell_says_whether_the_terms_are_the_reason(run: ModuleRunner, text: str, accepted: bool | None, hint: str) -> None:
    refused = Refused(f"could not create VM t1: ({NOT_ELIGIBLE}) {text}", code=NOT_ELIGIBLE, status=400)
    result = run(azure_now(accepted, break_at=("create VM", refused)), **OPTIONS)
    assert text.rstrip(".") in result["msg"]
    assert hint in result["msg"]
    assert ("terms" in result["msg"]) is ("US" not in text)


@pytest.mark.parametrize(("error", "accepted", "again"), [
    (Refused("Legal terms have not been accepted.", code=NOT_ELIGIBLE), True, True),
    (Refused("Legal terms have not been accepted.", code="ResourcePurchaseValidationFailed"), True, True),
    (Refused("Legal terms have not been accepted.", code=NOT_ELIGIBLE), False, False),
    (Refused("Legal terms have not been accepted.", code=NOT_ELIGIBLE), None, False),
    (Refused("It is not to be sold in market: 'US'.", code=NOT_ELIGIBLE), True, False),
    (Refused("Legal terms have not been accepted.", code="QuotaExceeded"), True, False),
    (Refused("You have not accepted the legal terms on this subscription: 'x'.", code="ResourcePurchaseValidationFailed"), True, True),
    (Refused("It returned errors. See inner errors for details.", code=NOT_ELIGIBLE), True, False),
    (Refused("It cannot be purchased. See details for more information.'", code="ResourcePurchaseValidationFailed"), True, False),
    (Refused("A policy forbids offers whose legal terms were not reviewed.", code=NOT_ELIGIBLE), True, False),
])  # fmt: skip
def test_a_vm_is_requested_again_only_while_its_terms_are_accepted(error: Refused, accepted: bool | None, again: bool) -> None:
    azure, asked = azure_now(accepted), []
    azure.machines.create_later = lambda vm, body, is_too_early: asked.append(is_too_early(error))
    ProvisionVm(NEW, "image", {"plan": IMAGE.plan}).run(azure, Silence())
    assert asked == [again]


def test_empty_strings_count_as_omitted(run: ModuleRunner) -> None:
    empty = dict.fromkeys(("os_type", "security_type", "storage_account_type", "location", "zone", "size"), "")
    first, second = azure_now(), azure_now()
    run(first, **OPTIONS)
    run(second, **OPTIONS, **empty)
    assert first.writes == second.writes
