# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image in Azure, and what its sources are if it must be made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..._core.ids import SNAPSHOT, ResourceId
from ..._core.model.disk import Disk
from ..._core.model.image import Image
from ..._core.model.provisioning import DELETING
from ..._core.model.snapshot import Snapshot
from ..._core.ports import Azure
from ..evidence.origin import Origin, observe_origin
from ..missing_groups import absent, without_group
from ..settling import look_up
from .difference import is_made_again
from .request import ImageRequest, WantedDisk
from .trial import needs_trial, trial_id


@dataclass(frozen=True)
class Observed:
    """The state of Azure. ``origins`` has the disks and snapshots among the sources by the option of their disk, if the image must be made.

    ``group_location`` is the region of the image's resource group, read only if no source says where the image must be. ``source_id`` is
    Azure's unique id of the source of the OS disk, as far as it exists. ``trial`` is what an interrupted run has left of a trial.
    """

    image: Image | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    group_location: str = ""
    source_id: str = ""
    trial: Image | None = None
    without_group: frozenset[ResourceId] = frozenset()
    check_mode: bool = False


def observe(azure: Azure, request: ImageRequest, check_mode: bool) -> Observed:
    """Read what planning needs. Outside of check mode, first wait for an operation that is running on the image."""
    image = look_up(azure.images, request.image, check_mode)
    seen = Observed(image, check_mode=check_mode)
    if request.state == "absent":
        return seen
    if image is not None and image.provisioning_state != DELETING:
        seen = replace(seen, source_id=_source_id(azure, request.os_disk))
        if not is_made_again(request, image, seen.source_id):
            return seen
    left = look_up(azure.images, trial_id(request), check_mode) if needs_trial(request, image) else None
    return _observe_sources(azure, replace(seen, trial=left, without_group=without_group(azure, image is not None, request.image)), request)


def _source_id(azure: Azure, os_disk: WantedDisk | None) -> str:
    """The unique id of the OS disk's source. A source that is gone cannot differ from the one that the image was made from."""
    if os_disk is None or isinstance(os_disk.source, str):
        return ""
    found = azure.snapshots.find(os_disk.source) if os_disk.source.is_a(SNAPSHOT) else azure.disks.find(os_disk.source)
    return found.unique_id if found else ""


def _observe_sources(azure: Azure, seen: Observed, request: ImageRequest) -> Observed:
    """Read every source and where it comes from."""
    origins = {
        each.option: _origin(azure, request, each.source, seen.check_mode) for each in request.disks if not isinstance(each.source, str)
    }
    only_blobs = not origins and request.location is None
    return replace(seen, origins=origins, group_location=azure.groups.location(request.image.resource_group) if only_blobs else "")


def _origin(azure: Azure, request: ImageRequest, source: ResourceId, check_mode: bool) -> Origin:
    """One source, which must exist, once no operation is running on it any more."""
    found: Disk | Snapshot | None
    if source.is_a(SNAPSHOT):
        found = azure.snapshots.find(source) if check_mode else azure.snapshots.find_copied(source)
    else:
        found = look_up(azure.disks, source, check_mode)
    if found is None:
        raise absent("snapshot" if source.is_a(SNAPSHOT) else "disk", source, azure.groups.without_group(source))
    return observe_origin(azure, source, request.rules, request.image.resource_group)
