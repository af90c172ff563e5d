# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence that a task asks for, by its options ``sealed``, ``backup`` and ``backup_max_age``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..._core.times import require_hours

MAX_AGE = 24
"""Default of how many hours before its seal a VM may have been backed up at most."""
ASSUME = "assume"


class Rules(NamedTuple):
    """Whether the seal is assumed instead of proven, whether a backup is required, and how many hours it may be older than the seal."""

    assume: bool = False
    backup: bool = True
    max_age: int = MAX_AGE

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Rules:
        """The checked options of a module; raises ``InvalidRequest``."""
        max_age = require_hours("backup_max_age", params["backup_max_age"])
        return cls(params["sealed"] == ASSUME, params["backup"] == "require", max_age)
