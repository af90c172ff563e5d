# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of one origin for a list."""

from __future__ import annotations

from typing import NamedTuple

from ..._core.model.listed_image import ListedImage


class Found(NamedTuple):
    """The images of one origin, of which the filters have not removed any but those that need not be read.

    ``missing`` has one sentence for each part that could not be read. ``read_at`` is when the oldest part that came from a cache was read.
    """

    images: tuple[ListedImage, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    read_at: str | None = None
