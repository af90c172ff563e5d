# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that whole playbooks run on: everything that the preflight and the preparation ask for, with different courses of Sysprep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.windows.guest import Guest
from tests.support.windows.mutations import SEQUENCES, server
from tests.support.windows.prepared import prepared, rows_of_the_role

COURSES = {
    "refused": "Sysprep is refused without a known line",
    "broken": "Sysprep breaks off in the middle with exit code 0",
    "stalled": "Sysprep hangs while it generalizes",
    "unproven": "Sysprep leaves no tag",
    "unknown": "the connection is lost for ever after the launch",
    "gone": "the machine powers off by itself",
}
"""Servers that must not become images, by their names in the inventory, and what happens to them."""
QUICK = {"windows_prepare_skip": sorted(row["id"] for row in rows_of_the_role()), "windows_prepare_restart": False}
"""The variables of a server whose preparation is not the subject."""
IMPATIENT = {"windows_generalize_stall_timeout": 25, "windows_generalize_timeout": 60}


def start_server(folder: Path, name: str, **sections: Any) -> Guest:
    """A server with a name of its own, whose Sysprep takes the course for that name; without one it succeeds."""
    described = _merged(prepared(), server())
    for mutation in SEQUENCES:
        if mutation.name == COURSES.get(name):
            mutation.spoil(described)
    return Guest.start({**described, "name": name.upper(), **sections}, folder / name)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both descriptions; sections and their parts that both have are merged too."""
    inner = {
        key: _merged(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], dict) and isinstance(above[key], dict)
    }
    return {**below, **above, **inner}
