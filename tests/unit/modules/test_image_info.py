# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info

from tests.support.capture_values import CAPTURED, TARGET
from tests.support.fakes import FakeAzure
from tests.support.module_runner import ModuleRunner


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_info, monkeypatch)


def images() -> list:
    ids = [replace(TARGET, names=(name,)) for name in ("web-10", "web-9", "db")]
    return [CAPTURED, *(replace(CAPTURED, id=each, tags={"role": each.name[:2]}) for each in ids)]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["db", "web-1", "web-9", "web-10"]),
        ({"name": "WEB-9"}, ["web-9"]),
        ({"name": "web-9", "resource_group": "IMAGES"}, ["web-9"]),
        ({"name": "web-9", "resource_group": "other"}, []),
        ({"resource_group": "images", "tags": ["role:we"]}, ["web-9", "web-10"]),
        ({"name": "", "resource_group": ""}, ["db", "web-1", "web-9", "web-10"]),
        ({"name": "nothing"}, []),
        ({"tags": {"role": "we"}}, ["web-9", "web-10"]),
        ({"tags": {"ROLE": None}}, ["db", "web-9", "web-10"]),
        ({"tags": '{"role": "db"}'}, ["db"]),
        ({"tags": "role:db,role"}, ["db"]),
        ({"tags": [{"role": "db"}, "role"]}, ["db"]),
        ({"tags": "role=db"}, ["db"]),
        ({"tags": "role=db, ROLE='db'"}, ["db"]),
        ({"tags": "role=db release=1"}, []),
        ({"tags": "role=db,role"}, ["db"]),
        ({"tags": "role=db,role:db"}, ["db"]),
        ({"tags": ["role=db"]}, ["db"]),
        ({"tags": ["role=db=db"]}, []),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_the_filters_choose_the_images(run, options, names, check):
    result = run(FakeAzure(images=images(), read_only=True), check=check, **options)
    assert [image["name"] for image in result["images"]] == names
    assert (result["changed"], result["truncated"]) == (False, False)


@pytest.mark.parametrize(
    ("options", "sentences"),
    [
        ({"text": ["sql", "server"]}, "text: give one string, not a list."),
        ({"name": {"a": "b"}}, "name: give one string, not a dictionary."),
        ({"cache_path": ["/cache"]}, "cache_path: give one string, not a list."),
        ({"secret": ["s3cret"], "sku": []}, "secret: give one string, not a list. sku: give one string, not a list."),
    ],
)
def test_a_list_or_a_dictionary_is_refused_for_a_string_and_not_shown(run, options, sentences):
    assert run(FakeAzure(images=images(), read_only=True), **options)["msg"] == sentences


def test_spaces_around_the_commas_of_a_list_do_not_matter(run):
    result = run(FakeAzure(images=images(), read_only=True), sources="managed, gallery", security_type=" Standard , TrustedLaunch")
    assert len(result["images"]) == 4


@pytest.mark.parametrize("source", ["managed", "gallery", "shared", "community"])
def test_a_region_that_does_not_exist_is_refused_in_words_that_fit_every_source(run, source):
    refused = run(FakeAzure(read_only=True), sources=source, location="narnia")["msg"]
    assert refused == "location: 'narnia' is not a region that has images; these have: northeurope, westeurope."


def test_an_image_is_the_same_as_the_other_modules_return(run):
    (image,) = run(FakeAzure(images=[CAPTURED]))["images"]
    own = CAPTURED.as_result()
    assert {key: image[key] for key in own} == own


def test_a_limit_sets_truncated(run):
    azure = FakeAzure(images=images())
    result = run(azure, limit=2)
    assert ([image["name"] for image in result["images"]], result["truncated"]) == (["db", "web-1"], True)
    assert run(azure, limit=4)["truncated"] is False


@pytest.mark.parametrize(("options", "text"), [
    ({"limit": 0}, "limit: must be at least 1, not 0."),
    ({"name": "bad/name"}, "name: 'bad/name' is not a valid name for a resource"),
    ({"name": "bad/name", "resource_group": "images"}, "name: 'bad/name' is not a valid name for a resource"),
    ({"resource_group": "bad/name"}, "resource_group: 'bad/name' is not a valid name for a resource group"),
    ({"tags": {"release": 3}}, "tags: the value of 'release' must be a string, not 3; put it in quotes."),
    ({"tags": {"": "x"}}, "tags: the name of a tag must be a string that is not empty."),
    ({"tags": ["=x"]}, "tags: '=x' is not a valid tag: give name, name:value or name=value."),
    ({"tags": '{"role"'}, "is not a dictionary in JSON."),
    ({"tags": 7}, "tags: give a list of name or name:value, or a dictionary, not 7."),
])  # fmt: skip
def test_bad_input_is_refused_in_one_sentence(run, options, text):
    refused = run(FakeAzure(), **options)
    assert text in refused["msg"]
    assert "steps" not in refused


@pytest.mark.parametrize("options", [{}, {"name": "web-1"}, {"tags": ["role"]}])
def test_a_group_that_does_not_exist_gives_an_empty_list_and_a_warning(run, options):
    azure = FakeAzure(images=images(), read_only=True)
    azure.groups.missing = {"nogroup"}
    assert run(azure, resource_group="nogroup", **options)["images"] == []
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]


def test_a_filter_by_tags_of_the_collection_is_not_left_out(run):
    tagged = replace(CAPTURED, tags={"goldenimage.digest": "d"})
    azure = FakeAzure(images=[*images()[1:], tagged])
    for tags in (["goldenimage.digest"], {"goldenimage.digest": "d"}):
        assert [image["name"] for image in run(azure, tags=tags)["images"]] == ["web-1"]
    assert run.warnings == []


def test_an_existing_group_may_be_empty(run):
    run(FakeAzure(), resource_group="images")
    run(FakeAzure(), name="nothing")
    assert run.warnings == []
