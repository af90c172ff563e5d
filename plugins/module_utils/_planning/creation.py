# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that a request has created something: a PUT of a resource that exists already succeeds too, and changes nothing in it."""

from __future__ import annotations

from .._core.errors import Refused
from .._core.model.disk import Disk


def require_unused(disk: Disk) -> None:
    """Refuse a disk that was to be created, but that another run has created meanwhile and a VM already uses."""
    if disk.managed_by is not None or not disk.never_used:
        user = f"VM {disk.managed_by.name}" if disk.managed_by else "a VM"
        raise Refused(f"disk {disk.id.name} was not created: another run has made it meanwhile, and {user} uses it; run again.")
