# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_info from options to result, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_info

from tests.unit.fakes import FakeAzure
from tests.unit.planning.world import CAPTURED, TARGET

from .playing import Player


@pytest.fixture
def play(monkeypatch):
    return Player(image_info, monkeypatch)


def images() -> list:
    ids = [TARGET.sibling(TARGET.kind, name) for name in ("web-10", "web-9", "db")]
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
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_it_lists_what_was_asked_for(play, options, names, check):
    result = play(FakeAzure(images=images(), read_only=True), check=check, **options)
    assert [image["name"] for image in result["images"]] == names
    assert (result["changed"], result["truncated"]) == (False, False)


def test_an_image_is_the_same_as_the_other_modules_return(play):
    assert play(FakeAzure(images=[CAPTURED]))["images"] == [CAPTURED.as_result()]


def test_a_limit_says_when_it_cuts(play):
    azure = FakeAzure(images=images())
    result = play(azure, limit=2)
    assert ([image["name"] for image in result["images"]], result["truncated"]) == (["db", "web-1"], True)
    assert play(azure, limit=4)["truncated"] is False


def test_bad_input_is_one_sentence(play):
    assert play(FakeAzure(), limit=0)["msg"] == "limit: 0 is less than 1."
