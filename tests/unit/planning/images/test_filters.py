# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters mean the same for images of all origins, and what is not known of an image matches none."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.listed_image import (
    GALLERY,
    MARKETPLACE,
    ORIGINS,
    SHARED,
    ListedImage,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.filters import NOT_KNOWN, Filters, matches
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.request import ListRequest

NOW = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ODD = ListedImage(GALLERY, "r", {}, "", "")
"""An image of which nothing is known."""
FULL: dict[str, Any] = {
    "resource_group": "Images",
    "subscription_id": SUBSCRIPTION,
    "gallery": "Hub",
    "gallery_image": "Web",
    "publisher": "MicrosoftSQLServer",
    "offer": "sql2022-ws2022",
    "sku": "enterprise-gen2",
    "description": "Our web server",
    "published": "2026-11-18T12:00:00.1234567+00:00",
    "os_type": "Windows",
    "hyper_v_generation": "V2",
    "architecture": "x64",
    "security_type": "TrustedLaunchSupported",
    "regions": ("westeurope", "northeurope"),
    "tags": {"Role": "web", "empty": ""},
}


def image(origin: str = GALLERY, name: str = "Web", **more: Any) -> ListedImage:
    return ListedImage(origin, "r", {}, name, "West Europe", **{**FULL, **more})


PARAMS: list[tuple[dict[str, Any], bool]] = [
    ({"name": "WEB"}, True),
    ({"name": "we"}, False),
    ({"resource_group": "images"}, True),
    ({"resource_group": "image"}, False),
    ({"tags": ["ROLE:web", "empty:"]}, True),
    ({"tags": ["role:WEB"]}, False),
    ({"os_type": "Windows"}, True),
    ({"os_type": "Linux"}, False),
    ({"generation": "V2"}, True),
    ({"generation": "V1"}, False),
    ({"architecture": "x64"}, True),
    ({"architecture": "Arm64"}, False),
    ({"security_type": ["TrustedLaunch", "TrustedLaunchSupported"]}, True),
    ({"security_type": ["TrustedLaunch"]}, False),
    ({"publisher": "sqlserver"}, True),
    ({"publisher": "sql.server"}, False),
    ({"offer": "WS2022"}, True),
    ({"sku": "gen2"}, True),
    ({"sku": "gen1"}, False),
    ({"gallery": "hub"}, True),
    ({"gallery": f"{SUBSCRIPTION}-HUB"}, True),
    ({"gallery": "hu"}, False),
    ({"gallery_image": "web"}, True),
    ({"gallery_image": "db"}, False),
    ({"location": "North Europe"}, True),
    ({"location": "eastus"}, False),
    ({"min_age": 9}, True),
    ({"min_age": 10}, False),
    ({"max_age": 10}, True),
    ({"max_age": 9}, False),
    ({"text": "sql  Server 2022"}, True),
    ({"text": "sql server 2019"}, False),
    ({"text": "our WEB empty images"}, True),
    ({"deprecated": False}, True),
    ({"deprecated": True}, False),
]
RECENT = {"published": "2026-11-18T18:00:00Z"}
"""Nine and three quarters days before."""


def asked(params: dict[str, Any]) -> Filters:
    return ListRequest.from_params(params).filters


@pytest.mark.parametrize(("params", "expected"), PARAMS, ids=str)
def test_a_filter_chooses(params: dict[str, Any], expected: bool) -> None:
    assert matches(image(**RECENT), asked(params), NOW) is expected


@pytest.mark.parametrize("params", [params for params, _expected in PARAMS if params != {"deprecated": False}], ids=str)
def test_what_is_not_known_matches_no_filter(params: dict[str, Any]) -> None:
    assert not matches(ODD, asked(params), NOW)


def test_an_empty_string_counts_as_an_omitted_filter() -> None:
    names = ("name", "resource_group", "text", "os_type", "generation", "architecture", "publisher", "offer", "sku", "gallery", "location")
    assert asked({**dict.fromkeys(names, ""), "tags": "", "security_type": [""], "sources": [""], "gallery_image": ""}) == Filters()


def test_a_gallery_of_others_has_a_unique_name() -> None:
    shared = image(SHARED, gallery=f"{SUBSCRIPTION}-HUB", subscription_id=None)
    for name, expected in (("hub", True), (f"{SUBSCRIPTION}-hub", True), ("b", False), ("", True)):
        assert matches(shared, asked({"gallery": name}), NOW) is expected


def test_the_region_of_an_image_counts_if_its_regions_are_not_known() -> None:
    assert matches(image(regions=None), asked({"location": "westeurope"}), NOW)
    assert not matches(image(regions=()), asked({"location": "westeurope"}), NOW)


def test_words_are_looked_for_in_the_names_of_marketplace_images_only() -> None:
    assert matches(image(MARKETPLACE), asked({"text": "sql2022 gen2"}), NOW)
    assert not matches(image(MARKETPLACE), asked({"text": "web"}), NOW)


@pytest.mark.parametrize(
    ("plan", "state", "wanted"),
    [
        ({}, None, [False]),
        ({"name": "p"}, None, []),
        ({"name": "p"}, "Active", [False]),
        ({"name": "p"}, "ScheduledForDeprecation", [True]),
        ({"name": "p"}, "Deprecated", [True]),
        ({"name": "p"}, "NotOffered", [True]),
    ],
)
def test_an_image_is_deprecated_with_its_plan(plan: dict[str, str], state: str | None, wanted: list[bool]) -> None:
    found = image(plan=plan or None, deprecation=state and {"state": state})
    assert [each for each in (False, True) if matches(found, Filters(deprecated=each), NOW)] == wanted


def test_filters_that_an_origin_does_not_know_are_options() -> None:
    assert set(NOT_KNOWN) == set(ORIGINS)
    names = {name for known in NOT_KNOWN.values() for name in known}
    assert names <= set(vars(Filters()))


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"sources": ["shared"]}, "location: name a region, such as westeurope, because .* for one region only: shared."),
        ({"sources": ["marketplace", "managed", "community"]}, "for one region only: community, marketplace."),
        ({"sources": ["all"], "location": ""}, "for one region only: shared, community, marketplace."),
        ({"sources": ["gallery"], "versions": "latest"}, "location: name a region, .* because versions: latest depends on it."),
        (
            {"location": "west/europe"},
            "location: 'west/europe' is not a valid name for a region: use letters and digits, as in westeurope.",
        ),
        ({"min_age": -1}, "min_age: must be at least 0, not -1."),
        ({"max_age": -1}, "max_age: must be at least 0, not -1."),
        ({"min_age": 3, "max_age": 2}, "min_age: must not be above max_age, which is 2, but is 3."),
        ({"limit": 0}, "limit: must be at least 1, not 0."),
        ({"cache_max_age": 0}, "cache_max_age: must be at least 1 hours, not 0."),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused(params: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        ListRequest.from_params(params)


@pytest.mark.parametrize(
    ("params", "sources", "limit"),
    [
        ({}, ("managed",), None),
        ({"sources": ["managed"]}, ("managed",), None),
        ({"sources": ["gallery", "managed", "gallery"]}, ("managed", "gallery"), 100),
        ({"sources": ["all"], "location": "westeurope"}, ORIGINS, 100),
        ({"sources": ["gallery"], "limit": 3}, ("gallery",), 3),
    ],
)
def test_sources_have_an_order_and_a_limit(params: dict[str, Any], sources: tuple[str, ...], limit: int | None) -> None:
    request = ListRequest.from_params(params)
    assert (request.sources, request.limit) == (sources, limit)
