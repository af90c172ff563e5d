# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Missing resource groups, the likely reason why a resource was not found."""

from __future__ import annotations

from .._core.ids import ResourceId
from .._core.ports import Azure


def groupless(azure: Azure, found: bool, *resources: ResourceId | None) -> frozenset[ResourceId]:
    """The resources whose resource group does not exist. If what a task needs was ``found``, no group is read."""
    return frozenset() if found else azure.groups.groupless(*resources)
