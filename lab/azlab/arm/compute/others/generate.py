"""Making the galleries of others from a seed: the same on every version of Python, except for what depends on the lab's identities."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from functools import lru_cache

from azlab.arm.compute.marketplace.chance import Chance
from azlab.arm.compute.others.known import KNOWN, NAMES, SYSTEMS, Known
from azlab.arm.compute.others.tables import COMMUNITY, NOBODY, ROLE, SUBSCRIPTION, TENANT, OthersGallery, OthersImage, OthersVersion
from azlab.arm.core.json import Json
from azlab.client import LOCATION
from azlab.guests.build.guest_disk import DISK_MIB
from azlab.settings import LOCATIONS

_SPACE = uuid.UUID("6f0e35f4-9d0b-4c55-8d51-5a1fbb8e6a3b")
_NEWEST = datetime.date(2026, 11, 20)
"""The day after which nothing was published."""
_LONG_AGO, _SOON = "2025-06-30T00:00:00+00:00", "2031-06-30T00:00:00+00:00"
_REGIONS = tuple(LOCATIONS)
_DIRECT = ((SUBSCRIPTION, "team"), (SUBSCRIPTION, "partner"), (SUBSCRIPTION, "vendor"), (TENANT, "company"), (TENANT, "security"))
_NEIGHBOURS = ((ROLE, "platform"), (ROLE, "data"), (ROLE, "golden.images"), (NOBODY, "secret"))
_SIZES = (4, 8, 16, 30, 30, 30, 64, 127)


def neighbour(seed: int) -> str:
    """The second subscription of the tenant, in which the client reads what role assignments let it read."""
    return _id(seed, "neighbour")


@lru_cache(maxsize=2)
def galleries(seed: int) -> tuple[OthersGallery, ...]:
    """All galleries of others."""
    return (*_known(seed), *_made_up(seed), *_direct(seed), *_neighbours(seed))


def _id(seed: int, name: str) -> str:
    return str(uuid.uuid5(_SPACE, f"{seed}:{name}"))


def _known(seed: int) -> Iterator[OthersGallery]:
    for each in KNOWN:
        chance = Chance(seed, f"others/{each.name}")
        public_name = each.public_name or f"{each.name}-{_id(seed, each.name)}"
        yield _gallery(seed, each.name, COMMUNITY, each.uri, _images(chance, each), public_name)


def _made_up(seed: int) -> Iterator[OthersGallery]:
    """Public galleries that do not exist. The first has no images."""
    for place, name in enumerate(NAMES):
        chance = Chance(seed, f"others/{name}")
        systems = [f"{name}-{system}-{chance.number(1, 29)}".replace(" ", "_") for system in SYSTEMS]
        made = Known(name, "", f"https://{name}.example", chance.one(("patches", "days", "release")), tuple(systems[: chance.number(3, 9)]))
        images = _images(chance, made) if place else ()
        yield _gallery(seed, name, COMMUNITY, made.uri, images, f"{name}-{_id(seed, name)}")


def _direct(seed: int) -> Iterator[OthersGallery]:
    for shared_with, name in _DIRECT:
        chance = Chance(seed, f"others/{name}")
        made = Known(name, "", "", "patches", tuple(f"{name}-{system.replace(' ', '-')}" for system in SYSTEMS[: chance.number(2, 5)]))
        yield _gallery(seed, f"{name}Images", shared_with, "", _images(chance, made, LOCATION))


def _neighbours(seed: int) -> Iterator[OthersGallery]:
    for shared_with, name in _NEIGHBOURS:
        chance = Chance(seed, f"others/{name}")
        made = Known(name, "", "", "patches", tuple(f"{name}-{system.replace(' ', '-')}" for system in SYSTEMS[: chance.number(2, 4)]))
        gallery = _gallery(seed, name, shared_with, "", _images(chance, made, LOCATION))
        yield gallery._replace(subscription=neighbour(seed), group="shared-images")


def _gallery(seed: int, name: str, shared_with: str, uri: str, images: tuple[OthersImage, ...], public_name: str = "") -> OthersGallery:
    chance = Chance(seed, f"others/{name}/gallery")
    contact = f"images@{uri.partition('//')[2] or 'example.com'}"
    publisher = {"publisherUri": uri, "publisherContact": contact, "eula": f"{uri}/legal"} if uri else {}
    home = next((version.regions[0] for image in images for version in image.versions), chance.one(_REGIONS))
    return OthersGallery(name, _id(seed, f"{name}/owner"), f"{name}-images", home, shared_with, public_name, publisher, images)


def _images(chance: Chance, known: Known, home: str = "") -> tuple[OthersImage, ...]:
    """The image definitions of a gallery. All of them are in its home region, which chance chooses if none is given, and most in others."""
    regions = tuple(chance.some(_REGIONS, chance.number(2, 6)))
    home = home or chance.one(regions)
    ordered = (home, *(each for each in regions if each != home))
    return tuple(_image(chance, known, name, place, ordered) for place, name in enumerate(known.images))


def _image(chance: Chance, known: Known, name: str, place: int, regions: tuple[str, ...]) -> OthersImage:
    """A definition. The first of a gallery can be used without more ado, and the third has no versions; options are often left out."""
    is_windows = "-win-" in name or (name.startswith(("contoso", "fabrikam", "northwind")) and chance.of(0.5))
    is_arm = name.lower().endswith(("arm64", "gpu"))
    generation = "V2" if is_arm or chance.of(0.8) else "V1"
    properties: Json = {
        "osType": "Windows" if is_windows else "Linux",
        "osState": "Specialized" if chance.of(0.08) and place else "Generalized",
        "identifier": {"publisher": known.name, "offer": name.rpartition("-")[0] or name, "sku": name},
        "hyperVGeneration": generation,
        **_options(chance, known, name, generation),
    }
    if chance.of(0.05) and place:
        properties["purchasePlan"] = {"name": name, "publisher": known.name, "product": known.name}
    if is_arm or chance.of(0.7):
        properties["architecture"] = "Arm64" if is_arm else "x64"
    data_disks = ((0, 4), (2, 8)) if chance.of(0.06) else ()
    tags = {"team": chance.one(("web", "data", "core"))} if chance.of(0.4) else {}
    bootable = not is_windows and not is_arm and properties["osState"] == "Generalized"
    versions = () if place == 2 and len(known.images) > 3 else _versions(chance, known.numbering, place, regions)
    size = DISK_MIB // 1024 if bootable else chance.one(_SIZES)
    return OthersImage(name, properties, tags, size, data_disks, bootable, versions)


def _options(chance: Chance, known: Known, name: str, generation: str) -> Json:
    """The properties of a definition that its owner may leave out."""
    found: Json = {}
    features = []
    if generation == "V2" and chance.of(0.5):
        features.append({"name": "SecurityType", "value": chance.one(("TrustedLaunchSupported", "ConfidentialVMSupported", "Standard"))})
    if chance.of(0.3):
        features.append({"name": "DiskControllerTypes", "value": chance.one(("SCSI", "SCSI, NVMe"))})
    if chance.of(0.2):
        features.append({"name": "IsHibernateSupported", "value": "True"})
    if features:
        found["features"] = features
    if chance.of(0.4):
        found["description"] = f"{name.replace('-', ' ')} by {known.name}"
    if chance.of(0.3):
        found["recommended"] = {"vCPUs": {"min": 1, "max": 16}, "memory": {"min": 1, "max": 64}}
    if known.uri and chance.of(0.5):
        found["eula"] = f"{known.uri}/eula"
    if known.uri and chance.of(0.3):
        found["privacyStatementUri"] = f"{known.uri}/privacy"
    if chance.of(0.1):
        found["endOfLifeDate"] = chance.one((_LONG_AGO, _SOON))
    return found


def _versions(chance: Chance, numbering: str, place: int, regions: tuple[str, ...]) -> tuple[OthersVersion, ...]:
    """The versions of a definition, oldest first. What is special about the newest of them depends on the place of the definition."""
    names = _numbers(chance, numbering, chance.number(2, 6))
    day, found = _NEWEST - datetime.timedelta(days=chance.number(0, 200)), []
    for name in reversed(names):
        published = f"{day.isoformat()}T{chance.number(0, 23):02}:{chance.number(0, 59):02}:00.0000000+00:00"
        version = OthersVersion(name, published, regions)
        if chance.of(0.1):
            version = version._replace(end_of_life=chance.one((_LONG_AGO, _SOON)))
        if chance.of(0.05):
            version = version._replace(excluded=True)
        found.append(version)
        day -= datetime.timedelta(days=chance.number(5, 60))
    found[0] = _special(found[0], place)
    return tuple(reversed(found))


def _numbers(chance: Chance, numbering: str, count: int) -> list[str]:
    """Numbers of versions in their order. Those with patches pass from 9 to 10."""
    if numbering == "patches":
        major, minor = chance.number(0, 3), chance.number(0, 12)
        return [f"{major}.{minor}.{patch}" for patch in range(10 - chance.number(1, count - 1), 40)][:count]
    if numbering == "days":
        return [f"{2026 - (count - each) // 9}.{each % 9 + 1:02}.{chance.number(1, 28):02}" for each in range(count)]
    release = chance.number(38, 43)
    return [f"{release}.{2026 if each else 2025}{each % 9 + 1:02}{chance.number(10, 28)}.0" for each in range(count)]


def _special(version: OthersVersion, place: int) -> OthersVersion:
    """The newest version of a definition: every definition of a gallery has another reason for which `latest` may not be the newest."""
    if place % 6 == 1:
        return version._replace(excluded=True)
    if place % 6 == 3:
        return version._replace(soft_deleted_until=_SOON)
    if place % 6 == 4:
        return version._replace(regions=version.regions[:1])
    if place % 6 == 5:
        return version._replace(excluded_in=version.regions[-1:])
    return version
