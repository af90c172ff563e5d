# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image of a gallery or of the Marketplace."""

from __future__ import annotations

from dataclasses import dataclass

from .image import ImageDisk

SPECIALIZED = "Specialized"
NVME = "NVMe"


@dataclass(frozen=True)
class CatalogImage:
    """An image of a gallery or of the Marketplace, as far as a new VM depends on it.

    ``security_type`` is the value of its feature ``SecurityType``, and ``controllers`` are those in its feature ``DiskControllerTypes``.
    """

    os_type: str | None = None
    os_state: str | None = None
    data_disks: tuple[ImageDisk, ...] = ()
    security_type: str | None = None
    controllers: frozenset[str] = frozenset()
