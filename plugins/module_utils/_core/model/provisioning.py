# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provisioning states of a resource in Azure. In a busy state, an operation is running on it."""

from __future__ import annotations

SUCCEEDED = "Succeeded"
FAILED = "Failed"
CREATING = "Creating"
BEING_MADE = (CREATING, "Updating")
DELETING = "Deleting"
BUSY = (*BEING_MADE, DELETING)
