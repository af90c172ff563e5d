# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says what the preflight, the wait for Sysprep and the reader of disks make of a guest that somebody describes in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.checks import OK
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.disk_verdict import judge as judge_disk

from tests.support.windows import disk, judged
from tests.support.windows.guest import KEYS, Guest

REQUIRED = ("name", "platform", "uuid", "registry", "services", "users", "commands")
PLATFORMS = ("azure", "other")
LISTS = ("denied", "features", "processes", "users", "sysprep", "connection")
"""Sections that are lists. The others are dictionaries, but for texts."""
TEXTS = ("name", "platform", "vm_id", "uuid", "power")


class UnusableGuest(Exception):
    """The file of a guest does not have the format that README.md describes: one sentence says why."""


def read(file: Path) -> dict[str, Any]:
    """The guest that a file describes; raise UnusableGuest if it is none."""
    try:
        described = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnusableGuest(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UnusableGuest(f"{file} is not a JSON file: {error}.") from error
    if not isinstance(described, dict):
        raise UnusableGuest(f"{file} is not a dictionary of sections, but {type(described).__name__}.")
    required = (*REQUIRED, "vm_id") if described.get("platform") == "azure" else REQUIRED
    if missing := sorted(set(required) - set(described)):
        raise UnusableGuest(f"{file} lacks the sections {', '.join(missing)}.")
    if unknown := sorted(set(described) - KEYS):
        raise UnusableGuest(f"{file} has unknown sections: {', '.join(unknown)}. The sections are {', '.join(sorted(KEYS))}.")
    for name, value in described.items():
        kind = str if name in TEXTS else list if name in LISTS else dict
        if value is not None and not isinstance(value, kind):
            raise UnusableGuest(f"{file}: the section {name} must be a {kind.__name__}, not a {type(value).__name__}.")
    if described["platform"] not in PLATFORMS:
        raise UnusableGuest(f"{file}: platform must be {' or '.join(PLATFORMS)}, not {described['platform']}.")
    return described


def judge(described: dict[str, Any], folder: Path) -> str:
    """The findings as text; ``folder`` is empty. What the stand-ins do not know is among them."""
    guest = Guest.start(described, folder / "guest")
    report = judged.preflight(guest)
    rows = [f"{row['verdict']:>8} {row['id']}: {row['what']}" for row in report["checks"] if row["verdict"] != OK]
    fine = sorted({row["id"] for row in report["checks"]} - {row["id"] for row in report["checks"] if row["verdict"] != OK})
    verdict = judged.sysprep(guest)
    on_disk = judge_disk(inspect(disk.FileBytes(disk.to_file(guest, folder / "disk"))))
    parts = [
        "Preflight",
        *rows,
        f"{OK:>8} {', '.join(fine)}",
        f"  forbids Sysprep: {', '.join(report['forbidden_by']) or 'nothing'}",
        f"  removes: {json.dumps(report['removes'])}",
        f"Sysprep, whatever the preflight says: {verdict.verdict}",
        *(f"  {each}" for each in (verdict.signature, verdict.cause, verdict.remedy, verdict.source) if each),
        f"Disk: {on_disk.verdict}",
        f"  {on_disk.reason}",
        *(f"  {each}" for each in on_disk.warnings),
        *(f"not known to the simulated guest: {each}" for each in guest.complaints),
    ]
    return "\n".join(parts)
