# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through a catalogue in memory: which lists are read, what is found, and what is missing."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Missing, Refused, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.marketplace import Chosen, Sku
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import READING_SECONDS, WALKING_SECONDS, connect
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.cache import Items, NoCache
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.place import Place
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.catalogue.walk import THREADS, Walker

from tests.support.canned import CannedAzure, answer
from tests.support.canned_catalogue import EVERYTHING, REGION, CatalogueAzure

TREE = {
    "debian": {"debian-12": {"12": ["0.1.9", "0.1.10"], "12-gen2": ["0.1.10"]}, "debian-13": {"13": []}},
    "gone": None,
    "half": {"kept": {"a": ["1.0.0"]}, "lost": None},
    "sql": {"sql2022-ws2022": {"standard": ["16.0.1"], "web": None}},
}
URNS = [
    "debian:debian-12:12:0.1.9",
    "debian:debian-12:12:0.1.10",
    "debian:debian-12:12-gen2:0.1.10",
    "half:kept:a:1.0.0",
    "sql:sql2022-ws2022:standard:16.0.1",
]
OFFERS = "artifacttypes/vmimage/offers"
DENIED = (403, "AuthorizationFailed", "The client does not have authorization.")


def wide(publishers: int, offers: int = 3) -> dict[str, Any]:
    """A catalogue of so many publishers."""
    return {f"p{number}": {f"o{offer}": {"s": ["1.0.0"]} for offer in range(offers)} for number in range(publishers)}


def test_everything_is_found_and_what_answers_404_is_skipped() -> None:
    azure = CatalogueAzure(TREE)
    walk = azure.marketplace.walk(REGION, EVERYTHING)
    assert sorted(each.urn for each in walk.versions) == sorted(URNS)
    assert (walk.missing, walk.cached, walk.warnings) == ((), False, ())
    assert {each.location for each in walk.versions} == {REGION}


def test_each_list_is_read_once_and_versions_come_with_their_properties() -> None:
    azure = CatalogueAzure(TREE)
    walk = azure.marketplace.walk("West Europe", EVERYTHING)
    publishers, offers, skus = 1, 4, 5
    versions = 6
    assert len(azure.adapter.paths) == len(set(azure.adapter.paths)) == publishers + offers + skus + versions
    expanded = [query for path, query in zip(azure.adapter.paths, azure.adapter.queries, strict=True) if path.endswith("/versions")]
    assert len(expanded) == versions
    assert all("$expand=properties/imageDeprecationStatus" in query for query in expanded)
    assert all(each.properties["architecture"] == "x64" for each in walk.versions)


def test_only_what_is_chosen_is_read() -> None:
    azure = CatalogueAzure(TREE)
    chosen = Chosen(
        lambda publisher: publisher == "debian", lambda publisher, offer: offer == "debian-12", lambda sku: sku.sku == "12-gen2"
    )
    assert [each.urn for each in azure.marketplace.walk(REGION, chosen).versions] == ["debian:debian-12:12-gen2:0.1.10"]
    assert azure.adapter.paths == [
        "publishers",
        f"publishers/debian/{OFFERS}",
        f"publishers/debian/{OFFERS}/debian-12/skus",
        f"publishers/debian/{OFFERS}/debian-12/skus/12-gen2/versions",
    ]


def test_several_lists_are_read_at_once_and_the_first_one_alone() -> None:
    azure = CatalogueAzure(wide(40))
    assert len(azure.marketplace.walk(REGION, EVERYTHING).versions) == 120
    assert 2 <= azure.adapter.most <= THREADS
    assert azure.adapter.paths[0] == "publishers"


def test_the_listener_learns_how_far_the_walk_is() -> None:
    azure = CatalogueAzure(wide(5))
    azure.marketplace.walk(REGION, EVERYTHING)
    assert azure.listener.reports[-1] == (36, 36)
    assert [done for done, _known in azure.listener.reports] == sorted(done for done, _known in azure.listener.reports)
    assert all(done <= known for done, known in azure.listener.reports)


@pytest.mark.parametrize("refusal", [DENIED, (500, "InternalServerError", "Try again.")])
def test_a_part_that_cannot_be_read_is_named_and_the_rest_is_returned(refusal: tuple[int, str, str]) -> None:
    azure = CatalogueAzure(TREE, {"sql/artifacttypes/vmimage/offers": refusal})
    walk = azure.marketplace.walk(REGION, EVERYTHING)
    assert len(walk.versions) == 4
    assert walk.missing == (f"could not read the offers of sql in the Marketplace: ({refusal[1]}) {refusal[2]}",)


