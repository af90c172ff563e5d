# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection: a subscription, an identity, a deadline, and the resources behind them.

``connect(params)`` returns ``Azure`` with ``machines``, ``images``, ``disks``, ``snapshots``, ``groups``, ``nics``,
``subscription``, ``deadline`` and ``locate(id)``.
"""

from __future__ import annotations
