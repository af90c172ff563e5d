# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of Marketplace images for tests of planning, and an Azure that offers them."""

from __future__ import annotations

from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import MarketplaceVersion, PurchasePlan, Sku

from tests.support.fakes import FakeAzure

PLACE = "westeurope"
SQL = "MicrosoftSQLServer:sql2022-ws2022:standard-gen2:16.0.1"
UBUNTU = "Canonical:ubuntu-24_04-lts:server:24.04.202601010"


def version(urn: str, location: str = PLACE, **properties: Any) -> MarketplaceVersion:
    """A version with a URN. Names of properties are those of Azure's JSON."""
    publisher, offer, sku, name = urn.split(":")
    return MarketplaceVersion(Sku(publisher, offer, sku), name, location, {"osDiskImage": {"operatingSystem": "Linux"}, **properties})


def under(plan: PurchasePlan) -> dict[str, str]:
    """A plan as Azure's JSON has it."""
    return {"name": plan.name, "publisher": plan.publisher, "product": plan.product}


def status(state: str, when: str | None = None, **alternative: str) -> dict[str, Any]:
    """A deprecation state as Azure's JSON has it."""
    return {"imageState": state, "scheduledDeprecationTime": when, "alternativeOption": alternative or None}


def features(**values: str) -> list[dict[str, str]]:
    """Features as Azure's JSON has them."""
    return [{"name": name, "value": value} for name, value in values.items()]


def offering(*versions: MarketplaceVersion) -> FakeAzure:
    """An Azure whose Marketplace has these versions."""
    azure = FakeAzure()
    azure.marketplace.known = list(versions)
    return azure