def test_many_parts_that_are_missing_for_one_reason_have_one_sentence() -> None:
    tree = {**wide(11, 1), "whole": {"o": {"s": ["1.0.0"]}}}
    azure = CatalogueAzure(tree, {f"p{number}/{OFFERS}": DENIED for number in range(11)})
    (sentence,) = azure.marketplace.walk(REGION, EVERYTHING).missing
    assert sentence == f"could not read the offers of 11 parts of the Marketplace (p0, p1, p10 ...): ({DENIED[1]}) {DENIED[2]}"


def test_if_nothing_at_all_is_found_the_error_is_raised() -> None:
    azure = CatalogueAzure({"debian": TREE["debian"]}, {f"debian/{OFFERS}": DENIED})
    with pytest.raises(Denied, match=r"could not read the offers of debian in the Marketplace in westeurope: \(AuthorizationFailed\)"):
        azure.marketplace.walk(REGION, EVERYTHING)


def test_if_nothing_matches_one_part_that_cannot_be_read_does_not_fail_the_walk() -> None:
    azure = CatalogueAzure(TREE, {f"sql/{OFFERS}": DENIED})
    walk = azure.marketplace.walk(REGION, Chosen(lambda publisher: True, lambda publisher, offer: True, lambda sku: False))
    assert walk.versions == ()
    assert walk.missing == (f"could not read the offers of sql in the Marketplace: ({DENIED[1]}) {DENIED[2]}",)


def test_a_deadline_before_anything_was_found_is_an_error() -> None:
    azure = CatalogueAzure(wide(60))
    azure.listener.walked = lambda done, known: azure.clock.sleep(700) if done >= 3 else None  # type: ignore[method-assign]
    with pytest.raises(TimedOut):
        azure.marketplace.walk(REGION, Chosen(lambda publisher: True, lambda publisher, offer: True, lambda sku: False))


def test_an_empty_result_without_failures_is_not_an_error() -> None:
    nothing = Chosen(lambda publisher: False, lambda publisher, offer: False, lambda sku: False)
    assert CatalogueAzure(TREE).marketplace.walk(REGION, nothing).versions == ()


@pytest.mark.parametrize(
    ("status", "code"), [(404, "NoRegisteredProviderFound"), (400, "LocationNotAvailableForResourceType"), (404, "NotFound")]
)
def test_a_wrong_region_is_named_with_azures_text(status: int, code: str) -> None:
    text = "No registered resource provider found for location 'westeurop'."
    azure = CatalogueAzure(TREE, {"publishers": (status, code, text)})
    for read in (lambda: azure.marketplace.publishers(REGION), lambda: azure.marketplace.walk(REGION, EVERYTHING)):
        with pytest.raises(Missing, match=f"^location: '{REGION}' is not a region .*: .*{re.escape(text)}"):
            read()


def test_a_missing_subscription_is_not_a_wrong_region() -> None:
    azure = CatalogueAzure(TREE, {"publishers": (404, "SubscriptionNotFound", "The subscription 's' could not be found.")})
    with pytest.raises(Refused, match="Check subscription_id"):
        azure.marketplace.walk(REGION, EVERYTHING)


def test_a_page_of_a_proxy_is_not_a_missing_publisher() -> None:
    page = answer(404, b"<html><title>Blocked</title></html>", Content_Type="text/html")
    canned = CannedAzure(answer(body=[{"name": "debian"}]), page)
    with pytest.raises(Refused, match="the page 'Blocked'"):
        canned.azure.marketplace.walk(REGION, EVERYTHING)


@pytest.mark.parametrize("body", ["text", 7, [1], {"value": "text"}, {}, {"error": "the category of this page is blocked"}])
def test_an_answer_that_is_not_a_list_has_a_sentence(body: Any) -> None:
    with pytest.raises(
        Exception, match="could not read the publishers in the Marketplace in westeurope: the answer is not a list of objects"
    ):
        CannedAzure(answer(body=body)).azure.marketplace.publishers(REGION)


def test_pages_of_a_list_are_followed() -> None:
    canned = CannedAzure(
        answer(body={"value": [{"name": "a"}], "nextLink": "https://management.azure.com/next"}), answer(body=[{"name": "b"}])
    )
    assert canned.azure.marketplace.publishers(REGION) == ("a", "b")


