# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of win_powershell: the script runs in the real engine, on the registry and the drives of the guest."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from tests.support.windows.engine import Machine, run_task
from tests.support.windows.guest import Guest
from tests.support.windows.task import Task, answers

VARIABLE = "SIMULATED_GUEST"
"""The variable that names the JSON of the guest to the stand-ins."""
PRELUDES = Path(__file__).parents[1] / "preludes"
COMMAND_MISSING = re.compile("The term '([^']+)' is not recognized as a name of a cmdlet")
_OPTIONS = ("script", "path", "parameters", "sensitive_parameters", "depth", "error_action", "remote_src", "chdir", "creates", "removes")


@answers("win_powershell", *_OPTIONS)
def win_powershell(guest: Guest, task: Task) -> dict[str, Any]:
    """Run a script."""
    for option, missing in (("creates", False), ("removes", True)):
        if task[option] and guest.drives.find(task[option]).exists() is not missing:
            return {"changed": False, "skipped": True}
    script = task["script"] or guest.drives.find(task["path"]).read_text()
    return run(guest, script, _parameters(task), _settings(task))


def _parameters(task: Task) -> dict[str, Any]:
    secret = {each["name"]: each["value"] for each in task["sensitive_parameters"] or () if each.get("value") is not None}
    return {**(task["parameters"] or {}), **secret}


def _settings(task: Task) -> dict[str, Any]:
    return {
        "depth": task["depth"],
        "error_action": task["error_action"],
        "check_mode": task.check_mode,
        "diff_mode": task.diff_mode,
    }


def run(guest: Guest, script: str, parameters: dict[str, Any] | None = None, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run a script on a guest and keep what it changed; returns what win_powershell returns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seen = folder / "guest.json"
        seen.write_text(json.dumps(guest.seen_by_scripts()))
        prelude = folder / "prelude.ps1"
        prelude.write_text("\n".join(file.read_text(encoding="utf-8-sig") for file in sorted(PRELUDES.glob("*.ps1"))))
        environment = {VARIABLE: str(seen), "ComputerName": str(guest.data.get("name", "WIN-TEST"))}
        machine = Machine(guest.data.get("registry", {}), guest.drives.letters, prelude, guest.data.get("denied", ()), environment)
        answer = run_task(machine, folder, {"script": script, "parameters": parameters or {}, **(settings or {})})
        guest.take_over(json.loads(seen.read_text()))
    guest.replace_registry(dict(answer.registry))
    returned = dict(answer.returned)
    _refuse_missing_commands(guest, returned)
    return returned


def _refuse_missing_commands(guest: Guest, returned: dict[str, Any]) -> None:
    """A command without a stand-in fails the test, unless the guest says that it lacks the command."""
    lacks = {each.lower() for each in (guest.data.get("commands") or {}).get("missing") or ()}
    lacks |= set() if guest.data.get("features") is not None else {"get-windowsfeature"}
    for command in COMMAND_MISSING.findall(json.dumps(returned)):
        if command.lower() not in lacks:
            raise guest.complain(f"win_powershell: the script calls {command}, for which there is no stand-in")
