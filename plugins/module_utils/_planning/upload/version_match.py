# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of the same content that exists: what an upload changes in it, and whether its replicas have arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..._core import tags as tag
from ..._core.errors import TimedOut
from ..._core.listener import Silence
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import FAILED
from ..._core.plan import Step
from ..._core.ports import Azure
from ..gallery.numbers import Place
from ..gallery.publication import Publication
from ..gallery.publishing import waiting
from ..gallery.replication import Watch, failures, late, missing
from ..steps.gallery import PurgeRegions, TagGalleryImageVersion, UpdateGalleryImageVersion
from ..versions.match import changed_to, changes
from .request import UploadRequest


class Adjustment(NamedTuple):
    """The steps that make a version as it is requested, and the version as it is then."""

    steps: tuple[Step, ...]
    after: GalleryImageVersion
    warnings: tuple[str, ...] = ()


def await_stored(azure: Azure, publication: Publication, version: GalleryImageVersion) -> GalleryImageVersion:
    """The version once the replicas that an earlier run began are there, as far as the task waits for them, or the deadline is near."""
    watch = Watch(Silence(), _stored(publication, version), publication.wait)
    return azure.gallery_image_versions.await_replicas(version.id, watch.is_settled, publication.api) or version


def adjust(request: UploadRequest, publication: Publication, existing: GalleryImageVersion, check_mode: bool) -> Adjustment:
    """Set the tags and regions that differ, and repair replicas that failed. Raises ``TimedOut`` if replicas were waited for in vain."""

    def body(version: GalleryImageVersion) -> dict[str, Any]:
        tags = tag.wanted(version.tags, request.tags, request.append_tags)
        return publication.body(version.location, version.storage, tags, version)

    new, wanted, purged = body(existing), publication.wanted_regions(existing.location, existing), publication.purged_regions(existing)
    changed = changes(new, existing)
    repairs = changed or existing.provisioning_state == FAILED or failures(existing, wanted)
    steps: tuple[Step, ...] = (
        *_change(publication, existing, changed, new, body),
        *([PurgeRegions(existing.id, purged, publication.api)] if purged else []),
        *(waiting(publication, Place(existing.id), wanted, existing) if repairs else ()),
    )
    return Adjustment(steps, changed_to(new, existing, purged), () if repairs else _about_replicas(publication, existing, check_mode))


def _change(
    publication: Publication,
    existing: GalleryImageVersion,
    changed: list[str],
    new: Mapping[str, Any],
    body: Callable[[GalleryImageVersion], Mapping[str, Any]],
) -> tuple[Step, ...]:
    """The step that changes properties and tags, or tags alone."""
    if changed:
        wanted = publication.wanted_regions(existing.location, existing)
        return (UpdateGalleryImageVersion(existing.id, ", ".join(changed), body, wanted, publication.wait, publication.api),)
    return (TagGalleryImageVersion(existing.id, new["tags"]),) if new["tags"] != dict(existing.tags) else ()


def _about_replicas(publication: Publication, existing: GalleryImageVersion, check_mode: bool) -> tuple[str, ...]:
    """The warning about replicas that are not there yet, in check mode."""
    if not (regions := missing(existing, _stored(publication, existing), publication.wait)):
        return ()
    if not check_mode:
        raise TimedOut(late(existing, regions))
    return (f"Version {existing.id.name} is still being replicated to {', '.join(regions)}: planned as if that had succeeded.",)


def _stored(publication: Publication, version: GalleryImageVersion) -> list[str]:
    """The regions that the task waits for and that the version has already."""
    stored = {each.name for each in version.target_regions}
    return [name for name in publication.wanted_regions(version.location, version) if name in stored]
