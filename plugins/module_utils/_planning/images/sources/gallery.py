# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of images in galleries that this identity reads by its own rights: those of our subscription, and of others that it can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from ...._core.ids import GALLERY, ResourceId
from ...._core.model.gallery import Gallery
from ...._core.model.gallery_image import GalleryImage
from ...._core.model.gallery_image_version import COMPLETED, GalleryImageVersion
from ...._core.model.listed_image import GALLERY as ORIGIN
from ...._core.model.listed_image import ListedImage
from ...._core.ports import Azure
from ...missing_groups import empty_list
from ..definition import facts_of
from ..filters import is_of, matches
from ..found import Found
from ..gaps import Gaps
from ..order import natural
from ..request import ListRequest
from ..versions import SOFT_DELETED, Candidate, disks_of, enough, selected


def read(azure: Azure, request: ListRequest) -> Found:
    """The versions in all galleries of our subscription, or of one resource group."""
    gaps = Gaps()
    galleries = azure.galleries.list(request.filters.resource_group)
    place = request.place and replace(request.place, kind=GALLERY)
    warnings = () if galleries else empty_list(azure.groups.without_group(place))
    images = enough(request, images_in(azure, request, ids_of(galleries), ORIGIN, gaps))
    return Found(images, gaps.sentences, warnings)


def ids_of(galleries: Iterable[Gallery]) -> list[ResourceId]:
    """The ids of galleries."""
    return [each.id for each in galleries]


def images_in(azure: Azure, request: ListRequest, galleries: Iterable[ResourceId], origin: str, gaps: Gaps) -> Iterator[ListedImage]:
    """The versions in some galleries, in the order of the list. Each is read when it is taken, so that a limit saves requests.
    The tags of a version are those of its definition and its own, so that words and tags are looked for in each version.

    The list of the versions of a definition lacks the states of their replicas: these take one more request for each version that counts.
    """
    named, filters = request.filters.gallery, replace(request.filters.of_definition(), tags=(), words=())
    wanted = (each for each in galleries if named is None or is_of(named, each.name, each.subscription))
    for gallery in sorted(wanted, key=lambda each: (natural(each.resource_group), natural(each.name))):
        definitions = gaps.items(partial(azure.gallery_images.list_in, gallery))
        for definition in sorted(definitions, key=lambda each: natural(each.id.name)):
            listed = _listed_definition(definition, origin)
            if matches(listed, filters):
                yield from selected(request, _candidates(azure, request, listed, definition, gaps))


def _listed_definition(definition: GalleryImage, origin: str) -> ListedImage:
    id = definition.id
    return ListedImage(
        origin,
        str(id),
        {"id": str(id)},
        id.name,
        definition.location,
        id=str(id),
        resource_group=id.resource_group,
        subscription_id=id.subscription,
        gallery=id.parent.name,
        gallery_image=id.name,
        tags=definition.tags,
        **facts_of(definition.properties),
    )


def _candidates(azure: Azure, request: ListRequest, listed: ListedImage, definition: GalleryImage, gaps: Gaps) -> list[Candidate]:
    def complete(version: ListedImage) -> ListedImage | None:
        found = gaps.find(partial(azure.gallery_image_versions.find_replicated, ResourceId.parse(version.reference)))
        return _replicated(version, found) if found else None

    versions = gaps.items(partial(azure.gallery_image_versions.list_in, definition.id))
    return [Candidate(_listed_version(listed, each, request.location), complete) for each in versions]


def _listed_version(definition: ListedImage, version: GalleryImageVersion, location: str) -> ListedImage:
    publishing = version.publishing
    return replace(
        definition,
        reference=str(version.id),
        reference_dict={"id": str(version.id)},
        location=version.location,
        id=str(version.id),
        version=version.id.name,
        published=publishing.get("publishedDate"),
        end_of_life=publishing.get("endOfLifeDate"),
        provisioning_state=SOFT_DELETED if version.properties.get("imageState") == SOFT_DELETED else version.provisioning_state,
        exclude_from_latest=_is_excluded(version, location),
        tags={**(definition.tags or {}), **version.tags},
        **disks_of(version.storage),
    )


def _is_excluded(version: GalleryImageVersion, location: str) -> bool:
    """Whether a version is excluded from "latest", everywhere or in a region; the setting of the region comes first."""
    regional = next((each.raw.get("excludeFromLatest") for each in version.target_regions if each.name == location), None)
    return bool(version.publishing.get("excludeFromLatest") if regional is None else regional)


def _replicated(listed: ListedImage, version: GalleryImageVersion) -> ListedImage:
    """A version with the states of its replicas."""
    status = version.properties.get("replicationStatus") or {}
    replicas = [
        {"region": each.region, "state": each.state, "progress": each.progress, "details": each.details} for each in version.replicas
    ]
    return replace(
        listed,
        regions=tuple(each.region for each in version.replicas if each.state == COMPLETED),
        replication={"aggregated_state": status.get("aggregatedState"), "regions": replicas},
    )
