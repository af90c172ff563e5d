# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of each origin of images, which is imported when the origin is asked for: a task mostly names one or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..._core.model.listed_image import COMMUNITY, GALLERY, MANAGED, MARKETPLACE, SHARED
from ..._core.ports import Azure
from .found import Found
from .request import ListRequest


def _managed(azure: Azure, request: ListRequest) -> Found:
    from .sources import managed

    return managed.read(azure, request)


def _gallery(azure: Azure, request: ListRequest) -> Found:
    from .sources import gallery

    return gallery.read(azure, request)


def _shared(azure: Azure, request: ListRequest) -> Found:
    from .sources import shared

    return shared.read(azure, request)


def _community(azure: Azure, request: ListRequest) -> Found:
    from .sources import community

    return community.read(azure, request)


def _marketplace(azure: Azure, request: ListRequest) -> Found:
    from .sources import marketplace

    return marketplace.read(azure, request)


SOURCES: Mapping[str, Callable[[Azure, ListRequest], Found]] = {
    MANAGED: _managed,
    GALLERY: _gallery,
    SHARED: _shared,
    COMMUNITY: _community,
    MARKETPLACE: _marketplace,
}
