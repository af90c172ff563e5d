"""The shared galleries that others see, with those of their definitions and versions that are seen in a region."""

from __future__ import annotations

from collections.abc import Iterable

from azlab.arm.compute.common import GALLERY
from azlab.arm.compute.galleries.lifecycle import nested_in
from azlab.arm.compute.galleries.state import SUBSCRIPTIONS, TENANTS, GalleryState
from azlab.arm.compute.gallery_versions.state import VersionState
from azlab.arm.core.lab import Lab
from azlab.store import Resource

_GOOD = ("Succeeded", "Updating")
"""The states in which a definition or version is seen: a version is Updating while it is replicated to one more region."""


def community_gallery(lab: Lab, public_name: str) -> Resource | None:
    """The gallery that is shared with the community under a public name."""
    for gallery in lab.store.list(GALLERY):
        state = GalleryState.of(gallery)
        if state.community and state.is_public and public_name.lower() in [name.lower() for name in state.community["publicNames"]]:
            return gallery
    return None


def shared_gallery(lab: Lab, unique_name: str, subscription: str, kinds: Iterable[str] = (SUBSCRIPTIONS, TENANTS)) -> Resource | None:
    """The gallery that is shared with a subscription or with its tenant, by its unique name; of several, the last that was created."""
    found = [each for each in shared_galleries(lab, subscription, kinds) if unique_name_of(each).lower() == unique_name.lower()]
    return found[-1] if found else None


def shared_galleries(lab: Lab, subscription: str, kinds: Iterable[str]) -> list[Resource]:
    """The galleries that are shared with a subscription, or with its tenant, as `kinds` says."""
    ids = {SUBSCRIPTIONS: subscription, TENANTS: lab.settings.tenant}
    wanted = {kind: ids[kind] for kind in kinds}
    galleries = lab.store.list(GALLERY)
    return [each for each in galleries if any(GalleryState.of(each).is_shared_with(kind, id) for kind, id in wanted.items())]


def unique_name_of(gallery: Resource) -> str:
    """The name under which the gallery is shared directly."""
    return str(gallery.properties["identifier"]["uniqueName"])


def is_seen(lab: Lab, gallery: Resource, location: str) -> bool:
    """Whether a gallery is seen in a region: in its own, and wherever one of its versions has a replica."""
    return gallery.location == location or any(versions_in(lab, gallery, image, location) for image in nested_in(lab, gallery))


def regions_of_versions(gallery: Resource, versions: Iterable[Resource], image: Resource | None = None) -> set[str]:
    """The regions in which versions of a gallery have a replica, with that of their definition if it is named."""
    own = {image.location} if image is not None and _is_offered(image, gallery) else set()
    return own.union(*(_regions(each) for each in versions if _is_offered(each, gallery)))


def _regions(version: Resource) -> set[str]:
    return {region for region, replica in VersionState.of(version).replicas.items() if replica.state == "Completed"}


def images_in(lab: Lab, gallery: Resource, location: str) -> list[Resource]:
    """The definitions of a gallery that are seen in a region: in that of the gallery, and wherever a version has a replica."""
    images = [each for each in nested_in(lab, gallery) if _is_offered(each, gallery)]
    return [each for each in images if each.location == location or versions_in(lab, gallery, each, location)]


def versions_in(lab: Lab, gallery: Resource, image: Resource, location: str) -> list[Resource]:
    """The versions of a definition that have a replica in a region."""
    return [each for each in nested_in(lab, image) if _is_offered(each, gallery) and _has_replica(each, location)]


def _is_offered(resource: Resource, gallery: Resource) -> bool:
    """Whether a definition or version can be seen by others: those outside the gallery's home region cannot."""
    return resource.properties["provisioningState"] in _GOOD and resource.location == gallery.location


def _has_replica(version: Resource, location: str) -> bool:
    """Whether a version has a complete replica in a region; those of an interrupted or failed replication are not seen."""
    replica = VersionState.of(version).replicas.get(location)
    return replica is not None and replica.state == "Completed"
