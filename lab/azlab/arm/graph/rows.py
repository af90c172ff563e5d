"""The rows of the tables: the resources that the client may read, and what everybody sees of community galleries."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from azlab.arm.compute.common import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from azlab.arm.compute.galleries.seen import Seen
from azlab.arm.compute.galleries.state import GalleryState
from azlab.arm.compute.galleries.visible import regions_of_versions
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.registry import TYPES
from azlab.arm.tenant.resource_lists import is_tracked
from azlab.arm.tenant.rights import is_readable
from azlab.store import Resource

_NOBODY = "00000000-0000-0000-0000-000000000000"
"""The subscription in the ids of community galleries."""
_KEPT = ("managedBy", "sku", "plan", "tags", "identity", "zones", "extendedLocation", "kind")


def resources(lab: Lab, subscriptions: list[str]) -> list[Json]:
    """The resources in some subscriptions, with all their properties, as far as the client may read them."""
    roots = tuple(f"/subscriptions/{each}/" for each in subscriptions)
    found = [each for each in lab.store.list() if each.id.lower().startswith(roots) and is_tracked(each)]
    return [_resource(lab, each) for each in found if is_readable(lab.settings, each.id)]


def _resource(lab: Lab, resource: Resource) -> Json:
    body = TYPES[resource.type.lower()].view(lab, resource)
    facts = {"id": resource.id, "name": resource.name, "type": resource.type.lower(), "location": resource.location}
    place = {"tenantId": lab.settings.tenant, "resourceGroup": resource.group.lower(), "subscriptionId": resource.id.split("/")[2]}
    return {**facts, **place, **{key: body.get(key) for key in _KEPT}, "properties": body.get("properties") or {}}


def community(lab: Lab, _subscriptions: list[str]) -> list[Json]:
    """Community galleries, their definitions and their versions, with one row for each region in which they are seen.

    What Azure shows in `properties` is not documented, except for galleries.
    """
    galleries = [each for each in lab.store.list(GALLERY) if GalleryState.of(each).is_public]
    images = _below(lab.store.list(GALLERY_IMAGE))
    versions = _below(lab.store.list(GALLERY_IMAGE_VERSION))
    found = list(chain.from_iterable(_rows(each, images, versions) for each in galleries))
    if lab.faults.on("bare_graph_rows"):
        return [each if each["type"].endswith("communitygalleries") else {**each, "properties": {}} for each in found]
    return found


def _below(resources: list[Resource]) -> dict[str, list[Resource]]:
    """Resources by the id of what they are nested in."""
    found: dict[str, list[Resource]] = {}
    for each in resources:
        found.setdefault(each.id.lower().rsplit("/", 2)[0], []).append(each)
    return found


def _rows(gallery: Resource, images: dict[str, list[Resource]], versions: dict[str, list[Resource]]) -> Iterator[Json]:
    """The rows of a gallery: each definition is seen in its own region and where its versions are, and the gallery where those are."""
    regions = {gallery.location}
    for image in images.get(gallery.id.lower(), []):
        places = {version.id: regions_of_versions(gallery, [version]) for version in versions.get(image.id.lower(), [])}
        seen = regions_of_versions(gallery, [], image).union(*places.values())
        regions |= seen
        for region in sorted(seen):
            yield _public(Seen(region, True).image(gallery, image))
            for version in versions.get(image.id.lower(), []):
                if region in places[version.id]:
                    yield _public(Seen(region, True).version(gallery, image, version))
    for region in sorted(regions):
        yield _public(Seen(region, True).gallery(gallery))


def _public(seen: Json) -> Json:
    """A row about something public."""
    unique_id = str(seen["identifier"]["uniqueId"])
    words = unique_id.strip("/").split("/")
    properties = {**seen["properties"], "identifier": {**seen["properties"].get("identifier", {}), "uniqueId": unique_id}}
    return {
        **dict.fromkeys(_KEPT),
        "id": f"/subscriptions/{_NOBODY}/providers/Microsoft.Compute/Locations/{seen['location']}{unique_id}",
        "name": seen["name"],
        "type": "/".join(["microsoft.compute/locations", *words[::2]]).lower(),
        "location": seen["location"],
        "tenantId": "",
        "resourceGroup": "",
        "subscriptionId": _NOBODY,
        "properties": properties,
    }


TABLES = {"resources": resources, "communitygalleryresources": community}
"""The tables that the lab has."""
