# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""marketplace_terms_info against the lab with a catalogue."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import marketplace_terms_info
from azlab.arm.compute.marketplace.tables import Image

from tests.support.market_images import active
from tests.support.market_tasks import accepted_terms, free_image, names_of, planned_image, urn_of
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.tasks import LabTasks


@pytest.fixture
def tasks(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> LabTasks:
    return LabTasks(catalogue_lab, monkeypatch)


@pytest.fixture
def planned() -> Image:
    return planned_image()


def test_the_terms_of_a_plan_are_read(tasks: LabTasks, planned: Image) -> None:
    names = names_of(planned)
    before = tasks(marketplace_terms_info, **names)["terms"]
    with accepted_terms(tasks, planned):
        after = tasks(marketplace_terms_info, **{name: value.upper() for name, value in names.items()})["terms"]
    assert {key: before[key] for key in names} == {key: after[key] for key in names} == names
    assert (before["accepted"], after["accepted"]) == (False, True)
    assert all(before[key].startswith("https://") for key in ("license_url", "privacy_policy_url", "marketplace_terms_url"))


def test_the_terms_of_an_image_are_those_of_its_plan(tasks: LabTasks, planned: Image) -> None:
    names = names_of(planned)
    parts = {"publisher": planned.publisher, "offer": planned.offer, "sku": planned.sku}
    for image in (urn_of(planned), urn_of(planned, active(planned)[0].name), parts):
        terms = tasks(marketplace_terms_info, image=image, location=LOCATION)["terms"]
        assert {key: terms[key] for key in names} == names


def test_an_image_without_a_plan_needs_no_terms(tasks: LabTasks) -> None:
    urn = urn_of(free_image())
    result = tasks(marketplace_terms_info, image=urn, location=LOCATION)
    assert (result["terms"], result["msg"]) == (None, f"Image {urn} has no plan, so it needs no terms.")


def test_an_image_that_does_not_exist_is_named(tasks: LabTasks, planned: Image) -> None:
    urn = f"{planned.publisher}:{planned.offer}:nothing:latest"
    assert urn in tasks.fails(marketplace_terms_info, image=urn, location=LOCATION)["msg"]
    assert "There is no plan nothing" in tasks.fails(marketplace_terms_info, **{**names_of(planned), "plan": "nothing"})["msg"]
