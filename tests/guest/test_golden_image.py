# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The promise, kept under fire: a capture is killed at every step, and the image is still the sealed disk, and clean.

The tests build on each other, in the order of the file: the guest of the tier is captured, cloned and brought back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from azlab import faults

from demo.acts import CAPTURE, prove, restore
from demo.cloud import Traffic
from demo.processes import descendants
from demo.stage import Stage

PATIENCE = 1500.0
SLOW = 15.0

# What is killed, and when; each blow leaves more done than the one before.
BLOWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/deallocate", {"hang": True}),
    ("POST", "/deallocate", {"operation_delay": SLOW}),
    ("POST", "/generalize", {"hang": True}),
    ("POST", "/generalize", {"hang": True, "after_effect": True}),
    ("PUT", "/images/", {"hang": True}),
    ("PUT", "/images/", {"operation_delay": SLOW}),
)


def test_a_capture_killed_at_every_step_ends_with_the_sealed_bytes(stage: Stage, tmp_path: Path) -> None:
    kill_a_capture(stage, waiting_for_the_seal(stage))
    wait_until(lambda: power_state(stage) != "PowerState/running", "the guest never sealed itself")
    sealed = {lun: stage.read_disk(disk, tmp_path / f"sealed-{lun}.raw") for lun, disk in stage.disks_of(stage.story.vm).items()}

    for method, path, rule in BLOWS:
        with fault(stage, method=method, path=path, times=1, **rule):
            kill_a_capture(stage, arrival(stage, method, path, with_a_poll="operation_delay" in rule))

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
    """Start capture_linux, SIGKILL it with everything below it once `moment` has come, and see that nothing of it still speaks to Azure."""
    run = stage.ansible.start(CAPTURE, stage.inventory, target=stage.story.vm)

    def due() -> bool:
        assert run.poll() is None, f"the run ended by itself ({run.returncode}) before the moment to kill it"
        return moment()

    wait_until(due, "the moment to kill never came")
    for pid in [run.pid, *descendants(run.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.wait()
    after = Traffic(stage.state)
    time.sleep(3)
    assert after.requests() == []


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


def arrival(stage: Stage, method: str, path: str, with_a_poll: bool) -> Callable[[], bool]:
    """A request has arrived, and its operation was asked for too where that is what is killed."""
    traffic = Traffic(stage.state)

    def moment() -> bool:
        seen = traffic.requests()
        at = next((number for number, line in enumerate(seen) if line.startswith(method) and path.lower() in line.lower()), None)
        return at is not None and (not with_a_poll or any("operations/" in line.lower() for line in seen[at:]))

    return moment


@contextlib.contextmanager
def fault(stage: Stage, **rule: Any) -> Iterator[None]:
    rules = stage.state / "faults.json"
    name = faults.add(rules, plane="arm", **rule)
    try:
        yield
    finally:
        faults.remove(rules, name)


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.3)


def power_state(stage: Stage) -> str:
    statuses = stage.read_vm(stage.story.vm, "/instanceView")["statuses"]
    return next(str(status["code"]) for status in statuses if status["code"].startswith("PowerState/"))
