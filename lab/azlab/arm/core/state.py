"""Facts about a resource that only the lab knows, with names and types."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TypeVar

from azlab.store import Resource

S = TypeVar("S", bound="State")


@dataclass
class State:
    """The content of `Resource.hidden`, of one resource type.

    `of` reads it from a resource. `keep` writes it to the resource, which is then put into the store. Fields that are None are not kept.
    """

    @classmethod
    def of(cls: type[S], resource: Resource) -> S:
        """The state of a resource; fields that the resource does not have keep their defaults."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in resource.hidden.items() if name in known})

    def keep(self, resource: Resource) -> Resource:
        """Write the state to the resource and return the resource."""
        resource.hidden = {name: value for name, value in asdict(self).items() if value is not None}
        return resource
