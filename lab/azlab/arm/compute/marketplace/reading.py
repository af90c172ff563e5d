"""Reading the Marketplace's catalogue: publishers, offers, SKUs, versions. All of these answers are bare lists."""

from __future__ import annotations

from math import ceil

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalog import outside_catalogue
from azlab.arm.compute.common import VERSIONS
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.marketplace import errors as market_errors
from azlab.arm.compute.marketplace.market import market
from azlab.arm.compute.marketplace.recorded import recorded
from azlab.arm.compute.marketplace.tables import FOOTER, Catalogue, Deprecation, Image, ImageVersion
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route, in_subscription
from azlab.settings import LOCATIONS

_PUBLISHERS = in_subscription(COMPUTE, "locations/{location}/publishers")
_OFFERS = f"{_PUBLISHERS}/{{publisher}}/artifacttypes/vmimage/offers"
_SKUS = f"{_OFFERS}/{{offer}}/skus"
_VERSIONS = f"{_SKUS}/{{sku}}/versions"
_EVERYWHERE = "global"
_EXPANDED = ("properties", "properties/imagedeprecationstatus")
_SINCE = {
    "automaticOSUpgradeProperties": "2018-10-01",
    "hyperVGeneration": "2019-03-01",
    "disallowed": "2020-06-01",
    "features": "2020-12-01",
    "architecture": "2021-07-01",
    "imageDeprecationStatus": "2022-11-01",
}
"""Properties of a version, and the first api-version whose model in azure-mgmt-compute has them, or that was recorded with them."""
_BYTES_SINCE = "2020-06-01"
"""The first api-version that was recorded with the bytes of an image's disk; no model has them."""


def list_publishers(call: Call) -> Answer:
    """List the publishers. Azure orders these names as if they were in upper case."""
    names = sorted((each.name for each in _market(call).publishers.values()), key=str.upper)
    return Answer(200, [_entry(call, "Publishers", name) for name in names])


def list_offers(call: Call) -> Answer:
    """List the offers of a publisher."""
    found = _market(call).offers(call.path["publisher"], _location(call))
    if found is None:
        raise market_errors.NO_PUBLISHER(publisher=call.path["publisher"])
    return Answer(200, [_entry(call, "Offers", name) for name in sorted((each.name for each in found.values()), key=str.upper)])


def list_skus(call: Call) -> Answer:
    """List the SKUs of an offer."""
    found = (_market(call).offers(call.path["publisher"], _location(call)) or {}).get(call.path["offer"].lower())
    if found is None:
        raise compute_errors.NO_ARTIFACT()
    images = sorted(found.images.values(), key=lambda image: image.sku.upper())
    return Answer(200, [{"properties": _upgrade(image.auto_upgrade), **_entry(call, "Skus", image.sku)} for image in images])


def list_versions(call: Call) -> Answer:
    """List the versions of an image in the order of their names, by default without properties."""
    image, expand = _image(call), call.query.get("$expand", "")
    if expand and expand.lower() not in _EXPANDED:
        raise parameter_errors.BAD_VALUE(value=expand, parameter="$expand", target="$expand")
    chosen = _chosen(call, _listed(call, image))
    return Answer(200, [_version(call, image, each) if expand else _entry(call, "Versions", each.name) for each in chosen])


def show_version(call: Call) -> Answer:
    """Show one version of an image."""
    image = _image(call)
    found = next((each for each in image.in_region(_location(call)) if each.name == call.path["version"]), None)
    if found is None:
        raise compute_errors.NO_ARTIFACT()
    if found.deprecated:
        raise market_errors.VERSION_DEPRECATED(publisher=image.publisher, offer=image.offer, sku=image.sku, version=found.name)
    return Answer(200, _version(call, image, found))


def _market(call: Call) -> Catalogue:
    """The catalogue of the region in the path."""
    return recorded(call.lab, _location(call)) or market(call.lab)


def _location(call: Call) -> str:
    """The region in the path, which must be one of this cloud; `global`, which az names for the terms of an image, has everything."""
    location = call.path["location"].replace(" ", "").lower()
    if location not in (*LOCATIONS, _EVERYWHERE) and outside_catalogue(call.lab, location) is None:
        known, versions = ", ".join(LOCATIONS), ", ".join(reversed(VERSIONS))
        raise market_errors.NO_REGION(location=call.path["location"], version=call.version, versions=versions, locations=known)
    return location


