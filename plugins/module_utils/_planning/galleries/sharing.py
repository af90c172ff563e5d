# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that change with whom a gallery is shared, and the sharing after them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..._core.ids import ResourceId
from ..._core.model.gallery import PRIVATE, Gallery
from ..steps.gallery_update import ShareGallery
from .request import KINDS, GalleryRequest, require_few


def sharing_steps(request: GalleryRequest, gallery: Gallery) -> tuple[ShareGallery, ...]:
    """The missing steps for a gallery; a new one is not shared."""
    return tuple(_steps(request, gallery))


def stop_sharing(gallery: ResourceId) -> ShareGallery:
    """The step that ends all sharing of a gallery."""
    return ShareGallery(gallery, {"operationType": "Reset", "groups": []}, f"stop sharing gallery {gallery.name}")


def _steps(request: GalleryRequest, gallery: Gallery) -> Iterator[ShareGallery]:
    name, enabled = gallery.id.name, request.sharing.enabled
    if enabled is False and gallery.is_shared:
        yield stop_sharing(gallery.id)
    if added := _missing(request, gallery):
        body = {"operationType": "Add", "groups": _groups(added)}
        yield ShareGallery(gallery.id, body, f"share gallery {name} with {_phrase(added)}")
    if removed := _surplus(request, gallery):
        body = {"operationType": "Remove", "groups": _groups(removed)}
        yield ShareGallery(gallery.id, body, f"stop sharing gallery {name} with {_phrase(removed)}")
    if enabled and not gallery.is_public:
        yield ShareGallery(gallery.id, {"operationType": "EnableCommunity", "groups": []}, f"share gallery {name} with the community")


def _missing(request: GalleryRequest, gallery: Gallery) -> dict[str, tuple[str, ...]]:
    """The ids that are requested and not shared with yet, by kind."""
    groups = request.sharing.groups.items()
    return {kind: new for kind, ids in groups if (new := tuple(each for each in ids if each not in gallery.shared_with(kind)))}


def _surplus(request: GalleryRequest, gallery: Gallery) -> dict[str, tuple[str, ...]]:
    """The ids that are shared with and not requested, by kind, if they are to be removed."""
    groups = request.sharing.groups.items() if request.sharing.purge else ()
    return {kind: old for kind, ids in groups if (old := tuple(each for each in gallery.shared_with(kind) if each not in ids))}


def require_room(request: GalleryRequest, gallery: Gallery) -> None:
    """Refuse to share a gallery with more subscriptions or tenants than Azure allows, together with those that it is shared with."""
    added = _missing(request, gallery)
    for option, kind in KINDS.items():
        if kind in added:
            kept = () if request.sharing.purge else gallery.shared_with(kind)
            require_few(option, len({*kept, *request.sharing.groups[kind]}))


def shared_profile(request: GalleryRequest, gallery: Gallery, profile: Mapping[str, Any]) -> dict[str, Any]:
    """The sharing profile after the steps, as far as it can be predicted: Azure alone knows public names."""
    if request.sharing.enabled is False and gallery.is_shared:
        return {"permissions": PRIVATE, "groups": []}
    ids = {kind: _after(request, gallery, kind) for kind in KINDS.values()}
    after = {**profile, "groups": [{"type": kind, "ids": list(each)} for kind, each in ids.items() if each]}
    if request.sharing.enabled:
        after["communityGalleryInfo"] = {**profile["communityGalleryInfo"], "communityGalleryEnabled": True}
    return after


def _after(request: GalleryRequest, gallery: Gallery, kind: str) -> tuple[str, ...]:
    wanted, stored = request.sharing.groups.get(kind), gallery.shared_with(kind)
    if wanted is None:
        return stored
    return wanted if request.sharing.purge else tuple(dict.fromkeys((*stored, *wanted)))


def _groups(ids: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    return [{"type": kind, "ids": list(each)} for kind, each in ids.items()]


def _phrase(ids: Mapping[str, tuple[str, ...]]) -> str:
    """The kinds and ids, as a phrase for a sentence."""
    words = {kind: option for option, kind in KINDS.items()}
    return " and ".join(f"{words[kind] if each[1:] else words[kind][:-1]} {', '.join(each)}" for kind, each in ids.items())
