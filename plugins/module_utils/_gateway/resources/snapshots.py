# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of managed disks."""

from __future__ import annotations

from ..._core.ids import ResourceId
from ..._core.model.provisioning import BUSY, FAILED
from ..._core.model.snapshot import Snapshot
from ..parsing.snapshot import parse_snapshot
from ..sdk import calls
from .granted import Granted

COPY_SECONDS = 10.0
"""Between two reads of a snapshot whose bytes Azure copies in the background."""


class Snapshots(Granted[Snapshot]):
    """Snapshots of managed disks."""

    noun, operations, collection, api = "snapshot", "snapshots", "snapshots", calls.DISKS
    parse = staticmethod(parse_snapshot)

    def find_copied(self, snapshot: ResourceId) -> Snapshot | None:
        """Wait until the snapshot holds all bytes or the deadline is near. None if it does not exist."""
        return self._client.deadline.until(lambda: self.find(snapshot), _is_finished, every=COPY_SECONDS)


def _is_finished(snapshot: Snapshot | None) -> bool:
    """Whether nothing will change about a snapshot: it holds all bytes, or its creation failed."""
    return snapshot is None or (snapshot.provisioning_state not in BUSY and (snapshot.copied or snapshot.provisioning_state == FAILED))
