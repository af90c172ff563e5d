# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights of the signed-in identity at one place in Azure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """The actions that one role assignment allows. A ``*`` in an action stands for any text, slashes included."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Whether the assignment allows an action."""
        return _any_matches(self.actions, action) and not _any_matches(self.not_actions, action)


@dataclass(frozen=True)
class Rights:
    """All assignments that apply at one place. ``unread`` is why they could not be read; empty if they were."""

    permissions: tuple[Permission, ...] = ()
    unread: str = ""

    def allow(self, action: str) -> bool:
        """Whether any assignment allows an action. What one assignment leaves out, another one may allow."""
        return any(each.allows(action) for each in self.permissions)


def _any_matches(patterns: Iterable[str], action: str) -> bool:
    return any(re.fullmatch(re.escape(each).replace(r"\*", ".*"), action, re.IGNORECASE) for each in patterns)