def test_after_the_deadline_the_rest_is_missing(tmp_path: Path) -> None:
    tree = {"early": wide(1)["p0"], "late": wide(1)["p0"]}
    CatalogueAzure({"early": tree["early"]}, folder=tmp_path / "c").marketplace.walk(REGION, EVERYTHING)
    azure = CatalogueAzure(tree, folder=tmp_path / "c", seconds=0)
    azure_list = CatalogueAzure(tree, folder=tmp_path / "c", seconds=0, subscription_id="other")
    assert len(azure.marketplace.walk(REGION, EVERYTHING).versions) == 3
    with pytest.raises(TimedOut, match="the time limit has passed"):
        azure_list.marketplace.walk(REGION, EVERYTHING)


def test_a_deadline_in_the_middle_names_what_was_not_read() -> None:
    azure = CatalogueAzure(wide(60))
    azure.listener.walked = lambda done, known: azure.clock.sleep(700) if done >= 50 else None  # type: ignore[method-assign]
    walk = azure.marketplace.walk(REGION, EVERYTHING)
    assert azure.deadline.left == 0
    assert walk.versions
    assert any(
        re.match(r"could not read the offers of \d+ parts of the Marketplace .*: the time limit has passed", each) for each in walk.missing
    )


def test_if_every_read_fails_the_walk_ends_early() -> None:
    azure = CatalogueAzure(wide(300), {OFFERS: DENIED})
    with pytest.raises(Denied):
        azure.marketplace.walk(REGION, EVERYTHING)
    assert len(azure.adapter.paths) < 80


def test_versions_of_one_image_are_always_read_live(tmp_path: Path) -> None:
    azure = CatalogueAzure(TREE, folder=tmp_path / "c")
    azure.marketplace.walk(REGION, EVERYTHING)
    before = len(azure.adapter.paths)
    assert [each.name for each in azure.marketplace.versions(REGION, Sku("debian", "debian-12", "12"))] == ["0.1.9", "0.1.10"]
    assert len(azure.adapter.paths) == before + 1
    assert azure.marketplace.versions(REGION, Sku("debian", "debian-12", "none")) == ()


def test_names_of_a_user_are_quoted() -> None:
    canned = CannedAzure(answer(body=[]))
    canned.azure.marketplace.versions(REGION, Sku("a/b", "c?d", "e f#"))
    assert f"publishers/a%2Fb/{OFFERS}/c%3Fd/skus/e%20f%23/versions?" in canned.sent[0].url


def test_a_module_that_can_walk_has_more_time_than_others_that_only_read() -> None:
    options = {"subscription_id": "s", "client_id": "c", "tenant": "t", "secret": "x"}
    seconds = [connect({**options, **more})._client.deadline.seconds for more in ({}, {"cache": False}, {"cache": True, "wait_timeout": 7})]
    assert seconds == [READING_SECONDS, WALKING_SECONDS, 7]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "(modules that only read have 600 s); run again"),
        ({"cache": True}, "(modules that only read have 1800 s); run again"),
        ({"wait_timeout": 7}, "(wait_timeout is 7 s); operations that have started"),
    ],
    ids=["reads", "walks", "writes"],
)
def test_the_sentence_about_the_deadline_names_an_option_only_if_the_module_has_it(more: dict[str, Any], text: str) -> None:
    azure = connect({"subscription_id": "s", "client_id": "c", "tenant": "t", "secret": "x", **more})
    with pytest.raises(TimedOut, match=re.escape(text)):
        azure._client.deadline.sleep(10000)


class CountingCache(NoCache):
    """A cache that remembers how many lists were new at each write."""

    def __init__(self) -> None:
        self.kept = 0
        self.saved: list[int] = []

    def keep(self, place: Place, items: Items) -> None:
        self.kept += 1

    def save(self) -> None:
        self.saved.append(self.kept)


def test_a_long_walk_writes_the_cache_every_half_minute_and_at_the_end_even_if_it_breaks() -> None:
    moments = itertools.count(0, 10)
    cache = CountingCache()
    names = tuple((f"p{number}", {}) for number in range(30))

    def read(place: Place) -> Items:
        if place == Place("p29"):
            raise ZeroDivisionError
        return () if place.publisher else names

    walker = Walker(read, cache, Silence(), lambda: float(next(moments)))
    with pytest.raises(ZeroDivisionError):
        walker.walk([Place()], Chosen(lambda publisher: True, lambda publisher, offer: False, lambda sku: False))
    assert len(cache.saved) >= 2
    assert cache.saved[0] < cache.saved[-1] == cache.kept
