# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option table WAIT: the time limit of a task."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - Time limit for the task in seconds, from its first request to its last; every wait and every retry counts. Must be at least 1.
      - After that, the task fails. Operations that have started may continue in Azure, and the next run continues from there.
    type: int
    default: 3600
"""
