# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accepted deviations: where the lab may differ from recorded Azure, and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.contract.golden.compare import Difference
from tests.contract.golden.replay import Call

MAX_DEVIATIONS = 33
MAX_ON_GALLERIES = 8


@dataclass(frozen=True)
class Deviation:
    """One accepted difference: one resource type, one verb, one JSON path. `path` begins with `$`, `poll $`, `result $` or `header`.

    `what` is the kind of difference: `missing`, `not in the recording`, or both values in the words of the comparison.
    """

    type: str
    verb: str
    path: str
    what: str
    reason: str
    only_in: str = ""
    """A part of the names of recordings, if the difference occurs only in some of them."""

    def covers(self, recording: str, call: Call, difference: Difference) -> bool:
        """Whether this deviation accepts a difference."""
        verb, path = _of_instance_view(call.verb, difference.path)
        same = (self.type, self.verb, self.path, self.what) == (call.type, verb, path, difference.what)
        return same and self.only_in in recording


def _of_instance_view(verb: str, path: str) -> tuple[str, str]:
    """Verb and path of a difference in a VM's instance view, whether the call asked for the view or for the VM with its view."""
    inside = "$.properties.instanceView."
    return ("GET instanceView", path.replace(inside, "$.")) if path.startswith(inside) else (verb, path)


class TooMany(Exception):
    """The list of accepted deviations is too long."""


def accepted() -> list[Deviation]:
    """All accepted deviations."""
    found = [Deviation(**entry) for entry in yaml.safe_load(Path(__file__).with_name("deviations.yml").read_text()) or []]
    if len(found) > MAX_DEVIATIONS:
        raise TooMany(f"deviations.yml has {len(found)} entries; at most {MAX_DEVIATIONS} are allowed: correct the lab instead")
    if sum(deviation.type.startswith("galleries") for deviation in found) > MAX_ON_GALLERIES:
        raise TooMany(f"deviations.yml has more than {MAX_ON_GALLERIES} entries on galleries: correct the lab instead")
    return found
