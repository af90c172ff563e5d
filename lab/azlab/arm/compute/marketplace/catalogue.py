"""Generates a catalogue from a seed: the same one on every version of Python.

Publishers are those that Azure listed (`publishers.txt`). Known offers and SKUs have the names they have on Azure (`known.txt`); all
others are made up. Everything else about an image comes from the seed.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from azlab.arm.compute.disks.state import GIB, MIB
from azlab.arm.compute.marketplace.chance import Chance
from azlab.arm.compute.marketplace.invented import invented_offers
from azlab.arm.compute.marketplace.styles import STYLES, Style, architecture_of, features_of, generation_of
from azlab.arm.compute.marketplace.tables import ACTIVE, Catalogue, Deprecation, Image, ImageVersion, Offer, Plan, Publisher
from azlab.guests.build.guest_disk import DISK_MIB
from azlab.settings import LOCATIONS

_HERE = Path(__file__).parent
_REGIONS = sorted(LOCATIONS)
_OUTDATED = re.compile(r"2008|2012|1709|1803|1809|1903|1909|20h2|14\.04|16[._]04|^6\.10|8_5|sql2014|debian 8|win10-21|1804|8_7$")
"""Names of releases that have ended."""
_WITH_BYTES = re.compile(r"debian-12 12|debian-12-hardened|cis-debian12")
_FEW = (1, 2, 2, 3, 3, 4, 5, 7)
_MANY = (0, 1, 1, 1, 1, 2, 2, 3, 4, 6, 11)


class _Named(NamedTuple):
    """The name of an offer, the style of its images, and their SKUs."""

    offer: str
    style: Style
    skus: tuple[str, ...]
    known: bool


@cache
def generate(seed: int) -> Catalogue:
    """The catalogue of a seed."""
    known = _known()
    return Catalogue({name.lower(): _publisher(seed, name, known.get(name, [])) for name in _lines("publishers.txt")})


def _lines(name: str) -> list[str]:
    """The lines of a data file, without comments."""
    return [line for line in (_HERE / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def _known() -> dict[str, list[_Named]]:
    """The offers of `known.txt` by publisher."""
    found: dict[str, list[_Named]] = {}
    for line in _lines("known.txt"):
        words, _, skus = line.partition(":")
        publisher, offer, style = words.split()
        found.setdefault(publisher, []).append(_Named(offer, STYLES[style], tuple(skus.split()), known=True))
    return found


def _publisher(seed: int, name: str, known: list[_Named]) -> Publisher:
    """A publisher. Those of extensions, whose names have a dot, have no offers; Azure does not even find some of them."""
    chance = Chance(seed, name)
    if "." in name and not known:
        gone = "test" in name.lower() or chance.of(0.2)
        return Publisher(name, None if gone else {})
    if not known and chance.of(0.03):
        return Publisher(name, None)
    named = known or [_Named(*each, known=False) for each in invented_offers(chance, name)]
    offers = [_offer(chance, name, each) for each in named]
    return Publisher(name, {each.name.lower(): each for each in offers})


def _offer(chance: Chance, publisher: str, named: _Named) -> Offer:
    """An offer with its images. Few are missing in some regions, or sold only to those who accept the terms in the portal."""
    missing = tuple(chance.some(_REGIONS, chance.number(1, 4))) if chance.of(0.02 if named.known else 0.08) else ()
    portal_only = not named.known and chance.of(0.03)
    ended = chance.of(0.0 if named.known else 0.03)
    images = [_image(chance, publisher, named, sku, ended) for sku in named.skus]
    return Offer(named.offer, missing, portal_only, {each.sku.lower(): each for each in images})


def _image(chance: Chance, publisher: str, named: _Named, sku: str, ended: bool) -> Image:
    style, text = named.style, f"{named.offer} {sku}"
    generation = generation_of(style, named.offer, sku)
    if generation == "V2" and not named.known and chance.of(0.06):
        generation = "V1"  # some names promise a second generation that the image does not have
    architecture = architecture_of(named.offer, sku)
    bootable = architecture == "x64" and _WITH_BYTES.search(text) is not None
    plan = None if style.paid is None else Plan(publisher, named.offer, sku, style.paid)
    return Image(
        publisher=publisher,
        offer=named.offer,
        sku=sku,
        os_type=style.os_type,
        generation=generation,
        architecture=architecture,
        size=_size(style, text, bootable),
        data_disks=tuple(enumerate(style.data_gib)),
        plan=plan,
        features=features_of(chance, style.os_type, generation, architecture, text),
        auto_upgrade=style.auto_upgrade and chance.of(0.7),
        managed=plan is not None and chance.of(0.4),
        bootable=bootable,
        versions=_versions(chance, named, sku, ended),
    )


def _size(style: Style, text: str, bootable: bool) -> int:
    """The bytes of the OS disk: those of the lab's guest disk if the image has its bytes."""
    if bootable:
        return DISK_MIB * MIB
    return (30 if "smalldisk" in text else style.size_gib) * GIB


def _versions(chance: Chance, named: _Named, sku: str, ended: bool) -> tuple[ImageVersion, ...]:
    """The versions of an image in the order of their names as Azure lists them, which is not that of their numbers."""
    count = chance.one(_FEW if named.known else _MANY)
    names = named.style.versions(chance, f"{named.offer} {sku}", count)
    plan_ends = _end_of_plan(chance, named, sku, ended)
    made = [_version(chance, name, plan_ends, newest=name == names[-1]) for name in names]
    return tuple(sorted(made))


def _version(chance: Chance, name: str, plan_ends: Deprecation, *, newest: bool) -> ImageVersion:
    """A version. The newest one is not in every region yet, and old ones are deprecated on their own."""
    missing = tuple(chance.some(_REGIONS, chance.number(1, 3))) if chance.of(0.1 if newest else 0.02) else ()
    own = Deprecation("Deprecated", "", "None", "") if not newest and chance.of(0.12) else plan_ends
    return ImageVersion(name, missing, own if plan_ends.state != "Deprecated" else plan_ends)


def _end_of_plan(chance: Chance, named: _Named, sku: str, ended: bool) -> Deprecation:
    """Whether a whole SKU is deprecated or will be, and what its publisher offers instead."""
    outdated = ended or _OUTDATED.search(f"{named.offer} {sku}") is not None
    if not outdated and not chance.of(0.07):
        return ACTIVE
    option, alternative = _alternative(chance, named, sku, ended)
    if outdated and chance.of(0.6):
        return Deprecation("Deprecated", "", option, alternative)
    time = f"{chance.number(2027, 2029)}-{chance.number(1, 12):02}-{chance.number(1, 28):02}T00:00:00+00:00"
    return Deprecation("ScheduledForDeprecation", time, option, alternative)


def _alternative(chance: Chance, named: _Named, sku: str, ended: bool) -> tuple[str, str]:
    """The kind and the name of what a publisher offers instead of a SKU."""
    others = [each for each in named.skus if each != sku]
    if ended:
        return "Offer", f"{named.offer}-v2"
    return ("Plan", chance.one(others)) if others else ("None", "")
