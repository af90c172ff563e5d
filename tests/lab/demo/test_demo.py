# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the demo: what it records, how it fails, and that it leaves nothing running."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from azlab.cli import vm as cli_vm

from demo import __main__ as program
from demo import acts, guest_scripts
from demo import tamper as spoiling
from demo.ansible import Ansible
from demo.guest import AZLAB, Guest, Person
from demo.offline_search import Findings, Needle
from demo.report import Act, ProofFailed, Story
from demo.tamper import NAMES, Spoiler, chosen

ROOT = Path(__file__).resolve().parents[3]
ODD = "it's 5% of $HOME"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder whose path is longer than a socket's may be, as a checkout's can be."""
    return tmp_path / "checkout".ljust(120, "-") / "ansible"


@pytest.fixture
def ansible(scratch: Path) -> Ansible:
    return Ansible(dict(os.environ), scratch)


def playbook(folder: Path, *tasks: dict[str, object], **play: object) -> str:
    path = folder / "play.yml"
    path.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks, **play}]))
    return str(path)


def test_a_run_records_every_task_with_its_seconds(ansible: Ansible, tmp_path: Path) -> None:
    nap = {"name": "Nap", "ansible.builtin.wait_for": {"timeout": 1}}
    leave_out = {"name": "Leave out", "ansible.builtin.ping": {}, "when": False}
    stay = {"name": "Stay", "ansible.builtin.meta": "end_play", "when": False}
    fail = {"name": "Fail", "ansible.builtin.fail": {"msg": "enough"}}
    run = ansible.play(playbook(tmp_path, nap, leave_out, stay, fail))
    seen = [(task["task"], task["outcome"]) for task in run.tasks]
    assert seen == [("Nap", "ok"), ("Leave out", "skipped"), ("Stay", "skipped"), ("Fail", "failed")]
    assert 1 <= run.tasks[0]["seconds"] < 60
    assert all(0 <= task["seconds"] < run.tasks[0]["seconds"] for task in run.tasks[1:])


def test_a_run_leaves_nothing_in_the_home_of_its_user(tmp_path: Path, scratch: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    ansible = Ansible({**os.environ, "HOME": str(home)}, scratch)
    assert ansible.play(playbook(tmp_path, {"ansible.builtin.setup": {}})).require().actions == {"setup"}
    assert list(home.iterdir()) == []
    assert len(f"{ansible.sockets.name}/0123456789.0123456789abcdef") < 108


def test_a_run_has_room_for_sockets_among_its_temporary_files(tmp_path: Path, ansible: Ansible, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ansible-core 2.21 opens one, by Python's multiprocessing; wherever the temporary files of the caller lie."""
    bind = """
        import socket, tempfile
        socket.socket(socket.AF_UNIX).bind(tempfile.mkdtemp(prefix="pymp-") + "/listener-01234567")
    """
    command = [sys.executable, "-c", textwrap.dedent(bind)]
    far = tmp_path / "temporary".ljust(120, "-")
    far.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(far))
    for each in (ansible, Ansible({**os.environ, "TMPDIR": str(far)}, ansible.scratch)):
        play = playbook(tmp_path, {"ansible.builtin.command": {"argv": command}})
        assert each.play(play).require().changed == 1


