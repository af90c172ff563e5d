# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info over the lab's Marketplace. Expected answers are computed from the tables of the catalogue, by code of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Image, ImageVersion

from tests.support.catalogue import SEED
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.tasks import LabTasks

Wanted = Callable[[Image], bool]


@pytest.fixture
def market(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Lists images of the Marketplace of the lab, without the cache."""
    tasks = LabTasks(catalogue_lab, monkeypatch)

    def run(fails: bool = False, **params: Any) -> dict[str, Any]:
        task = tasks.fails if fails else tasks
        return task(image_info, **{"sources": ["marketplace"], "location": LOCATION, "cache": False, "limit": 100000, **params})

    return run


def images(wanted: Wanted) -> Iterator[Image]:
    """The images of the region that fulfil a condition, in the order of the catalogue."""
    for publisher in generate(SEED).publishers.values():
        for offer in (publisher.offers or {}).values():
            if LOCATION not in offer.missing_in:
                yield from filter(wanted, offer.images.values())


def urn(image: Image, version: ImageVersion) -> str:
    return f"{image.publisher}:{image.offer}:{image.sku}:{version.name}"


def here(image: Image) -> list[ImageVersion]:
    """The versions in the region, the oldest one first."""
    return sorted((each for each in image.versions if LOCATION not in each.missing_in), key=lambda each: each.order)


def newest(wanted: Wanted) -> set[str]:
    return {urn(image, here(image)[-1]) for image in images(wanted) if here(image)}


def every(wanted: Wanted) -> set[str]:
    return {urn(image, version) for image in images(wanted) for version in here(image)}


def deployed(wanted: Wanted) -> set[str]:
    usable = {image: [each for each in here(image) if each.deprecation.state != "Deprecated"] for image in images(wanted)}
    return {urn(image, versions[-1]) for image, versions in usable.items() if versions}


def names(image: Image) -> str:
    return f"{image.publisher} {image.offer} {image.sku}".lower()


def feature(image: Image, name: str) -> str | None:
    return dict(image.features).get(name)


def references(result: dict[str, Any]) -> set[str]:
    found = [each["reference"] for each in result["images"]]
    assert len(set(found)) == len(found)
    return set(found)


# Every choice names a publisher, because a walk through the complete catalogue takes minutes at the pace that Azure allows.
CHOICES: dict[str, tuple[dict[str, Any], Wanted]] = {
    "sql server 2022": (
        {"publisher": "microsoft", "text": "sql server 2022"},
        lambda image: "microsoft" in image.publisher.lower() and all(word in names(image) for word in ("sql", "server", "2022")),
    ),
    "words of a publisher and a SKU": (
        {"publisher": "CANON", "text": "Canonical GEN1 server"},
        lambda image: "canon" in image.publisher.lower() and all(word in names(image) for word in ("canonical", "gen1", "server")),
    ),
    "generation and security type of Windows Server 2025": (
        {
            "publisher": "microsoftwindowsserver",
            "sku": "2025",
            "generation": "V2",
            "security_type": ["TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported"],
        },
        lambda image: (
            "microsoftwindowsserver" in image.publisher.lower()
            and "2025" in image.sku
            and image.generation == "V2"
            and feature(image, "SecurityType") in ("TrustedLaunchSupported", "TrustedLaunchAndConfidentialVmSupported")
        ),
    ),
    "architecture": (
        {"publisher": "canonical", "architecture": "Arm64"},
        lambda i: "canonical" in i.publisher.lower() and i.architecture == "Arm64",
    ),
    "offer and system": (
        {"publisher": "sqlserver", "offer": "sql2022", "os_type": "Linux"},
        lambda image: "sqlserver" in image.publisher.lower() and "sql2022" in image.offer.lower() and image.os_type == "Linux",
    ),
    "no such image": ({"publisher": "canonical", "offer": "no-such-offer"}, lambda image: False),
}


@pytest.mark.parametrize(("params", "wanted"), CHOICES.values(), ids=CHOICES)
def test_images_are_those_of_the_catalogue(market: Any, params: dict[str, Any], wanted: Wanted) -> None:
    assert references(market(**params)) == newest(wanted)
    assert references(market(**params, versions="all")) == every(wanted)
    assert references(market(**params, versions="latest")) == deployed(wanted)


def test_sql_server_2022_on_windows_server_2022_is_found_by_its_words(market: Any) -> None:
    assert "MicrosoftSQLServer:sql2022-ws2022" in {
        each.rsplit(":", 2)[0] for each in references(market(publisher="microsoftsql", text="sql server 2022"))
    }


def test_generation_is_the_property_and_not_the_name(market: Any) -> None:
    liar = next(images(lambda image: "gen2" in image.sku.lower() and image.generation == "V1" and bool(here(image))))

    def is_wanted(image: Image) -> bool:
        return liar.publisher.lower() in image.publisher.lower() and "gen2" in image.sku.lower() and image.generation == "V1"

    assert references(market(publisher=liar.publisher, sku="gen2", generation="V1")) == newest(is_wanted)


def test_versions_are_compared_as_numbers(market: Any) -> None:
    def is_mixed(image: Image) -> bool:
        """Whether the largest name of a version is not that of the largest number, as of 1.0.9 and 1.0.10."""
        versions = here(image)
        return bool(versions) and versions[-1].name != max(each.name for each in versions)

    image = next(images(is_mixed))
    params = {"publisher": image.publisher, "offer": image.offer, "sku": image.sku}
    assert urn(image, here(image)[-1]) in references(market(**params))


@pytest.mark.parametrize("wanted", [True, False])
def test_images_are_chosen_by_the_state_of_their_newest_version(market: Any, wanted: bool) -> None:
    def is_wanted(image: Image) -> bool:
        state = here(image)[-1].deprecation.state if here(image) else None
        return "canonical" in image.publisher.lower() and state is not None and (state != "Active") == wanted

    assert references(market(publisher="canonical", deprecated=wanted)) == newest(is_wanted)


def test_an_image_has_the_properties_of_the_catalogue(market: Any) -> None:
    def is_scheduled(image: Image) -> bool:
        versions = here(image)
        return bool(image.plan and versions and versions[-1].deprecation.time and versions[-1].deprecation.option == "Plan")

    image = next(images(is_scheduled))
    version = here(image)[-1]
    (row,) = (
        each
        for each in market(publisher=image.publisher, offer=image.offer, sku=image.sku)["images"]
        if each["reference"] == urn(image, version)
    )
    assert image.plan is not None
    assert row["plan"] == {"name": image.plan.name, "publisher": image.plan.publisher, "product": image.plan.product}
    assert (row["os_type"], row["hyper_v_generation"], row["architecture"]) == (image.os_type, image.generation, image.architecture)
    assert row["features"] == dict(image.features)
    assert row["security_type"] == (feature(image, "SecurityType") or "Standard")
    assert row["deprecation"] == {
        "state": "ScheduledForDeprecation",
        "scheduled_time": f"{version.deprecation.time[:10]}T00:00:00.000000Z",
        "alternative": {"type": "Plan", "value": version.deprecation.alternative},
    }
    assert (row["reference_dict"], row["regions"], row["latest"]) == (
        {"publisher": image.publisher, "offer": image.offer, "sku": image.sku, "version": version.name},
        [LOCATION],
        True,
    )


def test_whole_marketplace_is_refused_with_the_number_of_its_publishers(market: Any) -> None:
    publishers = len(generate(SEED).publishers)
    refusal = market(fails=True, os_type="Linux")["msg"]
    assert f"would take more than {publishers + 1} calls, because it has {publishers} publishers" in refusal
    assert "publisher, offer, sku, text" in refusal


def test_region_that_does_not_exist_is_refused(market: Any) -> None:
    assert "atlantis" in market(fails=True, location="atlantis", text="sql")["msg"]
