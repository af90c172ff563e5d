# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until the replicas of a version can be used, and repairing replications that failed.

Azure says that a version is created (``Succeeded``) although the replication to some regions is still running, and a VM cannot be created
from it there: https://learn.microsoft.com/azure/virtual-machines/shared-image-galleries#replication
"""

from __future__ import annotations

from collections.abc import Collection

from ..._core.errors import Failed, Missing, TimedOut
from ..._core.ids import ResourceId, region
from ..._core.listener import Listener
from ..._core.model.gallery_image_version import COMPLETED, REPLICATION_FAILED, GalleryImageVersion, Replica
from ..._core.model.provisioning import FAILED
from ..._core.ports import Azure
from .publication import WAIT_ALL, WAIT_FIRST, WAIT_NONE
from .stored import as_body


def states(version: GalleryImageVersion | None) -> dict[str, Replica]:
    """The replicas of a version by region."""
    return {each.region: each for each in version.replicas} if version else {}


def missing(version: GalleryImageVersion | None, regions: Collection[str], wait: str) -> list[str]:
    """The regions whose replication must still be waited for."""
    found = states(version)
    open_ = [name for name in regions if name not in found or found[name].state != COMPLETED]
    if wait == WAIT_NONE or (wait == WAIT_FIRST and len(open_) < len(regions)):
        return []
    return open_


class Watch:
    """Follows the replication of a version to regions. The listener learns of each change. ``wait`` says for how many regions to wait."""

    def __init__(self, listener: Listener, regions: Collection[str], wait: str) -> None:
        self._listener, self._regions, self._wait = listener, regions, wait
        self._shown: dict[str, Replica] = {}
        self._last: GalleryImageVersion | None = None

    def is_settled(self, version: GalleryImageVersion | None) -> bool:
        """Whether nothing is missing, or nothing more will come because it failed."""
        self._last = version
        for region_name, each in states(version).items():
            if self._shown.get(region_name) != each:
                self._shown[region_name] = each
                self._listener.replicated(each.region, each.state, each.progress)
        open_ = missing(version, self._regions, self._wait)
        failed = failures(version, open_)
        return not open_ or len(failed) == len(open_) or (version is not None and version.provisioning_state == FAILED)

    def is_enough(self, version: GalleryImageVersion | None) -> bool:
        """Whether the end of the operation need not be waited for. To wait for all regions is to wait for its end."""
        return self.is_settled(version) and self._wait != WAIT_ALL

    def late(self, version: ResourceId, error: TimedOut) -> TimedOut:
        """The error for an operation that lasted until the time limit, with the regions that are missing."""
        if not (open_ := missing(self._last, self._regions, self._wait)):
            return error
        return TimedOut(f"{error.message} {late(self._last or GalleryImageVersion(version, ''), open_)}", **error.facts)


def late(version: GalleryImageVersion, regions: Collection[str]) -> str:
    """The sentence about a version whose replication takes longer than the time limit."""
    return (
        f"Image version {version.id.name} is not yet usable in {_named(version, regions)}; its replication continues in Azure:"
        " run again later, raise wait_timeout, or set wait to first or none."
    )


def is_usable_anywhere(version: GalleryImageVersion | None) -> bool:
    """Whether any region has a complete replica."""
    return any(each.state == COMPLETED for each in states(version).values())


def is_usable_in(version: GalleryImageVersion | None, location: str) -> bool:
    """Whether VMs can be created from a version in a region."""
    return not missing(version, [region(location)], WAIT_ALL)


def failures(version: GalleryImageVersion | None, regions: Collection[str]) -> list[Replica]:
    """The replicas in these regions whose replication failed."""
    found = states(version)
    return [found[name] for name in regions if name in found and found[name].state == REPLICATION_FAILED]


def await_replication(azure: Azure, listener: Listener, version: ResourceId, regions: Collection[str], wait: str, api: str = "") -> None:
    """Wait until the wanted regions can use the version. Where the replication fails, send the version again; then remove the region and
    add it again; then give up.
    """
    versions = azure.gallery_image_versions
    for repair in (_send_again, _add_again, _give_up):
        found = versions.await_replicas(version, Watch(listener, regions, wait).is_settled, api)
        open_ = missing(found, regions, wait)
        if not open_:
            return
        if found is None:
            raise Missing(f"image version {version.name} was deleted while it was being replicated.")
        failed = failures(found, open_)
        if found.provisioning_state == FAILED and not failed:
            raise Failed(f"image version {version.name} has failed: run again to replace it.")
        if not failed:
            raise TimedOut(late(found, open_))
        repair(azure, found, failed, api)


def _send_again(azure: Azure, version: GalleryImageVersion, failed: list[Replica], api: str) -> None:
    """Azure tries a failed replication again when the version is sent again."""
    azure.gallery_image_versions.publish(version.id, as_body(version), api, _at_once)


def _add_again(azure: Azure, version: GalleryImageVersion, failed: list[Replica], api: str) -> None:
    """Remove the regions with a failed replication, and add them again. The version's own region cannot be removed."""
    names = {each.region for each in failed} - {region(version.location)}
    kept = [dict(each.raw) for each in version.target_regions if each.name not in names]
    versions = azure.gallery_image_versions
    versions.put(version.id, as_body(version, target_regions=kept, deletes_replicas=True), api)
    versions.publish(version.id, as_body(version), api, _at_once)


def _give_up(azure: Azure, version: GalleryImageVersion, failed: list[Replica], api: str) -> None:
    names = ", ".join(each.region for each in failed)
    raise Failed(
        f"image version {version.id.name} could not be replicated to {names}{_because(failed)}. It is usable in the other regions;"
        " sending it again, and removing and adding the regions again, did not help."
    )


def _at_once(version: GalleryImageVersion | None) -> bool:
    """Do not wait for a repair here: waiting for replicas follows."""
    return True


def _because(failed: list[Replica]) -> str:
    details = "; ".join(f"{each.region}: {each.details}" for each in failed if each.details)
    return f" ({details})" if details else ""


def _named(version: GalleryImageVersion, regions: Collection[str]) -> str:
    found = states(version)
    return ", ".join(f"{name} ({_state(found.get(name))})" for name in regions)


def _state(replica: Replica | None) -> str:
    if replica is None:
        return "not begun"
    return replica.state if replica.progress is None else f"{replica.state}, {replica.progress} %"
