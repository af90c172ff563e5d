# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of managed disks."""

from __future__ import annotations

from ..._core.model.snapshot import Snapshot
from ..parsing.snapshot import parse_snapshot
from ..sdk import calls
from .base import Resources


class Snapshots(Resources[Snapshot]):
    """Snapshots of managed disks."""

    noun, operations, api = "snapshot", "snapshots", calls.DISKS
    parse = staticmethod(parse_snapshot)
