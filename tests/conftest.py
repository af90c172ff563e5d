# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the tests of every tier: none leaves a process behind."""

from __future__ import annotations

from tests.support.leftovers import nothing_runs_on

__all__ = ["nothing_runs_on"]
