"""`azlab disk ...`: the bytes of disks, snapshots and image disks, by resource id, without asking the control plane.

This is the lab's back door: a proof reads the blobs with it, and a test that must spoil a disk writes them.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azlab import lock
from azlab.cli.failed import CommandFailed
from azlab.settings import Settings, command
from azlab.store import Resource, stored

if TYPE_CHECKING:
    from azlab.storage.blobs import BlobStore

_TYPES = ("Microsoft.Compute/disks", "Microsoft.Compute/snapshots", "Microsoft.Compute/images")
_ID = re.compile(rf"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/({'|'.join(map(re.escape, _TYPES))})/[^/]+", re.IGNORECASE)


def build(options: argparse.Namespace) -> None:
    """Build a bootable disk, or take it from the cache."""
    from azlab.guests.build.image import build_disk

    print(build_disk(options.out))


def keys_of(resource: Resource) -> dict[str, str]:
    """The blob keys of a resource: one under `os`, and for an image one more per LUN."""
    if "disks" in resource.hidden:
        return {lun: disk["key"] for lun, disk in resource.hidden["disks"].items()}
    return {"os": resource.hidden["key"]} if "key" in resource.hidden else {}


def key(state: Path, resource_id: str, lun: str) -> tuple[Settings, str]:
    """The blob key of one disk."""
    see = command(state, "disk list")
    store, id = stored(state), "/" + resource_id.strip("/")
    if not _ID.fullmatch(id):
        looks = f"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/{_TYPES[0]}/NAME"
        raise CommandFailed(f"a disk is named by its resource id, which looks like {looks}, not {resource_id!r}: see `{see}`")
    resource = store.find(id)
    if resource is None:
        raise CommandFailed(f"there is no {resource_id}: see `{see}`")
    keys = keys_of(resource)
    if lun not in keys:
        raise CommandFailed(f"{resource_id} has no disk {lun}; it has: {', '.join(sorted(keys)) or 'none'}")
    return Settings.load(state), keys[lun]


def _blobs(settings: Settings) -> BlobStore:
    from azlab.storage.blobs import BlobStore

    lock.require_running(settings.state)
    return BlobStore(settings)


def get(options: argparse.Namespace) -> None:
    """Write a disk to a raw file, sparse, without the footer."""
    settings, found = key(options.state, options.resource, options.lun)
    _blobs(settings).download(found, options.file)


def put(options: argparse.Namespace) -> None:
    """Make a disk equal to a raw file of the same size."""
    settings, found = key(options.state, options.resource, options.lun)
    blobs = _blobs(settings)
    if options.file.stat().st_size != blobs.size(found):
        raise CommandFailed(f"{options.file} has {options.file.stat().st_size} bytes, the disk has {blobs.size(found)}: they must be equal")
    blobs.write_back(options.file, found)


def list_disks(options: argparse.Namespace) -> None:
    """Print every resource that holds disks, with its blob keys."""
    store = stored(options.state)
    found: list[dict[str, Any]] = [{"id": each.id, "keys": keys_of(each)} for type in _TYPES for each in store.list(type)]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for each in found:
        print(each["id"], *(f"{lun}={name}" for lun, name in each["keys"].items()))
