# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version that exists and is the requested one: what a task changes in it, and whether its replicas have arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ..._core.errors import TimedOut
from ..._core.listener import Silence
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import FAILED
from ..._core.plan import Step
from ..._core.ports import Azure
from ..steps.gallery import PurgeRegions, TagGalleryImageVersion, UpdateGalleryImageVersion
from .numbers import Place
from .publication import Publication
from .publishing import waiting
from .replication import Watch, failures, late, missing
from .stored import after_change
from .version_differences import changes

Tags = Callable[[Mapping[str, str]], Mapping[str, str]]
"""The tags that a task wants, made from those that a version has."""


class Adjustment(NamedTuple):
    """The steps that make a version as it is requested, and the version as it is then."""

    steps: tuple[Step, ...]
    after: GalleryImageVersion
    warnings: tuple[str, ...] = ()


def await_stored(azure: Azure, publication: Publication, version: GalleryImageVersion) -> GalleryImageVersion | None:
    """The version once the replicas that an earlier run began are there, as far as the task waits for them, or the deadline is near."""
    watch = Watch(Silence(), _stored(publication, version), publication.wait)
    if watch.is_settled(version):
        return version
    return azure.gallery_image_versions.await_replicas(version.id, watch.is_settled, publication.api) or version


def adjust(publication: Publication, existing: GalleryImageVersion, tags: Tags, check_mode: bool) -> Adjustment:
    """Set the tags and regions that differ, and repair replicas that failed.

    Raises ``TimedOut`` while an earlier run's replication is still running, which was waited for; check mode warns about it.
    """

    def body(version: GalleryImageVersion) -> dict[str, Any]:
        return publication.body(version.location, version.storage, tags(version.tags), version)

    warnings = _about_replicas(publication, existing, check_mode)
    new, wanted, purged = body(existing), publication.wanted_regions(existing.location, existing), publication.purged_regions(existing)
    changed = changes(new, existing)
    tagging = (TagGalleryImageVersion(existing.id, new["tags"]),) if new["tags"] != dict(existing.tags) else ()
    update = UpdateGalleryImageVersion(existing.id, ", ".join(changed), body, wanted, publication.wait, publication.api)
    repairs = changed or existing.provisioning_state == FAILED or failures(existing, wanted)
    steps: tuple[Step, ...] = (
        *((update,) if changed else tagging),
        *([PurgeRegions(existing.id, purged, publication.api)] if purged else []),
        *(waiting(publication, Place(existing.id), wanted, existing) if repairs else ()),
    )
    return Adjustment(steps, _changed(existing, new, purged), warnings)


def _changed(version: GalleryImageVersion, body: Mapping[str, Any], purged: tuple[str, ...]) -> GalleryImageVersion:
    """The version once a body was sent, if it differs at all, without the regions that are purged."""
    new = after_change(version, body) if changes(body, version) else replace(version, tags=body["tags"])
    if not purged:
        return new
    regions = [each.raw for each in new.target_regions if each.name not in purged]
    return replace(new, properties={**new.properties, "publishingProfile": {**new.publishing, "targetRegions": regions}})


def _about_replicas(publication: Publication, existing: GalleryImageVersion, check_mode: bool) -> tuple[str, ...]:
    """The warning about replicas that are not there yet, in check mode. Those that failed are repaired instead."""
    open_ = missing(existing, _stored(publication, existing), publication.wait)
    if not open_ or failures(existing, open_) or existing.provisioning_state == FAILED:
        return ()
    if not check_mode:
        raise TimedOut(late(existing, open_))
    named = f"Version {existing.id.name} of image definition {existing.id.parent.name}"
    return (f"{named} is still being replicated to {', '.join(open_)}: planned as if that had succeeded.",)


def _stored(publication: Publication, version: GalleryImageVersion) -> list[str]:
    """The regions that the task waits for and that the version has already."""
    stored = {each.name for each in version.target_regions}
    return [name for name in publication.wanted_regions(version.location, version) if name in stored]
