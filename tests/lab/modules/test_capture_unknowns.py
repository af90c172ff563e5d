# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed VMs are captured whichever way Azure behaves where that is not known. The lab has a switch for each of these questions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import azure
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import machines
from ansible_collections.goldenimage.azure.plugins.modules import image_capture, vm_backup
from azlab.faults import LATE

from tests.support.bodies import vm_of_disk
from tests.support.consoles import write_console
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, done
from tests.support.tasks import LabTasks

STEPS = [
    "keep the seal of VM vm as a tag",
    "deallocate VM vm",
    "add the ownership time of its OS disk to the seal of VM vm",
    "mark VM vm as generalized",
    "create image golden from VM vm",
]
LINES = "Linux version 6.1.0\r\nvm login: \r\ngoldenimage-seal: 10:29:10 remove_traces\r\n"
LATE_AND_SHORT = ["late_ownership", "late_boot_log", "short_boot_log"]
SWITCHES = [[], ["late_ownership"], ["late_boot_log"], ["short_boot_log"], ["late_lists"], LATE_AND_SHORT]
BROKEN = {"plane": "arm", "op": "vm.generalize", "status": 400, "code": "Broken", "message": "An injected fault."}


class Server:
    """A VM that was backed up. Its guest runs; ``seal`` and ``refuse`` are what the finalizer may do to it."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group, self.tasks = lab_group, tasks
        self.options = {"name": "golden", "vm": "vm", "resource_group": lab_group.name}
        lab_group.put_vm(vm_of_disk(lab_group.os_disk("vm-os").id, lab_group.subnet()))
        self.vm_id = lab_group.properties("virtualMachines", "vm")["vmId"]

    def backup(self) -> None:
        """Back the VM up under the default name."""
        assert self.tasks(vm_backup, vm="vm", resource_group=self.lab_group.name)["backup"]["complete"]

    def verdict(self, word: str) -> str:
        """A verdict of now. It has whole seconds, so it counts from the next one: nothing before may seem to be later."""
        moment = datetime.now(timezone.utc) + timedelta(seconds=1)
        return f"GOLDENIMAGE-SEAL: {word} vmId={self.vm_id} time={moment:%Y-%m-%dT%H:%M:%SZ}"

    def seal(self) -> None:
        """Write a good verdict and power off."""
        write_console(self.lab_group, f"{LINES}\r\n{self.verdict('OK')}\r\n")
        done(self.lab_group.compute.virtual_machines.begin_power_off(self.lab_group.name, "vm"))

    def refuse(self) -> None:
        """Write a bad verdict and go on running."""
        write_console(self.lab_group, f"{LINES}\r\n{self.verdict('FAIL')} reason=check: 1 trace(s) left\r\n")

    @property
    def kept(self) -> Seal | None:
        """The seal in the tag of the VM."""
        tags = self.lab_group.compute.virtual_machines.get(self.lab_group.name, "vm").tags or {}
        return Seal.from_tag(tags.get("goldenimage.seal"), self.vm_id.lower())

    def require_stamp(self) -> None:
        """Check that the seal is stamped with the ownership time that the OS disk has."""
        ownership = parse_time(self.lab_group.properties("disks", "vm-os")["LastOwnershipUpdateTime"])
        assert self.kept
        assert self.kept.ownership == ownership


@pytest.fixture
def server(lab_group: LabGroup, tasks: LabTasks, monkeypatch: pytest.MonkeyPatch) -> Server:
    for module in (azure, machines):
        monkeypatch.setattr(module, "VM_LOOK_SECONDS", 0.3)
    return Server(lab_group, tasks)


@contextmanager
def switched(lab: RunningLab, switches: list[str]) -> Iterator[None]:
    """Turn several switches on while the block runs."""
    with ExitStack() as stack:
        for switch in switches:
            stack.enter_context(lab.switched(switch, True))
        yield


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda switches: ", ".join(switches) or "none")
def test_a_sealed_vm_is_captured(lab: RunningLab, server: Server, switches: list[str]) -> None:
    with switched(lab, switches):
        server.backup()
        server.seal()
        made = server.tasks(image_capture, **server.options)
        assert (made["steps"], made["guest"]) == (STEPS, {"console": "sealed", "reason": None})
        server.require_stamp()
        assert server.tasks(image_capture, **server.options)["changed"] is False


@pytest.mark.parametrize("switches", SWITCHES, ids=lambda switches: ", ".join(switches) or "none")
def test_a_capture_that_was_interrupted_after_the_stamp_is_continued(lab: RunningLab, server: Server, switches: list[str]) -> None:
    with switched(lab, switches):
        server.backup()
        server.seal()
        with lab.fault(**BROKEN):
            broken = server.tasks.fails(image_capture, **server.options)
        completed = server.tasks(image_capture, **server.options)
        assert [*broken["steps"], *completed["steps"]] == STEPS


@pytest.mark.parametrize("late", [False, True])
def test_a_seal_is_not_stamped_with_a_time_that_azure_is_about_to_change(
    lab: RunningLab, server: Server, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deallocation is over for longer than the task waits, and the next run finds another ownership time."""
    monkeypatch.setattr("ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.vm.OWNERSHIP_SECONDS", 0.2)
    server.backup()
    server.seal()
    with (
        lab.switched("late_ownership", late),
        lab.fault(**BROKEN),
    ):
        server.tasks.fails(image_capture, **server.options)
    assert server.kept
    assert (server.kept.ownership is None) is late
    time.sleep(LATE)
    assert server.tasks(image_capture, **server.options)["steps"] == (STEPS[2:] if late else STEPS[3:])


@pytest.mark.parametrize("earlier", [False, True], ids=["later", "from the beginning"])
def test_a_guest_that_refuses_to_be_sealed_ends_the_wait(server: Server, earlier: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    find_stopped = machines.Machines.find_stopped
    if earlier:
        server.refuse()
    else:
        write_console(server.lab_group, LINES)
        looks: list[Any] = []

        def then_refuse(machine: Any, vm: Any, is_lost: Any) -> Any:
            def look(found: Any) -> bool:
                looks.append(found)
                if len(looks) == 2:
                    server.refuse()
                return bool(is_lost(found))

            return find_stopped(machine, vm, look)

        monkeypatch.setattr(machines.Machines, "find_stopped", then_refuse)
    with server.tasks.writes() as writes:
        refused = server.tasks.fails(image_capture, **server.options)
    assert "VM vm is not sealed, and still running: the finalizer refused: check: 1 trace(s) left." in refused["msg"]
    assert (refused["guest"]["console"], writes) == ("failed", [])


def test_check_mode_tells_a_guest_that_seals_itself_from_one_that_does_not(server: Server) -> None:
    consoles = {"": "silent", "vm login: ": "silent", LINES: "sealing", f"{LINES}\r\n{server.verdict('OK')}\r\n": "sealed"}
    for text, state in consoles.items():
        write_console(server.lab_group, text)
        assert server.tasks(image_capture, check=True, **server.options)["guest"]["console"] == state
    server.refuse()
    assert server.tasks(image_capture, check=True, **server.options)["guest"]["console"] == "failed"
