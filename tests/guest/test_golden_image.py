# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A capture that is killed at every step: the image must equal the sealed disks and contain no trace of the VM.

The tests depend on each other, in the order of the file: one guest, a server that has lived, is checked, adopted by a restarted lab,
captured, cloned and restored.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from azlab import lock
from azlab.guests.access.proxy import find
from azlab.settings import Settings
from azlab.store import Store

from demo.acts import CAPTURE, prove, restore
from demo.environment import Environment
from demo.traffic import Traffic
from tests.guest import lived_in
from tests.guest.copied import CopiedServer
from tests.guest.cpu_clock import cpu_seconds, require_time
from tests.support.killed_runs import AFTER, BEFORE, DURING, MARK, kill, require_silence
from tests.support.running_lab import RunningLab, fault

GUEST_SECONDS = 900.0
LOGIN_SECONDS = 20.0
SLOW = 12.0

# An operation can succeed only once. The one that is in progress when the run is killed is therefore made to fail; the next run starts
# it again, and is killed before it receives the answer.
RULES: dict[str, dict[str, Any]] = {
    BEFORE: {"hang": True},
    DURING: {"operation_delay": SLOW, "fail_operation": {"code": "OperationPreempted", "message": "The operation was preempted."}},
    AFTER: {"hang": True, "after_effect": True},
}
# The requests at which a run is killed; each kill leaves more done than the one before. The seal is stored as a tag, and stamped after
# deallocating. A request that Azure never received changes nothing: apart from the tags, tests/lab/kills/test_kills.py covers that case.
KILLS = (
    *(("PATCH", "/virtualMachines/", moment) for moment in (BEFORE, AFTER)),
    *(("POST", "/deallocate", moment) for moment in (DURING, AFTER)),
    *(("PATCH", "/virtualMachines/", moment) for moment in (BEFORE, AFTER)),
    ("POST", "/generalize", AFTER),
    *(("PUT", "/images/", moment) for moment in (DURING, AFTER)),
)


def test_a_check_run_reports_every_blocker_of_guest_and_cloud_and_changes_nothing(env: lived_in.LivedInServer) -> None:
    settings, before, traffic = Settings.load(env.state), lived_in.state_of(env), Traffic(env.state)
    group = f"/subscriptions/{settings.subscription}/resourceGroups/{env.scenario.group}"
    with RunningLab(settings).rights({"scope": group, "actions": ["*"], "notActions": ["Microsoft.Compute/images/write"]}):
        run = env.ansible.play(CAPTURE, env.inventory, "--check", "--diff", target=env.scenario.vm)

    report = json.loads((env.scenario.work / f"reports/{env.scenario.vm}.json").read_text())
    found = {(row["side"], row["id"]) for row in report["checks"] if row["verdict"] == "block"}
    mended = {row["id"] for row in report["checks"] if row["mend"] == "linux_prepare mends this"}
    unproven = {row["id"] for row in report["checks"] if row["verdict"] == "unproven"}
    assert unproven >= lived_in.UNPROVEN, report
    assert (found, mended) == (set(lived_in.BLOCKERS), lived_in.MENDED), report
    assert run.returncode != 0
    assert all(check in run.output for _side, check in lived_in.BLOCKERS), run.output
    assert (run.changed, traffic.writes()) == (0, [])
    assert lived_in.state_of(env) == before


def test_a_restarted_lab_adopts_its_running_guest(env: Environment) -> None:
    """The lab is killed and started again; the guest keeps running."""
    vm, lab = find(env.state, env.scenario.vm), lock.running(env.state)
    assert lab is not None
    before = vm.pid("qemu")
    os.kill(lab, signal.SIGKILL)
    assert lock.wait_until_gone(lab, env.state, 30)
    env.azlab("up")
    assert (vm.pid("qemu"), power_state(env)) == (before, "PowerState/running")
    timeout = env.guest.run("systemctl show --value --property=DefaultDeviceTimeoutUSec").strip()
    assert timeout == "15min", "a slow machine would boot this disk into emergency mode"


def test_a_server_that_keeps_running_is_captured_from_a_copy(env: lived_in.LivedInServer) -> None:
    """The server is prepared, checked and copied; afterwards it runs as before, and Azure shows it and its disks as before."""
    env.answers = lived_in.answers(env)
    server, scenario = CopiedServer(env), env.scenario
    inventory = server.inventory(env.client.put_subnet(scenario.group, "closed", location=scenario.location))
    unprepared = env.ansible.play(CAPTURE, inventory, target=scenario.vm)
    assert (unprepared.returncode, unprepared.changed) == (2, 0)
    assert "block network_disabled" in unprepared.output

    server.prepare(inventory)
    boot, bodies = env.guest.run("cat /proc/sys/kernel/random/boot_id"), server.bodies()
    checked = env.ansible.play(CAPTURE, inventory, "--check", "--diff", target=scenario.vm).require()
    assert checked.result("vm_copy")["vm"]["power_state"] == "running"
    run = env.ansible.play(CAPTURE, inventory, target=scenario.vm).require()
    assert env.guest.run("cat /proc/sys/kernel/random/boot_id") == boot
    assert server.bodies() == bodies
    assert server.left() == []
    version = run.result("image_capture")["gallery_image_version"]
    assert version["name"] == "1.0.0"
    assert version["tags"]["goldenimage.copy_of"].endswith(f"/{scenario.vm}")

    known = server.facts_of_a_clone(version["id"])
    assert known["machine_id"] != env.secrets["machine_id"]
    assert known["marker"] == scenario.marker


