"""Copies of a disk's bytes of this very moment, also while a guest runs on it."""

from __future__ import annotations

from azlab.arm.core.lab import Lab
from azlab.store import Resource


def frozen_copy(lab: Lab, source: Resource, key: str) -> None:
    """Copy a disk, snapshot or image disk to a new blob. A running guest stands still meanwhile."""
    vm = lab.store.find(source.body["managedBy"]) if source.body.get("managedBy") else None
    if vm is None or not lab.guests.is_running(vm.properties["vmId"]):
        lab.blobs.copy(source.hidden["key"], key)
        return
    with lab.guests.frozen(vm.properties["vmId"], source.hidden["key"]):
        lab.blobs.copy(source.hidden["key"], key)