def _image(call: Call) -> Image:
    """The image in the path, in the region in the path."""
    found = _market(call).image(call.path["publisher"], call.path["offer"], call.path["sku"], _location(call))
    if found is None:
        raise compute_errors.NO_ARTIFACT()
    return found


def _listed(call: Call, image: Image) -> list[ImageVersion]:
    """The versions in the region in the path: with those that are deprecated, unless a switch says the contrary."""
    known = image.in_region(_location(call))
    return [each for each in known if not each.deprecated] if call.lab.faults.on("unlisted_deprecated") else known


def _chosen(call: Call, versions: list[ImageVersion]) -> list[ImageVersion]:
    """The versions that `$orderby` and `$top` choose. Azure orders them by name, which puts 1.0.10 before 1.0.9."""
    order = call.query.get("$orderby", "name").lower().split()
    if order not in (["name"], ["name", "asc"], ["name", "desc"]):
        raise parameter_errors.BAD_VALUE(value=call.query["$orderby"], parameter="$orderby", target="$orderby")
    if order[-1] == "desc":
        versions = versions[::-1]
    top = call.query.get("$top")
    if top is None:
        return versions
    if not top.isdecimal():
        raise parameter_errors.BAD_VALUE(value=top, parameter="$top", target="$top")
    return versions[: int(top)]


def _entry(call: Call, kind: str, name: str) -> Json:
    """An entry of a list. Its id is written with capitals, whatever the request has."""
    location = _location(call)
    id = f"/Subscriptions/{call.subscription}/Providers/{COMPUTE}/Locations/{location}/Publishers/{call.path.get('publisher', name)}"
    for word, key in (("ArtifactTypes/VMImage/Offers", "offer"), ("Skus", "sku")):
        if key in call.path:
            id += f"/{word}/{call.path[key]}"
    last = {"Publishers": "", "Offers": f"/ArtifactTypes/VMImage/Offers/{name}"}.get(kind, f"/{kind}/{name}")
    return {"location": location, "name": name, "id": id + last}


def _version(call: Call, image: Image, version: ImageVersion) -> Json:
    shown = {key: value for key, value in _properties(image, version.deprecation).items() if call.version >= _SINCE.get(key, "")}
    if call.version < _BYTES_SINCE:
        shown["osDiskImage"].pop("sizeInBytes", None)
    return {"properties": shown, **_entry(call, "Versions", version.name)}


def _properties(image: Image, deprecation: Deprecation) -> Json:
    """The properties of a version, in the order in which Azure shows them.

    Azure shows neither a generation nor the allowed disks for images from before there were two generations, and no empty features.
    """
    properties: Json = {
        "hyperVGeneration": image.generation,
        "architecture": image.architecture,
        **({"replicaType": "Managed", "replicaCount": 3} if image.managed else {"replicaType": "Unmanaged"}),
        "disallowed": image.generation and {"vmDiskType": "Unmanaged" if image.managed else "None"},
        **_upgrade(image.auto_upgrade),
        "imageDeprecationStatus": _deprecation(deprecation),
        "features": [{"name": name, "value": value} for name, value in image.features],
        "plan": image.plan and {"publisher": image.plan.publisher, "name": image.plan.name, "product": image.plan.product},
    }
    size = {} if image.managed else {"sizeInGb": ceil(image.size / GIB), "sizeInBytes": image.size + FOOTER}
    disks = {
        "osDiskImage": {"operatingSystem": image.os_type, **size},
        "dataDiskImages": [{"lun": lun} for lun, _ in image.data_disks],
    }
    return {**{key: value for key, value in properties.items() if value}, **disks}


def _upgrade(supported: bool) -> Json:
    return {"automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": supported}}


def _deprecation(deprecation: Deprecation) -> Json:
    shown: Json = {"imageState": deprecation.state}
    if deprecation.time:
        shown["scheduledDeprecationTime"] = deprecation.time
    if deprecation.option:
        shown["alternativeOption"] = {"type": deprecation.option, **({"value": deprecation.alternative} if deprecation.alternative else {})}
    return shown


ROUTES = [
    Route("GET", _PUBLISHERS, list_publishers, "publisher.list"),
    Route("GET", _OFFERS, list_offers, "offer.list"),
    Route("GET", _SKUS, list_skus, "sku.list"),
    Route("GET", _VERSIONS, list_versions, "marketplace_version.list"),
    Route("GET", f"{_VERSIONS}/{{version}}", show_version, "marketplace_version.get"),
]
