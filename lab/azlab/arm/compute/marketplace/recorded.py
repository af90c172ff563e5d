"""The catalogues of single regions that `outside.json` describes, in the words in which Azure shows them.

They serve replays of recorded traffic: a region that is described there offers exactly that, and no other image of the lab.

    {"catalogues": {"region": {"publishers": {"name": {"offers": {"name": {"skus": {"name": {"properties": {...},
                    "versions": {"1.0.0": {"properties": {...}}}}}}}}}}}}

A publisher without `offers` is listed, and its offers are not found.
"""

from __future__ import annotations

from azlab.arm.compute.catalog import outside_catalogue
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.marketplace.tables import ACTIVE, FOOTER, Catalogue, Deprecation, Image, ImageVersion, Offer, Plan, Publisher
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab


def recorded(lab: Lab, location: str) -> Catalogue | None:
    """The catalogue of a region that `outside.json` describes."""
    found = outside_catalogue(lab, location)
    return None if found is None else Catalogue({name.lower(): _publisher(name, entry) for name, entry in found["publishers"].items()})


def _publisher(name: str, entry: Json) -> Publisher:
    offers = entry.get("offers")
    return Publisher(name, None if offers is None else {offer.lower(): _offer(name, offer, each) for offer, each in offers.items()})


def _offer(publisher: str, name: str, entry: Json) -> Offer:
    images = {sku.lower(): _image(publisher, name, sku, each) for sku, each in entry.get("skus", {}).items()}
    return Offer(name, (), False, images)


def _image(publisher: str, offer: str, sku: str, entry: Json) -> Image:
    """An image with the properties of its first version that shows some: those are the same for all versions."""
    versions = entry.get("versions", {})
    properties: Json = next((each["properties"] for each in versions.values() if "properties" in each), {})
    system = properties.get("osDiskImage", {})
    plan = properties.get("plan")
    return Image(
        publisher=publisher,
        offer=offer,
        sku=sku,
        os_type=system.get("operatingSystem", "Linux"),
        generation=properties.get("hyperVGeneration", ""),
        architecture=properties.get("architecture", "x64"),
        size=system["sizeInBytes"] - FOOTER if "sizeInBytes" in system else system.get("sizeInGb", 30) * GIB,
        data_disks=tuple((disk["lun"], disk.get("sizeInGb", 1)) for disk in properties.get("dataDiskImages", [])),
        plan=plan and Plan(plan["publisher"], plan["product"], plan["name"], paid=True),
        features=tuple((each["name"], each["value"]) for each in properties.get("features", [])),
        auto_upgrade=_upgraded(entry.get("properties", properties)),
        managed=properties.get("replicaType") == "Managed",
        bootable=False,
        versions=tuple(sorted(ImageVersion(name, (), _deprecation(each)) for name, each in versions.items())),
    )


def _upgraded(properties: Json) -> bool:
    return bool(properties.get("automaticOSUpgradeProperties", {}).get("automaticOSUpgradeSupported"))


def _deprecation(version: Json) -> Deprecation:
    status = version.get("properties", {}).get("imageDeprecationStatus")
    if status is None:
        return ACTIVE
    other = status.get("alternativeOption", {})
    return Deprecation(status["imageState"], status.get("scheduledDeprecationTime", ""), other.get("type", ""), other.get("value", ""))
