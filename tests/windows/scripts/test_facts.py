# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts of windows_preflight return the facts that were written down by hand for six guests, alike in check mode.

``guests`` has the guests, in the format of the simulated guest, and ``expected`` the facts. Each guest has: everything and several of each
(good), no keys, files or commands (missing), no access (denied), names and texts in German (localized), nothing in each list (empty), and
one in each (single). The text of an error is compared up to its first line, and without what only the engine says in it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.windows.answers import scripts
from tests.support.windows.guest import Guest

HERE = Path(__file__).parent
FILES = HERE.parents[2] / "roles/windows_preflight/files"
GUESTS = ("good", "missing", "denied", "localized", "empty", "single")
SECTIONS = ("machine", "setup", "software", "appx", "volumes", "accounts")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def load(kind: str, name: str) -> Any:
    return json.loads((HERE / kind / f"{name}.json").read_text())


def script(section: str) -> str:
    return "\n".join((FILES / f"{name}.ps1").read_text() for name in ("read", section))


def collected(guest: Guest, section: str, check_mode: bool = True) -> dict[str, Any]:
    """The answer of win_powershell to a script."""
    return scripts.run(guest, script(section), settings={"depth": 5, "check_mode": check_mode})


def shortened(unread: dict[str, str]) -> dict[str, str]:
    """The reasons without the words of PowerShell 7 around them, which are not those of Windows PowerShell."""
    unwrapped = {name: re.sub(r'^Exception calling ".*?" with "\d+" argument\(s\): "(.*)"$', r"\1", text) for name, text in unread.items()}
    return {name: re.sub(r"(is not recognized) as .*", r"\1", text, flags=re.DOTALL).replace("/", "\\") for name, text in unwrapped.items()}


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("name", GUESTS)
def test_a_script_returns_the_facts_of_a_guest(name: str, section: str, tmp_path: Path) -> None:
    guest = Guest.start(load("guests", name), tmp_path / "guest")
    answer = collected(guest, section)
    assert answer["error"] == []
    assert not answer["failed"]
    assert answer["changed"] is False
    found = answer["result"]
    if section == "accounts":
        assert TIME.fullmatch(found.pop("time"))
    found["unread"] = shortened(found["unread"])
    assert found == load("expected", name)[section]


def state(guest: Guest) -> tuple[Any, list[str]]:
    """The registry of a guest, and the files on its drives."""
    drives = guest.file.parent / "drives"
    return guest.data["registry"], sorted(str(path.relative_to(drives)) for path in drives.rglob("*"))


@pytest.mark.parametrize("section", SECTIONS)
def test_check_mode_and_a_real_run_read_alike_and_write_nothing(section: str, tmp_path: Path) -> None:
    untouched = Guest.start(load("guests", "good"), tmp_path / "untouched")
    scripts.run(untouched, "$null")
    results = []
    for check_mode in (True, False):
        guest = Guest.start(load("guests", "good"), tmp_path / str(check_mode))
        answer = collected(guest, section, check_mode)
        assert answer["host_out"] == ""
        assert state(guest) == state(untouched)
        results.append({key: value for key, value in answer["result"].items() if key != "time"})
    assert results[0] == results[1]
