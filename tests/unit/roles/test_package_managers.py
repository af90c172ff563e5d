# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The finalizer waits for package managers and extensions, and does not print foreign command lines."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

Load = Callable[[str], ModuleType]
HOLDER = "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.lockf(file, fcntl.LOCK_EX); print(flush=True); sys.stdin.read()"


def add_process(proc: Path, pid: int, command_line: str, parent: int = 1) -> None:
    """Add a process to a folder like /proc."""
    name = Path(command_line.split()[0]).name[:15]
    (proc / str(pid)).mkdir()
    (proc / str(pid) / "cmdline").write_bytes(command_line.replace(" ", "\0").encode() + b"\0")
    (proc / str(pid) / "comm").write_text(f"{name}\n")
    (proc / str(pid) / "stat").write_text(f"{pid} ({name} x) S {parent} 1 1\n")


@pytest.fixture
def proc(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder in place of /proc, and no waiting."""
    folder = tmp_path / "proc"
    folder.mkdir()
    monkeypatch.setattr(load("proc"), "PROC", folder)
    managers = load("package_managers")
    monkeypatch.setattr(managers, "GRACE", 0)
    monkeypatch.setattr(managers, "LOCKS", (str(tmp_path / "lock"),))
    monkeypatch.setattr(managers, "STATUS_FILES", str(tmp_path / "waagent/*/status/*.status"))
    monkeypatch.setattr(managers, "output", lambda *command: "")
    monkeypatch.setattr(managers, "read", lambda path: Path(path).read_text() if path.startswith(str(tmp_path)) else "")
    return folder


def found(load: Load, name: str) -> list[str]:
    check = next(check for check in load("package_managers").CHECKS if check.id == name)
    return [finding.what for finding in check.look(None)]


def test_an_idle_machine_has_no_package_manager(load: Load, proc: Path) -> None:
    add_process(proc, 7, "/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal")
    add_process(proc, 8, "/usr/lib/packagekit/packagekitd")
    assert found(load, "package_manager") == []


def test_a_package_manager_at_work_blocks(load: Load, proc: Path) -> None:
    add_process(proc, 7, "/usr/bin/dpkg --configure postgresql --password=secret")
    assert found(load, "package_manager") == ["a package manager is at work: dpkg, process 7"]


def test_a_locked_package_database_blocks(load: Load, proc: Path, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        add_process(proc, holder.pid, "unattended-upgrade")
        while_locked = found(load, "package_manager")
        holder.communicate()
    assert while_locked == [f"a package manager is at work: {lock} is locked by unattended-upgr, process {holder.pid}"]
    assert found(load, "package_manager") == []


def test_a_change_of_snapd_blocks(load: Load, proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = "ID   Status  Spawn  Ready  Summary\n3    Done    today  today  Refresh\n4    Doing   today  -      Refresh\n"
    monkeypatch.setattr(load("package_managers"), "output", lambda *command: changes)
    assert found(load, "package_manager") == ["a package manager is at work: change 4 of snapd"]


def test_a_package_that_is_half_installed_is_reported(load: Load, proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: install ok half-configured\nVersion: 1\n"
    monkeypatch.setattr(load("package_managers"), "read", lambda path: status)
    assert found(load, "package_manager") == ["packages are not completely installed: b"]


def test_what_the_agent_started_blocks_and_the_agent_does_not(load: Load, proc: Path) -> None:
    add_process(proc, 5, "/usr/bin/python3 -u /usr/sbin/waagent -daemon")
    add_process(proc, 6, "python3 -u bin/WALinuxAgent-2.9.1.1-py3.8.egg -run-exthandlers", parent=5)
    add_process(proc, 9, "/opt/monitor/daemon")
    assert found(load, "extension") == []
    add_process(proc, 7, "/bin/sh ./enable.sh --token=secret", parent=6)
    add_process(proc, 8, "/usr/bin/curl https://example.com", parent=7)
    assert found(load, "extension") == ["an extension is at work: sh, process 7", "an extension is at work: curl, process 8"]


def test_only_the_newest_status_of_an_extension_counts(load: Load, proc: Path, tmp_path: Path) -> None:
    for name, numbers in {"Monitor-1.0": {9: "transitioning", 10: "success"}, "Script-2.1": {9: "success", 10: "transitioning"}}.items():
        for number, status in numbers.items():
            file = tmp_path / "waagent" / name / "status" / f"{number}.status"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps([{"status": {"status": status}}]))
    assert found(load, "extension") == ["an extension is at work: the extension Script-2.1"]


def test_a_package_manager_is_not_killed(load: Load, proc: Path) -> None:
    add_process(proc, 7, "/usr/bin/dpkg --configure -a")
    machine = SimpleNamespace(wait=0, waived=frozenset())
    with pytest.raises(load("system").NotSealed, match="still at work after 0 s, nothing was removed: dpkg, process 7"):
        load("package_managers").require_idle_package_managers(machine)
    load("package_managers").require_idle_package_managers(SimpleNamespace(wait=0, waived=frozenset({"package_manager"})))


def test_a_session_is_named_without_its_command_line(load: Load, proc: Path) -> None:
    add_process(proc, 7, "sshd-session: admin@pts/0 --token=secret")
    with pytest.raises(load("system").NotSealed) as refusal:
        load("processes").wait_for_sessions(SimpleNamespace(wait=0))
    assert "(sshd-session:, process 7)" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_unit_that_does_not_stop_in_time_does_not_end_the_seal(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = load("processes")
    asked = []

    def stop(*command: str, timeout: float) -> bool:
        asked.append(command)
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(processes, "run", lambda *command: "postgresql.service loaded active running\ngoldenimage-seal.service loaded\n")
    monkeypatch.setattr(processes, "succeeds", stop)
    processes.stop_units("service", "running")
    assert asked == [("systemctl", "stop", "postgresql.service")]
