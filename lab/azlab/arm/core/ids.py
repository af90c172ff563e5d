"""Resource ids and the namespaces of resource providers."""

from __future__ import annotations

COMPUTE = "Microsoft.Compute"
NETWORK = "Microsoft.Network"


def group_id(subscription: str, group: str) -> str:
    """The id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


def resource_id(subscription: str, group: str, type: str, name: str) -> str:
    """The id of a top-level resource. `type` includes the namespace."""
    return f"{group_id(subscription, group)}/providers/{type}/{name}"


def neighbor_id(id: str, type: str, name: str) -> str:
    """The id of another top-level resource in the group of the resource `id`."""
    return "/".join(id.split("/")[:5]) + f"/providers/{type}/{name}"


def normal_id(id: str) -> str:
    """An id with its leading slash: callers sometimes leave it out, and Azure adds it."""
    return "/" + id.strip("/")
