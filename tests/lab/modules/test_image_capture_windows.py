# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture of Windows VMs against a lab: their disks hold real volumes and hives, which the module reads through a SAS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages import download
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.machines import Machines
from ansible_collections.goldenimage.azure.plugins.modules import image_capture, vm_backup
from azlab.cli.disk import key
from azlab.storage.blobs import BlobStore

from tests.support.bodies import vm_of_disk
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.lab_group import LabGroup
from tests.support.module_runs import ModuleRun
from tests.support.running_lab import GIB, RunningLab, done
from tests.support.tasks import LabTasks
from tests.support.waiting import wait_until
from tests.support.windows.render import STATE_KEY, render

STEPS = ["deallocate VM vm", "keep the seal of VM vm as a tag", "mark VM vm as generalized", "create image golden from VM vm"]
ACCESS = ["disk.begin_access", "disk.end_access"]


def guest(state: str, state_ini: str = "") -> dict[str, Any]:
    """A Windows machine whose image state is this one."""
    found = f"[State]\r\nImageState={state_ini or state}\r\n"
    tag = {"C:\\Windows\\System32\\Sysprep\\Sysprep_succeeded.tag": ""} if "GENERALIZE" in state else {}
    return {
        "registry": {
            STATE_KEY: {"ImageState": state},
            "HKLM\\SYSTEM\\Setup": {"SetupType": 2 if tag else 0, "CmdLine": "oobe\\windeploy.exe" if tag else ""},
            **{f"HKLM\\SYSTEM\\ControlSet001\\Services\\{each}": {"Start": 0} for each in ("vmbus", "storvsc", "stornvme")},
        },
        "files": {"C:\\Windows\\Setup\\State\\State.ini": found, **tag},
    }


GUESTS = {
    "generalized": guest("IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"),
    "specialized": guest("IMAGE_STATE_COMPLETE"),
    "broken": guest("IMAGE_STATE_UNDEPLOYABLE"),
    "unproven": guest("IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_COMPLETE"),
}
DISKS = (*GUESTS, "encrypted", "unreadable")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes the raw disk of a machine in one of the states, of one GiB, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("windows")

    def make(state: str) -> Path:
        path = folder / f"{state}.raw"
        if not path.exists():
            # Later than any backup of a test: the disks are made once.
            sealed_at = datetime.now(timezone.utc) + timedelta(hours=1)
            render(GUESTS.get(state, GUESTS["specialized"]), path, sealed_at=sealed_at, bitlocker=state == "encrypted")
            if state == "unreadable":
                path.write_bytes(b"no partition table")
        with path.open("r+b") as file:
            file.truncate(GIB)
        return path

    return make


