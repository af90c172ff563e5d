"""provisioningState: what a resource is while something is done to it, and what it becomes when that has ended.

A resource is Succeeded when it is whole, whatever became of the last operation on it, and Failed when it never was: a refused or
interrupted change leaves what was there before.
"""

from __future__ import annotations

from azlab.store import Resource

PENDING = ("Creating", "Updating", "Deleting")
_SECRETS = ("adminPassword", "customData")


def is_deleting(resource: Resource) -> bool:
    """Whether the resource is marked for deletion."""
    return resource.properties.get("provisioningState") == "Deleting"


def is_pending(resource: Resource) -> bool:
    """Whether an operation on the resource has not ended."""
    return resource.properties.get("provisioningState") in PENDING


def is_whole(resource: Resource) -> bool:
    """Whether the resource was finished once: an image or disk has its blobs, a VM was provisioned and is not half taken apart."""
    if "vmId" in resource.properties:
        return "provisioned_at" in resource.hidden and not is_deleting(resource)
    return bool(resource.hidden.get("key") or resource.hidden.get("disks"))


def settle(resource: Resource) -> None:
    """Nothing is done to the resource any more. The secrets of a VM's first start have no use after it."""
    resource.properties["provisioningState"] = "Succeeded" if is_whole(resource) else "Failed"
    drop_secrets(resource)


def drop_secrets(vm: Resource) -> None:
    """Forget what only the first start of a VM needs."""
    for secret in _SECRETS:
        (vm.hidden.get("osProfile") or {}).pop(secret, None)
