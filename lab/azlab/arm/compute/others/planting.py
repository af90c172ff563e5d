"""Putting the galleries of others into the lab's store, where the routes for community and shared galleries find them.

They belong to subscriptions that the lab does not have, except for those of the neighbour. Their disks have no blobs:
they are zeros, or the lab's guest system when they are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from azlab.arm.compute.common import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from azlab.arm.compute.disks.state import GIB, MIB
from azlab.arm.compute.galleries.state import COMMUNITY as PUBLIC
from azlab.arm.compute.galleries.state import GROUPS, SUBSCRIPTIONS, TENANTS, GalleryState
from azlab.arm.compute.gallery_versions.state import Replica, VersionBlob, VersionState
from azlab.arm.compute.others.generate import galleries, neighbour
from azlab.arm.compute.others.tables import COMMUNITY, ROLE, SUBSCRIPTION, TENANT, OthersGallery, OthersImage, OthersVersion
from azlab.arm.core.ids import group_id, resource_id
from azlab.arm.core.json import Json
from azlab.guests.build.guest_disk import DISK_MIB
from azlab.settings import LOCATIONS, Settings
from azlab.store import Resource, Store

_MARK = "planted"
"""The key in the hidden facts of what a seed has put into the store."""
_GROUP = "Microsoft.Resources/resourceGroups"


def plant(store: Store, settings: Settings) -> None:
    """Put the galleries of the lab's seed into the store, in place of those of an earlier start."""
    with store.atomic():
        for old in store.list():
            if _MARK in old.hidden:
                store.delete(old.id)
        if settings.catalogue_seed is not None:
            for new in _resources(settings, settings.catalogue_seed):
                new.hidden[_MARK] = True
                store.put(new)


def readable(seed: int) -> list[str]:
    """The ids of the neighbour's galleries that the client may read."""
    return [_gallery_id(each) for each in galleries(seed) if each.shared_with == ROLE]


def _gallery_id(gallery: OthersGallery) -> str:
    return resource_id(gallery.subscription, gallery.group, GALLERY, gallery.name)


def _resources(settings: Settings, seed: int) -> Iterator[Resource]:
    yield from _neighbours_groups(seed)
    for gallery in galleries(seed):
        yield _gallery(settings, gallery)
        for image in gallery.images:
            yield _image(gallery, image)
            for version in image.versions:
                yield _version(gallery, image, version)


def _neighbours_groups(seed: int) -> Iterator[Resource]:
    for name, home in {each.group: each.home for each in galleries(seed) if each.subscription == neighbour(seed)}.items():
        id = group_id(neighbour(seed), name)
        body = {"id": id, "name": name, "type": _GROUP, "location": home, "properties": {"provisioningState": "Succeeded"}}
        yield Resource(id, _GROUP, name, name, body)


def _resource(gallery: OthersGallery, id: str, type: str, properties: Json, tags: dict[str, str] | None = None) -> Resource:
    name = id.rpartition("/")[2]
    head = {"name": name, "id": id, "type": type, "location": gallery.home, **({"tags": tags} if tags else {})}
    return Resource(id, type, gallery.group, name, {**head, "properties": {**properties, "provisioningState": "Succeeded"}})


def _gallery(settings: Settings, gallery: OthersGallery) -> Resource:
    identifier = {"uniqueName": f"{gallery.subscription}-{gallery.name.upper()}"}
    return _sharing(settings, gallery).keep(_resource(gallery, _gallery_id(gallery), GALLERY, {"identifier": identifier}))


def _sharing(settings: Settings, gallery: OthersGallery) -> GalleryState:
    if gallery.shared_with == COMMUNITY:
        info = {**gallery.publisher, "publicNamePrefix": gallery.name, "publicNames": [gallery.public_name]}
        return GalleryState(PUBLIC, {"communityGalleryEnabled": True, **info})
    if gallery.shared_with == SUBSCRIPTION:
        return GalleryState(GROUPS, groups=[{"type": SUBSCRIPTIONS, "ids": [settings.subscription]}])
    if gallery.shared_with == TENANT:
        return GalleryState(GROUPS, groups=[{"type": TENANTS, "ids": [settings.tenant]}])
    return GalleryState()


def _image(gallery: OthersGallery, image: OthersImage) -> Resource:
    return _resource(gallery, f"{_gallery_id(gallery)}/images/{image.name}", GALLERY_IMAGE, image.properties, image.tags)


def _version(gallery: OthersGallery, image: OthersImage, version: OthersVersion) -> Resource:
    id = f"{_gallery_id(gallery)}/images/{image.name}/versions/{version.name}"
    resource = _resource(gallery, id, GALLERY_IMAGE_VERSION, _properties(image, version), image.tags)
    sizes = {"os": image.os_disk_gib, **{str(lun): size for lun, size in image.data_disks}}
    state = VersionState(
        disks={lun: _disk(image, lun, size) for lun, size in sizes.items()},
        replicas={region: Replica(0, 0) for region in version.regions},
        soft_deleted_until=version.soft_deleted_until,
    )
    return state.keep(resource)


def _disk(image: OthersImage, lun: str, gib: int) -> VersionBlob:
    """A disk of a version. One with the lab's guest system is as big as that."""
    if lun != "os":
        return VersionBlob(None, gib * GIB, "None")
    return VersionBlob(None, DISK_MIB * MIB if image.bootable else gib * GIB, "ReadWrite", image.bootable)


def _properties(image: OthersImage, version: OthersVersion) -> Json:
    profile: Json = {
        "targetRegions": [_region(version, each) for each in version.regions],
        "replicaCount": 1,
        "excludeFromLatest": version.excluded,
        "publishedDate": version.published,
        "storageAccountType": "Standard_LRS",
    }
    if version.end_of_life:
        profile["endOfLifeDate"] = version.end_of_life
    data = [{"lun": lun, "sizeInGB": size, "hostCaching": "None"} for lun, size in image.data_disks]
    disks: Json = {"source": {}, "osDiskImage": {"sizeInGB": image.os_disk_gib, "hostCaching": "ReadWrite", "source": {}}}
    return {
        "publishingProfile": profile,
        "storageProfile": {**disks, "dataDiskImages": data} if data else disks,
        "safetyProfile": {"reportedForPolicyViolation": False},
    }


def _region(version: OthersVersion, region: str) -> Json:
    excluded = {"excludeFromLatest": True} if region in version.excluded_in else {}
    return {"name": LOCATIONS[region], "regionalReplicaCount": 1, "storageAccountType": "Standard_LRS", **excluded}
