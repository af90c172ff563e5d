# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The galleries, image definitions and versions that tasks name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION, ResourceId
from ..._core.limits import GALLERY_NAME, LARGEST_VERSION_PART, LONGEST_NAME, VERSION
from ..._core.references import parse_reference, require_given, require_name


def gallery_id(value: Any, resource_group: str | None, option: str = "gallery") -> ResourceId:
    """The gallery that an option names: by id, by name in ``resource_group`` or by dictionary. Raises ``InvalidRequest``."""
    gallery = parse_reference(value, GALLERY, resource_group, option)
    require_gallery_name(option, gallery.name)
    return gallery


def require_gallery_name(option: str, name: str) -> str:
    """The name of a gallery, if Azure allows it."""
    require_given(option, name)
    if not GALLERY_NAME.fullmatch(name):
        raise InvalidRequest(
            f"{option}: {name!r} is not a valid name for a gallery: use 1 to {LONGEST_NAME} letters, digits, '_' or '.',"
            " the first and the last a letter or digit; unlike other names, it has no '-'."
        )
    return name


def image_id(params: Mapping[str, Any], resource_group: str | None) -> ResourceId:
    """The image definition ``gallery_image`` in ``gallery``."""
    name = require_name("gallery_image", params["gallery_image"])
    return gallery_id(params["gallery"], resource_group).child(GALLERY_IMAGE, name)


def version_id(image: ResourceId, version: str, option: str = "version") -> ResourceId:
    """The version of an image definition with a number such as ``1.2.3``."""
    return image.child(GALLERY_IMAGE_VERSION, require_version(option, version))


def require_version(option: str, version: str) -> str:
    """The number of a version, if Azure allows it."""
    require_given(option, version)
    if not VERSION.fullmatch(version) or any(int(part) > LARGEST_VERSION_PART for part in version.split(".")):
        raise InvalidRequest(
            f"{option}: {version!r} is not a valid version: give three numbers from 0 to {LARGEST_VERSION_PART}, such as 1.0.0,"
            " without leading zeros."
        )
    return version
