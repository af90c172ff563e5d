# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counts of a tier."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Counts:
    """Numbers of tests by result. `failed` includes errors, and a run that ended before it could count."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    deselected: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.deselected + other.deselected,
        )

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in asdict(self).items())


def one(ok: bool) -> Counts:
    """The count of a single check, passed or failed."""
    return Counts(passed=1) if ok else Counts(failed=1)
