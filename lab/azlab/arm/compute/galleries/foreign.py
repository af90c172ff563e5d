"""Galleries as others see them: community galleries, and galleries that are shared directly with a subscription or tenant.

What is seen has no resource id: it is named by `identifier.uniqueId`, and its location is the region in which it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from azlab.arm.compute import offers
from azlab.arm.compute.catalog import gallery_definition
from azlab.arm.compute.galleries.seen import COMMUNITY, SHARED, Seen
from azlab.arm.compute.galleries.state import SUBSCRIPTIONS, TENANTS
from azlab.arm.compute.galleries.visible import (
    community_gallery,
    images_in,
    is_seen,
    shared_galleries,
    shared_gallery,
    versions_in,
)
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Handler, Route, in_subscription
from azlab.arm.http.crud import paged
from azlab.store import Resource


def _location(call: Call) -> str:
    return call.path["location"].lower().replace(" ", "")


def _is_community(call: Call) -> bool:
    return f"/{COMMUNITY}/".lower() in call.url_path.lower()


def _seen(call: Call) -> Seen:
    return Seen(_location(call), _is_community(call), call.version)


def _kinds(call: Call) -> tuple[str, ...]:
    """With whom a gallery must be shared: a list shows what is shared with the tenant only to those who ask for that."""
    wanted = call.query.get("sharedTo")
    if wanted is not None and wanted.lower() != "tenant":
        raise parameter_errors.BAD_VALUE(value=wanted, parameter="sharedTo")
    return (TENANTS,) if wanted else (SUBSCRIPTIONS,)


def _gallery(call: Call, kinds: tuple[str, ...] = (SUBSCRIPTIONS, TENANTS)) -> Resource:
    """The gallery in the path, which must be shared and seen in the region of the path."""
    if _is_community(call):
        found = community_gallery(call.lab, call.path["gallery"])
    else:
        found = shared_gallery(call.lab, call.path["gallery"], call.subscription, kinds)
    if found is None or not is_seen(call.lab, found, _location(call)):
        raise resource_errors.NO_ENTITY()
    return found


def _named(resources: list[Resource], name: str) -> Resource:
    for each in resources:
        if each.name.lower() == name.lower():
            return each
    raise resource_errors.NO_ENTITY()


def _image(call: Call, gallery: Resource) -> Resource:
    return _named(images_in(call.lab, gallery, _location(call)), call.name)


def show_gallery(call: Call) -> Answer:
    """Show a gallery."""
    return Answer(200, _seen(call).gallery(_gallery(call)))


def list_galleries(call: Call) -> Answer:
    """List the galleries that are shared directly with the subscription, or with its tenant."""
    galleries = shared_galleries(call.lab, call.subscription, _kinds(call))
    return _listed(call, [each for each in galleries if is_seen(call.lab, each, _location(call))], _seen(call).gallery)


def show_image(call: Call) -> Answer:
    """Show a definition."""
    gallery = _gallery(call)
    return Answer(200, _seen(call).image(gallery, _image(call, gallery)))


def list_images(call: Call) -> Answer:
    """List the definitions of a gallery."""
    gallery = _gallery(call, _kinds(call))
    return _listed(call, images_in(call.lab, gallery, _location(call)), lambda each: _seen(call).image(gallery, each))


def show_version(call: Call) -> Answer:
    """Show a version of a definition."""
    gallery = _gallery(call)
    image = _image(call, gallery)
    version = _named(versions_in(call.lab, gallery, image, _location(call)), call.path["version"])
    return Answer(200, _seen(call).version(gallery, image, version))


def list_versions(call: Call) -> Answer:
    """List the versions of a definition."""
    gallery = _gallery(call, _kinds(call))
    image = _image(call, gallery)
    versions = versions_in(call.lab, gallery, image, _location(call))
    return _listed(call, versions, lambda each: _seen(call).version(gallery, image, each))


def _listed(call: Call, found: list[Resource], shown: Callable[[Resource], Json]) -> Answer:
    def view(_lab: Lab, resource: Resource) -> Json:
        return shown(resource)

    return paged(call, found, view)


def _or_catalogued(kind: str, handler: Handler, of_catalog: Handler) -> Handler:
    """The handler of a request that may also be about a gallery that `outside.json` describes."""

    def chosen(call: Call) -> Answer:
        if gallery_definition(call.lab, f"/{kind}/{call.path['gallery']}/images/{call.name}"):
            return of_catalog(replace(call, path={**call.path, "galleries": kind}))
        return handler(call)

    return chosen


def _routes(kind: str, op: str) -> tuple[Route, ...]:
    """The routes of one kind of galleries."""
    gallery = in_subscription(COMPUTE, f"locations/{{location}}/{kind}/{{gallery}}")
    image = f"{gallery}/images/{{name}}"
    return (
        Route("GET", gallery, show_gallery, f"{op}_gallery.get"),
        Route("GET", f"{gallery}/images", list_images, f"{op}_image.list", "ListGalleryArtifact"),
        Route("GET", image, _or_catalogued(kind, show_image, offers.show_definition), f"{op}_image.get"),
        Route("GET", f"{image}/versions", _or_catalogued(kind, list_versions, offers.list_versions), f"{op}_version.list"),
        Route("GET", f"{image}/versions/{{version}}", _or_catalogued(kind, show_version, offers.show_version), f"{op}_version.get"),
    )


FOREIGN_ROUTES = (
    Route("GET", in_subscription(COMPUTE, f"locations/{{location}}/{SHARED}"), list_galleries, "shared_gallery.list"),
    *_routes(SHARED, "shared"),
    *_routes(COMMUNITY, "community"),
)
