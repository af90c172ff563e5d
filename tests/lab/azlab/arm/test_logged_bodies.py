# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log holds the bodies of requests on galleries and of no others; every test in a lab checks those that the lab accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.bodies import vm_of_disk
from tests.support.body_check import TYPES, WrongBody, require_logged_bodies
from tests.support.gallery_bodies import definition, gallery
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab

checks = pytest.mark.skipif(TYPES is None, reason="this azure-mgmt-compute has no types of request bodies")


@pytest.fixture
def log(lab: RunningLab) -> Path:
    return lab.settings.state / "logs" / "arm.jsonl"


def bodies(log: Path, start: int) -> list[Any]:
    """The bodies that were logged since the log had a size."""
    lines = [json.loads(line) for line in log.read_bytes()[start:].splitlines()]
    return [json.loads(line["body"]) for line in lines if "body" in line]


@checks
@pytest.mark.other_bodies
@pytest.mark.parametrize("wrong", [gallery(descripton="typo"), {**gallery(), "propertees": {}}, gallery(softDeletePolicy={"on": True})])
def test_a_misspelt_key_that_azure_ignores_is_found(lab: RunningLab, group: str, log: Path, wrong: dict[str, Any]) -> None:
    start = log.stat().st_size
    assert LabGallery(lab, group).ask("PUT", "", wrong).is_success
    with pytest.raises(WrongBody, match=r"descripton|propertees|on is not a key"):
        require_logged_bodies(log, start)


def test_a_body_that_the_lab_refuses_is_not_checked(lab: RunningLab, group: str, log: Path) -> None:
    hub, start = LabGallery(lab, group).made(), log.stat().st_size
    assert hub.refused("PUT", "images/i", definition(osType="BeOS"))[0] == 400
    require_logged_bodies(log, start)
    assert [each["properties"]["osType"] for each in bodies(log, start)] == ["BeOS"]


def test_bodies_that_may_hold_passwords_are_not_logged(lab_group: LabGroup, log: Path) -> None:
    start = log.stat().st_size
    lab_group.put_vm(vm_of_disk(lab_group.os_disk().id, lab_group.subnet()))
    assert bodies(log, start) == []
