# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further conditions before a machine is sealed: restarts, the agent, and the remains of an earlier run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

Load = Callable[[str], ModuleType]
VM_ID = "00112233-4455-6677-8899-aabbccddeeff"


def findings(load: Load, room: str, check_id: str) -> list[tuple[str, str]]:
    check = next(check for check in load(room).CHECKS if check.id == check_id)
    return [(finding.verdict, finding.what) for finding in check.look(None)]


@pytest.fixture
def restart(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A machine that was started an hour after its kernel 6.1 was installed, at the second 5000 since 1970."""
    room = load("restart")
    for name in ("REQUIRED", "MODULES", "CONTAINER"):
        monkeypatch.setattr(room, name, str(tmp_path / name.lower()))
    monkeypatch.setattr(room.platform, "release", lambda: "6.1")
    monkeypatch.setattr(room, "time_of_start", lambda: 5000)
    install(tmp_path, "6.1", 1400)
    return room


def install(folder: Path, kernel: str, time: int) -> None:
    """Install a kernel at this time."""
    modules = folder / "modules" / kernel / "modules.dep"
    modules.parent.mkdir(parents=True)
    modules.touch()
    os.utime(modules, (time, time))


def test_a_machine_that_runs_what_is_installed_needs_no_restart(load: Load, restart: ModuleType) -> None:
    assert findings(load, "restart", "pending_restart") == []


def test_a_required_restart_blocks_with_its_reasons(load: Load, restart: ModuleType) -> None:
    Path(restart.REQUIRED).touch()
    Path(f"{restart.REQUIRED}.pkgs").write_text("linux-image\nlibc6\nlibc6\n")
    assert findings(load, "restart", "pending_restart") == [("block", f"{restart.REQUIRED} exists because of libc6, linux-image")]


def test_a_kernel_that_is_not_installed_any_more_blocks_except_in_a_container(
    load: Load, monkeypatch: pytest.MonkeyPatch, restart: ModuleType
) -> None:
    monkeypatch.setattr(restart.platform, "release", lambda: "5.10")
    assert findings(load, "restart", "pending_restart") == [("block", "the kernel that runs (5.10) is not installed any more")]
    Path(restart.CONTAINER).touch()
    assert findings(load, "restart", "pending_restart") == []


def test_a_kernel_that_has_never_run_is_reported(load: Load, restart: ModuleType, tmp_path: Path) -> None:
    install(tmp_path, "6.12", 6000)
    assert findings(load, "restart", "pending_restart") == [("warn", "the kernel 6.12 was installed after the last start")]


@pytest.mark.parametrize(("answer", "works"), [("WALinuxAgent-2.9.1.1 running on debian 12\n", True), ("Traceback\n", False), ("", False)])
def test_an_agent_that_does_not_answer_blocks(load: Load, monkeypatch: pytest.MonkeyPatch, answer: str, works: bool) -> None:
    monkeypatch.setattr(load("agent"), "output", lambda *command: answer)
    monkeypatch.setattr(load("agent").shutil, "which", lambda name: f"/usr/sbin/{name}")
    assert findings(load, "agent", "agent") == ([] if works else [("block", "waagent -version does not answer with a version")])


def test_an_agent_whose_absence_is_accepted_is_not_asked_to_deprovision(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room = load("removal")
    monkeypatch.setattr(load("agent"), "output", lambda *command: "")
    monkeypatch.setattr(room.subprocess, "run", lambda *command, **options: pytest.fail("the agent was run"))
    room.deprovision_agent(SimpleNamespace(waived=frozenset({"agent"})))


@pytest.fixture
def host_keys(load: Load, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Ask which awaited host key is missing, with these settings of the agent and of cloud-init."""
    room = load("agent")

    def ask(setting: str, merged: dict[str, Any], units: tuple[str, ...] = ()) -> list[str]:
        monkeypatch.setattr(room, "read", lambda path: f"#Provisioning.SshHostKeyPairType=dsa\n{setting}")
        monkeypatch.setattr(load("cloud_init"), "configuration", lambda: {"merged": merged})
        monkeypatch.setattr(room, "KEY_UNITS", units)
        return [what for _verdict, what in findings(load, "agent", "agent_host_key")]

    return ask


@pytest.mark.parametrize(("setting", "merged", "wanted"), [
    ("", {}, ""),
    ("", {"ssh_genkeytypes": ["rsa", "ed25519"]}, ""),
    ("Provisioning.SshHostKeyPairType=ed25519\n", {"ssh_genkeytypes": ["ed25519"]}, ""),
    ("Provisioning.SshHostKeyPairType=auto\n", {"ssh_genkeytypes": ["ed25519"]}, "rsa"),
    ("", {"ssh_genkeytypes": ["ecdsa"]}, "rsa"),
    ("Provisioning.SshHostKeyPairType=ecdsa\n", {"ssh_genkeytypes": None}, "ecdsa"),
    ("Provisioning.SshHostKeyPairType=ecdsa\n", {"ssh_genkeytypes": "rsa, ecdsa"}, ""),
], ids=["default", "listed", "same", "auto", "unset", "none", "text"])  # fmt: skip
def test_a_host_key_that_is_never_made_blocks(
    host_keys: Callable[..., list[str]], setting: str, merged: dict[str, Any], wanted: str
) -> None:
    assert [f"of the type {wanted} " in what for what in host_keys(setting, merged)] == ([True] if wanted else [])


def test_a_distribution_that_makes_its_own_keys_does_not_block(host_keys: Callable[..., list[str]]) -> None:
    assert host_keys("", {"ssh_genkeytypes": []}, units=("/",)) == []


@pytest.fixture
def memory(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    room = load("memory")
    monkeypatch.setattr(room, "IDENTITY", tmp_path / "identity.json")
    return room


def machine(load: Load, **options: Any) -> Any:
    """A machine with these properties; the others are empty."""
    kind = load("machine").Machine
    return kind(**{**dict.fromkeys(kind.__dataclass_fields__, ()), "vm_id": VM_ID, **options})


def test_a_second_run_searches_for_what_the_first_one_has_removed(load: Load, memory: ModuleType) -> None:
    memory.remember_identity(machine(load, names=("alice", "host"), marks=("key",), oldest_mark=5))
    assert memory.recall_identity(machine(load, names=("host",), marks=("id",), oldest_mark=9)) == machine(
        load, names=("alice", "host"), marks=("id", "key"), oldest_mark=5
    )


def test_the_identity_of_another_machine_is_not_recalled(load: Load, memory: ModuleType) -> None:
    memory.remember_identity(machine(load, names=("alice",), oldest_mark=5))
    other = machine(load, vm_id="another", names=("host",), oldest_mark=9)
    assert memory.recall_identity(other) == other


def test_without_any_dated_mark_every_file_is_searched(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    room = load("machine")
    monkeypatch.setattr(room.glob, "glob", lambda pattern: [])
    monkeypatch.setattr(room, "days_of_password_changes", lambda: [])
    assert room.time_of_oldest_mark(()) == 0


def test_a_refused_machine_gets_its_services_back_and_stays_on(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    finalizer, asked, lines = load("finalizer"), [], []
    refuse = load("rehearsal").require_rehearsal
    reached: list[str] = []
    finding = load("report").Finding("a disk is full")
    check = load("report").Check("disk", "", "", "", "", lambda machine: [finding])
    monkeypatch.setattr(load("rehearsal"), "CHECKS", (check,))
    monkeypatch.setattr(finalizer, "STEPS", (refuse, lambda machine: reached.append("removal")))
    monkeypatch.setattr(finalizer, "read_identity", lambda options: SimpleNamespace(waived=frozenset()))
    monkeypatch.setattr(finalizer, "recall_identity", lambda machine: machine)
    monkeypatch.setattr(finalizer, "parse_options", lambda: SimpleNamespace(rehearse=False, vm_id=VM_ID))
    monkeypatch.setattr(finalizer, "write_to_console", lines.append)
    monkeypatch.setattr(finalizer.subprocess, "run", lambda command, **options: asked.append(command))
    assert finalizer.main() == 1
    assert lines[-1].endswith("reason=require_rehearsal: 1 blocker(s), this run has removed nothing: disk: a disk is full")
    assert (reached, asked) == ([], [["systemctl", "--no-block", "start", "default.target", "timers.target"]])


def test_a_root_that_cannot_be_sealed_is_reported(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearsal = load("rehearsal")

    def refuse(machine: Any) -> int:
        raise load("system").NotSealed("no root")

    monkeypatch.setattr(rehearsal, "CHECKS", ())
    monkeypatch.setattr(rehearsal, "bytes_to_overwrite", refuse)
    monkeypatch.setattr(rehearsal.obstacles, "summary", lambda machine: {})
    assert rehearsal.rehearse(None)["wipe"] == {"bytes": 0}
