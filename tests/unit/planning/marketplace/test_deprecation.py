# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a plan, which decides about the images that were captured under it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, Missing, Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.listed_image import ListedImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import PurchasePlan
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.images.gaps import Gaps
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.marketplace.deprecation import state_of, with_state_of_plans

from tests.support.marketplace_values import PLACE, offering, status, under, version

GOLD = PurchasePlan("acme", "server", "gold")
SOON, LATER = "2027-01-01T00:00:00.000000Z", "2027-06-01T00:00:00.000000Z"


def found(*versions: Any, plan: PurchasePlan = GOLD) -> Any:
    return state_of(offering(*versions), plan, PLACE)


def gold(number: str, state: str = "Active", when: str | None = None, sku: str = "gold", **alternative: str) -> Any:
    return version(f"acme:server:{sku}:{number}", plan=under(GOLD), imageDeprecationStatus=status(state, when, **alternative))


def test_plan_has_the_state_of_the_sku_with_its_name_and_names_ignore_case():
    assert found(gold("1.0.0"), plan=PurchasePlan("ACME", "Server", "Gold")) == {
        "state": "Active",
        "scheduled_time": None,
        "alternative": None,
    }


def test_plan_is_deprecated_if_all_versions_are_and_the_newest_names_what_to_use_instead():
    versions = (gold("1.0.10", "Deprecated", type="Plan", value="gold-2"), gold("1.0.9", "Deprecated", type="Plan", value="old"))
    assert found(*versions) == {"state": "Deprecated", "scheduled_time": None, "alternative": {"type": "Plan", "value": "gold-2"}}


@pytest.mark.parametrize(
    ("versions", "state", "when"),
    [
        ([gold("1.0.1"), gold("1.0.2", "Deprecated")], "Active", None),
        ([gold("1.0.1", "ScheduledForDeprecation", SOON), gold("1.0.2", "Deprecated")], "ScheduledForDeprecation", SOON),
        (
            [gold("1.0.1", "ScheduledForDeprecation", LATER), gold("1.0.2", "ScheduledForDeprecation", SOON)],
            "ScheduledForDeprecation",
            LATER,
        ),
    ],
    ids=["one is active", "one is scheduled", "two dates"],
)
def test_plan_has_the_state_of_the_version_that_can_be_used_longest(versions, state, when):
    answer = found(*versions)
    assert (answer["state"], answer["scheduled_time"]) == (state, when)


def test_plan_is_found_under_a_sku_with_another_name():
    other = version("acme:server:silver:1.0.0", plan=under(GOLD._replace(name="silver")), imageDeprecationStatus=status("Active"))
    assert found(other, gold("2.0.0", "Deprecated", sku="gold-gen2"))["state"] == "Deprecated"


def test_sku_with_the_name_of_the_plan_but_another_plan_is_not_asked():
    other = version("acme:server:gold:1.0.0", plan=under(GOLD._replace(name="silver")), imageDeprecationStatus=status("Active"))
    assert found(other, gold("2.0.0", "Deprecated", sku="gold-gen2"))["state"] == "Deprecated"


def test_plan_that_no_version_has_is_not_offered():
    assert found(version("acme:server:silver:1.0.0")) == {"state": "NotOffered", "scheduled_time": None, "alternative": None}


def test_state_of_a_plan_is_read_live_though_the_walk_may_be_cached():
    azure = offering(gold("2.0.0", "Deprecated", sku="gold-gen2"))
    state_of(azure, GOLD, PLACE)
    assert azure.reads[-1] == "versions of acme:server:gold-gen2"


def test_state_is_unknown_if_a_part_of_the_offer_could_not_be_read():
    azure = offering()
    azure.marketplace.missing = ("could not read acme",)
    assert state_of(azure, GOLD, PLACE) is None


def test_state_is_unknown_if_azure_says_nothing_about_the_version():
    assert found(version("acme:server:gold:1.0.0", plan=under(GOLD))) is None
    nothing = {"scheduledDeprecationTime": SOON, "imageState": None}
    assert found(version("acme:server:gold:1.0.0", plan=under(GOLD), imageDeprecationStatus=nothing)) is None


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Denied("no right"), None),
        (Missing("no such region", status=404), None),
        (Refused("busy", code="InternalServerError", status=500), None),
        (Refused("it is deprecated", code="ImageVersionDeprecated", status=404), "Deprecated"),
        (Unavailable("no answer"), None),
        (Failed("moved", status=302), None),
        (TimedOut("a wait of 3600 s is due, 3000 s are left"), None),
    ],
    ids=["denied", "missing", "refused", "deprecated", "unavailable", "failed", "timed out"],
)
def test_refused_read_tells_that_a_plan_is_deprecated_only_with_the_code_for_that(error, state):
    azure = offering()

    def refuse(*_given: Any) -> Any:
        raise error

    azure.marketplace.versions = refuse
    answer = state_of(azure, GOLD, PLACE)
    assert (answer and answer["state"]) == state


def test_a_deprecated_version_of_another_sku_says_nothing_about_the_plan():
    azure = offering()

    def refuse(*_given: Any) -> Any:
        raise Refused("acme:server:old:1.0.0 is deprecated", code="ImageVersionDeprecated", status=404)

    azure.marketplace.walk = refuse
    assert state_of(azure, GOLD, PLACE) is None


def own(name: str, location: str = PLACE, **fields: Any) -> ListedImage:
    return ListedImage("managed", f"/{name}", {}, name, location, **fields)


def test_each_plan_of_own_images_is_looked_up_once_per_region():
    azure = offering(gold("1.0.0", "Deprecated"))
    images = [own("a", plan=under(GOLD)), own("b", plan=under(GOLD._replace(name="GOLD"))), own("c"), own("d", "eastus", plan=under(GOLD))]
    states = [(each.deprecation or {}).get("state") for each in with_state_of_plans(azure, images, "", Gaps())]
    assert states == ["Deprecated", "Deprecated", None, "NotOffered"]
    assert azure.reads.count("versions of acme:server:gold") == 2


def test_plan_whose_state_cannot_be_read_is_named_and_the_others_are_known():
    azure, gaps = offering(gold("1.0.0", "Deprecated")), Gaps()
    read = azure.marketplace.versions

    def refuse_silver(location: str, sku: Any) -> Any:
        if sku.sku == "silver":
            raise Refused("could not read silver", code="InternalServerError", status=500)
        return read(location, sku)

    azure.marketplace.versions = refuse_silver
    images = [own("a", plan=under(GOLD._replace(name="silver"))), own("b", plan=under(GOLD))]
    states = [(each.deprecation or {}).get("state") for each in with_state_of_plans(azure, images, "", gaps)]
    assert states == [None, "Deprecated"]
    assert gaps.sentences == ("could not read silver",)


def test_image_of_the_marketplace_or_of_a_known_state_or_with_half_a_plan_stays_as_it_is():
    images = (
        replace(own("a", plan=under(GOLD)), origin="marketplace"),
        own("b", plan={"name": "gold"}),
        own("c", plan=under(GOLD), deprecation={"state": "Active"}),
    )
    azure = offering()
    assert with_state_of_plans(azure, images, "", Gaps()) == images
    assert azure.reads == []
