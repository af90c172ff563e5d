# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties and tags that snapshots take over from disks, and restored disks from snapshots, so that a copy is like its original.

A snapshot has most properties of its disk itself. Those that only disks have (the traits) are kept in one of its tags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..._core import tags as tag
from ..._core.limits import MOST_TAGS
from ..._core.model.disk import ONLY_INCREMENTAL, Disk
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import AttachedDisk

PREMIUM = ("Premium_LRS", "Premium_ZRS")
"""The types of disks with a performance tier that can be chosen: https://learn.microsoft.com/azure/virtual-machines/disks-change-performance"""


def traits_value(attached: AttachedDisk, disk: Disk) -> str:
    """The traits of a disk as the value of a tag."""
    return json.dumps(traits_of_disk(attached, disk), separators=(",", ":"))


def traits_of_disk(attached: AttachedDisk, disk: Disk) -> dict[str, Any]:
    """The traits of a disk. Only those that can be requested and differ from Azure's default are among them."""
    kind = disk.storage_account_type
    traits = {"sku": kind, "zones": list(disk.zones), "caching": attached.caching}
    more = {
        "tier": disk.tier if kind in PREMIUM else None,
        "bursting": disk.bursting or None,
        "max_shares": disk.max_shares if (disk.max_shares or 1) > 1 else None,
        "iops": disk.iops if kind in ONLY_INCREMENTAL else None,
        "mbps": disk.mbps if kind in ONLY_INCREMENTAL else None,
        "sector_size": disk.sector_size if kind in ONLY_INCREMENTAL else None,
    }
    return traits | {name: value for name, value in more.items() if value is not None}


def traits_of(snapshot: Snapshot) -> dict[str, Any]:
    """Properties of the disk that a snapshot does not have: ``sku``, ``zones``, ``caching`` and those of its performance."""
    return tag.object_in(snapshot.tags.get(tag.TRAITS))


def copy_properties(original: Disk | Snapshot, has_os: bool) -> dict[str, Any]:
    """The properties of a request body that a snapshot takes over from its disk, and a restored disk from its snapshot.

    Those about the operating system are left to Azure for a data disk. The security type is always left to it: a copy has that of its
    source, and Azure refuses a request that names it.
    """
    system = {
        "osType": original.os_type,
        "hyperVGeneration": original.hyper_v_generation,
        "supportedCapabilities": dict(original.capabilities) or None,
        "supportsHibernation": original.hibernation or None,
    }
    return {name: value for name, value in system.items() if has_os and value is not None} | original.protection.as_body()


def disk_properties(traits: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a request body that give a restored disk its traits, except those in ``creationData``."""
    body = {
        "tier": traits.get("tier"),
        "burstingEnabled": traits.get("bursting"),
        "maxShares": traits.get("max_shares"),
        "diskIOPSReadWrite": traits.get("iops"),
        "diskMBpsReadWrite": traits.get("mbps"),
    }
    return {name: value for name, value in body.items() if value is not None}


def copied_tags(original: Mapping[str, str], given: Mapping[str, str] | None, append: bool, own: Mapping[str, str]) -> dict[str, str]:
    """The tags of a copy: ours, those that the user gives now, and those of the original as far as Azure's limit leaves room.

    A policy may demand the tags of the original for every resource.
    """
    tags = tag.wanted({}, given, True, own)
    taken = {name.casefold() for name in tags}
    copied = {} if given is not None and not append else tag.without_ours(original)
    free = [name for name in copied if name.casefold() not in taken][: MOST_TAGS - len(tags)]
    return {**{name: copied[name] for name in free}, **tags}
