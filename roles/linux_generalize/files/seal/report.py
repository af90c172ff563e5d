# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of this machine, and the rows that they give to the report of the preflight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from machine import Machine

OK, WARN, BLOCK, WAIVED, UNPROVEN = "ok", "warn", "block", "waived", "unproven"


class Finding(NamedTuple):
    """One thing that a check found: a sentence that names the thing and its place, and how much it matters (BLOCK, WARN or UNPROVEN)."""

    what: str
    verdict: str = BLOCK


class Check(NamedTuple):
    """One question about this machine that can be answered before anything is removed.

    `fine` is the row's sentence if nothing is found, `why` what would go wrong otherwise, `mend` what the owner of the machine does, and
    `source` the document or the file that the rule comes from. `look` changes nothing, and writes below /run only.
    """

    id: str
    fine: str
    why: str
    mend: str
    source: str
    look: Callable[[Machine], Iterable[Finding]]


def evaluate(checks: Iterable[Check], machine: Machine) -> list[dict[str, str]]:
    """The rows of all checks, in their order: one for each finding, or one for a check that found nothing."""
    return [row for check in checks for row in rows(check, machine)]


def rows(check: Check, machine: Machine) -> Iterator[dict[str, str]]:
    """The rows of one check. A check that fails itself has proven nothing, which blocks just like a finding."""
    try:
        findings = list(check.look(machine)) or [Finding(check.fine, OK)]
    except Exception as error:  # the other checks must still be reported
        findings = [Finding(f"the check failed: {error}")]
    for finding in findings:
        verdict = WAIVED if finding.verdict == BLOCK and check.id in machine.waived else finding.verdict
        yield {
            "id": check.id,
            "side": "guest",
            "verdict": verdict,
            "what": printable(" ".join(finding.what.split())),
            "why": check.why,
            "mend": check.mend,
            "source": check.source,
        }


def printable(text: str) -> str:
    """A text whose bytes of file names that are not UTF-8 are marked: a lone surrogate in the report would be no valid JSON for others."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
