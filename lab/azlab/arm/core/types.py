"""The declaration of a resource type.

A resource type is a folder below `arm/compute` or `arm/network`. One module in it has an attribute `TYPE`, a `ResourceType`;
`arm/registry.py` finds it there, and nothing outside the folder names the type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import settle
from azlab.arm.http.calls import Route, in_group, in_subscription
from azlab.arm.http.crud import View, as_stored, listing, showing
from azlab.store import Resource


def _settle(resource: Resource) -> None:
    settle(resource, complete=True)


def _no_user(_resource: Resource) -> str | None:
    return None


@dataclass(frozen=True)
class ResourceType:
    """A resource type: its names, its routes, and how its resources are shown, settled and removed."""

    namespace: str
    name: str
    """The name below the namespace, as in ids: `disks`, `virtualNetworks/subnets`."""
    op: str
    """How the request log and fault rules name the type: `disk` in `disk.put`."""
    versions: tuple[str, ...]
    """The api-versions that the provider reports for the type. Requests with any other version are answered too."""
    routes: tuple[Route, ...]
    """The type's own routes. Those that show and list resources are added for types that are not nested in another."""
    buckets: tuple[str, str] = ("", "")
    """The throttling buckets of showing one resource and of listing, as Azure names them; empty if Azure reports none."""
    since: Mapping[str, str] = field(default_factory=dict)
    """Dotted path of a property -> the first api-version that shows it. Other properties are shown to every version."""
    view: View = as_stored
    """The body of a resource as a caller sees it."""
    user: Callable[[Resource], str | None] = _no_user
    """The id of the resource that uses this one, if any. A group is not deleted while something outside it uses what is inside."""
    settle: Callable[[Resource], None] = _settle
    """Give a resource its provisioning state after an operation on it failed."""
    remove: Callable[[Lab, Resource], None] | None = None
    """Remove a resource together with everything behind it, when its group is deleted. None if there is nothing behind it."""
    removed_first: bool = False
    """Whether a group deletion removes these before all others, because they use the others."""

    @property
    def full_name(self) -> str:
        """The type with its namespace, as in bodies."""
        return f"{self.namespace}/{self.name}"

    @property
    def all_routes(self) -> list[Route]:
        """The type's own routes, then those that show and list its resources. The first that matches a request is taken."""
        if "/" in self.name:
            return list(self.routes)
        shows, lists = self.buckets
        collection, handler = self.name, listing(self.full_name, self.view)
        return [
            *self.routes,
            Route("GET", in_group(self.namespace, f"{collection}/{{name}}"), showing(self.full_name, self.view), f"{self.op}.get", shows),
            Route("GET", in_group(self.namespace, collection), handler, f"{self.op}.list", lists),
            Route("GET", in_subscription(self.namespace, collection), handler, f"{self.op}.list", lists),
        ]
