# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ids of all checks of a capture, and which of them a user may waive."""

from __future__ import annotations

from collections.abc import Iterable

from ...._core.errors import InvalidRequest

WAIVABLE = {
    "resource_group": False,
    "existing_image": False,
    "subscription": True,
    "location": False,
    "managed_disks": False,
    "ephemeral_os_disk": False,
    "security_type": False,
    "architecture": False,
    "disk_types": False,
    "disk_encryption": True,
    "hibernation": False,
    "disk_controller": True,
    "boot_diagnostics": False,
    "vm_tags": False,
    "vm_tags_total": True,
    "extensions": True,
    "disk_reader": False,
    "disk_access": False,
    "backup_readable": True,
    "image_tags": False,
    "vm_tag": True,
    "marketplace_plan": True,
    "plan_deprecation": True,
    "gallery": False,
    "gallery_image": False,
    "gallery_source": False,
    "gallery_region": False,
    "gallery_version": False,
    "gallery_plan": True,
    "gallery_controller": True,
    "running_vm": True,
    "rights": True,
    "locks": False,
}
"""In the order of the report. A check cannot be waived if Azure, or this module itself, would certainly refuse what it found."""


def checked_waivers(given: Iterable[str] | None) -> frozenset[str]:
    """The ids in the option ``waive``, which must be known and waivable."""
    waived = frozenset(each.strip() for each in given or () if each.strip())
    allowed = ", ".join(sorted(each for each, waivable in WAIVABLE.items() if waivable))
    if unknown := sorted(waived - WAIVABLE.keys()):
        raise InvalidRequest(f"waive: there is no check {unknown[0]}; those that can be waived are {allowed}.")
    if firm := sorted(each for each in waived if not WAIVABLE[each]):
        raise InvalidRequest(
            f"waive: {firm[0]} cannot be waived, because the capture would certainly fail without it;"
            f" those that can be waived are {allowed}."
        )
    return waived
