# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a disk that can be read at any place: a local file, or a disk or snapshot in Azure."""

from __future__ import annotations

from typing import Protocol


class DiskBytes(Protocol):
    """A disk whose bytes can be read at any place. Reading may be slow and costly: read few and large ranges."""

    @property
    def size(self) -> int:
        """The number of bytes of the disk, without the footer of a VHD."""

    def read(self, start: int, length: int) -> bytes:
        """Exactly so many bytes from a place in the disk; raises ``Failed`` if they cannot be read."""
