# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""marketplace_terms against the lab with a catalogue: accept, repeat, take back; what the lab like Azure refuses."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import marketplace_terms
from azlab.arm.compute.marketplace.tables import Image

from tests.support.market_images import image_with
from tests.support.market_tasks import names_of, planned_image
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks


@pytest.fixture
def tasks(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> LabTasks:
    return LabTasks(catalogue_lab, monkeypatch)


@pytest.fixture
def planned() -> Image:
    return planned_image()


def test_accept_repeat_and_take_back(tasks: LabTasks, planned: Image) -> None:
    names = names_of(planned)
    done = tasks.predict_do_repeat(marketplace_terms, **names)
    assert done["steps"] == [f"accept the terms of plan {names['plan']} of offer {names['offer']} by {names['publisher']}"]
    assert {key: done["terms"][key] for key in (*names, "accepted")} == {**names, "accepted": True}
    assert done["terms"]["license_url"].startswith("https://")
    assert "signature" not in done["terms"]
    undone = tasks.predict_do_repeat(marketplace_terms, **names, state="cancelled")
    assert undone["terms"]["accepted"] is False


def test_names_are_compared_without_case(tasks: LabTasks, planned: Image) -> None:
    upper = {name: value.upper() for name, value in names_of(planned).items()}
    assert tasks(marketplace_terms, **upper)["changed"] is True
    assert tasks(marketplace_terms, **names_of(planned))["changed"] is False
    assert tasks(marketplace_terms, **upper, state="cancelled")["terms"] == {
        **tasks(marketplace_terms, check=True, **names_of(planned), state="cancelled")["terms"]
    }


def test_terms_that_only_the_portal_accepts(tasks: LabTasks) -> None:
    image = image_with(lambda each: each.plan, portal_only=True)
    with tasks.writes() as writes:
        refused = tasks.fails(marketplace_terms, **names_of(image))
    assert "You must accept the legal terms through the Azure portal" in refused["msg"]
    assert "lets its terms be accepted in the Azure portal only" in refused["msg"]
    assert (refused["code"], refused["status"], writes) == ("BadRequest", 400, ["terms.put"])


@pytest.mark.parametrize("option", ["publisher", "offer", "plan"])
def test_an_unknown_plan_is_named(tasks: LabTasks, planned: Image, option: str) -> None:
    names = {**names_of(planned), option: "nothing"}
    refused = tasks.fails(marketplace_terms, **names)
    assert f"There is no plan {names['plan']} of offer {names['offer']} by {names['publisher']}" in refused["msg"]
    assert "needs no terms" in refused["msg"]


def test_a_missing_right_is_named(catalogue_lab: RunningLab, tasks: LabTasks, planned: Image) -> None:
    scope = f"/subscriptions/{catalogue_lab.settings.subscription}"
    with catalogue_lab.rights({"scope": scope, "actions": ["*/read"]}):
        refused = tasks.fails(marketplace_terms, **names_of(planned))
    assert (refused["status"], refused["code"]) == (403, "AuthorizationFailed")
    assert "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/write" in refused["msg"]
    assert tasks(marketplace_terms, **names_of(planned), state="cancelled")["changed"] is False


def test_a_task_ends_at_its_time_limit(catalogue_lab: RunningLab, tasks: LabTasks, planned: Image) -> None:
    with catalogue_lab.fault(plane="arm", op="terms.get", status=503, retry_after=30):
        assert "wait_timeout is 2 s" in tasks.fails(marketplace_terms, **names_of(planned), wait_timeout=2)["msg"]
