"""The image definitions of galleries that are shared directly or with the community, by the names under which others see them."""

from __future__ import annotations

from azlab.arm.compute.common import GALLERY
from azlab.arm.compute.galleries.state import GalleryState
from azlab.arm.core.lab import Lab
from azlab.store import Resource


def shared_definition(lab: Lab, unique_name: str, image: str) -> Resource | None:
    """The image definition of a gallery that is shared with the subscription or the tenant of the lab's client."""
    for gallery in lab.store.list(GALLERY):
        state, name = GalleryState.of(gallery), gallery.properties["identifier"]["uniqueName"]
        mine = state.is_shared_with("Subscriptions", lab.settings.subscription) or state.is_shared_with("AADTenants", lab.settings.tenant)
        if mine and name.lower() == unique_name.lower():
            return lab.store.find(f"{gallery.id}/images/{image}")
    return None


def community_definition(lab: Lab, public_name: str, image: str) -> Resource | None:
    """The image definition of a gallery that is shared with the community."""
    for gallery in lab.store.list(GALLERY):
        state = GalleryState.of(gallery)
        if state.is_public and public_name.lower() in {each.lower() for each in (state.community or {}).get("publicNames", [])}:
            return lab.store.find(f"{gallery.id}/images/{image}")
    return None
