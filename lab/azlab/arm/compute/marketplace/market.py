"""The images that a lab's Marketplace has: those of the catalogue of its seed, and the platform images of `outside.json`."""

from __future__ import annotations

from itertools import groupby

from azlab.arm.compute.catalog import outside_images
from azlab.arm.compute.disks.state import GIB
from azlab.arm.compute.marketplace.catalogue import generate
from azlab.arm.compute.marketplace.tables import EMPTY, Catalogue, Image, ImageVersion, Offer, Plan, Publisher
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab


def market(lab: Lab) -> Catalogue:
    """The catalogue of a lab. Without a seed it is empty but for `outside.json`."""
    seed = lab.settings.catalogue_seed
    catalogue = EMPTY if seed is None else generate(seed)
    outside = sorted(outside_images(lab), key=_name)
    if not outside:
        return catalogue
    publishers = dict(catalogue.publishers)
    for _, same in groupby(outside, key=_name):
        _put(publishers, _image(list(same)))
    return Catalogue(publishers)


def _name(image: Json) -> tuple[str, str, str]:
    return str(image["publisher"]).lower(), str(image["offer"]).lower(), str(image["sku"]).lower()


def _put(publishers: dict[str, Publisher], image: Image) -> None:
    """Add an image to the publishers, in place of one with the same name."""
    publisher = publishers.get(image.publisher.lower()) or Publisher(image.publisher, {})
    offers = dict(publisher.offers or {})
    offer = offers.get(image.offer.lower()) or Offer(image.offer, (), False, {})
    offers[image.offer.lower()] = offer._replace(images={**offer.images, image.sku.lower(): image})
    publishers[image.publisher.lower()] = publisher._replace(offers=offers)


def _image(versions: list[Json]) -> Image:
    """An image of `outside.json`, whose entries are versions. All but the name of a version are those of the first entry."""
    first = versions[0]
    return Image(
        publisher=first["publisher"],
        offer=first["offer"],
        sku=first["sku"],
        os_type=first.get("osType", "Linux"),
        generation=first.get("hyperVGeneration", "V1"),
        architecture=first.get("architecture", "x64"),
        size=first.get("diskSizeBytes", first["diskSizeGB"] * GIB),
        data_disks=tuple((disk["lun"], disk["diskSizeGB"]) for disk in first.get("dataDisks", [])),
        plan=Plan(first["publisher"], first["offer"], first["sku"], paid=True) if first.get("plan") else None,
        features=tuple((each["name"], each["value"]) for each in first.get("features", [])),
        auto_upgrade=False,
        managed=False,
        bootable=False,
        versions=tuple(sorted(ImageVersion(str(each["version"])) for each in versions)),
    )
