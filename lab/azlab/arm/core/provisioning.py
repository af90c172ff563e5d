"""provisioningState: the state of a resource while an operation runs on it, and after the operation has ended.

A resource is Succeeded if it was completed once, even if the last operation on it failed: a refused or interrupted change leaves the
resource as it was. A resource that was never completed is Failed.
"""

from __future__ import annotations

from azlab.store import Resource

_PENDING = ("Creating", "Updating", "Deleting")


def is_deleting(resource: Resource) -> bool:
    """Whether the resource is marked for deletion."""
    return resource.properties.get("provisioningState") == "Deleting"


def is_pending(resource: Resource) -> bool:
    """Whether an operation on the resource has not ended."""
    return resource.properties.get("provisioningState") in _PENDING


def settle(resource: Resource, *, complete: bool) -> None:
    """Give the resource the state that it has when no operation runs on it. `complete`: whether it was completed once."""
    resource.properties["provisioningState"] = "Succeeded" if complete else "Failed"
