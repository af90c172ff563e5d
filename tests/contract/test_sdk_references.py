# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bare azure-mgmt-compute makes a VM from every kind of reference that image_info returns, and gets Azure's refusals of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azlab.arm.compute.marketplace.tables import Image

from tests.contract.empty_lab import empty_lab
from tests.contract.sdks import Run, oldest, run
from tests.support.catalogue import SEED
from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, of_whole
from tests.support.lab_group import LabGroup
from tests.support.market_images import active, image_with, plan_of, terms_path
from tests.support.running_lab import RunningLab

SCENARIO = Path(__file__).with_name("sdk_references.py")
SUPPORTED = ("oldest", "newest")


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    """A lab with a Marketplace and nothing else."""
    with empty_lab("--catalogue-seed", str(SEED)) as client:
        yield RunningLab(client.settings)


@pytest.fixture(scope="module")
def bought() -> Image:
    """A Marketplace image that is bought under a plan."""
    return image_with(lambda image: image.plan and _usable(image))


def _usable(image: Image) -> bool:
    return image.architecture == "x64" and bool(active(image))


def _reference(image: Image) -> dict[str, str]:
    return {"publisher": image.publisher, "offer": image.offer, "sku": image.sku, "version": active(image)[-1].name}


@pytest.fixture(scope="module")
def references(lab: RunningLab, bought: Image) -> dict[str, dict[str, Any]]:
    """One reference of each kind."""
    own = LabVersions(lab, lab.put_group())
    managed = LabGroup(lab, own.group).image().id
    own.made()
    version = own.create(own.image(), of_whole(managed))["id"]
    to_subscription, to_all = _shared(lab, managed), _public(lab, managed)
    return {
        "managed": {"id": managed},
        "definition": {"id": version.partition("/versions/")[0]},
        "version": {"id": version},
        "shared": {"sharedGalleryImageId": f"/SharedGalleries/{to_subscription}/Images/i/Versions/1.0.0"},
        "shared-latest": {"sharedGalleryImageId": f"/SharedGalleries/{to_subscription}/Images/i/Versions/latest"},
        "community": {"communityGalleryImageId": f"/CommunityGalleries/{to_all}/Images/i/Versions/1.0.0"},
        "community-latest": {"communityGalleryImageId": f"/CommunityGalleries/{to_all}/Images/i"},
        "free": _reference(image_with(lambda image: image.plan is None and _usable(image))),
        "bought": {**_reference(bought), "plan": plan_of(bought)},
        "bought-latest": {**_reference(bought), "version": "latest", "plan": plan_of(bought)},
    }


def _shared(lab: RunningLab, managed: str) -> str:
    """The unique name of a gallery with a version that is shared with the subscription of the lab's client."""
    gallery = _gallery(lab, managed, "Groups")
    groups = [{"type": "Subscriptions", "ids": [lab.settings.subscription]}]
    gallery.done(gallery.ask("POST", "share", {"operationType": "Add", "groups": groups}))
    return str(gallery.properties()["identifier"]["uniqueName"])


def _public(lab: RunningLab, managed: str) -> str:
    """The public name of a community gallery with a version."""
    gallery = _gallery(lab, managed, "Community")
    gallery.done(gallery.ask("POST", "share", {"operationType": "EnableCommunity"}))
    return str(gallery.at(GALLERIES).properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"][0])


def _gallery(lab: RunningLab, managed: str, permissions: str) -> LabVersions:
    gallery = LabVersions(lab, lab.put_group())
    gallery.made(permissions)
    gallery.create(gallery.image(), of_whole(managed))
    return gallery


@pytest.fixture(scope="module")
def refused(lab: RunningLab, bought: Image) -> dict[str, Run]:
    """The results of VMs of the bought image before its terms are accepted, for each SDK."""
    return _through_both(lab, {"no-plan": _reference(bought), "no-terms": {**_reference(bought), "plan": plan_of(bought)}})


@pytest.fixture(scope="module")
def made(lab: RunningLab, refused: dict[str, Run], references: dict[str, dict[str, Any]], bought: Image) -> dict[str, Run]:
    """The results of VMs from all references, and of one without the plan of its image, after the terms were accepted, for each SDK."""
    _accept(lab, terms_path(bought))
    return _through_both(lab, {**references, "no-plan": _reference(bought)})


def _accept(lab: RunningLab, path: str) -> None:
    """Accept the terms of a plan as az does: read them, and send them back whole."""
    terms = lab.arm("GET", path, version="2021-01-01").raise_for_status().json()
    terms["properties"]["accepted"] = True
    lab.arm("PUT", path, terms, "2021-01-01").raise_for_status()


def _through_both(lab: RunningLab, references: Mapping[str, Any]) -> dict[str, Run]:
    return {
        name: run(SCENARIO, packages, lab.settings.state, *_group_and_subnet(lab), told=references)
        for name, packages in zip(SUPPORTED, (oldest(), ""), strict=True)
    }


def _group_and_subnet(lab: RunningLab) -> tuple[str, str]:
    group = lab.put_group()
    return group, lab.put_subnet(group)


@pytest.mark.parametrize("sdk", SUPPORTED)
def test_a_vm_is_made_from_every_kind_of_reference(sdk: str, made: dict[str, Run], references: dict[str, dict[str, Any]]) -> None:
    assert (made[sdk].version == "33.0.0") == (sdk == "oldest")
    assert {name: made[sdk].seen[name] for name in references} == {
        name: {"state": "Succeeded", "plan": reference.get("plan", {}).get("name"), **_as_shown(reference)}
        for name, reference in references.items()
    }


def _as_shown(reference: Mapping[str, Any]) -> dict[str, Any]:
    """A reference with the names that the SDK's models have."""
    names = {"sharedGalleryImageId": "shared_gallery_image_id", "communityGalleryImageId": "community_gallery_image_id"}
    return {names.get(key, key): value for key, value in reference.items() if key not in ("plan", "version")}


@pytest.mark.parametrize("sdk", SUPPORTED)
def test_a_plan_is_refused_as_azure_refuses_it(sdk: str, refused: dict[str, Run], made: dict[str, Run]) -> None:
    assert refused[sdk].seen == {"no-plan": "VMMarketplaceInvalidInput", "no-terms": "ResourcePurchaseValidationFailed"}
    assert made[sdk].seen["no-plan"] == "VMMarketplaceInvalidInput"
