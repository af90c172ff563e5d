"""`azlab disk ...`: build guest disks, and read and write the bytes of disks, snapshots and images without the control plane.

Reading lets a proof search the blobs themselves, writing lets a test damage a disk.
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
    """Write a bootable disk to a file, from the cache or newly built, and print its path."""
    from azlab.guests.build.guest_disk import build_disk

    print(build_disk(options.out))


def keys_of(resource: Resource) -> dict[str, str]:
    """The blob keys of a resource: one for `os`, and in an image one for each LUN."""
    if "disks" in resource.hidden:
        return {lun: disk["key"] for lun, disk in resource.hidden["disks"].items()}
    return {"os": resource.hidden["key"]} if "key" in resource.hidden else {}


def key(state: Path, resource_id: str, lun: str) -> tuple[Settings, str]:
    """The settings of the lab, and the blob key of one disk; raises CommandFailed if there is no such disk."""
    see = command(state, "disk list")
    store, id = stored(state), "/" + resource_id.strip("/")
    if not _ID.fullmatch(id):
        looks = f"/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/{_TYPES[0]}/NAME"
        raise CommandFailed(f"the disk must be a resource id like {looks}, not {resource_id!r}: see `{see}`")
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
    """Write a disk to a sparse raw file, without the VHD footer."""
    settings, found = key(options.state, options.resource, options.lun)
    _blobs(settings).download(found, options.file)


def put(options: argparse.Namespace) -> None:
    """Make a disk equal to a raw file, which must have the same size."""
    settings, found = key(options.state, options.resource, options.lun)
    blobs = _blobs(settings)
    if options.file.stat().st_size != blobs.size(found):
        raise CommandFailed(f"{options.file} has {options.file.stat().st_size} bytes, the disk has {blobs.size(found)}: they must be equal")
    blobs.write_back(options.file, found)


def list_disks(options: argparse.Namespace) -> None:
    """Print all disks, snapshots and images with their blob keys."""
    store = stored(options.state)
    found: list[dict[str, Any]] = [{"id": each.id, "keys": keys_of(each)} for type in _TYPES for each in store.list(type)]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for each in found:
        print(each["id"], *(f"{lun}={name}" for lun, name in each["keys"].items()))
