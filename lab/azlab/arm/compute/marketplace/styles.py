"""How the images of a family look: the names of their versions, their system, their disks, their plan and their features."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from azlab.arm.compute.marketplace.chance import Chance

_LAST_MONTH = 2026 * 12 + 9
"""October 2026, counted in months: the month of the newest versions. It does not depend on the day on which a catalogue is generated."""
_BUILDS = {"2008": 7601, "2012": 9200, "2012-r": 9600, "2016": 14393, "2019": 17763, "2022": 20348, "2025": 26100}
_CLIENTS = {"win10-21": 19044, "win10": 19045, "win11-22": 22621, "win11-23": 22631, "win11-24": 26100, "win11-25": 26200}
_SECOND_GENERATION = re.compile(r"gen2|_g2|-g2|-gs\b|gensecond|azure-edition|arm|aarch64|cvm|confidential|sapha|win11|sql2025|lvm-gen2")
_FIRST_GENERATION = re.compile(r"gen1|-g1")
_CONFIDENTIAL = re.compile(r"cvm|confidential")
_RELEASE = re.compile(r"(?<!x)(\d\d?)[_.](\d+)|(?<!\d)(1[46]|18|2[0-6])(04|10)|(?<!\d)(10|8|9|7)(\d{0,2})(?!\d)")
"""A release as Linux distributions name it, with or without a separator between its two numbers."""


def _dates(chance: Chance, count: int) -> list[tuple[int, int, int]]:
    """Days in the last months, the oldest first, at most one per month."""
    months = [_LAST_MONTH - back for back in range(count)]
    return [(month // 12, month % 12 + 1, chance.number(1, 28)) for month in reversed(months)]


def _of_release(text: str, known: dict[str, int], default: int) -> int:
    """The number of the latest release whose name occurs in a text."""
    return next((build for word, build in reversed(known.items()) if word in text.lower()), default)


def _windows(chance: Chance, text: str, count: int) -> list[str]:
    build, patch = _of_release(text, _BUILDS, 17763), chance.number(1000, 2000)
    return [f"{build}.{patch + 97 * number}.{y % 100:02}{m:02}{d:02}" for number, (y, m, d) in enumerate(_dates(chance, count))]


def _client(chance: Chance, text: str, count: int) -> list[str]:
    build, patch = _of_release(text, _CLIENTS, 19045), chance.number(1000, 2000)
    return [f"{build}.{patch + 89 * number}.{y % 100:02}{m:02}{d:02}" for number, (y, m, d) in enumerate(_dates(chance, count))]


def _sql(chance: Chance, text: str, count: int) -> list[str]:
    major = _of_release(text, {"2014": 12, "2016": 13, "2017": 14, "2019": 15, "2022": 16, "sql2025": 17}, 16)
    return [f"{major}.0.{y % 100:02}{m:02}{d:02}" for y, m, d in _dates(chance, count)]


def _by_day(chance: Chance, text: str, count: int) -> list[str]:
    return [f"{y}.{m:02}.{d:02}" for y, m, d in _dates(chance, count)]


def _debian(chance: Chance, text: str, count: int) -> list[str]:
    return [f"0.{y}{m:02}{d:02}.{chance.number(900, 2400)}" for y, m, d in _dates(chance, count)]


def _release(text: str, default: str) -> str:
    """The release that a SKU names, or else its offer: 22.04 in 22_04-lts, 9.4 in 94_gen2."""
    offer, _, sku = text.partition(" ")
    found = _RELEASE.search(sku) or _RELEASE.search(offer)
    parts = [part for part in found.groups() if part] if found else []
    return ".".join(parts) if len(parts) == 2 else f"{parts[0]}.0" if parts else default


def _by_release(chance: Chance, text: str, count: int) -> list[str]:
    release = _release(text, "1.0")
    return [f"{release}.{y}{m:02}{d:02}{chance.number(0, 9)}" for y, m, d in _dates(chance, count)]


def _flatcar(chance: Chance, text: str, count: int) -> list[str]:
    first = chance.number(3300, 4100)
    return [f"{first + 61 * number}.{chance.number(0, 3)}.{chance.number(0, 9)}" for number in range(count)]


def small_steps(chance: Chance, text: str, count: int) -> list[str]:
    """Versions such as 1.0.9 and 1.0.10, whose order as numbers is not that of their names."""
    major, minor, first = chance.number(1, 12), chance.number(0, 4), chance.number(0, 9)
    return [f"{major}.{minor}.{first + number}" for number in range(count)]


def big_steps(chance: Chance, text: str, count: int) -> list[str]:
    """Versions whose minor or major number grows too."""
    found, now = [], [chance.number(1, 11), chance.number(0, 11), chance.number(0, 12)]
    for _ in range(count):
        found.append(".".join(map(str, now)))
        place = chance.one((0, 1, 1, 2, 2, 2))
        now = [*now[:place], now[place] + 1, *[chance.number(0, 2) for _ in now[place + 1 :]]]
    return found


@dataclass(frozen=True)
class Style:
    """The facts that the images of one family have in common. `paid` is None if they have no plan."""

    os_type: str
    versions: Callable[[Chance, str, int], list[str]]
    size_gib: int
    paid: bool | None = None
    generation: str = "V1"
    data_gib: tuple[int, ...] = ()
    auto_upgrade: bool = False


STYLES = {
    "windows": Style("Windows", _windows, 127, auto_upgrade=True),
    "client": Style("Windows", _client, 127),
    "studio": Style("Windows", _by_day, 127),
    "sql": Style("Windows", _sql, 127, data_gib=(1024, 512)),
    "sqllinux": Style("Linux", _sql, 30, data_gib=(1024,)),
    "ubuntu": Style("Linux", _by_release, 30, auto_upgrade=True),
    "minimal": Style("Linux", _by_release, 30),
    "pro": Style("Linux", _by_release, 30, paid=True),
    "debian": Style("Linux", _debian, 30),
    "rhel": Style("Linux", _by_release, 64),
    "rhelbyos": Style("Linux", _by_release, 64, paid=False),
    "suse": Style("Linux", _by_day, 30),
    "oracle": Style("Linux", _by_release, 30),
    "alma": Style("Linux", _by_release, 30),
    "rocky": Style("Linux", _by_release, 10, paid=False, generation="V2"),
    "rockyfree": Style("Linux", small_steps, 10, paid=False),
    "centos": Style("Linux", _by_release, 30),
    "flatcar": Style("Linux", _flatcar, 30, paid=False),
    "flatcarfree": Style("Linux", _flatcar, 30, paid=False),
    "flatcarcore": Style("Linux", _flatcar, 30, generation="V2"),
    "cis": Style("Linux", small_steps, 30, paid=True),
    "ciswindows": Style("Windows", small_steps, 127, paid=True),
    "paid": Style("Linux", big_steps, 60, paid=True),
    "free": Style("Linux", small_steps, 30, paid=False),
    "msfree": Style("Linux", _by_day, 30, paid=False),
    "aksimage": Style("Linux", _by_day, 128),
}


def generation_of(style: Style, offer: str, sku: str) -> str:
    """The Hyper-V generation that the names of an image say."""
    text = f"{offer} {sku}".lower()
    if _FIRST_GENERATION.search(text):
        return "V1"
    modern = re.match(r"ubuntu-2[245]", offer.lower()) or re.match(r"(sid|13)\b", sku)
    return "V2" if modern or _SECOND_GENERATION.search(text) else style.generation


def architecture_of(offer: str, sku: str) -> str:
    """The processor architecture that the names of an image say."""
    return "Arm64" if re.search(r"arm|aarch64", f"{offer} {sku}".lower()) else "x64"


def features_of(chance: Chance, os_type: str, generation: str, architecture: str, text: str) -> tuple[tuple[str, str], ...]:
    """The features of an image: security types only in the second generation."""
    found: list[tuple[str, str]] = []
    if _CONFIDENTIAL.search(text.lower()):
        found.append(("SecurityType", "ConfidentialVmSupported"))
    elif generation == "V2" and chance.of(0.85):
        both = architecture == "x64" and chance.of(0.35)
        found.append(("SecurityType", "TrustedLaunchAndConfidentialVmSupported" if both else "TrustedLaunchSupported"))
    found.append(("IsAcceleratedNetworkSupported", "True" if chance.of(0.9) else "False"))
    found.append(("DiskControllerTypes", "SCSI, NVMe" if generation == "V2" and chance.of(0.7) else "SCSI"))
    if architecture == "x64" and chance.of(0.6):
        found.append(("IsHibernateSupported", "True"))
    return tuple(found)
