# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option table WAIT: how long a task may take."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait_timeout:
    description:
      - Seconds that the whole task may take, every wait and retry included. Must be at least 1.
      - When they are over the task fails. What it began may go on in Azure; the next run takes up where that then stands.
    type: int
    default: 3600
"""
