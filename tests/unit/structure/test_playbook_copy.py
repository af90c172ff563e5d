# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""capture_linux with image_from: copy names the copy as vm_copy does, and learns what forbids the capture before it makes the copy."""

from __future__ import annotations

from typing import Any

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.copy.request import CopyRequest

from tests.support.tree import ROOT
from tests.unit.modules.test_vm_copy import PARAMS
from tests.unit.roles.linux_prepare import trusted

PLAYBOOKS = ROOT / "playbooks"
(PLAY,) = yaml.safe_load((PLAYBOOKS / "capture_linux.yml").read_text())
NAMES = ("__original", "__image_from", "__is_copy", "__copy_name", "__copy_group", "__source")


def variables(**given: Any) -> dict[str, Any]:
    """The variables of the play about the VM and its copy, for a host."""
    templar = Templar(DataLoader(), variables=trusted({**{name: PLAY["vars"][name] for name in NAMES}, **given}))
    found: dict[str, Any] = templar.template(trusted({name: "{{ " + name + " }}" for name in NAMES}))
    return found


def test_a_copy_has_the_name_that_vm_copy_gives_it() -> None:
    for vm in ("web1", "w" * 59, "w" * 64):
        made = CopyRequest.from_params({**PARAMS, "vm": vm}).copy
        for empty in ({}, {"copy_name": "", "copy_resource_group": ""}):
            found = variables(azure_vm=vm, azure_resource_group="build", image_from="copy", **empty)
            assert found["__source"] == {"name": made.name, "resource_group": "build"}
            assert found["__original"]["name"] == vm


def test_a_copy_can_be_in_another_resource_group_than_its_source() -> None:
    found = variables(azure_vm="web1", azure_resource_group="build", copy_resource_group="lab", image_from="copy")
    assert found["__source"] == {"name": "web1-copy", "resource_group": "lab"}
    assert found["__original"] == {"name": "web1", "resource_group": "build"}
    files = [PLAYBOOKS / "capture_linux.yml", *(PLAYBOOKS / "tasks").glob("*.yml")]
    tasks = [task for file in files for task in tasks_of(yaml.safe_load(file.read_text()))]
    copies = [task["goldenimage.azure.vm_copy"] for task in tasks if "goldenimage.azure.vm_copy" in task]
    assert [each["resource_group"] for each in copies] == ["{{ __copy_group }}"] * 5


def tasks_of(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tasks of a play or of a file, those of blocks included."""
    nested = [each for one in found for kind in ("tasks", "block", "rescue") for each in tasks_of(one.get(kind, []))]
    return [*found, *nested]


def test_what_forbids_the_capture_in_azure_is_reported_before_the_copy_is_made() -> None:
    names = [task["name"] for task in PLAY["tasks"]]
    (block,) = (task for task in PLAY["tasks"] if [one.get("register") for one in task.get("block", [])] == ["__planned_original"])
    (plan,) = block["block"]
    assert (
        names.index(block["name"]) < names.index("Check the guest of the VM, if its copy does not exist yet") < names.index("Copy the VM")
    )
    assert (block["vars"]["__source"], plan["check_mode"]) == ("{{ __original }}", True)
    (check,) = (
        task for task in yaml.safe_load((PLAYBOOKS / "tasks/check_original.yml").read_text()) if "ansible.builtin.include_role" in task
    )
    rows = [{"id": each} for each in ("security_type", "boot_diagnostics", "disk_types", "locks", "existing_image")]
    templar = Templar(DataLoader(), variables=trusted({**check["vars"], "__planned_original": {"checks": rows, "os_disk_mbps": 60}}))
    given = templar.template(trusted(check["vars"]["linux_generalize_capture"]))
    assert given == {"checks": [{"id": each} for each in ("security_type", "disk_types", "existing_image")], "os_disk_mbps": 60}
