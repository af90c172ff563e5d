# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fixture for the tests of every tier: no process may be left at the end."""

from __future__ import annotations

from tests.support.leftovers import no_process_is_left

__all__ = ["no_process_is_left"]
