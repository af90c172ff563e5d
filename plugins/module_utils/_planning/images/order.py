# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the images of a list."""

from __future__ import annotations

import re

from ..._core.model.listed_image import ORIGINS, ListedImage

Key = tuple[object, ...]


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside a name by their value."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text.casefold()))


def version_number(name: str) -> tuple[int, ...]:
    """The name of a version as numbers, in whose order versions follow each other."""
    return tuple(int(part) if part.isdecimal() else -1 for part in name.split("."))


def place_in_list(image: ListedImage) -> Key:
    """The key of an image in a list: by origin, then by the names of where it is, then by its own: ``web-9`` precedes ``web-10``."""
    names = (image.resource_group, image.gallery, image.publisher if image.gallery is None else None, image.name)
    return (ORIGINS.index(image.origin), *(natural(name or "") for name in names), version_number(image.version or ""))
