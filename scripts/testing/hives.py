# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that need registry hives of real Windows, which the project does not hold."""

from __future__ import annotations

import os

VARIABLE = "WINDOWS_HIVES"
WHAT = "a folder with registry hives of Windows (docs/decisions/windows.md)"


def left_out() -> dict[str, list[str]]:
    """The tests that are left out because there are no hives, by tier."""
    return {} if os.environ.get(VARIABLE) else {"windows": ["tests/windows/disks/test_real_hives.py"]}
