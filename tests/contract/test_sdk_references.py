# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bare azure-mgmt-compute makes a VM from every kind of reference that image_info returns, and gets Azure's refusals of a plan."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.empty_lab import empty_lab
from tests.contract.sdks import Run, oldest, run
from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, of_whole
from tests.support.lab_group import LabGroup
from tests.support.platform_images import Plan, free_image, image_with_plan, set_terms
from tests.support.running_lab import RunningLab

SEED = os.environ.get("CATALOGUE_SEED", "7")
SCENARIO = Path(__file__).with_name("sdk_references.py")
SUPPORTED = ("oldest", "newest")


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    """A lab with a Marketplace and nothing else."""
    with empty_lab("--catalogue-seed", SEED) as client:
        yield RunningLab(client.settings)


@pytest.fixture(scope="module")
def bought(lab: RunningLab) -> tuple[dict[str, str], Plan]:
    """A Marketplace image that is bought under a plan, and this plan."""
    return image_with_plan(lab)


@pytest.fixture(scope="module")
def references(lab: RunningLab, bought: tuple[dict[str, str], Plan]) -> dict[str, dict[str, Any]]:
    """One reference of each kind."""
    image, plan = bought
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
        "free": free_image(lab),
        "bought": {**image, "plan": plan._asdict()},
        "bought-latest": {**image, "version": "latest", "plan": plan._asdict()},
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
def refused(lab: RunningLab, bought: tuple[dict[str, str], Plan]) -> dict[str, Run]:
    """What each SDK sees of VMs of the bought image while its terms are not accepted."""
    image, plan = bought
    set_terms(lab, plan, accepted=False)
    return _through_both(lab, {"no-plan": image, "no-terms": {**image, "plan": plan._asdict()}})


@pytest.fixture(scope="module")
def made(
    lab: RunningLab,
    refused: dict[str, Run],
    references: dict[str, dict[str, Any]],
    bought: tuple[dict[str, str], Plan],
) -> dict[str, Run]:
    """What each SDK sees of VMs from all references, and of one without the plan of its image, after the terms were accepted."""
    image, plan = bought
    set_terms(lab, plan, accepted=True)
    return _through_both(lab, {**references, "no-plan": image})


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
