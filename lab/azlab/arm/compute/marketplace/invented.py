"""Offers and SKUs that are made up, for publishers whose offers no recording and no public list names."""

from __future__ import annotations

import re

from azlab.arm.compute.marketplace.chance import Chance
from azlab.arm.compute.marketplace.styles import Style, big_steps, small_steps

_PRODUCTS = (
    *("server", "gateway", "firewall", "backup", "analytics", "manager", "appliance", "cluster", "enterprise", "platform", "monitoring"),
    *("load-balancer", "vpn", "database", "mail", "search", "storage-gateway", "wordpress", "jenkins", "gitlab", "nginx", "kafka", "redis"),
    *(
        "mongodb",
        "postgresql-15",
        "mysql-8",
        "elasticsearch",
        "tomcat",
        "docker",
        "nodejs",
        "lamp",
        "desktop",
        "file-server",
        "edge",
        "waf",
    ),
)
_SYSTEMS = (
    *("", "", "", "-ubuntu-2204", "-ubuntu-2404", "-debian-12", "-rhel-9", "-centos-7", "-almalinux-9", "-rockylinux-9"),
    *("-windows-2019", "-windows-2022", "-windows-server-2025", "-sql-server-2022", "_sql_2019_win2022", "-suse-15"),
)
_TIERS = (
    *("basic", "standard", "premium", "enterprise", "byol", "hourly", "payg", "free", "trial", "small", "medium", "large", "5-users"),
    *("10mbps", "100mbps", "1gbps", "v1", "v2", "lts", "community", "developer", "professional", "ha", "single-node", "cluster"),
)
_ENDINGS = ("", "", "", "-gen2", "-gen2", "_g2", "-arm64")
_OFFERS = (1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 9)
_SKUS = (1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8)
_FREE = re.compile(r"free|trial|community|byol")


def invented_offers(chance: Chance, publisher: str) -> list[tuple[str, Style, tuple[str, ...]]]:
    """Offers of a publisher: their names, the style of their images, and SKUs."""
    base = re.sub(r"[-_]?(inc|llc|ltd|gmbh|corp)?[-_]?\d{4,}$|[-_](inc|llc|ltd)$", "", publisher.lower()) or publisher.lower()
    names: dict[str, None] = {}
    for _ in range(chance.one(_OFFERS)):
        names[f"{base[:30]}-{chance.one(_PRODUCTS)}{chance.one(_SYSTEMS)}"] = None
    return [(name, _style(chance, name), _skus(chance, name)) for name in names]


def _style(chance: Chance, offer: str) -> Style:
    windows = re.search(r"win|sql", offer) is not None
    data = tuple(chance.one((16, 64, 128, 256, 1024)) for _ in range(chance.one((0, 0, 0, 0, 1, 2))))
    paid = None if chance.of(0.08) else chance.of(0.6) and _FREE.search(offer) is None
    versions = small_steps if chance.of(0.6) else big_steps
    size = chance.one((127, 128) if windows else (30, 30, 32, 64, 100))
    return Style("Windows" if windows else "Linux", versions, size, paid, data_gib=data)


def _skus(chance: Chance, offer: str) -> tuple[str, ...]:
    """Names of SKUs; some repeat the name of the offer, as many publishers do."""
    names: dict[str, None] = {}
    for _ in range(chance.one(_SKUS)):
        first = offer if chance.of(0.15) else chance.one(_TIERS)
        names[f"{first}{chance.one(_ENDINGS)}"] = None
    return tuple(names)
