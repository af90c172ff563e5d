# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an image of a gallery has arrived in the region of a new VM. It is replicated after its version counts as made.

https://learn.microsoft.com/azure/virtual-machines/azure-compute-gallery#scaling
"""

from __future__ import annotations

from ..._core.errors import InvalidRequest, TimedOut
from ..._core.ids import region
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.gallery_image_version import REPLICATION_FAILED
from ..._core.model.provisioning import DELETING, FAILED
from ..._core.ports import Azure
from .deprecation import refusing_deprecated

REPLICATION_SECONDS = 6 * 3600.0
"""How long a replication may take: https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images"""


def look_up_catalog(azure: Azure, image: str, location: str, check_mode: bool) -> CatalogImage | None:
    """The image, as VMs in a region get it. Outside of check mode, first wait until it has arrived there or the deadline is near.

    Raises ``InvalidRequest`` about a version that is deprecated.
    """

    def read() -> CatalogImage | None:
        with refusing_deprecated(azure, image, location):
            return azure.catalog.find(image, location)

    return read() if check_mode else azure.until(read, lambda found: found is None or not found.is_coming, REPLICATION_SECONDS)


def about_arrival(name: str, catalog: CatalogImage | None, location: str, check_mode: bool) -> tuple[str, ...]:
    """The warning about an image that has not arrived yet, in check mode. Raises ``TimedOut`` about it otherwise.

    Raises ``InvalidRequest`` if no VM can be made from it in the region.
    """
    if catalog is None:
        return ()
    version = f"version {catalog.version} of {name}"
    if catalog.provisioning_state in (FAILED, DELETING):
        raise InvalidRequest(f"{version} is {catalog.provisioning_state}, so no VM can be made from it: publish another version.")
    if catalog.regions and region(location) not in catalog.regions:
        raise InvalidRequest(
            f"location: {version} is not replicated to {region(location)}, only to {', '.join(sorted(catalog.regions))}: "
            f"choose one of these, or add {region(location)} to the target regions of the version."
        )
    if catalog.replica is not None and catalog.replica.state == REPLICATION_FAILED:
        reason = f" ({catalog.replica.details})" if catalog.replica.details else ""
        raise InvalidRequest(
            f"the replication of {version} to {region(location)} has failed{reason}: "
            "remove the region from the target regions of the version, and add it again."
        )
    if not catalog.is_coming:
        return ()
    if not check_mode:
        raise TimedOut(f"{version} has not arrived in {region(location)} yet{_progress(catalog)}; run again later, or raise wait_timeout.")
    return (f"{version[0].upper()}{version[1:]} has not arrived in {region(location)} yet{_progress(catalog)}: planned as if it had.",)


def _progress(catalog: CatalogImage) -> str:
    progress = catalog.replica.progress if catalog.replica else None
    return "" if progress is None else f" ({progress} %)"
