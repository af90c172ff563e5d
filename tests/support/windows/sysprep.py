# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The course of Sysprep on a simulated guest: the steps in the section ``sysprep`` of its JSON, one poll after the other.

A process that a script creates through WMI and whose command line names sysprep.exe, in the open or encoded, starts the course: the
stand-in of Invoke-CimMethod adds it to ``run.launched``. From then on each command that the guest carries out is one poll.
When a step has an ``exit_code``, the process that was launched is carried out in the engine, with a Start-Process that returns that code.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.support.windows import manifest
from tests.support.windows.answers import scripts
from tests.support.windows.guest import Guest

WAITING_SHELL = "powershell"
SYSPREP = "sysprep"
_START_PROCESS = """
function Start-Process {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$FilePath, [string[]]$ArgumentList, [switch]$PassThru, [switch]$Wait)
    $process = [pscustomobject]@{ Id = %(pid)d; Handle = 1; HasExited = $true; ExitCode = %(exit_code)d }
    $process | Add-Member -MemberType ScriptMethod -Name WaitForExit -Value { }
    if ($PassThru) { $process }
}
"""


def begin(guest: Guest) -> None:
    """Start the course if a script has launched Sysprep; every other process that was launched is forgotten."""
    for launched in [*guest.data.pop("launched", []), *guest.run.pop("launched", [])]:
        text = manifest.encoded_command(launched["command_line"]) or launched["command_line"]
        if "sysprep.exe" not in text.lower():
            raise guest.complain(f"the simulated guest does not know the process {launched['command_line'][:200]!r}")
        guest.run["sysprep"] = {"script": text, "pid": launched["pid"]}
        guest.run["sysprep_starts"] = guest.run.get("sysprep_starts", 0) + 1
        guest.run["polls"] = 0
        started = _now().strftime("%Y-%m-%dT%H:%M:%SZ")
        guest.data.setdefault("processes", []).extend(
            [
                {"name": WAITING_SHELL, "id": launched["pid"], "started": started},
                {"name": SYSPREP, "id": launched["pid"] + 1, "started": started},
            ]
        )
        _apply_due(guest)


def poll(guest: Guest) -> None:
    """Let Sysprep advance by one poll, if it was started."""
    if "sysprep" in guest.run:
        guest.run["polls"] += 1
        _apply_due(guest)


def _apply_due(guest: Guest) -> None:
    done = guest.run["sysprep"].setdefault("steps", 0)
    for step in guest.data.get("sysprep", [])[done:]:
        if step["after"] > guest.run["polls"]:
            return
        guest.run["sysprep"]["steps"] += 1
        _apply(guest, step)


def _apply(guest: Guest, step: dict[str, Any]) -> None:
    for key, values in step.get("registry", {}).items():
        for name, value in values.items():
            guest.registry.set(key, name, value)
    for path, content in step.get("files", {}).items():
        guest.drives.write(path, _dated(content))
    if "exit_code" in step:
        _end(guest, step["exit_code"])
    elif step.get("process") == "absent":
        _forget_processes(guest)
    if step.get("power") == "stopped":
        guest.data["power"] = "stopping"


def _end(guest: Guest, exit_code: int) -> None:
    """Let the process that waits for Sysprep keep an exit code, and end."""
    course = guest.run["sysprep"]
    _forget_processes(guest)
    code = _START_PROCESS % {"pid": course["pid"] + 1, "exit_code": exit_code} + course["script"]
    returned = scripts.run(guest, code)
    if returned.get("failed"):
        raise guest.complain(f"the process that waits for Sysprep failed: {returned.get('msg')}")


def _forget_processes(guest: Guest) -> None:
    pid = guest.run["sysprep"]["pid"]
    guest.data["processes"] = [each for each in guest.data.get("processes", []) if each["id"] not in (pid, pid + 1)]


def _dated(content: Any) -> Any:
    """The content of a file with the time of the guest where it has ``{now}``, as Setup writes it into its logs, or ``{now-SECONDS}``."""
    if isinstance(content, dict):
        return {key: _dated(value) for key, value in content.items()}
    if not isinstance(content, str):
        return content
    return re.sub(r"\{now(?:-(\d+))?\}", lambda found: f"{_now() - timedelta(seconds=int(found[1] or 0)):%Y-%m-%d %H:%M:%S}", content)


def _now() -> datetime:
    return datetime.now(timezone.utc)
