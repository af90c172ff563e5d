# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version in a gallery as the target of a capture or an upload, with the gallery and the definition that are made on request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId, region
from ..._core.limits import IDENTIFIER, LONGEST_IDENTIFIER
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import DISK_CONTROLLERS, GENERALIZED, SECURITY_TYPE, SPECIALIZED, GalleryImage
from ..._core.plan import Step
from ..gallery_images.features import sendable
from ..steps.gallery import CreateGalleryImageOnRequest, CreateGalleryOnRequest
from .publication import Publication

PLAN = ("name", "publisher", "product")


@dataclass(frozen=True)
class Traits:
    """The properties that a new image definition takes over from its source. ``controllers`` is None for SCSI alone."""

    os_type: str
    generation: str = "V1"
    architecture: str = "x64"
    controllers: str | None = None
    plan: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GalleryTarget:
    """The checked option ``gallery_image_version``. All but ``publication`` is for a gallery and a definition that do not exist yet."""

    publication: Publication
    creates_gallery: bool = False
    creates_image: bool = False
    identifier: Mapping[str, str] = field(default_factory=dict)
    security_type: str | None = None
    os_state: str = GENERALIZED
    description: str | None = None

    @classmethod
    def from_option(cls, value: Mapping[str, Any], resource_group: str) -> GalleryTarget:
        """Check and complete the suboptions; raises ``InvalidRequest``. Resources that are given by name are in ``resource_group``."""
        publication = Publication.from_params(value, resource_group)
        target = cls(
            publication=publication,
            creates_gallery=bool(value.get("create_gallery")),
            creates_image=bool(value.get("create_gallery_image")),
            identifier=_identifier(value.get("identifier") or {}, publication.image),
            security_type=value.get("security_type"),
            os_state=SPECIALIZED if value.get("os_state") == "specialized" else GENERALIZED,
            description=value.get("description"),
        )
        if target.creates_image:
            target.require_identifier()
        return target

    @property
    def image(self) -> ResourceId:
        """The image definition."""
        return self.publication.image

    @property
    def gallery(self) -> ResourceId:
        """The gallery."""
        return self.publication.image.parent

    def within(self, subscription: str) -> GalleryTarget:
        """The same target with full ids."""
        return replace(self, publication=self.publication.within(subscription))

    def require_identifier(self) -> None:
        """Refuse an identifier that Azure would refuse, such as one that defaults to a name that is too long for it."""
        for part, longest in LONGEST_IDENTIFIER.items():
            value = self.identifier[part]
            if len(value) > longest or not IDENTIFIER.fullmatch(value):
                raise InvalidRequest(
                    f"gallery_image_version.identifier.{part}: {value!r} is not valid: use 1 to {longest} letters, digits, '-', '_' or '.',"
                    " the last not '.'."
                )

    def new_gallery(self, location: str) -> Gallery:
        """The gallery that is made on request: a private one."""
        return Gallery(self.gallery, region(location))

    def new_image(self, location: str, traits: Traits, security_type: str) -> GalleryImage:
        """The definition that is made on request, with the values that the module gallery_image sends for it."""
        features = [{"name": SECURITY_TYPE, "value": self.security_type or security_type}]
        if traits.controllers:
            features.append({"name": DISK_CONTROLLERS, "value": traits.controllers})
        properties = {
            "osType": traits.os_type,
            "osState": self.os_state,
            "hyperVGeneration": traits.generation,
            "architecture": traits.architecture,
            "identifier": dict(self.identifier),
            "features": sendable(features) or None,
            "description": self.description,
            "purchasePlan": {part: traits.plan[part] for part in PLAN if traits.plan.get(part)} or None,
        }
        return GalleryImage(self.image, region(location), properties={key: value for key, value in properties.items() if value is not None})


def creation_steps(gallery: Gallery | None, image: GalleryImage | None, tags: Mapping[str, str] | None) -> tuple[Step, ...]:
    """The steps that make a gallery and a definition on request; None stands for one that exists.

    They get the ``tags`` that the user gives, because a policy may demand tags of every resource.
    """
    return (
        *([CreateGalleryOnRequest(gallery.id, _body(gallery, tags))] if gallery else []),
        *([CreateGalleryImageOnRequest(image, _body(image, tags))] if image else []),
    )


def _body(made: Gallery | GalleryImage, tags: Mapping[str, str] | None) -> dict[str, Any]:
    return {"location": made.location, "tags": dict(tags or {}), "properties": dict(made.properties)}


def _identifier(given: Mapping[str, Any], image: ResourceId) -> dict[str, str]:
    """The publisher, offer and SKU, by default the names of the gallery and the definition."""
    defaults = {"publisher": image.parent.name, "offer": image.name, "sku": image.name}
    return {part: str(given.get(part) or default) for part, default in defaults.items()}
