# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management lock, which forbids to delete or change resources, whatever the rights of the caller are."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import ResourceId


@dataclass(frozen=True)
class Lock:
    """A lock. ``scope`` is the path of the subscription, resource group or resource that has it; it holds for everything below too."""

    name: str
    level: str
    scope: str

    def holds(self, resource: ResourceId) -> bool:
        """Whether the lock holds for a resource. Both levels of locks, CanNotDelete and ReadOnly, forbid to delete it."""
        return f"{resource}/".casefold().startswith(f"{self.scope.rstrip('/')}/".casefold())
