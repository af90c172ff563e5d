# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of docs/finding-images.md about galleries of others and about own images: answers are computed here by other code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images import filters
from ansible_collections.goldenimage.azure.plugins.modules import image_info
from azlab.arm.compute.others.generate import galleries
from azlab.arm.compute.others.tables import COMMUNITY, ROLE, SUBSCRIPTION, TENANT, OthersGallery, OthersImage, OthersVersion

from tests.support.bodies import image_of_disk
from tests.support.catalogue import SEED
from tests.support.gallery_versions import LabVersions, of_disk
from tests.support.lab_group import LabGroup
from tests.support.market_images import image_with, plan_of
from tests.support.questions import LOCATION, QUESTIONS, Ask
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

OTHER = "northeurope"


@pytest.fixture
def ask(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask a question of the document with its own command."""
    tasks = LabTasks(catalogue_lab, monkeypatch)
    return lambda number: tasks(image_info, **QUESTIONS[number].options, cache=False)


@pytest.fixture
def owned(catalogue_lab: RunningLab) -> LabGroup:
    """A resource group for own images."""
    return LabGroup(catalogue_lab, catalogue_lab.put_group())


def newest_versions(kinds: tuple[str, ...]) -> Iterator[tuple[OthersGallery, OthersImage, OthersVersion]]:
    """The version with the highest number of each image of others in the region that was not deleted."""
    for gallery in (each for each in galleries(SEED) if each.shared_with in kinds):
        for image in gallery.images:
            here = [each for each in image.versions if LOCATION in each.regions and each.soft_deleted_until is None]
            if here:
                yield gallery, image, max(here, key=lambda each: [int(part) for part in each.name.split(".")])


def references(answer: dict[str, Any]) -> set[str]:
    assert (answer["complete"], answer["truncated"]) == (True, False)
    return {each["reference"] for each in answer["images"]}


def in_group(answer: dict[str, Any], group: LabGroup) -> set[str]:
    """The names of the images of an answer that are in a group, with their versions."""
    return {f"{each['name']} {each['version']}" for each in answer["images"] if each["resource_group"] == group.name}


def test_flatcar_images_of_the_community(ask: Ask) -> None:
    def texts(gallery: OthersGallery, image: OthersImage) -> str:
        identifier = image.properties.get("identifier") or {}
        return " ".join([gallery.public_name, image.name, image.properties.get("description", ""), *identifier.values()]).lower()

    expected = {
        f"/CommunityGalleries/{gallery.public_name}/Images/{image.name}/Versions/{version.name}"
        for gallery, image, version in newest_versions((COMMUNITY,))
        if "flatcar" in texts(gallery, image)
    }
    assert expected
    assert references(ask(8)) == expected


def test_images_that_are_shared_with_me(ask: Ask) -> None:
    def reference(gallery: OthersGallery, image: OthersImage, version: OthersVersion) -> str:
        if gallery.shared_with == ROLE:
            group = f"/subscriptions/{gallery.subscription}/resourceGroups/{gallery.group}"
            return f"{group}/providers/Microsoft.Compute/galleries/{gallery.name}/images/{image.name}/versions/{version.name}"
        unique = f"{gallery.subscription}-{gallery.name.upper()}"
        return f"/SharedGalleries/{unique}/Images/{image.name}/Versions/{version.name}"

    expected = {reference(*place).lower() for place in newest_versions((SUBSCRIPTION, TENANT, ROLE))}
    assert len(expected) > 2
    assert {each.lower() for each in references(ask(9))} == expected


def test_own_images_under_a_deprecated_plan(ask: Ask, owned: LabGroup) -> None:
    def with_states(*states: str) -> str:
        image = image_with(lambda each: each.plan and {version.deprecation.state for version in each.in_region(LOCATION)} == set(states))
        return json.dumps(plan_of(image))

    disk = owned.os_disk().id
    for name, plan in {"ended": with_states("Deprecated"), "current": with_states("Active")}.items():
        body = {**image_of_disk(disk), "tags": {"goldenimage.plan": plan}}
        done(owned.compute.images.begin_create_or_update(owned.name, name, body))
    done(owned.compute.images.begin_create_or_update(owned.name, "free", image_of_disk(disk)))
    assert in_group(ask(10), owned) == {"ended None"}


def test_own_versions_that_are_older_than_90_days(
    ask: Ask, catalogue_lab: RunningLab, owned: LabGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = LabVersions(catalogue_lab, owned.name, "aged")
    gallery.made()
    image, disk = gallery.image(), of_disk(owned.os_disk().id)
    for name in ("1.0.9", "1.0.10"):
        gallery.create(image, disk, name)
    assert in_group(ask(11), owned) == set()
    for days, expected in ((89, set()), (91, {"i 1.0.9", "i 1.0.10"})):
        monkeypatch.setattr(filters, "datetime", ahead(days))
        assert in_group(ask(11), owned) == expected


def ahead(days: int) -> type[datetime]:
    """A datetime whose clock is some days ahead."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=days)

    return Ahead


def test_own_images_with_a_tag_in_another_region(ask: Ask, catalogue_lab: RunningLab, owned: LabGroup) -> None:
    gallery, tags = LabVersions(catalogue_lab, owned.name, "spread"), {"role": "web"}
    gallery.made()
    disk = owned.os_disk().id
    done(owned.compute.images.begin_create_or_update(owned.name, "here", {**image_of_disk(disk), "tags": tags}))
    for name, regions, own in (("both", [LOCATION, OTHER], tags), ("one", [LOCATION], tags), ("plain", [LOCATION, OTHER], {})):
        gallery.create(gallery.image(name), of_disk(disk), regions=regions, tags=own)
    assert in_group(ask(12), owned) == {"both 1.0.0"}
