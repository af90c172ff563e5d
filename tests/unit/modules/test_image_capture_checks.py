# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture refuses early and reports what it checked, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.capture_values import BACKUPS, BOOT_LOG, DATA_DISK, OS_DISK, RUNNING_VM, STOPPED_VM, VM1
from tests.support.fakes import FakeAzure
from tests.support.module_runner import ModuleRunner

OPTIONS = {"vm": {"name": "web1", "resource_group": "build"}, "name": "web-1", "resource_group": "images"}


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_capture, monkeypatch)


def azure_with(**changes) -> FakeAzure:
    state = {"vms": [STOPPED_VM], "disks": [OS_DISK, DATA_DISK], "snapshots": BACKUPS, "boot_logs": {VM1: BOOT_LOG}}
    return FakeAzure(**{**state, **changes})


@pytest.mark.parametrize("check", [True, False])
def test_a_running_vm_that_can_never_be_captured_is_refused_before_its_guest_stops(run, check):
    azure = azure_with(vms=[replace(RUNNING_VM, boot_diagnostics=False)], read_only=True)
    azure.machines.find_stopped = lambda vm: pytest.fail("waited for the guest")
    result = run(azure, check=check, **OPTIONS)
    assert result["msg"] == (
        "VM web1 has no boot log, since boot diagnostics with managed storage are off: enable them, without a storage account, before the"
        " guest is generalized, or set sealed: assume if you know that its guest is generalized."
    )
    assert [row["id"] for row in result["checks"] if row["verdict"] == "block"] == ["boot_diagnostics"]


def test_the_report_is_returned_in_check_mode_and_after_the_capture(run):
    azure = azure_with()
    predicted, done = run(azure, check=True, **OPTIONS), run(azure, **OPTIONS)
    assert predicted["checks"] == done["checks"]
    assert {row["verdict"] for row in done["checks"]} == {"ok"}
    assert (predicted["azure_clock_offset"], run(azure, **OPTIONS)["checks"]) == (0, [])


def test_the_report_is_returned_when_a_step_fails(run):
    azure = azure_with(break_at=("generalize VM", Refused("could not: (Boom) no", code="Boom", status=500)))
    failed = run(azure, **OPTIONS)
    assert (failed["code"], {row["verdict"] for row in failed["checks"]}) == ("Boom", {"ok"})


def test_missing_rights_are_found_in_check_mode_and_can_be_waived(run):
    azure = azure_with(vms=[RUNNING_VM])
    path = f"/subscriptions/{azure.subscription}/resourceGroups/images"
    azure.permissions.known = {path: Rights((Permission(("Microsoft.Compute/virtualMachines/*",)),))}
    refused = run(azure, check=True, **OPTIONS)
    assert refused["msg"].startswith(
        "this identity lacks the right Microsoft.Compute/images/write on resource group images, which is needed"
    )
    waived = run(azure, check=True, waive=["rights"], **OPTIONS)
    assert [row["verdict"] for row in waived["checks"] if row["id"] == "rights"] == ["waived"]
    assert run(azure, check=True, waive=["seal"], **OPTIONS)["msg"].startswith("waive: there is no check seal; ")


def test_a_backup_in_the_group_of_the_image_needs_no_right_in_the_group_of_the_vm(run):
    """As the roles Virtual Machine Contributor on the VM and Contributor on the group of the image allow it."""
    moved = [replace(each, id=replace(each.id, resource_group="images")) for each in BACKUPS]
    azure = azure_with(snapshots=moved)
    path = f"/subscriptions/{azure.subscription}/resourceGroups/build"
    azure.permissions.known = {path: Rights((Permission(("Microsoft.Compute/virtualMachines/*",)),))}
    assert run(azure, **OPTIONS)["changed"]
    assert run.warnings == [
        "This identity lacks the right Microsoft.Compute/snapshots/read on resource group build, which is needed to find a backup there:"
        " assign a role that holds it to the identity, or waive this check if you know that it is not needed there."
    ]


def test_a_group_of_the_image_that_may_not_be_read_is_assumed_to_exist(run):
    azure = azure_with()
    azure.groups.location = Mock(side_effect=Denied("could not read resource group images: (AuthorizationFailed) no."))
    assert run(azure, **OPTIONS)["changed"]


def test_a_lock_on_the_group_of_the_image_is_found_while_the_guest_still_runs(run):
    azure = azure_with(vms=[RUNNING_VM], read_only=True)
    azure.locks.found = (Lock("frozen", "ReadOnly", f"/subscriptions/{azure.subscription}/resourceGroups/images"),)
    assert "the ReadOnly lock frozen on " in run(azure, check=True, **OPTIONS)["msg"]
    assert "forbids to change image web-1: remove the lock" in run(azure, **OPTIONS)["msg"]


def test_only_what_merely_warns_becomes_a_warning(run):
    azure = azure_with(vms=[replace(STOPPED_VM, disk_controller="NVMe")])
    run(azure, check=True, **OPTIONS)
    assert len(run.warnings) == 1
    assert run.warnings[0].startswith("VM web1 has the disk controller type NVMe, which a managed image cannot name: use sizes")
