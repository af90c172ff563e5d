# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the replayed calls and writes the report build/golden.json."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract.golden.deviations import Deviation
from tests.contract.golden.replay import Call, Outcome
from tests.contract.golden.select import ACTIONS

WRITES = ("PUT", "PATCH", "POST", "DELETE")


@dataclass(frozen=True)
class Report:
    """The outcomes of all recordings, and the accepted deviations."""

    outcomes: tuple[Outcome, ...]
    deviations: tuple[Deviation, ...]
    left_out: tuple[str, ...] = ()

    def unaccepted(self, outcome: Outcome) -> list[str]:
        """The differences of one recording that no deviation accepts."""
        return [
            f"{call.verb} {call.type} {difference.path}: {difference.what}"
            for call in outcome.calls
            for difference in call.differences
            if not any(deviation.covers(outcome.name, call, difference) for deviation in self.deviations)
        ]

    def used(self) -> list[Deviation]:
        """The deviations that have occurred."""
        return [deviation for deviation in self.deviations if any(self._occurs(deviation, outcome) for outcome in self.outcomes)]

    def _occurs(self, deviation: Deviation, outcome: Outcome) -> bool:
        return any(deviation.covers(outcome.name, call, each) for call in outcome.calls for each in call.differences)

    def totals(self) -> dict[str, Any]:
        """The totals. A call counts once; its polls are counted separately."""
        calls = [call for outcome in self.outcomes for call in outcome.calls]
        by_type = Counter(call.type for call in calls)
        refused = [text for outcome in self.outcomes for text in self.unaccepted(outcome)]
        clean = sum(not call.differences for call in calls)
        return {
            "recordings": sum(bool(outcome.calls) for outcome in self.outcomes),
            "calls": len(calls),
            "writes": sum(map(_writes, calls)),
            "by_type": {type: by_type[type] for type in ACTIONS},
            "writes_by_type": dict(sorted(Counter(call.type for call in calls if _writes(call)).items())),
            "by_verb": dict(sorted(Counter(f"{call.verb} {call.type}" for call in calls).items())),
            "polls": sum(outcome.polls for outcome in self.outcomes),
            "matched": clean,
            "matched_but_for_accepted_deviations": len(calls) - clean - self._calls_refused(),
            "accepted_deviations": len(self.used()),
            "unaccepted": len(refused),
        }

    def _calls_refused(self) -> int:
        return sum(
            any(not any(deviation.covers(outcome.name, call, each) for deviation in self.deviations) for each in call.differences)
            for outcome in self.outcomes
            for call in outcome.calls
        )

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        recordings = [
            {
                "name": outcome.name,
                "calls": len(outcome.calls),
                "polls": outcome.polls,
                "seeded": outcome.seeded,
                "outside": outcome.outside,
                "unaccepted": self.unaccepted(outcome),
            }
            for outcome in self.outcomes
        ]
        deviations = [{**vars(deviation), "occurs": deviation in self.used()} for deviation in self.deviations]
        body = {**self.totals(), "left_out": list(self.left_out), "deviations": deviations, "per_recording": recordings}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body, indent=2) + "\n")

    def lines(self) -> list[str]:
        """The report as lines of text."""
        totals = self.totals()
        kinds = ", ".join(f"{count} on {type}" for type, count in totals["by_type"].items())
        return [
            f"{totals['calls']} calls ({kinds}), {totals['writes']} of them writes, from {totals['recordings']} recordings; "
            f"{totals['polls']} polls",
            f"{totals['matched']} matched, {totals['matched_but_for_accepted_deviations']} with {totals['accepted_deviations']} "
            f"accepted deviations, {totals['unaccepted']} differences that are not accepted",
            *(f"left out: {reason}" for reason in self.left_out),
            *(f"{outcome.name}: {text}" for outcome in self.outcomes for text in self.unaccepted(outcome)),
        ]


def _writes(call: Call) -> bool:
    return call.verb.split()[0] in WRITES
