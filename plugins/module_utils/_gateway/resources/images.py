# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed images."""

from __future__ import annotations

from ..._core.model.image import Image
from ..parsing.image import parse_image
from ..sdk import calls
from .base import Resources


class Images(Resources[Image]):
    """Managed images."""

    noun, operations, collection, api = "image", "images", "images", calls.COMPUTE
    parse = staticmethod(parse_image)