class Subject:
    """A running Windows VM, whose OS disk gets the content that its guest leaves behind when it stops."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks, rendered: Callable[[str], Path]) -> None:
        self.lab_group, self.tasks, self.rendered = lab_group, tasks, rendered
        self.options: dict[str, Any] = {"name": "golden", "vm": "vm", "resource_group": lab_group.name}
        disk = lab_group.disk("vm-os", osType="Windows", hyperVGeneration="V2")
        body = vm_of_disk(disk.id, lab_group.subnet())
        body["properties"]["storageProfile"]["osDisk"]["osType"] = "Windows"
        del body["properties"]["diagnosticsProfile"]
        self.write("specialized")
        lab_group.put_vm(body)

    def write(self, state: str) -> None:
        """Give the OS disk the bytes of a machine in a state."""
        settings = self.lab_group.lab.settings
        found = key(settings.state, self.lab_group.id("disks", "vm-os"), "os")[1]
        BlobStore(settings).write_back(self.rendered(state), found)

    def backup(self) -> None:
        self.tasks(vm_backup, vm="vm", resource_group=self.lab_group.name, name="before-generalize")

    def stops(self, state: str = "generalized") -> None:
        """The guest powers off in a state."""
        self.write(state)
        done(self.lab_group.compute.virtual_machines.begin_power_off(self.lab_group.name, "vm"))

    def capture(self, **options: Any) -> dict[str, Any]:
        return self.tasks(image_capture, **{**self.options, **options})

    def refuses(self, *expected: str, **options: Any) -> str:
        """Run image_capture, which must fail after these writes, and return its message."""
        with self.tasks.writes() as writes:
            refused = self.tasks.fails(image_capture, **{**self.options, **options})
        assert writes == list(expected)
        return str(refused["msg"])

    @property
    def disk_state(self) -> str:
        return self.lab_group.state("vm-os")


@pytest.fixture
def subject(lab_group: LabGroup, tasks: LabTasks, rendered: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Subject:
    monkeypatch.setattr(Machines, "boot_log", lambda machines, vm: pytest.fail("read the console of a Windows VM"))
    return Subject(lab_group, tasks, rendered)


def test_a_generalized_guest_is_captured_by_its_disk(subject: Subject) -> None:
    subject.backup()
    before = subject.capture(check=True)
    subject.stops()
    predicted = subject.capture(check=True)
    with subject.tasks.writes() as writes:
        made = subject.capture()
    assert (before["steps"], predicted["steps"], made["steps"], made["sealed"]) == (STEPS, STEPS, STEPS, "verified")
    assert writes == ["vm.deallocate", *ACCESS, "vm.patch", "vm.generalize", "image.put"]
    assert made["guest"]["disk"] == "generalized"
    assert {row["verdict"] for row in made["checks"]} == {"ok"}
    assert subject.disk_state == "Reserved"
    with subject.tasks.writes() as writes:
        assert subject.capture()["changed"] is False
    assert writes == []


@pytest.mark.parametrize("state", [each for each in DISKS if each != "generalized"])
def test_any_other_disk_is_refused_before_the_flag(subject: Subject, state: str) -> None:
    subject.stops(state)
    refused = subject.refuses("vm.deallocate", *ACCESS, backup="none")
    assert f"VM vm is not known to be sealed: its OS disk vm-os is {state}: " in refused
    assert subject.disk_state == "Reserved"
    assert subject.refuses(*ACCESS, backup="none") == refused
    assert "OSState/generalized" not in subject.lab_group.power()
    assert subject.capture(backup="none", sealed="assume")["sealed"] == "assume"


def test_the_tag_is_used_again_while_the_disk_is_unused(subject: Subject) -> None:
    subject.stops()
    with subject.lab_group.lab.fault(plane="arm", op="vm.generalize", status=400, code="Broken", message="An injected fault."):
        subject.refuses("vm.deallocate", *ACCESS, "vm.patch", "vm.generalize", backup="none")
    with subject.tasks.writes() as writes:
        assert subject.capture(backup="none", check=True)["steps"] == STEPS[2:]
    assert writes == []
    compute, group = subject.lab_group.compute, subject.lab_group.name
    done(compute.virtual_machines.begin_start(group, "vm"))
    subject.stops("specialized")
    assert "its OS disk vm-os is specialized" in subject.refuses("vm.deallocate", *ACCESS, backup="none")


def test_a_kept_seal_is_reused_by_the_next_real_run(subject: Subject) -> None:
    subject.stops()
    with subject.lab_group.lab.fault(plane="arm", op="vm.generalize", status=400, code="Broken", message="An injected fault."):
        subject.tasks.fails(image_capture, backup="none", **subject.options)
    with subject.tasks.writes() as writes:
        assert subject.capture(backup="none")["steps"] == STEPS[2:]
    assert writes == ["vm.generalize", "image.put"]


@pytest.mark.parametrize("backed_up_as", ["generalized", "encrypted", "unreadable", "broken"])
def test_a_backup_that_cannot_restore_the_guest_is_refused_while_it_runs(subject: Subject, backed_up_as: str) -> None:
    subject.write(backed_up_as)
    subject.backup()
    access = ["snapshot.begin_access", "snapshot.end_access"]
    assert f"of VM vm is {backed_up_as}, not specialized" in subject.refuses(*access, check=True)
    assert subject.capture(check=True, waive=["backup_readable"])["steps"] == STEPS


@contextmanager
def closed(lab_group: LabGroup, **properties: str) -> Iterator[None]:
    """Change the network settings of the OS disk."""
    lab_group.lab.arm("PATCH", lab_group.id("disks", "vm-os"), {"properties": properties}, "2024-03-02").raise_for_status()
    yield


@pytest.mark.parametrize(("properties", "text"), [
    ({"networkAccessPolicy": "DenyAll"}, "OS disk vm-os cannot be read: its networkAccessPolicy is DenyAll"),
    ({"publicNetworkAccess": "Disabled"}, "OS disk vm-os cannot be read: its publicNetworkAccess is Disabled"),
])  # fmt: skip
def test_a_disk_that_no_one_may_read_is_refused_before_the_first_write(subject: Subject, properties: dict[str, str], text: str) -> None:
    with closed(subject.lab_group, **properties):
        assert text in subject.refuses(check=True)
        subject.stops()
        assert text in subject.refuses(backup="none")


def test_a_private_disk_is_found_out_by_its_backup(subject: Subject) -> None:
    with closed(subject.lab_group, networkAccessPolicy="AllowPrivate", publicNetworkAccess="Disabled"):
        subject.backup()
        access = ["snapshot.begin_access", "snapshot.end_access"]
        refused = subject.refuses(*access, check=True)
    assert "network access policy of the disk, or a private endpoint, does not let this machine in" in refused


def test_a_blocked_blob_host_is_named_and_access_ends(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    subject.stops()
    monkeypatch.setattr(download, "DATA_PLANE_FIRST_TRIES", 1)
    with subject.lab_group.lab.fault(plane="blob", method="GET", reset=True):
        refused = subject.refuses("vm.deallocate", *ACCESS, backup="none")
    assert "could not read bytes 0 to 511 of disk vm-os: the connection broke 1 times" in refused
    assert subject.disk_state == "Reserved"
    assert subject.capture(backup="none")["steps"] == STEPS[1:]


def test_a_missing_right_to_read_the_disk_is_found_before_the_first_write(subject: Subject, lab: RunningLab) -> None:
    subject.stops()
    assignment = {"scope": f"/subscriptions/{lab.settings.subscription}", "actions": ["*"]}
    with lab.rights({**assignment, "notActions": ["Microsoft.Compute/disks/beginGetAccess/action"]}):
        refused = subject.refuses(backup="none")
    assert "lacks the right Microsoft.Compute/disks/beginGetAccess/action on disk vm-os, which is needed to read the OS disk" in refused


@pytest.mark.parametrize(("op", "moment"), [
    *(("vm.deallocate", moment) for moment in (BEFORE, AFTER, DURING)),
    *(("disk.begin_access", moment) for moment in (BEFORE, AFTER, DURING)),
    *(("disk.end_access", moment) for moment in (BEFORE, AFTER)),
    *(("vm.patch", moment) for moment in (BEFORE, AFTER)),
    *(("vm.generalize", moment) for moment in (BEFORE, AFTER)),
])  # fmt: skip
def test_a_run_that_is_killed_is_completed_by_the_next(subject: Subject, lab: RunningLab, tmp_path: Path, op: str, moment: str) -> None:
    subject.stops()
    options = {**subject.options, "backup": "none"}
    ModuleRun(lab, tmp_path, "image_capture", **options).kill_at(op, moment, path=subject.lab_group.name)
    if (op, moment) == ("disk.begin_access", DURING):
        # The next run must not be faster than this operation, which would give access again after its end.
        wait_until(lambda: subject.disk_state == "ActiveSAS", "access was never given", 10)
    assert subject.tasks(image_capture, **options)["sealed"] == "verified"
    assert subject.disk_state == "Reserved"
    assert subject.tasks(image_capture, **options)["changed"] is False
