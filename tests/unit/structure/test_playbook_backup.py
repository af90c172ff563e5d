# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks refuse a VM without a backup in their first preflight, before anything has changed the guest."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.support.tree import ROOT
from tests.unit.roles.linux_prepare import trusted

PLAYBOOKS = ROOT / "playbooks"


@pytest.mark.parametrize(("policy", "taken", "expected"), [
    ({}, {}, ["before-generalize", "before-generalize"]),
    ({}, {"backup": {"id": "an id"}}, ["before-generalize", "an id"]),
    ({"image_backup": "none"}, {}, ["", ""]),
    ({"image_from": "copy", "image_backup": "none"}, {}, ["the VM that was copied", "the VM that was copied"]),
])  # fmt: skip
def test_each_preflight_knows_whether_there_is_a_backup(policy: dict[str, str], taken: dict[str, Any], expected: list[str]) -> None:
    (play,) = yaml.safe_load((PLAYBOOKS / "capture_linux.yml").read_text())
    tasks = yaml.safe_load((PLAYBOOKS / "tasks/seal_linux.yml").read_text())
    given = [task["vars"]["linux_generalize_backup"] for task in tasks if "linux_generalize_backup" in task.get("vars", {})]
    variables = trusted(
        {
            **{name: play["vars"][name] for name in ("__image_from", "__is_copy", "__backup_policy", "__planned_backup")},
            "__backup": taken,
            **policy,
        }
    )
    templar = Templar(DataLoader(), variables=variables)
    assert [templar.template(trusted(each)) for each in given] == expected


@pytest.mark.parametrize(("policy", "expected"), [({}, "before-generalize"), ({"image_backup": "none"}, "")])
def test_the_first_preflight_of_windows_knows_whether_there_will_be_a_backup(policy: dict[str, str], expected: str) -> None:
    (play,) = yaml.safe_load((PLAYBOOKS / "capture_windows.yml").read_text())
    tasks = yaml.safe_load((PLAYBOOKS / "tasks/prepare_windows.yml").read_text())
    (given,) = [
        each["vars"]["windows_preflight_backup"]
        for task in tasks
        for each in task.get("block", [])
        if "windows_preflight_backup" in each.get("vars", {})
    ]
    names = ("__backup_policy", "__planned_backup")
    templar = Templar(DataLoader(), variables=trusted({**{name: play["vars"][name] for name in names}, **policy}))
    assert templar.template(trusted(given)) == expected
