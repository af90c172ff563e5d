# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reviewed list of accepted deviations of the lab from recorded Azure traffic, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.contract.golden.compare import Difference
from tests.contract.golden.replay import Call

MOST = 25


@dataclass(frozen=True)
class Deviation:
    """One accepted difference: one resource type, one verb, one JSON path. `path` begins with `$`, `poll $`, `result $` or `header`.

    `what` says how the lab differs there: `missing`, `not in the recording`, or both values as the comparison tells them.
    """

    type: str
    verb: str
    path: str
    what: str
    reason: str
    only_in: str = ""
    """Words in the name of a recording, if the difference is in some recordings only."""

    def covers(self, recording: str, call: Call, difference: Difference) -> bool:
        """Whether this accepts a difference."""
        same = (self.type, self.verb, self.path, self.what) == (call.type, call.verb, difference.path, difference.what)
        return same and self.only_in in recording


class TooMany(Exception):
    """The list has more entries than a review can handle."""


def accepted() -> list[Deviation]:
    """All accepted deviations."""
    found = [Deviation(**entry) for entry in yaml.safe_load(Path(__file__).with_name("deviations.yml").read_text()) or []]
    if len(found) > MOST:
        raise TooMany(f"deviations.yml has {len(found)} entries; at most {MOST} are accepted: mend the lab instead")
    return found
