# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of image_info about the Marketplace, against a lab with a catalogue."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import Image, Plan

from tests.support.ansible_runs import command, environment
from tests.support.bodies import image_of_disk
from tests.support.catalogue import SEED
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done
from tests.support.tasks import LabTasks

TERMS = "providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/{}/offers/{}/plans/{}/agreements/current"


@pytest.fixture
def tasks(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LabTasks:
    """Tasks whose cache is empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return LabTasks(catalogue_lab, monkeypatch)


def images() -> Iterator[Image]:
    """The images that the region offers."""
    for publisher in generate(SEED).publishers.values():
        for offer in (publisher.offers or {}).values():
            if LOCATION not in offer.missing_in:
                yield from offer.images.values()


def first(wanted: Callable[[Image], Any]) -> Image:
    return next(image for image in images() if wanted(image))


def named(image: Image) -> dict[str, str]:
    """The options that choose an image."""
    return {"sources": "marketplace", "location": LOCATION, "publisher": image.publisher, "offer": image.offer, "sku": image.sku}


def plans(wanted: Callable[[set[str]], bool]) -> Plan:
    """A plan whose versions have such states."""
    image = first(lambda each: each.plan and wanted({version.deprecation.state for version in each.in_region(LOCATION)}))
    assert image.plan
    return image.plan


def test_own_images_have_the_state_of_their_plan(catalogue_lab: RunningLab, tasks: LabTasks) -> None:
    group = LabGroup(catalogue_lab, catalogue_lab.put_group())
    disk = group.os_disk().id
    ended, current = plans(lambda states: states == {"Deprecated"}), plans(lambda states: states == {"Active"})
    of = {"ended": ended, "ended-too": ended, "current": current, "gone": current._replace(name="no-such-plan"), "free": None}
    for name, plan in of.items():
        names = {part: getattr(plan, part) for part in ("name", "publisher", "product")} if plan else {}
        tags = {"goldenimage.plan": json.dumps(names)} if plan else {}
        body = {**image_of_disk(disk), "tags": tags}
        done(group.compute.images.begin_create_or_update(group.name, name, body))
    options = {"resource_group": group.name, "cache": False}

    def shown(**more: Any) -> dict[str, Any]:
        return {each["name"]: (each["deprecation"] or {}).get("state") for each in tasks(image_info, **options, **more)["images"]}

    assert shown(deprecated=True) == {"ended": "Deprecated", "ended-too": "Deprecated", "gone": "NotOffered"}
    assert shown(deprecated=False) == {"current": "Active", "free": None}
    traffic = catalogue_lab.traffic()
    assert len(shown(name="ended")) + len(shown(name="ended-too")) == 2
    assert shown()["gone"] == "NotOffered"
    reads = [entry["path"].split("?")[0] for entry in traffic.arrived("arm") if f"/skus/{ended.name}/versions" in entry["path"]]
    assert len(reads) == 3, "each plan is read once by each task"


def test_terms_are_read_on_request(catalogue_lab: RunningLab, tasks: LabTasks) -> None:
    image = first(lambda each: each.plan and each.plan.paid and each.in_region(LOCATION))
    assert image.plan

    def accepted(**more: Any) -> set[bool | None]:
        return {each["terms_accepted"] for each in tasks(image_info, **named(image), **more)["images"] if each["sku"] == image.sku}

    assert accepted() == {None}
    assert accepted(terms=True) == {False}
    path = TERMS.format(*image.plan[:3])
    agreement = catalogue_lab.arm("GET", path, version="2021-01-01").json()
    agreement["properties"]["accepted"] = True
    assert catalogue_lab.arm("PUT", path, agreement, version="2021-01-01").status_code == 200
    assert accepted(terms=True) == {True}


def test_the_cache_is_a_folder_that_can_be_named_aged_and_turned_off(catalogue_lab: RunningLab, tasks: LabTasks, tmp_path: Path) -> None:
    image = first(lambda each: each.in_region(LOCATION))

    def requests(**more: Any) -> int:
        traffic = catalogue_lab.traffic()
        assert tasks(image_info, **named(image), **more)["images"] != []
        return sum(f"/locations/{LOCATION}/publishers" in entry["path"] for entry in traffic.arrived("arm"))

    assert requests(cache=False) == requests() > 0
    assert requests() == 0
    assert (tmp_path / ".cache" / "goldenimage-azure" / "catalogue").is_dir()
    elsewhere = {"cache_path": str(tmp_path / "mounted")}
    assert (requests(**elsewhere) > 0, requests(**elsewhere), requests(cache=False) > 0) == (True, 0, True)
    _age(tmp_path, 3 * 3600)
    assert (requests(cache_max_age=4), requests(cache_max_age=2) > 0) == (0, True)


def _age(folder: Path, seconds: float) -> None:
    """Let everything in the caches below a folder have been read earlier."""
    for path in folder.rglob("catalogue/**/*.json"):
        path.write_text(_earlier(path.read_text(), seconds))


def _earlier(text: str, seconds: float) -> str:
    return re.sub(r"\b1[78]\d{8}(\.\d+)?\b", lambda found: str(float(found.group()) - seconds), text)


def test_a_long_walk_shows_progress(catalogue_lab: RunningLab, tmp_path: Path) -> None:
    """The lines are on standard error, so that the result stays JSON; ``progress=false`` turns them off."""
    image = first(lambda each: each.in_region(LOCATION))
    path = f"/publishers/{image.publisher}/artifacttypes/vmimage/offers/{image.offer}/skus"

    def run(**more: Any) -> tuple[dict[str, Any], list[str]]:
        arguments = json.dumps({**named(image), "cache": False, **more})
        ad_hoc = command("ansible", "localhost", "-m", "goldenimage.azure.image_info", "-a", arguments)
        env = {**environment(catalogue_lab, tmp_path), "HOME": str(tmp_path)}
        with catalogue_lab.fault(plane="arm", method="GET", path=path, times=1, delay=5.5):
            ended = subprocess.run(ad_hoc, env=env, capture_output=True, text=True, check=False)
        result: dict[str, Any] = json.loads(ended.stdout.partition(" => ")[2])
        return result, [line for line in ended.stderr.splitlines() if "lists read" in line]

    (result, lines), (silent, none) = run(), run(progress=False)
    assert result["images"] == silent["images"] != []
    assert re.fullmatch(rf"\[localhost\] catalogue of {LOCATION}: \d+ of \d+ lists read(, \d+/s)?", lines[0]), lines
    assert none == []
