# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that publish a version, and the prediction of it. Every module that publishes one uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..._core import tags as tag
from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import ResourceId, region
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import FAILED
from ..._core.plan import Step
from ..steps.gallery import AwaitReplication, DeleteGalleryImageVersion, PutGalleryImageVersion
from .claims import Claim
from .names import version_id
from .numbers import Place, after, is_made_from, newest_of
from .publication import NEXT, SHALLOW, WAIT_ALL, WAIT_NONE, Publication
from .replication import missing


@dataclass(frozen=True)
class Choice:
    """The number of the version that a task is about, and the version that has it already. ``may_move`` is for ``version: next``."""

    version: ResourceId
    existing: GalleryImageVersion | None = None
    may_move: bool = False


def choose(publication: Publication, versions: Iterable[GalleryImageVersion], origin: Mapping[str, str]) -> Choice:
    """The version that a task is about. ``origin`` holds the tags that identify the source; ``versions`` are all of the definition.

    With ``version: next`` this is the newest version if it was made from this very source, and the next number otherwise.
    """
    known = list(versions)
    if publication.version != NEXT:
        wanted = version_id(publication.image, publication.version)
        return Choice(wanted, next((each for each in known if each.id == wanted), None))
    newest = newest_of(known)
    if newest is not None and is_made_from(newest, origin):
        return Choice(newest.id, newest, True)
    return Choice(after(publication.image, [each.number for each in known]), None, True)


def is_left_over(existing: GalleryImageVersion | None, origin: Mapping[str, str]) -> bool:
    """Whether a version exists that failed, and that a run has made from this very source: it is replaced."""
    return existing is not None and existing.provisioning_state == FAILED and is_made_from(existing, origin)


def creation(
    publication: Publication,
    choice: Choice,
    location: str,
    storage_profile: Mapping[str, Any],
    tags: Mapping[str, str],
    origin: Mapping[str, str],
    source: str,
    more: Mapping[str, Any] | None = None,
    guard: Guard = NO_GUARD,
    replaceable: Guard = NO_GUARD,
) -> tuple[Step, ...]:
    """The steps that create the version, instead of an existing one if there is one, and wait until it can be used.

    ``tags`` are those of the user and of the origin; ``source`` names the source in sentences; ``more`` are further properties. ``guard``
    is asked right before the version is made, ``replaceable`` right before an existing one is deleted.
    """
    place = Place(choice.version, choice.may_move)
    body = publication.body(location, storage_profile, {**tags, **origin, tag.RUN: publication.run_id})
    body["properties"].update(more or {})
    claim = Claim(place, body, origin, publication.wait, publication.api)
    return (
        *([DeleteGalleryImageVersion(choice.version, replaceable)] if choice.existing else []),
        PutGalleryImageVersion(claim, source, guard),
        *waiting(publication, place, tuple(claim.regions)),
    )


def waiting(
    publication: Publication, place: Place, regions: tuple[str, ...], existing: GalleryImageVersion | None = None
) -> tuple[Step, ...]:
    """The step that waits for the replication; none if the task does not wait, or an existing version can be used already."""
    done = existing is not None and not missing(existing, regions, publication.wait)
    return () if done or publication.wait == WAIT_NONE else (AwaitReplication(place, regions, publication.wait, publication.api),)


def copied(publication: Publication, place: Place, location: str, needed: bool) -> tuple[Step, ...]:
    """The step before the deletion of what a version is made from, if that is ``needed``, and the task does not wait for all regions.

    Azure has copied it once the version's own region can use the version.
    """
    if not needed or publication.wait == WAIT_ALL:
        return ()
    return (AwaitReplication(place, (region(location),), WAIT_ALL, publication.api),)


def refers(publication: Publication, existing: GalleryImageVersion | None = None) -> bool:
    """Whether the version refers to its source instead of holding a copy of it, so that the source must stay."""
    stored = existing.publishing.get("replicationMode") if existing else None
    return (stored or publication.replication_mode) == SHALLOW


def predicted(choice: Choice, body: Mapping[str, Any]) -> GalleryImageVersion:
    """The version that a body makes."""
    tags = {name: value for name, value in body["tags"].items() if name != tag.RUN}
    return GalleryImageVersion(id=choice.version, location=body["location"], properties=body["properties"], tags=tags)


def published(steps: Iterable[object], otherwise: ResourceId) -> ResourceId:
    """The version that steps have created, whose number is known only after they have run; another one if they create none."""
    return next((step.claim.place.version for step in steps if isinstance(step, PutGalleryImageVersion)), otherwise)
