# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise, kept under fire: a capture is killed at every step, and the image is still the sealed disk, and clean.

The tests build on each other, in the order of the file: one guest is taken over by another lab, captured, cloned and brought back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from azlab import faults, lock
from azlab.guests.access.proxy import find
from azlab.settings import Settings
from azlab.store import Store

from demo.acts import CAPTURE, prove, restore
from demo.environment import Stage
from demo.traffic import Traffic
from tests.guest.patience import cpu_seconds, require_time
from tests.support.killed_runs import AFTER, BEFORE, DURING, MARK, kill, require_silence

BUDGET = 900.0
SLOW = 12.0

# An operation succeeds only once, so the one that is met in progress fails, as Azure's do; the next one is begun, and its answer is lost.
RULES: dict[str, dict[str, Any]] = {
    BEFORE: {"hang": True},
    DURING: {"operation_delay": SLOW, "fail_operation": {"code": "OperationPreempted", "message": "The operation was preempted."}},
    AFTER: {"hang": True, "after_effect": True},
}
# What is killed, and when; each blow leaves more done than the one before. The seal is kept as a tag, and stamped after deallocating.
# A request that Azure never heard changes nothing, so for the steps without a tag it is left to tests/lab/kills/test_kills.py.
BLOWS = (
    *(("PATCH", "/virtualMachines/", moment) for moment in (BEFORE, AFTER)),
    *(("POST", "/deallocate", moment) for moment in (DURING, AFTER)),
    *(("PATCH", "/virtualMachines/", moment) for moment in (BEFORE, AFTER)),
    ("POST", "/generalize", AFTER),
    *(("PUT", "/images/", moment) for moment in (DURING, AFTER)),
)


def test_a_guest_outlives_its_lab(stage: Stage) -> None:
    """The lab is killed, and the next one takes the guest over as it runs."""
    home, lab = find(stage.state, stage.story.vm), lock.running(stage.state)
    assert lab is not None
    before = home.pid("qemu")
    os.kill(lab, signal.SIGKILL)
    assert lock.wait_until_gone(lab, stage.state, 30)
    stage.azlab("up")
    assert (home.pid("qemu"), power_state(stage)) == (before, "PowerState/running")
    patience = stage.guest.run("systemctl show --value --property=DefaultDeviceTimeoutUSec").strip()
    assert patience == "15min", "a loaded machine would start this disk into emergency mode"


def test_a_capture_killed_at_every_step_ends_with_the_sealed_bytes(stage: Stage, tmp_path: Path) -> None:
    kill_a_capture(stage, waiting_for_the_seal(stage))
    wait_until(stage, lambda: power_state(stage) != "PowerState/running", "the guest never sealed itself")
    sealed = {lun: stage.read_disk(disk, tmp_path / f"sealed-{lun}.raw") for lun, disk in stage.disks_of(stage.story.vm).items()}

    for method, path, moment in BLOWS:
        with fault(stage, method=method, path=path, times=1, **RULES[moment]):
            kill_a_capture(stage, arrival(stage, method, path, moment))

    last = stage.ansible.play(CAPTURE, stage.inventory, target=stage.story.vm).require()
    stage.image = last.result("image_capture")["image"]
    stage.backup = stage.play("backups", vm_name=stage.story.vm).result("vm_backup_info")["backups"][0]
    for lun, raw in sealed.items():
        captured = stage.read_disk(stage.image["id"], tmp_path / "captured.raw", lun)
        assert subprocess.run(["cmp", str(raw), str(captured)], check=False).returncode == 0, (
            f"disk {lun} of the image is not the sealed one"
        )
    assert stage.ansible.play(CAPTURE, stage.inventory, target=stage.story.vm).require().changed == 0


def test_the_image_keeps_its_promise(stage: Stage) -> None:
    prove(stage)


def test_the_backup_brings_the_vm_back(stage: Stage) -> None:
    restore(stage)


def kill_a_capture(stage: Stage, moment: Callable[[], bool]) -> None:
    """Start capture_linux, and SIGKILL every process of it once `moment` has come; afterwards Azure hears nothing of it."""
    mark, traffic = uuid.uuid4().hex, Traffic(stage.state)
    marked = replace(stage.ansible, environment={**stage.ansible.environment, MARK: mark})
    run = marked.start(CAPTURE, stage.inventory, target=stage.story.vm)

    def due() -> bool:
        assert run.poll() is None, f"the run ended by itself ({run.returncode}) before the moment to kill it"
        return moment()

    try:
        wait_until(stage, due, "the moment to kill never came")
    finally:
        kill(run, mark)
    require_silence(Settings.load(stage.state), traffic)


def waiting_for_the_seal(stage: Stage) -> Callable[[], bool]:
    """The play asks for the VM again after its last snapshot: the finalizer is at work, and the capture waits for it."""
    traffic = Traffic(stage.state)

    def moment() -> bool:
        seen = [line.lower() for line in traffic.requests()]
        last = max((number for number, line in enumerate(seen) if line.startswith("put ") and "/snapshots/" in line), default=len(seen))
        asked = [line for line in seen[last:] if line.startswith("get ") and f"/virtualmachines/{stage.story.vm.lower()}" in line]
        return len(asked) >= 3 and not guest_answers(stage)

    return moment


def guest_answers(stage: Stage) -> bool:
    try:
        stage.guest.run("true", root=False)
    except Exception:
        return False
    return True


def arrival(stage: Stage, method: str, path: str, moment: str) -> Callable[[], bool]:
    """A request has arrived; where that is what is killed, its operation was asked for too, or it has had its effect."""
    traffic, before = Traffic(stage.state), held_by_azure(stage)

    def due() -> bool:
        nonlocal before
        now, seen = held_by_azure(stage), traffic.requests()
        at = next((number for number, line in enumerate(seen) if line.startswith(method) and path.lower() in line.lower()), None)
        if at is None:
            before = now
            return False
        if moment == DURING:
            return any("operations/" in line.lower() for line in seen[at:])
        return moment == BEFORE or now != before

    return due


def held_by_azure(stage: Stage) -> list[Any]:
    """VMs and images as Azure keeps them, seen without a request."""
    store = Store(stage.state / "arm.sqlite", read_only=True)
    kinds = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/images")
    return [(each.id, each.body, each.hidden) for kind in kinds for each in store.list(kind)]


@contextlib.contextmanager
def fault(stage: Stage, **rule: Any) -> Iterator[None]:
    rules = stage.state / "faults.json"
    name = faults.add(rules, plane="arm", **rule)
    try:
        yield
    finally:
        faults.remove(rules, name)


def wait_until(stage: Stage, holds: Callable[[], bool], otherwise: str) -> None:
    """Wait for what the guest or a run does, at the price of the guest's processor time while it runs."""
    began = spent = cpu_seconds(stage.state, stage.story.vm) or 0.0
    while not holds():
        require_time(otherwise)
        spent = cpu_seconds(stage.state, stage.story.vm) or spent
        assert spent - began < BUDGET, otherwise
        time.sleep(0.3)


def power_state(stage: Stage) -> str:
    statuses = stage.read_vm(stage.story.vm, "/instanceView")["statuses"]
    return next(str(status["code"]) for status in statuses if status["code"].startswith("PowerState/"))
