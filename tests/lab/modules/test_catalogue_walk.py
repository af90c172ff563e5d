# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through the catalogue of a lab. The expected images come from the tables that the lab's seed made."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Missing
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Chosen, Sku
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.http.throttling import DOCUMENTED

from tests.support.canned_catalogue import Walked
from tests.support.catalogue import SEED
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.tasks import LabTasks

PART = ("canonical", "microsoftsqlserver", "debian", "p")
"""The beginnings of the publishers' names that a walk visits: the complete catalogue would take a test minutes."""
SLOW_MACHINE = 5.0
"""Seconds that are left to a machine on which other tests run. Ten calls of reserve and the sign-in take one of them."""
CHOSEN = Chosen(lambda name: name.casefold().startswith(PART), lambda _publisher, _offer: True, lambda sku: "gen2" not in sku.sku)


@pytest.fixture
def options(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The options of a task that caches in a folder of its own, and signs in to the lab by environment variables."""
    LabTasks(catalogue_lab, monkeypatch)
    return {"cache": True, "cache_path": str(tmp_path / "catalogue"), "cache_max_age": 24}


def expected() -> tuple[set[str], int]:
    """The URNs that a walk must find, and the calls that it may take for that."""
    urns, calls = set(), 1
    for publisher in generate(SEED).publishers.values():
        if not publisher.name.casefold().startswith(PART):
            continue
        calls += 1
        offers = [] if publisher.offers is None else [each for each in publisher.offers.values() if LOCATION not in each.missing_in]
        calls += len(offers)
        for image in (image for offer in offers for image in offer.images.values() if "gen2" not in image.sku):
            calls += 1
            urns |= {
                f"{publisher.name}:{image.offer}:{image.sku}:{version.name}"
                for version in image.versions
                if LOCATION not in version.missing_in
            }
    return urns, calls


def test_a_walk_finds_what_the_seed_made_with_one_call_per_list_and_none_the_second_time(
    catalogue_lab: RunningLab, options: dict[str, Any]
) -> None:
    urns, calls = expected()
    listener = Walked()
    traffic = catalogue_lab.traffic()
    walk = connect(options, listener).marketplace.walk(LOCATION, CHOSEN)
    reads = [each for each in traffic.requests() if "/publishers" in each]
    assert {each.urn for each in walk.versions} == urns
    assert (walk.missing, walk.warnings, walk.cached) == ((), (), False)
    assert len(reads) == calls
    assert listener.reports[-1] == (calls, calls)
    again = catalogue_lab.traffic()
    cached = connect(options).marketplace.walk(LOCATION, CHOSEN)
    assert again.requests() == []
    assert cached.versions == walk.versions
    assert cached.cached


def test_versions_are_read_live_with_their_properties(catalogue_lab: RunningLab, options: dict[str, Any]) -> None:
    walk = connect(options).marketplace.walk(LOCATION, CHOSEN)
    sku = walk.versions[0].sku
    traffic = catalogue_lab.traffic()
    found = connect(options).marketplace.versions(LOCATION, sku)
    assert found == tuple(each for each in walk.versions if each.sku == sku)
    assert {each.properties["osDiskImage"]["operatingSystem"] for each in found} <= {"Linux", "Windows"}
    assert len([each for each in traffic.requests() if each.endswith("/versions")]) == 1


def test_an_image_that_does_not_exist_has_no_versions(options: dict[str, Any]) -> None:
    assert connect(options).marketplace.versions(LOCATION, Sku("canonical", "nothing", "here")) == ()


def test_a_wrong_region_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(
        Missing, match="^location: 'westeurop' is not a region .* No registered resource provider found for location 'westeurop'"
    ):
        connect(options).marketplace.walk("westeurop", CHOSEN)


def test_a_walk_keeps_to_azures_budget_and_uses_it_up(catalogue_lab: RunningLab, options: dict[str, Any]) -> None:
    urns, calls = expected()
    traffic = catalogue_lab.traffic()
    with catalogue_lab.setting("throttling", True):
        began = time.monotonic()
        walk = connect(options).marketplace.walk(LOCATION, CHOSEN)
        seconds = time.monotonic() - began
    size, rate = DOCUMENTED["reads"]
    sent = [each for each in traffic.requests() if "/publishers" in each]
    assert {each.urn for each in walk.versions} == urns
    assert calls > size
    assert len(sent) <= 1.02 * calls
    assert (calls - size) / rate - 1 <= seconds <= 1.1 * (calls - size) / rate + SLOW_MACHINE
