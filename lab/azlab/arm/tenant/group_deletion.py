"""The end of a resource group: first the VMs, then what they stood on."""

from __future__ import annotations

from azlab.arm.compute import errors
from azlab.arm.compute.disks.disks import remove as remove_disk
from azlab.arm.compute.images.images import remove as remove_image
from azlab.arm.compute.machines.machines import remove as remove_machine
from azlab.arm.core.lab import Lab
from azlab.store import Resource

_MACHINES, _IMAGES = "microsoft.compute/virtualmachines", "microsoft.compute/images"
_DISKS = ("microsoft.compute/disks", "microsoft.compute/snapshots")


def delete_everything(lab: Lab, group: Resource) -> None:
    """Delete a group and all that is in it; refused while something outside uses one of its disks or interfaces."""
    root = f"{group.id}/".lower()
    held = [each.id for each in lab.store.list(group=group.name) if _used_outside(each, root)]
    if held:
        raise errors.GROUP_BLOCKED(group=group.name, resources=",".join(held))
    inside = lab.store.list(group=group.name)
    for each in inside:
        if each.type.lower() == _MACHINES:
            remove_machine(lab, each.id)
    for each in inside:
        kind = each.type.lower()
        if kind in _DISKS:
            if each.hidden.get("access") and "key" in each.hidden:
                lab.blobs.revoke(each.hidden["key"])
            remove_disk(lab, each.id)
        elif kind == _IMAGES:
            remove_image(lab, each.id)
    with lab.store.lock:
        for each in lab.store.list(group=group.name):
            if each.id.lower().startswith(root):
                lab.store.delete(each.id)
        lab.store.delete(group.id)


def _used_outside(resource: Resource, root: str) -> bool:
    user = resource.body.get("managedBy") or resource.hidden.get("vm")
    return bool(user) and not str(user).lower().startswith(root)
