# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk controllers of a VM size: sizes from version 6 on have NVMe only, and an image must say that its guest supports that.

https://learn.microsoft.com/azure/virtual-machines/enable-nvme-faqs
"""

from __future__ import annotations

import re

from ..._core.model.catalog_image import NVME, CatalogImage
from .request import BootRequest

FIRST_WITH_NVME_ONLY = 6
_GENERATION = re.compile(r"_v([0-9]+)$", re.IGNORECASE)


def about_controller(request: BootRequest, name: str, catalog: CatalogImage | None) -> tuple[str, ...]:
    """A warning about a size that probably cannot start from an image. It is not refused: the name of a size proves nothing."""
    generation = _GENERATION.search(request.size)
    if generation is None or int(generation[1]) < FIRST_WITH_NVME_ONLY or not _lacks_nvme(request, catalog):
        return ()
    reason = "is a managed image, which cannot say" if request.image else "does not say"
    return (
        f"{name[0].upper()}{name[1:]} {reason} that its guest supports NVMe, and sizes like {request.size} usually have only NVMe disks. "
        "If Azure answers that this size cannot boot with the image, choose a size up to v5, or an image in a gallery with the feature "
        "DiskControllerTypes=SCSI, NVMe.",
    )


def _lacks_nvme(request: BootRequest, catalog: CatalogImage | None) -> bool:
    """Whether the image is known not to say that its guest supports NVMe."""
    return request.image is not None or (catalog is not None and NVME not in catalog.controllers)
