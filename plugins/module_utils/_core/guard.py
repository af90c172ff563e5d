# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guard: what a step requires of Azure right before its request, because the state that was planned with may have changed since."""

from __future__ import annotations

from typing import Protocol

from .ports import Azure


class Guard(Protocol):
    """A requirement as a value, which is looked up when a step runs."""

    def require(self, azure: Azure) -> None:
        """Read the state, and raise ``InvalidRequest`` if the step must not be carried out any more."""


class NoGuard:
    """The guard of a step that requires nothing."""

    def require(self, azure: Azure) -> None:
        """Accept any state."""


NO_GUARD = NoGuard()
