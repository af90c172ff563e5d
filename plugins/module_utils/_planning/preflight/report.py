# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the preflight: the rows of the guest, those of the cloud, and those that take knowledge of both, as one table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core.checks import BLOCK, OK, UNPROVEN, WAIVED, WARN

Row = dict[str, str]

GUEST = "guest"
LARGEST_CLOCK_DIFFERENCE = 60
"""The largest difference, in seconds, between the guest's clock and Azure's: the time of a verdict is compared with those of backups."""
ORDER = (BLOCK, WAIVED, UNPROVEN, WARN, OK)


@dataclass(frozen=True)
class Context:
    """The knowledge of the controller about a VM whose seal was rehearsed.

    `now` is the controller's time right after the rehearsal, in seconds since 1970. `capture` is the result of image_capture in check mode;
    empty without one. `timeout` is how long the caller waits for the seal, in seconds; 0 if it is unknown. `waived` are the ids of checks
    of the guest whose blockers the owner accepts, and `mended` names, by the id of a check, the findings that linux_prepare is going to
    mend: a regular expression for their sentences.
    """

    vm: str
    now: float
    capture: Mapping[str, Any]
    timeout: int
    backed_up: bool
    may_be_lost: bool
    waived: frozenset[str]
    mended: Mapping[str, str]


def compile_report(rehearsed: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The report: `vm`, `checks`, `removes` and `wipe_minutes`, which is None if the speed of the disk is unknown."""
    minutes = _wipe_minutes(rehearsed, context)
    rows = (
        _backup_row(context),
        _clock_row(rehearsed, context),
        _wipe_row(minutes, context),
        *rehearsed["checks"],
        *context.capture.get("checks", ()),
    )
    return {
        "vm": context.vm,
        "checks": [_judged(dict(row), context) for row in rows],
        "removes": rehearsed["removes"],
        "wipe_minutes": minutes,
    }


def lines(report: Mapping[str, Any], verdicts: Iterable[str] | None = None) -> list[str]:
    """One sentence for each row that has one of these verdicts, the most serious first; without verdicts, what a person needs to read."""
    chosen = set(verdicts or (BLOCK, WAIVED, UNPROVEN, WARN))
    rows = sorted(report["checks"], key=lambda row: ORDER.index(row["verdict"]))
    shown = [_line(row) for row in rows if row["verdict"] in chosen]
    return shown if verdicts else [*shown, *_removal_lines(report["removes"]), *_wipe_lines(report)]


def _judged(row: Row, context: Context) -> Row:
    """A row with its final verdict. The guest knows the waivers too: a row that is waived there stays so.

    What forbids the capture in the cloud cannot be waived here: image_capture would refuse the VM after its guest was sealed.
    """
    if row["side"] != GUEST:
        return row
    if row["verdict"] == BLOCK and row["id"] in context.waived:
        return {**row, "verdict": WAIVED}
    if row["verdict"] == BLOCK and row["id"] in context.mended and re.search(context.mended[row["id"]], row["what"]):
        return {**row, "verdict": WARN, "mend": "linux_prepare mends this"}
    return row


def _row(check: str, verdict: str, what: str, why: str, mend: str, source: str) -> Row:
    return {"id": check, "side": GUEST, "verdict": verdict, "what": what, "why": why, "mend": mend, "source": source}


def _backup_row(context: Context) -> Row:
    """Whether the VM can be had back: a seal cannot be undone."""
    verdict, what = OK, "the VM has a backup, or gets one before it is sealed"
    if not context.backed_up:
        verdict = WAIVED if context.may_be_lost else BLOCK
        what = f"VM {context.vm} has no backup"
    mend = 'set linux_generalize_backup to the id of a backup, or linux_generalize_waiver to "this VM may be lost"'
    return _row("backup", verdict, what, "the seal cannot be undone", mend, "docs/decisions/backup.md")


def _clock_row(rehearsed: Mapping[str, Any], context: Context) -> Row:
    """Whether the guest's clock shows Azure's time. The controller's clock is only the bridge: it may be wrong itself."""
    ahead = rehearsed["time"] - context.now
    offset = context.capture.get("azure_clock_offset")
    reference = "the controller's" if offset is None else "Azure's"
    difference = round(ahead - (offset or 0))
    far = abs(difference) > LARGEST_CLOCK_DIFFERENCE
    verdict = BLOCK if far and offset is not None else UNPROVEN if offset is None else OK
    return _row(
        "clock",
        verdict,
        f"the guest's clock is {abs(difference)} s {'ahead of' if difference > 0 else 'behind'} {reference}",
        "the time of the verdict is compared with the times of backups and disks in Azure",
        "let chrony set the guest's clock, then run again",
        "docs/seal-protocol.md",
    )


def _wipe_minutes(rehearsed: Mapping[str, Any], context: Context) -> int | None:
    """The shortest time in which the disk can take the zeros, rounded up; the size of the VM may allow less than the disk does."""
    speed = context.capture.get("os_disk_mbps")
    return -(-int(rehearsed["wipe"]["bytes"]) // (int(speed) * 1_000_000 * 60)) if speed else None


def _wipe_row(minutes: int | None, context: Context) -> Row:
    """Whether the seal can end within the time that the caller waits for it."""
    if minutes is None:
        verdict, what = UNPROVEN, "the speed of the OS disk is unknown, so the time to overwrite its free space is too"
    else:
        verdict = BLOCK if context.timeout and minutes * 60 > context.timeout else OK
        limit = f", and the caller waits {context.timeout // 60} minute(s)" if context.timeout else ""
        what = f"overwriting free space takes {minutes} minute(s) or more{limit}"
    return _row(
        "wipe_time",
        verdict,
        what,
        "the job would end while the guest is still being sealed",
        "raise image_wait_timeout, use a faster disk, or set linux_generalize_wipe: false",
        "https://learn.microsoft.com/azure/virtual-machines/disks-types",
    )


def _line(row: Row) -> str:
    advice = f" ({row['mend']})" if row["mend"] and row["verdict"] in (BLOCK, WARN) else ""
    return f"{row['verdict']} {row['id']}: {row['what']}{advice}"


def _removal_lines(removes: Mapping[str, list[str]]) -> Iterator[str]:
    return (f"removes {kind}: {', '.join(names)}" for kind, names in removes.items() if names)


def _wipe_lines(report: Mapping[str, Any]) -> Iterator[str]:
    if report.get("wipe_minutes") is not None:
        yield f"wipes for {report['wipe_minutes']} minute(s) or more"
