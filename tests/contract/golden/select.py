# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides for each recorded exchange whether it is replayed, is a poll, is seeded, or is not supported by the lab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from tests.contract.golden import fetch, read
from tests.contract.golden.catalogue import region_of
from tests.contract.golden.read import Exchange, Recording
from tests.contract.golden.seeds import has_blob, has_platform_image, on_managed_disks

ACTIONS = {
    "virtualMachines": ("start", "powerOff", "deallocate", "restart", "generalize", "instanceView", "retrieveBootDiagnosticsData"),
    "disks": ("beginGetAccess", "endGetAccess"),
    "snapshots": ("beginGetAccess", "endGetAccess"),
    "images": (),
    "galleries": ("share",),
    "galleries/images": (),
    "galleries/images/versions": (),
    "locations/publishers": (),
    "locations/publishers/artifacttypes/offers": (),
    "locations/publishers/artifacttypes/offers/skus": (),
    "locations/publishers/artifacttypes/offers/skus/versions": (),
    "offertypes/publishers/offers/plans/agreements": (),
}
"""The resource types that are replayed, with the actions of the lab besides create, read, change and delete."""

_REPLAYED = re.compile(
    r"/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?/providers/Microsoft\.(?:Compute|MarketplaceOrdering)/(?P<rest>.+?)/?", re.IGNORECASE
)
_OPERATION = re.compile(
    r"/providers/Microsoft\.\w+/locations/[^/]+/(?:operations|DiskOperations|capsOperations)/(?P<id>[^/]+)", re.IGNORECASE
)
_TYPES = {name.lower(): name for name in ACTIONS}


class Part(Enum):
    """The role of an exchange in the replay."""

    REPLAYED = "replayed"
    POLL = "poll"
    SEEDED = "seeded"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class _Target:
    """The target of a request: a resource type, the resource (None for a list), and what follows the resource in the path."""

    type: str
    name: str | None
    action: str


@dataclass(frozen=True)
class Step:
    """One exchange and its part: with the body that is sent instead if it is seeded, with the reason if it is left out."""

    exchange: Exchange
    part: Part
    type: str = ""
    verb: str = ""
    reason: str = ""
    body: Any = None


def selected() -> list[Recording]:
    """The recordings of the source distributions that selection.yml names; identical recordings of two releases count once."""
    found: dict[bytes, Recording] = {}
    for entry in yaml.safe_load(Path(__file__).with_name("selection.yml").read_text()):
        for version in entry["versions"]:
            archive = fetch.recordings(version, entry.get("package", fetch.COMPUTE))
            for name in entry["recordings"]:
                recording = read.read(f"{version}/{name.rsplit('.', 1)[0]}", archive[name])
                found.setdefault(archive[name], of_catalogue(recording) if entry.get("only") == "catalogue" else recording)
    return list(found.values())


def of_catalogue(recording: Recording) -> Recording:
    """The part of a recording that reads the Marketplace's catalogue."""
    return replace(recording, exchanges=tuple(exchange for exchange in recording.exchanges if region_of(exchange.path)))


def steps(recording: Recording) -> tuple[Step, ...]:
    """The recording's exchanges, each with its part."""
    return tuple(_Selection(recording).steps())


def operation_id(exchange: Exchange) -> str | None:
    """The id of the operation that an exchange polls, or None."""
    match = _OPERATION.search(exchange.path)
    return match["id"].lower() if match else None


class _Selection:
    """One pass over a recording, which keeps track of seeded and absent resources for later calls on them."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._seeded: set[str] = set()
        self._absent: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        for exchange in self._recording.exchanges:
            target = _target(exchange.path)
            if target:
                yield self._step(exchange, target.type, target.name, target.action)
            elif operation_id(exchange):
                yield Step(exchange, Part.POLL)

    def _step(self, exchange: Exchange, type: str, name: str | None, action: str) -> Step:
        verb = f"{exchange.method} {action}".strip()
        if action and action.lower() not in (known.lower() for known in ACTIONS[type]):
            return Step(exchange, Part.OUTSIDE, type, verb, f"{type}/{action.split('/')[0]} is not supported by the lab")
        key = f"{type}/{name}".lower()
        if exchange.method == "PUT":
            return self._put(exchange, type, verb, key)
        if key in self._absent:
            return Step(exchange, Part.OUTSIDE, type, verb, self._absent[key])
        lists_seeded = name is None and any(seed.startswith(type.lower()) for seed in self._seeded)
        if exchange.method == "GET" and (key in self._seeded or lists_seeded):
            return Step(exchange, Part.OUTSIDE, type, verb, "shows a VM that was created with managed disks instead")
        return Step(exchange, Part.REPLAYED, type, verb)

    def _put(self, exchange: Exchange, type: str, verb: str, key: str) -> Step:
        why_not = _outside(type, exchange.body) if exchange.status < 400 else ""
        if why_not:
            self._absent[key] = why_not
            return Step(exchange, Part.OUTSIDE, type, verb, why_not)
        body = on_managed_disks(exchange.body) if type == "virtualMachines" else None
        if body is not None:
            self._seeded.add(key)
            return Step(exchange, Part.SEEDED, type, verb, "its disks were blobs; created with managed disks", body)
        return Step(exchange, Part.REPLAYED, type, verb)


def _target(path: str) -> _Target | None:
    """The target of a request; None if its type is not replayed. A type can be nested: `galleries/images/versions`."""
    match = _REPLAYED.fullmatch(path)
    parts = match["rest"].split("/") if match else []
    kinds, names = parts[::2], parts[1::2]
    for depth in range(len(kinds), 0, -1):
        type = _TYPES.get("/".join(kinds[:depth]).lower())
        if type:
            return _Target(type, "/".join(names[:depth]) if len(names) >= depth else None, "/".join(parts[2 * depth :]))
    return None


def _outside(type: str, body: Any) -> str:
    """The reason why the lab cannot create a resource; empty if it can."""
    if not isinstance(body, dict):
        return "the recorder kept no request body"
    properties = body.get("properties", {})
    storage = properties.get("storageProfile", {})
    blobs = [disk["blobUri"] for disk in [storage.get("osDisk", {}), *storage.get("dataDisks", [])] if "blobUri" in disk]
    creation = properties.get("creationData", {})
    if creation.get("createOption") == "Import":
        blobs.append(creation.get("sourceUri", ""))
    unknown = [blob for blob in blobs if not has_blob(blob)]
    if unknown:
        return f"source blob {unknown[0]} is not in seeds.yml"
    reference = storage.get("imageReference") or {}
    if type == "virtualMachines" and "publisher" in reference and not has_platform_image(reference):
        return f"platform image {':'.join(str(reference.get(key)) for key in ('publisher', 'offer', 'sku'))} is not in seeds.yml"
    return ""
