# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of checks: one row for each finding about a guest or about Azure that a task depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLOUD = "cloud"
"""The side of a check that looks at Azure; the other one is ``guest``."""

OK, WARN, BLOCK, WAIVED, UNPROVEN = "ok", "warn", "block", "waived", "unproven"
"""The verdicts. A finding that blocks forbids the task, unless the user waives it by its id; it then stays in the report as waived."""


@dataclass(frozen=True)
class Check:
    """One row. ``what``, ``why`` and ``mend`` are clauses without a full stop; ``why`` and ``mend`` are empty if all is well."""

    id: str
    side: str
    verdict: str
    what: str
    why: str
    mend: str
    source: str

    @property
    def sentence(self) -> str:
        """The finding and its remedy, as they are in errors and warnings."""
        if self.what.endswith("'"):
            return f"{self.what} {_sentence(self.mend)}"
        return f"{self.what}: {self.mend}."

    def as_result(self) -> dict[str, str]:
        """The dictionary that modules return for a row."""
        return {
            "id": self.id,
            "side": self.side,
            "verdict": self.verdict,
            "what": _sentence(self.what),
            "why": _sentence(self.why),
            "mend": _sentence(self.mend),
            "source": self.source,
        }


def with_verdict(checks: Iterable[Check], verdict: str) -> tuple[Check, ...]:
    """The rows that have a verdict."""
    return tuple(each for each in checks if each.verdict == verdict)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}{'' if clause.endswith(('.', _QUOTED_END)) or not clause else '.'}"


_QUOTED_END = ".'"
