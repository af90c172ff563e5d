# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to resources: their forms, and the errors for invalid ones."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE, SUBNET, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.references import own_id, parse_reference

TEXT = "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web1"
WEB1 = ResourceId.of(VM, "RG", "Web1", subscription="s")


@pytest.mark.parametrize(
    "value",
    ["Web1", TEXT, {"name": "Web1"}, {"name": "Web1", "resource_group": "rg", "subscription_id": "s"}, {"id": TEXT, "tags": {}}],
    ids=["name", "id", "dictionary", "complete dictionary", "a module's result"],
)
def test_a_reference_has_many_forms(value):
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
def test_an_invalid_reference_is_refused_with_the_name_of_its_option(value, text):
    with pytest.raises(InvalidRequest, match=f"^vm: .*{text}"):
        parse_reference(value, VM, "g", "vm")


@pytest.mark.parametrize(("kind", "example"), [
    (VM, "Microsoft.Compute/virtualMachines/<name>"),
    (IMAGE, "Microsoft.Compute/images/<name>"),
    (SUBNET, "Microsoft.Network/virtualNetworks/<name>/subnets/<name>"),
])  # fmt: skip
def test_the_error_for_an_invalid_id_shows_one_of_the_kind_that_the_option_takes(kind, example):
    with pytest.raises(InvalidRequest) as refused:
        parse_reference("/x", kind, "g", "option")
    example = f"/subscriptions/<id>/resourceGroups/<group>/providers/{example}"
    assert refused.value.message == f"option: '/x' is not a resource id; one looks like {example}."


def test_a_short_name_needs_a_group():
    with pytest.raises(InvalidRequest, match="needs a resource_group"):
        parse_reference("web1", VM, None, "vm")


@pytest.mark.parametrize("name", ["a", "web-1.2_x", "A" * 80])
def test_a_valid_name_is_accepted(name):
    assert own_id({"name": name, "resource_group": "g"}, IMAGE).name == name


@pytest.mark.parametrize("options", [{"name": ""}, {"resource_group": ""}])
def test_a_required_option_must_not_be_empty(options):
    with pytest.raises(InvalidRequest, match=f"^{next(iter(options))}: must not be empty.$"):
        own_id({"name": "n", "resource_group": "g", **options}, IMAGE)


@pytest.mark.parametrize("name", ["_a", "-a", "a-", "a.", "a b", "a/b", "\u00e4", "A" * 81])
def test_an_invalid_name_is_refused(name):
    with pytest.raises(InvalidRequest, match="is not a valid name"):
        own_id({"name": name, "resource_group": "g"}, IMAGE)
