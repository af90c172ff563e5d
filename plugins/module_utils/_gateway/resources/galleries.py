# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries, the image definitions in them and the versions of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..parsing.gallery import parse_gallery, parse_gallery_image, parse_gallery_image_version
from ..sdk import calls
from .base import Resources, Settles, names

T = TypeVar("T", bound=Settles)

REPLICA_LOOK_SECONDS = 15.0
"""Between two reads of a version that is being replicated, which takes from minutes to hours."""


class InGalleries(Resources[T]):
    """One kind of resource of galleries. Reads are plain requests."""

    def read(self, resource: ResourceId, api: str = "", **query: str) -> T:
        """The resource, as the api-version shows it and with further query parameters; raise Missing if it does not exist."""
        with self._describing("read", resource):
            return self._value(self._client.get(str(self._client.locate(resource)), api or self.api, **query))

    def get(self, resource: ResourceId) -> T:
        """The resource; raise Missing if it does not exist."""
        return self.read(resource)

    def list_in(self, parent: ResourceId) -> tuple[T, ...]:
        """All resources of this kind in another one; none if that does not exist."""
        return self._list(f"{self._client.locate(parent)}/{self.collection}", parent.name)

    def put(self, resource: ResourceId, body: Mapping[str, Any], api: str = "") -> T:
        """Create the resource, or change it to this body, with an api-version; wait until it is done."""
        with self._describing("create", resource):
            operation = self._sdk(resource).begin_create_or_update
            return self._value(
                calls.run(operation, resource.resource_group, *resource.names, api_version=api or self.api, body=body),
            )


class Galleries(InGalleries[Gallery]):
    """Galleries."""

    noun, operations, collection, api = "gallery", "galleries", "galleries", calls.GALLERIES
    parse = staticmethod(parse_gallery)

    def share(self, gallery: ResourceId, body: Mapping[str, Any]) -> None:
        """Change with whom a gallery is shared, and wait until that is done."""
        with self._describing("share", gallery):
            operation = self._client.compute(gallery.subscription).gallery_sharing_profile.begin_update
            calls.run(operation, gallery.resource_group, gallery.name, api_version=self.api, body=body)


class GalleryImages(InGalleries[GalleryImage]):
    """Image definitions."""

    noun, operations, collection, api = "image definition", "gallery_images", "images", calls.GALLERIES
    parse = staticmethod(parse_gallery_image)


class GalleryImageVersions(InGalleries[GalleryImageVersion]):
    """Versions of images."""

    noun, operations, collection, api = "image version", "gallery_image_versions", "versions", calls.GALLERIES
    parse = staticmethod(parse_gallery_image_version)

    def find_replicated(self, version: ResourceId, api: str = "") -> GalleryImageVersion | None:
        """The version with the states of its replicas, or None if it does not exist."""
        try:
            return self.read(version, api, **{"$expand": "ReplicationStatus"})
        except Missing:
            return None

    def publish(self, version: ResourceId, body: Mapping[str, Any], api: str, enough: Callable[[GalleryImageVersion | None], bool]) -> None:
        """Create the version, or change it to this body. Wait until Azure has done so, or ``enough`` says that it need not be waited for.

        ``enough`` gets the version with the states of its replicas, as often as the operation is polled.
        """
        with self._describing("publish", version):
            operation = self._sdk(version).begin_create_or_update
            calls.run(
                operation,
                *names(version),
                api_version=api or self.api,
                body=body,
                enough=lambda: enough(self.find_replicated(version, api)),
            )

    def await_replicas(
        self, version: ResourceId, ready: Callable[[GalleryImageVersion | None], bool], api: str = ""
    ) -> GalleryImageVersion | None:
        """Read the version with the states of its replicas until it is ready or the deadline is near; the last one that was read."""
        return self._client.deadline.until(lambda: self.find_replicated(version, api), ready, REPLICA_LOOK_SECONDS)
