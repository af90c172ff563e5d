# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of managed disks."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._gateway import calls, translation
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.access import Access
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.model import Snapshot


class Snapshots(Access[Snapshot]):
    noun, operations, api = "snapshot", "snapshots", calls.DISKS
    translate = staticmethod(translation.snapshot)
