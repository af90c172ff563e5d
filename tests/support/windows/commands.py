# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that a simulated guest knows: those of ansible-core, of win_reboot, and of its own JSON (``commands.lines``)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable

from tests.support.windows import power
from tests.support.windows.guest import Guest

Completed = tuple[int, str, str]


def run_script(guest: Guest, script: str) -> Completed:
    """Carry out a script that ansible-core sends encoded, without a module."""
    for pattern, answer in _SCRIPTS:
        if found := re.search(pattern, script, re.IGNORECASE | re.DOTALL):
            return answer(guest, found)
    raise guest.complain(f"the simulated guest does not know the script {script[:300]!r}")


def run_line(guest: Guest, line: str) -> Completed:
    """Carry out a command line."""
    for pattern, answer in guest.data.get("commands", {}).get("lines", {}).items():
        if re.fullmatch(pattern, line.strip(), re.IGNORECASE):
            return answer.get("rc", 0), answer.get("stdout", ""), answer.get("stderr", "")
    for known, act in _LINES:
        if found := re.search(known, line, re.IGNORECASE):
            return act(guest, found)
    raise guest.complain(f"the simulated guest does not know the command {line[:300]!r}")


def _shut_down(guest: Guest, found: re.Match[str]) -> Completed:
    guest.data["power"] = "stopping"
    return 0, "", ""


def _restart(guest: Guest, found: re.Match[str]) -> Completed:
    guest.data["power"] = "restarting"
    return 0, json.dumps({"stdout": "", "stderr": "", "rc": 0}), ""


def _boot_time(guest: Guest, found: re.Match[str]) -> Completed:
    return 0, f"{133_000_000_000_000_000 + power.boots(guest)}\r\n", ""


def _echo(guest: Guest, found: re.Match[str]) -> Completed:
    return 0, f"{found[1]}\r\n", ""


def _remove(guest: Guest, found: re.Match[str]) -> Completed:
    place = guest.drives.find(found[1])
    if place.is_dir():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    return 0, "", ""


_SCRIPTS: tuple[tuple[str, Callable[[Guest, re.Match[str]], Completed]], ...] = (
    (r"LastBootUpTime\)\s*\.LastBootUpTime\.ToFileTime", _boot_time),
    (r"shutdown\.exe /r ", _restart),
    (r"AutoLogonChecked' -ErrorAction Stop; '([^']+)'", _echo),
    (r"^[^\n]*\n?\s*Remove-Item '([^']+)' -Force( -Recurse)?;", _remove),
)
_LINES: tuple[tuple[str, Callable[[Guest, re.Match[str]], Completed]], ...] = (
    (r"^(?:\S*\\)?shutdown(?:\.exe)?\s.*[/-]s\b", _shut_down),
    (r"^(?:\S*\\)?shutdown(?:\.exe)?\s.*[/-]r\b", _restart),
)
