# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info with other sources than managed images, against an Azure in memory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import PurchasePlan
from ansible_collections.goldenimage.azure.plugins.modules import image_info

from tests.support.capture_values import CAPTURED
from tests.support.fakes import FakeAzure
from tests.support.ids import ELSEWHERE as OTHER
from tests.support.image_sources import GallerySet, target
from tests.support.module_runner import ModuleRunner

HERE = {"location": "westeurope"}
GALLERY = {"sources": "gallery"}
SHARED = {"sources": "shared", **HERE}
COMMUNITY = {"sources": "community", **HERE}
V1 = {"name": "1.0.0"}
STATE = {"scheduled_time": None, "alternative": None}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(image_info, monkeypatch)


@pytest.fixture
def azure() -> FakeAzure:
    return FakeAzure(read_only=True)


@pytest.fixture
def galleries(azure: FakeAzure) -> GallerySet:
    return GallerySet(azure)


def shown(result: dict[str, Any]) -> list[str]:
    return [f"{each['gallery']}/{each['name']}/{each['version']}" for each in result["images"]]


def denied(*_arguments: Any, **_options: Any) -> Any:
    raise Denied("could not read it: (AuthorizationFailed) no right", status=403)


# Versions


VERSIONS: dict[str, dict[str, Any]] = {
    "1.0.9": {"regions": ["West Europe", "North Europe"], "tags": {"release": "9"}},
    "1.0.10": {"regions": [target("West Europe", excludeFromLatest=False), "North Europe"], "excludeFromLatest": True},
    "1.0.11": {"regions": ["North Europe"], "publishedDate": "2020-01-01T00:00:00Z"},
    "1.0.12": {"regions": ["West Europe", "North Europe"], "properties": {"imageState": "SoftDeleted"}},
    "1.0.13": {"regions": ["West Europe"], "state": "Failed"},
}


@pytest.mark.parametrize(
    ("options", "versions"),
    [
        ({}, ["1.0.11"]),
        ({"location": "westeurope"}, ["1.0.10"]),
        ({"location": "northeurope"}, ["1.0.11"]),
        ({"location": "westeurope", "versions": "latest"}, ["1.0.10"]),
        ({"location": "northeurope", "versions": "latest"}, ["1.0.11"]),
        ({"location": "westeurope", "versions": "latest", "tags": ["release"]}, []),
        ({"tags": ["release"]}, ["1.0.9"]),
        ({"min_age": 1000}, ["1.0.11"]),
        ({"versions": "all"}, ["1.0.9", "1.0.10", "1.0.11", "1.0.12", "1.0.13"]),
        ({"versions": "all", "location": "northeurope"}, ["1.0.9", "1.0.10", "1.0.11", "1.0.12"]),
    ],
    ids=str,
)
def test_versions_follow_their_numbers(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, options: dict[str, Any], versions: list[str]
) -> None:
    galleries.own("hub", "web", VERSIONS)
    assert [each["version"] for each in run(azure, **GALLERY, **options)["images"]] == versions


