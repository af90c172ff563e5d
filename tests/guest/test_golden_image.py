"""The promise, kept under fire: every step of a capture is killed once, and the image is still the sealed disk, and clean."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from demo.acts import CAPTURE, Stage, _capture, inventory_of, os_disk_of, prove, restore
from demo.cloud import Traffic
from demo.processes import descendants

BLOWS = {
    "deallocate, before Azure hears of it": ("POST", "deallocate", False),
    "deallocate, before the answer": ("POST", "deallocate", True),
    "generalize, before the answer": ("POST", "generalize", True),
    "create, before the answer": ("PUT", "images/", True),
}


def set_faults(stage: Stage, *rules: dict[str, object]) -> None:
    target = stage.state / "faults.json"
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps({"rules": rules}))
    fresh.replace(target)


def kill_when(stage: Stage, moment: Callable[[], bool]) -> None:
    """Start capture_linux, and SIGKILL it with everything below it once `moment` has come."""
    run = stage.ansible.start(CAPTURE, inventory_of(stage), target=stage.story.vm)
    deadline = time.monotonic() + 1200
    while not moment():
        assert run.poll() is None, f"the run ended by itself ({run.returncode}) before the moment to kill it"
        assert time.monotonic() < deadline, "the moment to kill never came"
        time.sleep(0.2)
    for pid in [run.pid, *descendants(run.pid)]:
        os.kill(pid, signal.SIGKILL)
    run.wait()


def seen(stage: Stage, method: str, path: str) -> Callable[[], bool]:
    traffic = Traffic(stage.state)
    return lambda: any(line.startswith(method) and path.lower() in line.lower() for line in traffic.writes())


def dies_silently(stage: Stage, after: float = 3.0) -> None:
    """Nothing of the dead run may still speak to Azure."""
    traffic = Traffic(stage.state)
    time.sleep(after)
    assert traffic.requests() == []


def power_state(stage: Stage) -> str:
    vm = f"{stage.cloud.group_id(stage.story.group)}/providers/Microsoft.Compute/virtualMachines/{stage.story.vm}/instanceView"
    statuses = stage.cloud.get(vm, "2024-07-01")["statuses"]
    return next(status["code"] for status in statuses if status["code"].startswith("PowerState/"))


def read_disk(stage: Stage, resource: str, raw: Path, lun: str = "") -> Path:
    raw.unlink(missing_ok=True)
    stage.azlab("disk", "get", resource, str(raw), *(["--lun", lun] if lun else []))
    return raw


def test_a_capture_killed_at_every_step_ends_with_the_sealed_bytes(stage: Stage, tmp_path: Path) -> None:
    watching = Traffic(stage.state)

    def waiting_for_the_seal() -> bool:
        """The finalizer has been launched: the guest part is over, and the cloud part asks for the power state again and again."""
        after_backup = [line for line in watching.requests() if "/instanceView" in line or "virtualMachines" in line]
        return any("snapshots" in line for line in watching.writes()) and len(after_backup) > 0 and sealing(stage)

    kill_when(stage, waiting_for_the_seal)
    dies_silently(stage)
    deadline = time.monotonic() + 1200
    while power_state(stage) == "PowerState/running":
        assert time.monotonic() < deadline, "the guest never sealed itself"
        time.sleep(1)
    sealed = {"os": read_disk(stage, os_disk_of(stage), tmp_path / "sealed-os.raw")}

    for _, (method, path, after_effect) in BLOWS.items():
        set_faults(stage, {"plane": "arm", "method": method, "path": path, "hang": True, "after_effect": after_effect, "times": 1})
        kill_when(stage, seen(stage, method, path))
        dies_silently(stage)
        set_faults(stage)

    last = stage.ansible.play(CAPTURE, inventory_of(stage), target=stage.story.vm).require()
    stage.image = last.result("image_capture")["image"]
    listed = stage.play("backups", vm_name=stage.story.vm)
    stage.backup = listed.result("vm_backup_info")["backups"][0]
    captured = read_disk(stage, stage.image["id"], tmp_path / "captured-os.raw", "os")
    assert subprocess.run(["cmp", str(sealed["os"]), str(captured)], check=False).returncode == 0
    assert _capture(stage).require().changed == 0


def sealing(stage: Stage) -> bool:
    """Whether the play's last guest task is done: SSH to the guest is closed by the finalizer, or its verdict stands in the boot log."""
    log = stage.azlab("vm", "log", stage.story.vm)
    return "goldenimage-seal" in log.lower() or power_state(stage) != "PowerState/running"


def test_the_image_keeps_its_promise(stage: Stage) -> None:
    prove(stage)


def test_the_backup_brings_the_vm_back(stage: Stage) -> None:
    restore(stage)


@pytest.fixture(scope="session", autouse=True)
def _no_faults_left(stage: Stage) -> None:
    set_faults(stage)
