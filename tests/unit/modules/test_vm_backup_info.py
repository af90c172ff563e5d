# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup_info: always a list, and the same dictionaries that vm_backup returns."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import vm_backup, vm_backup_info

from tests.support.capture_values import DATA_DISK, OS_DISK, RUNNING_VM, in_subscription
from tests.support.fakes import FakeAzure
from tests.support.ids import ELSEWHERE
from tests.support.module_runner import ModuleRunner

OPTIONS = {"vm": "web1", "resource_group": "build"}


def test_a_backup_is_listed_as_it_was_returned(monkeypatch):
    azure = FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, DATA_DISK])
    taken = ModuleRunner(vm_backup, monkeypatch)(azure, **OPTIONS)["backup"]
    azure.read_only = True
    listed = ModuleRunner(vm_backup_info, monkeypatch)(azure)
    assert (listed["changed"], listed["backups"]) == (False, [taken])


@pytest.mark.parametrize(("options", "count"), [
    ({}, 1), (OPTIONS, 1), ({"vm": "WEB1"}, 1), ({"name": "before-generalize"}, 1),
    ({"vm": "web2"}, 0), ({"name": "weekly"}, 0), ({"resource_group": "other"}, 0), ({"vm": str(RUNNING_VM.id)}, 1),
])  # fmt: skip
def test_a_list_is_filtered(monkeypatch, options, count):
    azure = FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, DATA_DISK])
    ModuleRunner(vm_backup, monkeypatch)(azure, **OPTIONS)
    assert len(ModuleRunner(vm_backup_info, monkeypatch)(azure, **options)["backups"]) == count


def test_backups_of_a_vm_are_listed_in_its_own_subscription(monkeypatch):
    vm, disks = in_subscription(ELSEWHERE)
    azure = FakeAzure(vms=[vm], disks=disks)
    taken = ModuleRunner(vm_backup, monkeypatch)(azure, vm=str(vm.id), resource_group="build")["backup"]
    run = ModuleRunner(vm_backup_info, monkeypatch)
    for options in ({"vm": str(vm.id)}, {"vm": {"name": "web1", "resource_group": "build", "subscription_id": ELSEWHERE}}):
        assert run(azure, **options)["backups"] == run(azure, resource_group="build", **options)["backups"] == [taken]
    azure.groups.missing = {"nogroup"}
    run(azure, vm=str(vm.id), resource_group="nogroup")
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {ELSEWHERE}."]


def test_invalid_options_are_refused(monkeypatch):
    run = ModuleRunner(vm_backup_info, monkeypatch)
    for options, text in (
        ({"vm": {"resource_group": "build"}}, "vm: the dictionary has no name"),
        ({"vm": "bad/name"}, "vm: 'bad/name' is not a valid name for a resource"),
        ({"vm": "bad/name", "resource_group": "build"}, "vm: 'bad/name' is not a valid name for a resource"),
        ({"name": "bad/name"}, "name: 'bad/name' is not a valid name for a backup"),
        ({"resource_group": "bad/name"}, "resource_group: 'bad/name' is not a valid name for a resource group"),
    ):
        result = run(FakeAzure(), **options)
        assert result["failed"], options
        assert "steps" not in result
        assert text in result["msg"]


@pytest.mark.parametrize("options", [{}, {"vm": "web1"}])
def test_a_missing_group_gives_an_empty_list_and_a_warning(monkeypatch, options):
    azure = FakeAzure(read_only=True)
    azure.groups.missing = {"nogroup"}
    run = ModuleRunner(vm_backup_info, monkeypatch)
    assert run(azure, resource_group="nogroup", **options)["backups"] == []
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]
    run.warnings.clear()
    run(azure, resource_group="build", **options)
    assert run.warnings == []


@pytest.mark.parametrize("options", [{}, {"resource_group": "build"}, {"resource_group": "nogroup"}])
def test_the_missing_group_of_the_vm_is_named_once(monkeypatch, options):
    azure = FakeAzure(read_only=True)
    azure.groups.missing = {"nogroup"}
    run = ModuleRunner(vm_backup_info, monkeypatch)
    assert run(azure, vm={"name": "web1", "resource_group": "nogroup"}, **options)["backups"] == []
    assert run.warnings == [f"The list is empty: resource group nogroup was not found in subscription {azure.subscription}."]