def test_a_run_takes_its_temporary_files_with_it(scratch: Path) -> None:
    script = f"""
        from pathlib import Path
        from demo.ansible import Ansible
        ansible = Ansible({{}}, Path({str(scratch)!r}))
        Path(ansible.sockets.name, "left").touch()
        print(ansible.sockets.name)
        raise KeyboardInterrupt
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("/") and not Path(done.stdout.strip()).exists()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path / "work", tmp_path / "demo.json")


def report(story: Story) -> dict:
    return json.loads(story.report.read_text())


def test_an_error_is_evidence_against_the_check_it_is_about(story: Story) -> None:
    with pytest.raises(TimeoutError), story.act("prove", "A clone") as act:
        act.check("user", True)
        with act.checking("ready"):
            raise TimeoutError("the clone never let its user in")
    (seen,) = report(story)["acts"]
    assert seen["checks"] == {"user": {"ok": True}, "ready": {"ok": False, "error": "the clone never let its user in"}}


def test_a_check_that_does_not_hold_fails_its_act(story: Story) -> None:
    with pytest.raises(ProofFailed, match="prove: not so: marker"), story.act("prove", "A clone") as act:
        act.check("marker", False)
    assert (report(story)["ok"], report(story)["acts"][0]["ok"]) == (False, False)
    assert report(story)["seconds"] >= 0


def test_a_check_that_could_not_be_made_says_so_and_fails_its_act_too(story: Story) -> None:
    with pytest.raises(ProofFailed) as failure, story.act("prove", "A search") as act:
        act.unproven("private_key", acts.UNTRACED)
        act.check("private_key", True)
        act.check("user", True)
    assert str(failure.value) == f"prove: nothing was proven about: private_key ({acts.UNTRACED})"
    (seen,) = report(story)["acts"]
    assert (report(story)["ok"], seen["ok"], seen["error"]) == (False, False, str(failure.value))
    assert seen["checks"] == {"private_key": {"ok": False, "unproven": acts.UNTRACED}, "user": {"ok": True}}


def test_what_is_not_so_is_told_apart_from_what_was_not_proven(story: Story) -> None:
    with pytest.raises(ProofFailed) as failure, story.act("prove", "A search") as act:
        act.unproven("private_key", acts.UNTRACED)
        act.unproven("host_key", acts.UNTRACED)
        act.unproven("user", acts.UNTRACED)
        act.check("user", False)
        act.unproven("user", acts.UNTRACED)
    assert str(failure.value) == f"prove: not so: user; nothing was proven about: private_key, host_key ({acts.UNTRACED})"


@pytest.mark.parametrize(
    ("in_the_backup", "in_the_image", "check"),
    [
        (True, False, {"ok": True}),
        (False, False, {"ok": False, "unproven": acts.UNTRACED, "not found in the backup: lost": True}),
        (True, True, {"ok": False, "still there: lost": ["image os: byte 1"]}),
        (False, True, {"ok": False, "not found in the backup: lost": True, "still there: lost": ["image os: byte 1"]}),
    ],
)
def test_the_image_is_compared_with_the_backup(in_the_backup: bool, in_the_image: bool, check: dict[str, object]) -> None:
    act, needle = Act("prove"), Needle("private_key", "lost", (b"body",), blocks=True)
    before, after = (Findings(hits={"lost": ["byte 1"]} if found else {}) for found in (in_the_backup, in_the_image))
    acts._compare(act, [needle], {"backup os": before}, {"image os": after})
    assert act.checks == {"private_key": check}


@pytest.mark.parametrize(
    ("present", "printed"), [("0 5", "marker-0\nmarker-5\n"), ("5", "\nmarker-5\n"), ("0", "marker-0\n\n"), ("", "\n\n")]
)
def test_a_missing_data_disk_reads_as_an_empty_line(story: Story, present: str, printed: str) -> None:
    guest = f"""
        findmnt() {{ echo /dev/sda1; }}
        lsblk() {{
            [ "$1" = -dno ] || {{ echo sda; return; }}
            echo sda 0:0:0:0 disk
            for lun in {present}; do echo "sd$lun 1:0:0:$lun disk"; done
        }}
        mount() {{ case "$3" in /dev/sd?) mounted=${{3#/dev/sd}};; *) return 32;; esac; }}
        cat() {{ echo "marker-$mounted"; }}
        umount() {{ mounted=; }}
    """
    script = textwrap.dedent(guest) + guest_scripts.read_markers(story)
    assert subprocess.run(["sh", "-seu"], input=script, capture_output=True, text=True, check=True).stdout == printed


@pytest.mark.parametrize(
    ("told", "holds"),
    [({}, True), ({"cloud_init": "running"}, False), ({"cloud_id": "nocloud"}, False), ({"host_name": "localhost"}, False)],
    ids=str,
)
def test_provisioned_is_done_by_the_datasource_of_azure(told: dict[str, str], holds: bool) -> None:
    assert guest_scripts.provisioned({"host_name": "web", "cloud_init": "done", "cloud_id": "azure", **told}, "web") is holds


def test_the_way_into_a_guest_leads_through_any_path(tmp_path: Path) -> None:
    person = Person.invent(tmp_path / ODD)
    guest = Guest("vm", person, {"AZLAB_STATE": str(tmp_path / ODD)}, lambda vm: 0)
    assert proxy_of(guest.ssh_options) == [str(AZLAB), "--state", str(tmp_path / ODD), "vm", "proxy", "vm", "%p"]
    host = guest.inventory()["all"]["hosts"]["vm"]
    assert shlex.split(host["ansible_ssh_common_args"]) == guest.ssh_options


def test_the_ssh_of_the_lab_leads_through_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(cli_vm.lock, "running", lambda state: 1)
    monkeypatch.setattr(cli_vm.Settings, "load", lambda state: SimpleNamespace(state=state))
    monkeypatch.setattr(cli_vm, "find", lambda state, name: SimpleNamespace(name="vm", properties={"vmId": "id"}))
    monkeypatch.setattr(os, "execvp", lambda name, command: called.extend(command))
    cli_vm.ssh(argparse.Namespace(state=tmp_path / ODD, name="vm", arguments=[]))
    assert proxy_of(called)[1:] == ["--state", str(tmp_path / ODD), "vm", "proxy", "id", "%p"]


def proxy_of(options: list[str]) -> list[str]:
    """The words of the ProxyCommand as ssh hands them to a shell, the port still to be filled in."""
    (command,) = (option.partition("=")[2] for option in options if option.startswith("ProxyCommand="))
    assert "%" not in command.replace("%%", "").replace("%p", "")
    return shlex.split(command.replace("%%", "%"))


def test_spoil_takes_a_name_or_an_executable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = Path("spoil.sh")
    program.write_text("#!/bin/sh\n")
    assert [chosen(name) for name in NAMES] == list(NAMES)
    assert [chosen(how) for how in ("spoil.sh", str(tmp_path), "nothing", "sh")] == [None] * 4
    program.chmod(0o755)
    assert chosen("spoil.sh") == str(tmp_path / "spoil.sh")


@pytest.fixture
def spoiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spoiler:
    """A spoiler whose lab is a folder: `azlab disk get ID FILE` and `put` copy the file `disk`."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "disk").write_text("sealed")
    azlab = tmp_path / "azlab"
    azlab.write_text('#!/bin/sh\n[ "$4" = get ] && exec cp "$2/$5" "$6"\nexec cp "$6" "$2/$5"\n')
    program = tmp_path / "spoil.sh"
    program.write_text('#!/bin/sh\nprintf spoiled >"$1"\n')
    for file in (azlab, program):
        file.chmod(0o755)
    monkeypatch.setattr(spoiling, "AZLAB", azlab)
    return Spoiler(str(program), tmp_path, "vm", "disk", tmp_path, {})


def rules(folder: Path) -> list[dict]:
    return json.loads((folder / "faults.json").read_text())["rules"]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_sealed_disk_is_spoiled_while_deallocate_is_held(tmp_path: Path, spoiler: Spoiler) -> None:
    with spoiler:
        assert [rule["hang"] for rule in rules(tmp_path)] == [True]
        line = {"phase": "in", "method": "POST", "path": "/subscriptions/s/virtualmachines/VM/deallocate?api-version=1"}
        (tmp_path / "logs/arm.jsonl").write_text(json.dumps(line) + "\n")
        until(lambda: rules(tmp_path) == [])
    assert (tmp_path / "disk").read_text() == "spoiled"


def test_a_spoiler_ends_with_a_capture_that_never_came_so_far(tmp_path: Path, spoiler: Spoiler) -> None:
    with spoiler:
        pass
    assert rules(tmp_path) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "spoiler"]
    assert (tmp_path / "disk").read_text() == "sealed"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the demo works in, with the report of a run that went well, and no lab to stop."""
    azlab = tmp_path / "azlab"
    azlab.write_text("#!/bin/sh\n")
    azlab.chmod(0o755)
    monkeypatch.setattr(program, "AZLAB", azlab)
    monkeypatch.setattr(program, "BUILD", tmp_path)
    monkeypatch.setattr(program, "_heed_no_more", lambda: None)
    (tmp_path / "demo.json").write_text('{"ok": true}')
    return tmp_path


def test_a_mistyped_spoil_leaves_no_report_of_success(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOIL", "mashine_id")
    assert program.main() == 2
    assert not (build / "demo.json").exists()


def perform(build: Path) -> tuple[bool, bool]:
    """Whether the demo said that all went well, and whether its report does."""
    done = program.perform(build / "state", build / "demo", build / "demo.json")
    return done, json.loads((build / "demo.json").read_text())["ok"]


def test_a_prologue_that_fails_is_no_success(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prologue(stage: object) -> None:
        raise RuntimeError("no lab")

    monkeypatch.setattr(program, "prologue", prologue)
    assert perform(build) == (False, False)


def test_a_lab_that_does_not_stop_is_no_success(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prologue(stage: object) -> None:
        (build / "azlab").write_text("#!/bin/sh\necho stuck >&2; exit 1\n")

    monkeypatch.setattr(program, "ACTS", ())
    monkeypatch.setattr(program, "prologue", lambda stage: None)
    assert perform(build) == (True, True)
    monkeypatch.setattr(program, "prologue", prologue)
    assert perform(build) == (False, False)


LEAVES_A_CHILD = """
    on_term() {
        sh -c 'trap "echo asked >>born; exit" TERM; touch up; while :; do sleep 0.05; done' &
        while [ ! -e up ]; do sleep 0.02; done
        exit
    }
    trap on_term TERM; touch ready; while :; do sleep 0.05; done
"""


def test_children_born_while_their_parents_end_are_asked_too(tmp_path: Path) -> None:
    script = f"""
        import subprocess, time, pathlib
        from demo.processes import adopt_orphans, descendants, end_descendants
        import os
        adopt_orphans()
        subprocess.Popen(["sh", "-c", {LEAVES_A_CHILD!r}], cwd={str(tmp_path)!r})
        while not pathlib.Path({str(tmp_path)!r}, "ready").exists():
            time.sleep(0.02)
        end_descendants(20)
        assert descendants(os.getpid()) == []
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, check=True)
    assert (tmp_path / "born").read_text() == "asked\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_its_lab_however_often_it_is_told(tmp_path: Path, number: signal.Signals) -> None:
    azlab = tmp_path / "azlab"
    azlab.write_text(f"#!/bin/sh\n[ -e {tmp_path}/ready ] || exit 0\ntouch {tmp_path}/stopping\nsleep 0.3\ntouch {tmp_path}/stopped\n")
    azlab.chmod(0o755)
    script = f"""
        import pathlib, subprocess, sys
        from demo import __main__ as program
        here = pathlib.Path({str(tmp_path)!r})
        program.BUILD, program.AZLAB, program.ACTS = here, here / "azlab", ()
        def prologue(stage):
            with open(here / "pid", "w") as pid:
                print(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, file=pid)
            (here / "ready").touch()
            subprocess.run(["sleep", "1000"])
        program.prologue = prologue
        sys.exit(program.main())
    """
    demo = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "SPOIL"},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell starts what runs in the background
    )
    until((tmp_path / "ready").exists)
    demo.send_signal(number)
    until((tmp_path / "stopping").exists)
    demo.send_signal(number)
    said = demo.communicate(timeout=60)[1]
    assert (demo.returncode, said.splitlines()[0]) == (130, "Interrupted: stopping the local Azure.")
    assert (tmp_path / "stopped").exists()
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
    assert json.loads((tmp_path / "demo.json").read_text())["ok"] is False
