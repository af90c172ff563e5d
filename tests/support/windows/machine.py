# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated guest as a connection reaches it: takes commands and files, fails where its file says so, and switches itself off."""

from __future__ import annotations

import importlib
import json
import ntpath
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.support.windows import commands, faults, manifest, power, sysprep
from tests.support.windows.answers import scripts
from tests.support.windows.drive import expand
from tests.support.windows.guest import Guest
from tests.support.windows.task import answer

Done = TypeVar("Done")
for file in sorted(Path(__file__).with_name("answers").glob("*.py")):
    importlib.import_module(f"tests.support.windows.answers.{file.stem}")  # fills the table of answers


class NotReached(Exception):
    """A connection that was refused, timed out, or was lost."""


class TimedOut(NotReached):
    """A connection on which nothing arrives any more."""


def run_command(guest: Guest, line: str, data: bytes | None) -> tuple[int, bytes, bytes]:
    """Carry out one command of a connection. Raises NotReached if the guest does not answer."""
    code, out, err = reach(guest, lambda: _carry_out(guest, line, data))
    return code, out.encode(), err.encode()


def run_script(guest: Guest, script: str, parameters: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """Run a script as a task of win_powershell would, without Ansible. Raises NotReached if the guest does not answer."""
    return reach(guest, lambda: scripts.run(guest, script, parameters, settings))


def reach(guest: Guest, work: Callable[[], Done]) -> Done:
    """Carry out one command of a connection, and keep what it changed."""
    fault = _admit(guest)
    done = work()
    sysprep.begin(guest)
    power.apply(guest)
    guest.save()
    if fault == "lost":
        raise NotReached(f"connection to {guest.data['name']} lost")
    return done


def _admit(guest: Guest) -> str | None:
    """Count a command; returns `lost` if its answer will be, and raises NotReached if the guest does not take it."""
    if not guest.is_on:
        raise NotReached(f"connection to {guest.data['name']} refused")
    guest.run["commands"] = guest.run.get("commands", 0) + 1
    sysprep.poll(guest)  # also if the guest is not reached: Sysprep does not wait
    power.apply(guest)
    fault = faults.due(guest) if guest.is_on else "refused"
    if fault in ("refused", "timeout"):
        guest.save()
        log(guest, {"fault": fault})
        if fault == "timeout":
            raise TimedOut(f"connection to {guest.data['name']} timed out")
        raise NotReached(f"connection to {guest.data['name']} refused")
    return fault


def _carry_out(guest: Guest, line: str, data: bytes | None) -> commands.Completed:
    script = manifest.encoded_command(line)
    if data is None:
        log(guest, {"command": line if script is None else script[:200]})
        return commands.run_line(guest, line) if script is None else commands.run_script(guest, script)
    sent = manifest.module(data)
    if sent is None:
        return _own_script(guest, *manifest.script(data))
    result = answer(guest, sent.module, sent.parameters)
    check, failed = bool(sent.parameters.get("_ansible_check_mode")), bool(result.get("failed"))
    log(guest, {"module": sent.module, "check_mode": check, "changed": result.get("changed"), "failed": failed})
    return int(failed), json.dumps(result), ""


def _own_script(guest: Guest, name: str, parameters: dict[str, Any]) -> commands.Completed:
    """Carry out a script of ansible-core itself."""
    log(guest, {"script": name})
    if name == "powershell_mkdtemp.ps1":
        path = ntpath.join(expand(parameters["Directory"]), parameters["Name"])
        guest.drives.write(path, None)
        return 0, path, ""
    if name == "powershell_expand_user.ps1":
        return 0, parameters["Path"].replace("~", r"C:\Users\builder"), ""
    raise guest.complain(f"the simulated guest does not know ansible-core's script {name}")


def put_file(guest: Guest, source: Path, target: str) -> None:
    """Copy a file of the controller to the guest."""
    transfer(guest, f"put {target}")
    place = guest.drives.find(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)


def fetch_file(guest: Guest, source: str, target: Path) -> None:
    """Copy a file of the guest to the controller."""
    transfer(guest, f"fetch {source}")
    shutil.copyfile(guest.drives.find(source), target)


def transfer(guest: Guest, what: str) -> None:
    """Count a transfer of files as a command. Raises NotReached if the guest does not take it."""
    fault = _admit(guest)
    log(guest, {"file": what})
    guest.save()
    if fault == "lost":
        raise NotReached(f"connection to {guest.data['name']} lost")


def log(guest: Guest, row: dict[str, Any]) -> None:
    """Write a command down."""
    with guest.log.open("a") as file:
        file.write(json.dumps({"number": guest.run["commands"], **row}) + "\n")
