# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing galleries, image definitions and image versions from Azure's JSON."""

from __future__ import annotations

from typing import Any

from ..._core.ids import ResourceId, region
from ..._core.model.gallery import Gallery
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import UNKNOWN, GalleryImageVersion, Replica
from .json import Json, at, properties_of


def parse_gallery(raw: Json) -> Gallery:
    """A gallery."""
    return Gallery(**_common(raw))


def parse_gallery_image(raw: Json) -> GalleryImage:
    """An image definition."""
    return GalleryImage(**_common(raw))


def parse_gallery_image_version(raw: Json) -> GalleryImageVersion:
    """A version of an image, with its replicas if they were asked for."""
    return GalleryImageVersion(**_common(raw), replicas=parse_replicas(raw))


def parse_replicas(raw: Json) -> tuple[Replica, ...]:
    """The replicas of a version, if they were asked for."""
    return tuple(map(_replica, at(raw, "properties", "replicationStatus").get("summary") or ()))


def _common(raw: Json) -> dict[str, Any]:
    properties = properties_of(raw)
    return {
        "id": ResourceId.parse(raw["id"]),
        "location": raw["location"],
        "provisioning_state": properties.get("provisioningState", ""),
        "properties": properties,
        "tags": raw.get("tags") or {},
    }


def _replica(raw: Json) -> Replica:
    return Replica(region(raw.get("region") or ""), raw.get("state") or UNKNOWN, raw.get("progress"), raw.get("details") or "")
