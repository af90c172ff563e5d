# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of the versions of an image definition, with the states of their replicas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.ids import ResourceId
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.plan import Plan
from ..._core.ports import Azure
from ..._core.references import require_group
from ..._core.subject import Subject
from ..gallery.names import image_id, version_id


@dataclass(frozen=True)
class ListRequest:
    """The image definition, and the only version to return; None for all."""

    image: ResourceId
    version: ResourceId | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ListRequest:
        """Check the module's options; an empty string counts as omitted for the version."""
        image = image_id(params, require_group(params["resource_group"]))
        return cls(image, version_id(image, params["version"]) if params["version"] else None)

    def within(self, subscription: str) -> ListRequest:
        """The same request with full ids."""
        return replace(self, image=self.image.within(subscription), version=self.version and self.version.within(subscription))


def _plan(azure: Azure, request: ListRequest, check_mode: bool) -> Plan:
    found = _one(azure, request.version) if request.version else _all(azure, request.image)
    return Plan(after={"gallery_image_versions": [each.as_result() for each in found]})


def _all(azure: Azure, image: ResourceId) -> list[GalleryImageVersion]:
    """All versions, the newest one last. One that is deleted while the others are read is left out."""
    versions = sorted(azure.gallery_image_versions.list_in(image), key=lambda each: each.number)
    found = (azure.gallery_image_versions.find_replicated(each.id) for each in versions)
    return [each for each in found if each]


def _one(azure: Azure, version: ResourceId) -> list[GalleryImageVersion]:
    """The version with its UEFI settings, for which Azure must be asked apart; an empty list if it does not exist."""
    found = azure.gallery_image_versions.find_replicated(version)
    if found is None:
        return []
    shown = azure.gallery_image_versions.read(version, **{"$expand": "UefiSettings"})
    return [replace(found, properties={**shown.properties, **found.properties})]


LISTING = Subject(ListRequest.from_params, _plan)
