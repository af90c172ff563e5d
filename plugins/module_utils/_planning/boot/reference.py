# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that names the image of a new VM, in all forms that other modules return."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..._core import references
from ..._core.errors import InvalidRequest
from ..._core.ids import GALLERY_IMAGE, GALLERY_IMAGE_VERSION, IMAGE, ResourceId
from ..._core.market_names import URN, urn_of

OTHERS = re.compile(r"/(?:shared|community)galleries/[^/\s]+/images/[^/\s]+(?:/versions/[^/\s]+)?", re.IGNORECASE)
"""An image, or a version of one, in a gallery that is shared with this subscription or with everybody."""
_IN_GALLERY = re.compile(r"/(?:shared|community)galleries/|/subscriptions/.*/providers/microsoft\.compute/galleries/", re.IGNORECASE)
"""How ids of images in galleries begin. The resource group of a managed image can have any name, such as ``galleries``."""
OF_OTHERS = {"shared_gallery_image_id": "/SharedGalleries/", "community_gallery_image_id": "/CommunityGalleries/"}
"""The keys of images in galleries of others, and how their ids begin."""

_OF_GALLERY = {"gallery", "gallery_name", "gallery_image", "gallery_image_name", "version"}
"""Keys by which other modules name an image in a gallery."""
IN_GALLERY = "Name an image in a gallery by its resource id: gallery_image_info and gallery_image_version_info show it."
_MARKET_KEYS = {"publisher", "offer", "sku"}


def parse_image(value: Any, group: str) -> tuple[ResourceId | None, str | None]:
    """A managed image, or the id or URN of another image, which is passed to Azure unchanged."""
    if not value:
        return None, None
    found = _of_dictionary(value) if isinstance(value, Mapping) else value
    text = found.strip() if isinstance(found, str) else ""
    if _IN_GALLERY.match(text):
        return None, _gallery_image(text)
    if URN.fullmatch(text):
        return None, text
    return references.parse_reference(text or found, IMAGE, group, "image"), None


def _of_dictionary(value: Mapping[Any, Any]) -> Any:
    """The id or URN that a dictionary stands for; one that names a managed image stays as it is. Empty values count as omitted."""
    given = {str(key): each for key, each in value.items() if each not in (None, "")}
    if "reference" in given:
        return given["reference"]
    if "id" in given:
        return references.id_of(given, IMAGE, "image")
    if key := next((key for key in OF_OTHERS if key in given), None):
        return _id_of_others(given, key)
    if _MARKET_KEYS & given.keys():
        return urn_of(given, "image")
    if _OF_GALLERY & given.keys():
        raise InvalidRequest(f"image: a name stands for a managed image. {IN_GALLERY}")
    if unknown := [key for key in given if key not in references.KEYS]:
        raise InvalidRequest(
            f"image: unknown key{'s' if unknown[1:] else ''} {', '.join(unknown)}: give id; or name and resource_group; "
            f"or publisher, offer, sku and version; or {'; or '.join(OF_OTHERS)}."
        )
    return given


def _id_of_others(given: Mapping[str, Any], key: str) -> str:
    references.require_keys(given, (key,), "image")
    text = str(given[key]).strip()
    if not text.casefold().startswith(OF_OTHERS[key].casefold()):
        raise InvalidRequest(f"image: {key} must begin with {OF_OTHERS[key]}, and {text!r} does not.")
    return text


def _gallery_image(text: str) -> str:
    """The id of an image of a gallery or of a version of it, if it is a complete one: Azure's answer to others says little."""
    text = text.rstrip("/")
    owned = text.casefold().startswith("/subscriptions/") and ResourceId.parse(text, GALLERY_IMAGE_VERSION)
    if not OTHERS.fullmatch(text) and not (owned and (owned.is_a(GALLERY_IMAGE) or owned.is_a(GALLERY_IMAGE_VERSION))):
        raise InvalidRequest(
            f"image: {text!r} is not the id of an image in a gallery: give "
            f"{ResourceId.of(GALLERY_IMAGE_VERSION, '<group>', '<gallery>', '<image>', '<version>', subscription='<id>')}, "
            "/SharedGalleries/<unique name>/Images/<image>/Versions/<version> or "
            "/CommunityGalleries/<public name>/Images/<image>/Versions/<version>; without a version, the latest one is taken."
        )
    return text
