# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sizes of a disk that Azure accepts for an upload. Others are refused before the first byte is sent."""

from __future__ import annotations

from .._core.errors import InvalidRequest
from .._core.limits import LARGEST_OS_DISK, SMALLEST_UPLOAD
from .._core.model.disk_file import padded


def require_size(path: str, content: int) -> None:
    """Refuse a disk of ``content`` bytes that is too small or too large for an OS disk."""
    size = padded(content)
    if size < SMALLEST_UPLOAD:
        raise InvalidRequest(
            f"{path} is a disk of {content} bytes; Azure accepts no disk below 20 MiB ({SMALLEST_UPLOAD} bytes): enlarge it first."
        )
    if size > LARGEST_OS_DISK:
        raise InvalidRequest(
            f"{path} is a disk of {content} bytes; Azure VMs start from disks of at most 4095 GiB ({LARGEST_OS_DISK} bytes):"
            " shrink it first."
        )
