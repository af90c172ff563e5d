# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a disk to a version in a gallery: what must exist, what is created first, and whether it leads through a managed image."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..._core.errors import InvalidRequest, Missing
from ..._core.ids import ResourceId
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import DELETING, FAILED
from ..._core.plan import Step
from ..._core.ports import Azure
from ..gallery_images.settings import require_consistent, require_new_identifier
from ..missing_groups import absent_group
from ..settling import look_up, settled
from .known_versions import known_versions
from .numbers import newest_of
from .publication import NEXT
from .source_rules import BY_MANAGED_IMAGE, REFUSED, WARN
from .sources import DefinitionKind, SourceKind, judge, security_type_for
from .target import GalleryTarget, Traits, creation_steps

OPTION = "gallery_image_version"


@dataclass(frozen=True)
class SeenTarget:
    """The target in Azure. ``gallery`` and ``others``, the definitions in it, are read only if the definition does not exist.

    ``without_group`` holds the gallery if its resource group does not exist.
    """

    image: GalleryImage | None = None
    versions: tuple[GalleryImageVersion, ...] = ()
    gallery: Gallery | None = None
    others: tuple[GalleryImage, ...] = ()
    without_group: frozenset[ResourceId] = frozenset()

    @property
    def location(self) -> str:
        """The region of the definition or of the gallery; empty if neither exists."""
        found = self.image or self.gallery
        return found.location if found else ""


def observe_target(azure: Azure, target: GalleryTarget, check_mode: bool) -> SeenTarget:
    """Read the definition and its versions, or the gallery in which it can be created. A version that is being deleted is waited for.

    The version that may be the requested one, which is the newest one for ``version: next``, is read with the states of its replicas.
    """
    image = look_up(azure.gallery_images, target.image, check_mode)
    if image is not None:
        versions = tuple(each for each in known_versions(azure, target.publication) if not _is_gone(azure, each, check_mode))
        return SeenTarget(image, _with_replicas(azure, target, versions))
    gallery = look_up(azure.galleries, target.gallery, check_mode)
    return SeenTarget(
        gallery=gallery,
        others=azure.gallery_images.list_in(target.gallery) if gallery else (),
        without_group=frozenset() if gallery else azure.groups.without_group(target.gallery),
    )


def _with_replicas(azure: Azure, target: GalleryTarget, versions: tuple[GalleryImageVersion, ...]) -> tuple[GalleryImageVersion, ...]:
    candidate, api = candidate_of(target, versions), target.publication.api
    found = azure.gallery_image_versions.find_replicated(candidate.id, api) if candidate else None
    return tuple(found if found is not None and each is candidate else each for each in versions)


def candidate_of(target: GalleryTarget, versions: tuple[GalleryImageVersion, ...]) -> GalleryImageVersion | None:
    """The version that may be the requested one: the one with its number, or the newest one for ``version: next``."""
    return newest_of(versions) if target.publication.version == NEXT else next(iter(versions), None)


def _is_gone(azure: Azure, version: GalleryImageVersion, check_mode: bool) -> bool:
    """Whether a version was being deleted, and is gone after waiting for that."""
    if version.provisioning_state != DELETING:
        return False
    return check_mode or azure.gallery_image_versions.find_settled(version.id) is None


class Way(NamedTuple):
    """The steps that create gallery and definition, and whether the version must be made from a managed image of the source."""

    steps: tuple[Step, ...] = ()
    by_managed_image: bool = False
    warnings: tuple[str, ...] = ()


def find_way(target: GalleryTarget, seen: SeenTarget, source: SourceKind, location: str, tags: Mapping[str, str], check_mode: bool) -> Way:
    """Check that a version can be made from a source. Raises ``Missing`` or ``InvalidRequest`` otherwise, before anything is written.

    ``tags`` are those of the user, for what is created.
    """
    definition, about_image = settled("image definition", seen.image, check_mode)
    gallery, about_gallery = settled("gallery", seen.gallery, check_mode)
    steps: tuple[Step, ...] = ()
    if definition is None:
        _require_creation(target, gallery, seen.without_group)
        definition = _new_definition(target, seen, source, location)
        steps = creation_steps(None if gallery else target.new_gallery(location), definition, tags)
    elif definition.provisioning_state == FAILED and target.creates_image:
        definition = _new_definition(target, seen, source, definition.location)
        steps = creation_steps(None, definition, tags)
    else:
        _require_fitting(target, definition)
    judgement = judge(DefinitionKind.of(definition), source)
    if judgement.verdict == REFUSED:
        raise InvalidRequest(f"{OPTION}: no version of {titled(target)} can be made from this source. {judgement.text}")
    unknown = (f"{OPTION}: {judgement.text}",) if judgement.verdict == WARN else ()
    return Way(steps, BY_MANAGED_IMAGE in judgement.road, (*about_image, *about_gallery, *unknown))


def titled(target: GalleryTarget) -> str:
    """The image definition in a sentence."""
    return f"image definition {target.image.name} in gallery {target.gallery.name}"


def _require_creation(target: GalleryTarget, gallery: Gallery | None, without_group: Collection[ResourceId]) -> None:
    """Refuse a definition that does not exist, unless it may be created with all that it needs."""
    wanted = target.gallery
    if wanted in without_group:
        raise Missing(
            f"{OPTION}: {absent_group(wanted)}, so there is no gallery {wanted.name} in it: create it first, or name another one."
        )
    if gallery is None and not target.creates_gallery:
        raise Missing(
            f"{OPTION}: there is no gallery {wanted.name} in resource group {wanted.resource_group}: create it, or set create_gallery: true"
            " and create_gallery_image: true."
        )
    if not target.creates_image:
        raise Missing(f"{OPTION}: there is no {titled(target)}: create it, or set create_gallery_image: true.")


def _require_fitting(target: GalleryTarget, definition: GalleryImage) -> None:
    if definition.provisioning_state == FAILED:
        raise InvalidRequest(f"{OPTION}: {titled(target)} is {FAILED}: set create_gallery_image: true to create it again, or name another.")
    require_state(target, definition)


def require_state(target: GalleryTarget, definition: GalleryImage) -> None:
    """Refuse a definition whose versions have another state than the task asks for."""
    if definition.os_state and definition.os_state != target.os_state:
        raise InvalidRequest(
            f"{OPTION}: {titled(target)} is for {definition.os_state.lower()} systems, and os_state is {target.os_state.lower()}: set"
            f" os_state: {definition.os_state.lower()} if the source is like that, or name another definition."
        )


def _new_definition(target: GalleryTarget, seen: SeenTarget, source: SourceKind, location: str) -> GalleryImage:
    """The definition that is created for a source, if Azure does not refuse it."""
    traits = Traits(source.os_type or "", source.generation or "", source.architecture or "x64")
    definition = target.new_image(location, traits, security_type_for(source))
    require_consistent(definition)
    require_new_identifier(definition, seen.others)
    return definition
