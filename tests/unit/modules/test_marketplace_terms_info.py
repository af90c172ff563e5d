# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""marketplace_terms_info: the terms of a plan or of an image, and what a user learns if there are none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import PurchasePlan, Terms
from ansible_collections.goldenimage.azure.plugins.modules import marketplace_terms_info

from tests.support.fakes import FakeAzure
from tests.support.module_runner import ModuleRunner

PLAN = PurchasePlan("bitnami", "rabbitmq", "basic")
OPTIONS = {"publisher": "bitnami", "offer": "rabbitmq", "plan": "basic"}
URN = "bitnami:rabbitmq:sku1:latest"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(marketplace_terms_info, monkeypatch)


def azure_now(accepted: bool = False) -> FakeAzure:
    azure = FakeAzure(read_only=True)
    azure.terms.accepted[PLAN] = accepted
    return azure


def test_names_and_links_are_those_of_azure(read: ModuleRunner) -> None:
    azure = azure_now()
    names = {"publisher": "Bitnami", "product": "RabbitMQ", "plan": "Basic"}
    properties = {**names, "licenseTextLink": "https://x/l.txt", "signature": "S3CR3T"}
    azure.terms.get = lambda plan: Terms(plan, True, {"properties": properties})
    terms = read(azure, **OPTIONS)["terms"]
    assert (terms["publisher"], terms["offer"], terms["plan"]) == ("Bitnami", "RabbitMQ", "Basic")
    assert (terms["accepted"], terms["license_url"], terms["privacy_policy_url"]) == (True, "https://x/l.txt", None)
    assert "S3CR3T" not in str(terms)


def test_the_plan_of_an_image_is_read(read: ModuleRunner) -> None:
    azure = azure_now(accepted=True)
    azure.catalog.images[URN] = CatalogImage(plan={"publisher": "bitnami", "product": "rabbitmq", "name": "basic"})
    for image in (URN, {"publisher": "bitnami", "offer": "rabbitmq", "sku": "sku1"}):
        assert read(azure, image=image, location="westeurope")["terms"]["plan"] == "basic"


def test_an_image_without_a_plan_needs_no_terms(read: ModuleRunner) -> None:
    azure = azure_now()
    azure.catalog.images[URN] = CatalogImage()
    result = read(azure, image=URN, location="westeurope")
    assert (result["terms"], result["msg"]) == (None, f"Image {URN} has no plan, so it needs no terms.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "publisher: must be given"),
        ({"image": URN}, "location: must be given with image"),
        ({"image": URN, "location": "westeurope", "plan": "x"}, "not image and plan"),
        ({"image": "debian", "location": "westeurope"}, "give publisher:offer:sku:version"),
        ({"image": {"publisher": "a", "offer": "b"}, "location": "westeurope"}, "has no sku"),
        ({"image": {"publisher": "a", "name": "b"}, "location": "westeurope"}, "unknown key name"),
        ({"image": URN, "location": "westeurope"}, "this identity may not read image"),
    ],
)
def test_bad_queries_get_one_sentence(read: ModuleRunner, options: dict[str, Any], sentence: str) -> None:
    assert sentence in read(FakeAzure(), **options)["msg"]