def test_only_a_complete_replica_counts(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    galleries.own("hub", "web", {"1.0.0": {"regions": ["West Europe"]}, "2.0.0": {"regions": ["North Europe"]}})
    azure.gallery_image_versions.replication["northeurope"] = ["Replicating"]
    assert run(azure, **GALLERY, location="northeurope")["images"] == []
    (image,) = run(azure, **GALLERY)["images"]
    assert (image["version"], image["regions"], image["replication"]["regions"][0]["state"]) == ("2.0.0", [], "Replicating")


def test_which_version_is_the_latest_is_said_for_a_region(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    galleries.own("hub", "web", VERSIONS)
    here = run(azure, **GALLERY, versions="all", location="westeurope")["images"]
    assert {each["version"]: (each["latest"], each["exclude_from_latest"]) for each in here} == {
        "1.0.9": (False, False),
        "1.0.10": (True, False),
        "1.0.12": (False, False),
        "1.0.13": (False, False),
    }
    anywhere = run(azure, **GALLERY, versions="all")["images"]
    assert {each["version"]: (each["latest"], each["exclude_from_latest"]) for each in anywhere}["1.0.10"] == (None, True)


def test_a_version_in_a_gallery_has_all_that_is_known(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    features = [
        {"name": "SecurityType", "value": "TrustedLaunchSupported"},
        {"name": "DiskControllerTypes", "value": "SCSI, NVMe"},
        {"name": "IsHibernateSupported", "value": "True"},
    ]
    galleries.own("hub", "web", {"1.0.0": {"tags": {"b": "2"}}}, features=features, description="text", tags={"a": "1"})
    (image,) = run(azure, **GALLERY)["images"]
    id = image["id"]
    assert id.endswith("/galleries/hub/images/web/versions/1.0.0")
    expected = {
        "origin": "gallery",
        "reference": id,
        "reference_dict": {"id": id},
        "resource_group": "images",
        "subscription_id": azure.subscription,
        "gallery": "hub",
        "gallery_image": "web",
        "publisher": "example",
        "description": "text",
        "security_type": "TrustedLaunchSupported",
        "disk_controllers": ["SCSI", "NVMe"],
        "hibernation": True,
        "os_disk_size_gib": 30,
        "data_disk_luns": [5, 7],
        "plan": None,
        "deprecation": None,
        "regions": ["westeurope"],
        "published": "2026-11-18T12:00:00+00:00",
        "tags": {"a": "1", "b": "2"},
    }
    assert {key: image[key] for key in expected} == expected


def test_filters_save_requests(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    galleries.own("hub", "web", {"1.0.0": {}, "1.0.1": {}})
    galleries.own("hub", "db", {"1.0.0": {}}, osType="Windows")
    galleries.own("lab", "web", {"1.0.0": {}})
    assert shown(run(azure, **GALLERY, gallery="HUB", os_type="Linux")) == ["hub/web/1.0.1"]
    assert azure.reads == ["gallerys", "image definitions of hub", "image versions of web", "image version 1.0.1"]


def test_a_limit_ends_the_search_and_says_that_there_are_more(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    for name in ("web-10", "web-9", "web-8"):
        galleries.own("hub", name, {"1.0.0": {}})
    result = run(azure, **GALLERY, limit=1)
    assert (shown(result), result["truncated"]) == (["hub/web-8/1.0.0"], True)
    assert azure.reads.count("image version 1.0.0") == 2
    assert run(azure, **GALLERY, limit=3)["truncated"] is False


def test_a_list_of_others_is_limited_without_being_asked(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    galleries.own("hub", "web", {f"1.0.{number}": {} for number in range(101)})
    result = run(azure, **GALLERY, versions="all")
    assert (len(result["images"]), result["truncated"]) == (100, True)


# Shared galleries


def test_each_shared_gallery_is_listed_once(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    ours = galleries.own("mine", "web", {"1.0.0": {}})
    theirs = galleries.own("team", "web", {"1.0.0": {}, "2.0.0": {"regions": ["North Europe"]}}, subscription=OTHER)
    galleries.readable(ours.parent, theirs.parent)
    galleries.shared(f"{OTHER}-TEAM", "web", V1)
    galleries.shared(f"{azure.subscription}-MINE", "web", V1, tenant=True)
    for tenant in (False, True):
        galleries.shared("direct", "web", V1, tenant=tenant)
    galleries.shared("tenant", "web", V1, tenant=True)
    result = run(azure, **SHARED)
    assert shown(result) == ["direct/web/1.0.0", "tenant/web/1.0.0", "team/web/1.0.0"]
    assert [each["reference_dict"] for each in result["images"]] == [
        {"shared_gallery_image_id": "/SharedGalleries/direct/Images/web/Versions/1.0.0"},
        {"shared_gallery_image_id": "/SharedGalleries/tenant/Images/web/Versions/1.0.0"},
        {"id": f"{theirs}/versions/1.0.0"},
    ]
    assert [each["reference"] for each in result["images"]] == [next(iter(each["reference_dict"].values())) for each in result["images"]]
    assert [each["subscription_id"] for each in result["images"]] == [None, None, OTHER]


def test_subscriptions_are_asked_if_resource_graph_does_not_answer(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    galleries.own("mine", "web", {"1.0.0": {}})
    galleries.own("team", "web", {"1.0.0": {}}, subscription=OTHER)
    monkeypatch.setattr(azure.graph, "query", denied)
    monkeypatch.setattr(azure.subscriptions, "readable", lambda: (azure.subscription, OTHER))
    result = run(azure, **SHARED)
    assert (shown(result), result["complete"]) == (["team/web/1.0.0"], True)


# Community galleries


@pytest.mark.parametrize("known", [True, False])
def test_community_images_are_searched_and_their_versions_read(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, known: bool
) -> None:
    deleted = {"name": "3.0.0", "imageState": "SoftDeleted", "consumptionEndTime": "2026-12-24T00:00:00Z"}
    debian = {"identifier": {"publisher": "debian", "offer": "debian-12", "sku": "arm64"}, "architecture": "Arm64"}
    excluded = {"name": "2.0.0", "excludeFromLatest": True}
    galleries.public("prefix-1", "debian", V1, excluded, deleted, known=known, **debian)
    galleries.public("prefix-1", "web", V1, known=known)
    galleries.public("prefix-2", "debian-x64", V1, known=known)
    found = run(azure, **COMMUNITY, text="Debian 12", architecture="Arm64")["images"]
    assert [(each["version"], each["latest"]) for each in found] == [("2.0.0", False)]
    (latest,) = run(azure, **COMMUNITY, publisher="debian", architecture="Arm64", versions="latest")["images"]
    reference = "/CommunityGalleries/prefix-1/Images/debian/Versions/1.0.0"
    assert (latest["reference"], latest["reference_dict"]) == (reference, {"community_gallery_image_id": reference})
    assert (latest["latest"], latest["os_disk_size_gib"], latest["data_disk_luns"]) == (True, 30, [5])
    last = run(azure, **COMMUNITY, gallery="PREFIX-1", gallery_image="debian", versions="all")["images"][-1]
    assert (last["provisioning_state"], last["end_of_life"]) == ("SoftDeleted", "2026-12-24T00:00:00Z")


def test_a_community_image_without_a_version_in_the_region_is_not_listed(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet
) -> None:
    galleries.public("prefix-1", "web")
    assert run(azure, **COMMUNITY)["images"] == []


# Parts that cannot be read


def test_the_rest_is_returned_if_a_part_cannot_be_read(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    galleries.own("hub", "web", {"1.0.0": {}})
    monkeypatch.setattr(azure.graph, "query", denied)
    monkeypatch.setattr(azure.images, "list", denied)
    result = run(azure, sources="managed,gallery,community", **HERE)
    assert (shown(result), result["complete"]) == (["hub/web/1.0.0"], False)
    assert result["missing"] == ["could not read it: (AuthorizationFailed) no right"]


def test_one_gallery_that_cannot_be_read_does_not_hide_the_others(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    galleries.own("hub", "web", {"1.0.0": {}})
    galleries.own("lab", "web", {"1.0.0": {}})
    read = azure.gallery_images.list_in
    monkeypatch.setattr(azure.gallery_images, "list_in", lambda hub: denied() if hub.name == "hub" else read(hub))
    result = run(azure, **GALLERY)
    assert (shown(result), result["complete"], len(result["missing"])) == (["lab/web/1.0.0"], False, 1)
    assert run.warnings == ["The list is not complete: could not read it: (AuthorizationFailed) no right."]


def test_warning_about_several_missing_parts_counts_them(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.marketplace.missing = ("could not read the offers of acme", "could not read the offers of beta")
    run(azure, sources="marketplace", text="web", **HERE)
    assert run.warnings == [
        "The list is not complete: could not read the offers of acme. The result 'missing' has 2 sentences about what could not be read."
    ]


def test_the_latest_version_is_not_guessed(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    galleries.own("hub", "web", {"1.0.0": {}, "1.0.1": {}})
    read = azure.gallery_image_versions.find_replicated
    monkeypatch.setattr(
        azure.gallery_image_versions, "find_replicated", lambda version: denied() if version.name == "1.0.1" else read(version)
    )
    failed = run(azure, **GALLERY, **HERE, versions="latest")
    assert failed["failed"]
    assert failed["msg"].startswith("versions: which version is the latest one is not known, because a part of the list is missing: ")


@pytest.mark.parametrize("source", ["managed", "gallery", "shared", "community"])
def test_a_task_fails_if_nothing_can_be_read(run: ModuleRunner, azure: FakeAzure, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    for part, read in (
        (azure.images, "list"),
        (azure.galleries, "list"),
        (azure.graph, "query"),
        (azure.subscriptions, "readable"),
        (azure.others_galleries, "shared"),
    ):
        monkeypatch.setattr(part, read, denied)
    failed = run(azure, sources=source, **HERE)
    assert (failed["failed"], failed["msg"], failed["status"]) == (True, "could not read it: (AuthorizationFailed) no right", 403)


def test_an_image_whose_plan_is_not_known_is_named_as_missing(
    run: ModuleRunner, azure: FakeAzure, galleries: GallerySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = {"name": "p", "publisher": "q", "product": "r"}
    galleries.own("hub", "web", {"1.0.0": {}}, purchasePlan=plan)
    galleries.own("hub", "db", {"1.0.0": {}})
    assert [each["deprecation"] for each in run(azure, **GALLERY)["images"]] == [None, {**STATE, "state": "NotOffered"}]
    assert shown(run(azure, **GALLERY, deprecated=True)) == ["hub/web/1.0.0"]
    monkeypatch.setattr(azure.marketplace, "versions", denied)
    result = run(azure, **GALLERY, deprecated=True)
    assert (result["images"], result["complete"]) == ([], False)
    assert result["missing"][-1] == "the states of the plans of these images could not be read, so they are not in the list: web."
    assert shown(run(azure, **GALLERY, deprecated=False)) == ["hub/db/1.0.0"]


def test_terms_are_read_once_for_each_plan_in_the_result(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    plan = {"name": "p", "publisher": "q", "product": "r"}
    for name in ("web-1", "web-2", "web-3"):
        galleries.own("hub", name, {"1.0.0": {}}, purchasePlan=plan)
    azure.terms.accepted[PurchasePlan("q", "r", "p")] = True
    assert {each["terms_accepted"] for each in run(azure, **GALLERY)["images"]} == {None}
    assert "terms of p" not in azure.reads
    found = run(azure, **GALLERY, terms=True, limit=2)
    assert [each["terms_accepted"] for each in found["images"]] == [True, True]
    assert azure.reads.count("terms of p") == 1


# The request


def test_a_source_that_does_not_know_a_filter_is_named(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    azure.images.put(CAPTURED)
    galleries.own("hub", "web", {"1.0.0": {}})
    result = run(azure, sources=["managed", "gallery"], publisher="exam")
    assert shown(result) == ["hub/web/1.0.0"]
    assert result["skipped_sources"] == [{"source": "managed", "filter": "publisher", "reason": "managed images are in no gallery"}]
    assert (result["complete"], run.warnings) == (True, [])
    assert run(azure, publisher="exam")["images"] == []
    assert run.warnings == [
        "The list is empty: publisher cannot choose managed images, because managed images are in no gallery. Set sources."
    ]


def test_a_region_that_does_not_exist_is_refused(run: ModuleRunner, azure: FakeAzure, galleries: GallerySet) -> None:
    galleries.own("hub", "web", {"1.0.0": {}})
    for source in ("managed", "gallery", "shared", "community"):
        assert "location: 'westeurop' is not a region" in run(azure, sources=source, location="west europ")["msg"]
    assert run(azure, sources="gallery", location="northeurope")["images"] == []


EMPTY = (
    *("sources", "location", "name", "resource_group", "tags", "text", "os_type", "generation", "architecture", "security_type"),
    *("publisher", "offer", "sku", "gallery", "gallery_image", "min_age", "max_age", "deprecated", "versions", "terms", "limit"),
    *("cache", "cache_path", "cache_max_age", "progress"),
)


def test_an_empty_string_is_an_omitted_option(run: ModuleRunner, azure: FakeAzure) -> None:
    assert set(EMPTY) | {"auth_source"} <= set(image_info.ARGUMENTS["argument_spec"])
    azure.images.put(CAPTURED)
    omitted = run(azure)
    assert run(azure, **dict.fromkeys(EMPTY, "")) == omitted
    assert [each["name"] for each in omitted["images"]] == [CAPTURED.id.name]


def test_a_group_without_galleries_that_does_not_exist_is_named(run: ModuleRunner, azure: FakeAzure) -> None:
    azure.groups.missing = {"nogroup"}
    assert run(azure, **GALLERY, resource_group="nogroup")["images"] == []
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]
