# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of each origin of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..._core.model.listed_image import COMMUNITY, GALLERY, MANAGED, MARKETPLACE, SHARED
from ..._core.ports import Azure
from .found import Found
from .request import ListRequest
from .sources import community, gallery, managed, marketplace, shared

SOURCES: Mapping[str, Callable[[Azure, ListRequest], Found]] = {
    MANAGED: managed.read,
    GALLERY: gallery.read,
    SHARED: shared.read,
    COMMUNITY: community.read,
    MARKETPLACE: marketplace.read,
}