def test_a_capture_killed_at_every_step_captures_the_sealed_disks(env: lived_in.LivedInServer, tmp_path: Path) -> None:
    env.answers, staying = lived_in.answers(env), lived_in.untouched(env)
    kill_a_capture(env, waiting_for_the_seal(env))
    wait_until(env, lambda: power_state(env) != "PowerState/running", "the guest did not power off after sealing")
    sealed = {lun: env.read_disk(disk, tmp_path / f"sealed-{lun}.raw") for lun, disk in env.disks_of(env.scenario.vm).items()}

    for method, path, moment in KILLS:
        with fault(env.state, plane="arm", method=method, path=path, times=1, **RULES[moment]):
            kill_a_capture(env, arrival(env, method, path, moment))

    last = env.ansible.play(CAPTURE, env.inventory, target=env.scenario.vm).require()
    env.image = last.result("image_capture")["image"]
    env.backup = env.play("backups", vm_name=env.scenario.vm).result("vm_backup_info")["backups"][0]
    for lun, raw in sealed.items():
        captured = env.read_disk(env.image["id"], tmp_path / "captured.raw", lun)
        assert subprocess.run(["cmp", str(raw), str(captured)], check=False).returncode == 0, (
            f"disk {lun} of the image differs from the sealed disk"
        )
        if lun in staying:
            assert lived_in.untouched_on(env, lun, captured) == staying[lun], f"more went from data disk {lun} than what was listed"
    assert env.ansible.play(CAPTURE, env.inventory, target=env.scenario.vm).require().changed == 0


def test_the_image_contains_no_trace_of_the_vm(env: Environment) -> None:
    prove(env)


def test_the_vm_is_restored_from_its_backup(env: Environment) -> None:
    restore(env)


def kill_a_capture(env: Environment, moment: Callable[[], bool]) -> None:
    """Start capture_linux, and kill all its processes as soon as `moment` returns true; no request of the run may arrive afterwards."""
    mark, traffic = uuid.uuid4().hex, Traffic(env.state)
    marked = replace(env.ansible, environment={**env.ansible.environment, MARK: mark})
    run = marked.start(CAPTURE, env.inventory, target=env.scenario.vm)

    def due() -> bool:
        assert run.poll() is None, f"the run ended by itself ({run.returncode}) before it could be killed"
        return moment()

    try:
        wait_until(env, due, "the moment to kill the run did not come")
    finally:
        kill(run, mark)
    require_silence(Settings.load(env.state), traffic)


def waiting_for_the_seal(env: Environment) -> Callable[[], bool]:
    """The moment at which the finalizer runs: the capture polls the VM after the last snapshot, and the guest does not accept logins."""
    traffic = Traffic(env.state)

    def moment() -> bool:
        seen = [line.lower() for line in traffic.requests()]
        last = max((number for number, line in enumerate(seen) if line.startswith("put ") and "/snapshots/" in line), default=len(seen))
        asked = [line for line in seen[last:] if line.startswith("get ") and f"/virtualmachines/{env.scenario.vm.lower()}" in line]
        return len(asked) >= 3 and not guest_answers(env)

    return moment


def guest_answers(env: Environment) -> bool:
    """Whether VM 1 accepts a login. A guest that powers off during one never ends it, and TCP gives up only after 15 minutes."""
    try:
        env.guest.run("true", root=False, timeout=LOGIN_SECONDS)
    except Exception:
        return False
    return True


def arrival(env: Environment, method: str, path: str, moment: str) -> Callable[[], bool]:
    """The moment at which a request has arrived (BEFORE), its operation has been polled (DURING), or it has had its effect (AFTER)."""
    traffic, before = Traffic(env.state), stored_resources(env)

    def due() -> bool:
        nonlocal before
        now, seen = stored_resources(env), traffic.requests()
        at = next((number for number, line in enumerate(seen) if line.startswith(method) and path.lower() in line.lower()), None)
        if at is None:
            before = now
            return False
        if moment == DURING:
            return any("operations/" in line.lower() for line in seen[at:])
        return moment == BEFORE or now != before

    return due


def stored_resources(env: Environment) -> list[Any]:
    """The VMs and images in the store of the lab, read without a request."""
    store = Store(env.state / "arm.sqlite", read_only=True)
    kinds = ("Microsoft.Compute/virtualMachines", "Microsoft.Compute/images")
    return [(each.id, each.body, each.hidden) for kind in kinds for each in store.list(kind)]


def wait_until(env: Environment, holds: Callable[[], bool], otherwise: str) -> None:
    """Wait until a condition holds; fail when the guest has used 900 seconds of processor time meanwhile."""
    start = used = cpu_seconds(env.state, env.scenario.vm) or 0.0
    while not holds():
        require_time(otherwise)
        used = cpu_seconds(env.state, env.scenario.vm) or used
        assert used - start < GUEST_SECONDS, otherwise
        time.sleep(0.3)


def power_state(env: Environment) -> str:
    """The power state of VM 1, as a status code of its instance view."""
    statuses = env.read_vm(env.scenario.vm, "/instanceView")["statuses"]
    return next(str(status["code"]) for status in statuses if status["code"].startswith("PowerState/"))
