"""A consistent copy of the bytes of a disk, even while a guest runs on it."""

from __future__ import annotations

from azlab.arm.compute.disks.state import DiskState
from azlab.arm.core.lab import Lab
from azlab.store import Resource


def frozen_copy(lab: Lab, source: Resource, key: str) -> None:
    """Copy the bytes of a disk or snapshot to the new blob `key`. A guest that runs on the disk is paused during the copy."""
    source_key = DiskState.of(source).key
    vm = lab.store.find(source.body["managedBy"]) if source.body.get("managedBy") else None
    if vm is None or not lab.guests.is_running(vm.properties["vmId"]):
        lab.blobs.copy(source_key, key)
        return
    with lab.guests.paused(vm.properties["vmId"], source_key):
        lab.blobs.copy(source_key, key)
