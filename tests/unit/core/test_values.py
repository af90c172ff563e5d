# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, regions, references, tags and times compare and read as Azure has them."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE, SUBNET, VM, ResourceId, region
from ansible_collections.goldenimage.azure.plugins.module_utils._core.references import own_id, parse_reference
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import utc

TEXT = "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web1"
WEB1 = ResourceId.of(VM, "RG", "Web1", subscription="s")


def test_an_id_reads_and_writes_itself_and_keeps_its_spelling():
    assert ResourceId.parse(TEXT) == WEB1
    assert str(WEB1) == TEXT
    subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/u"
    assert ResourceId.parse(subnet) == ResourceId.of(SUBNET, "g", "n", "u", subscription="s")
    assert str(ResourceId.parse(subnet)) == subnet


def test_ids_compare_without_case():
    assert ResourceId.parse(TEXT.upper()) == WEB1
    assert len({ResourceId.parse(TEXT.lower()), WEB1}) == 1
    assert ResourceId.of(VM, "RG", "Web2", subscription="s") != WEB1
    assert TEXT != WEB1


@pytest.mark.parametrize("text", ["", "/", "web1", "/subscriptions/s/resourceGroups/g", TEXT + "/extensions", "/x/s/y/g/z/n/t/m"])
def test_what_is_no_id_is_refused(text):
    with pytest.raises(InvalidRequest, match="not a resource id"):
        ResourceId.parse(text)


def test_regions_compare_by_their_short_name():
    assert region("West Europe") == region("westeurope") == "westeurope"


@pytest.mark.parametrize(
    "value",
    ["Web1", TEXT, {"name": "Web1"}, {"name": "Web1", "resource_group": "rg", "subscription_id": "s"}, {"id": TEXT, "tags": {}}],
    ids=["name", "id", "dictionary", "whole dictionary", "a module's result"],
)
def test_a_reference_is_given_in_many_ways(value):
    assert parse_reference(value, VM, "RG", "vm").within("s") == WEB1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d", "is the id of a Microsoft.Compute/disks"),
        ({"resource_group": "g"}, "the dictionary has no name; give name"),
        ({"name": "n", "group": "g"}, "unknown key group; known are name, resource_group, subscription_id; or id"),
        ({"id": "x"}, "'x' is not a resource id; one looks like /subscriptions/<id>/resourceGroups/<group>/providers/"),
        ({"id": None}, "'' is not a resource id"),
        ({"name": "n", "subscription_id": "a/b"}, "'a/b' is not a valid subscription id: use letters, digits and '-' only"),
        (TEXT.replace("/s/", "/a?b/"), "'a.b' is not a valid subscription id"),
        ("", "must not be empty"),
        ({"name": "n", "resource_group": 7}, "7 is not a valid name for a resource group"),
        (7, "give a resource id, a name"),
        (["n"], "give a resource id, a name"),
    ],
)
def test_a_bad_reference_names_its_option(value, text):
    with pytest.raises(InvalidRequest, match=f"^vm: .*{text}"):
        parse_reference(value, VM, "g", "vm")


@pytest.mark.parametrize(("kind", "example"), [
    (VM, "Microsoft.Compute/virtualMachines/<name>"),
    (IMAGE, "Microsoft.Compute/images/<name>"),
    (SUBNET, "Microsoft.Network/virtualNetworks/<name>/subnets/<name>"),
])  # fmt: skip
def test_what_is_no_id_is_answered_with_one_of_the_kind_that_the_option_wants(kind, example):
    with pytest.raises(InvalidRequest) as refused:
        parse_reference("/x", kind, "g", "option")
    example = f"/subscriptions/<id>/resourceGroups/<group>/providers/{example}"
    assert refused.value.message == f"option: '/x' is not a resource id; one looks like {example}."


def test_a_short_name_needs_a_group():
    with pytest.raises(InvalidRequest, match="needs a resource_group"):
        parse_reference("web1", VM, None, "vm")


@pytest.mark.parametrize("name", ["a", "web-1.2_x", "A" * 80])
def test_a_good_name(name):
    assert own_id({"name": name, "resource_group": "g"}, IMAGE).name == name


@pytest.mark.parametrize("options", [{"name": ""}, {"resource_group": ""}])
def test_what_is_required_must_not_be_empty(options):
    with pytest.raises(InvalidRequest, match=f"^{next(iter(options))}: must not be empty.$"):
        own_id({"name": "n", "resource_group": "g", **options}, IMAGE)


def test_a_tag_without_a_value_is_told_from_a_number():
    with pytest.raises(InvalidRequest, match="^tags: 'a' has no value: give a string, '' for an empty one.$"):
        tags.from_params({"tags": {"a": None}})


@pytest.mark.parametrize("name", ["_a", "-a", "a-", "a.", "a b", "a/b", "A" * 81])
def test_a_bad_name(name):
    with pytest.raises(InvalidRequest, match="is not a valid name"):
        own_id({"name": name, "resource_group": "g"}, IMAGE)


def test_tags_are_texts_and_ours_are_left_out():
    assert tags.from_params({"tags": None}) is None
    assert tags.from_params({"tags": {"a": "", "GoldenImage.vm_id": "x"}}) == {"a": ""}


@pytest.mark.parametrize("given", [{"a": 1}, {"a": None}, {"": "x"}, {"a<b": "x"}, {"a": "x" * 257}, {str(n): "" for n in range(51)}])
def test_bad_tags_are_refused(given):
    with pytest.raises(InvalidRequest, match="^tags: "):
        tags.from_params({"tags": given})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T10:00:00.1234567+00:00", "2026-11-22T10:00:00.123456Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000000Z"),
        ("2026-11-22T12:00:00+02:00", "2026-11-22T10:00:00.000000Z"),
        ("2026-11-22T10:00:00.5", "2026-11-22T10:00:00.500000Z"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_times_have_one_form(text, expected):
    assert utc(text) == expected
