# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that images, disks, snapshots and machines have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..._core.model.provisioning import BUSY
from ..sdk import calls
from ..sdk.client import Client
from ..sdk.errors import describing
from ..sdk.waiting import LOOK_SECONDS


class Settles(Protocol):
    """A resource that says whether an operation is running on it."""

    @property
    def provisioning_state(self) -> str:
        """Azure's name of the state of the resource's last operation."""


T = TypeVar("T", bound=Settles)
S = TypeVar("S")


class Resources(Generic[T]):
    """One kind of resource. A subclass names its noun, its operations in the SDK, its part of a path, its api-version, another one for
    creating if it needs one, and the parser of its JSON. It may name another pause between two reads.

    Lists are plain requests, so that a module that only lists does without the SDK, whose import takes longer than the list.

    Every method raises Denied, Refused, Failed, TimedOut or Unavailable with a sentence that says what could not be done.
    """

    noun: str
    operations: str
    collection: str
    api: str
    creation_api: str | None = None
    parse: Callable[[calls.Json], T]
    look: float = LOOK_SECONDS

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, resource: ResourceId) -> T | None:
        """The resource, or None if it or its group does not exist."""
        try:
            return self.get(resource)
        except Missing:
            return None

    def get(self, resource: ResourceId) -> T:
        """The resource; raise Missing if it does not exist."""
        with self._describing("read", resource):
            return self._value(calls.read(self._sdk(resource).get, *names(resource), api_version=self.api))

    def find_settled(self, resource: ResourceId) -> T | None:
        """Wait until no operation, such as one of a killed run, is running on it or the deadline is near. None if it does not exist."""
        return self._until(lambda: self.find(resource), lambda found: found is None or found.provisioning_state not in BUSY)

    def list(self, resource_group: str | None = None, subscription: str = "") -> tuple[T, ...]:
        """All resources of a group, none if it does not exist; or those of the subscription, if no group is named.

        The subscription defaults to our own. What was just created or deleted may be listed wrongly for minutes.
        """
        place = f"resource group {resource_group}" if resource_group else "the subscription"
        group = f"/resourceGroups/{resource_group}" if resource_group else ""
        scope = f"/subscriptions/{subscription or self._client.subscription}{group}"
        return self._list(f"{scope}/providers/Microsoft.Compute/{self.collection}", place)

    def create(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Create the resource, or change an existing one to this body; wait until it is done."""
        api = self.creation_api or self.api
        with self._describing("create", resource):
            return self._value(calls.run(self._sdk(resource).begin_create_or_update, *names(resource), api_version=api, body=body))

    def update(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Change the properties that the body names, and wait until it is done."""
        with self._describing("change", resource):
            return self._value(calls.run(self._sdk(resource).begin_update, *names(resource), api_version=self.api, body=body))

    def tag(self, resource: ResourceId, tags: Mapping[str, str]) -> T:
        """Replace the tags of the resource."""
        return self.update(resource, {"tags": dict(tags)})

    def delete(self, resource: ResourceId) -> None:
        """Delete the resource, and wait until it is gone."""
        with self._describing("delete", resource):
            calls.run(self._sdk(resource).begin_delete, *names(resource), api_version=self.api)

    def _until(self, read: Callable[[], S], ready: Callable[[S], bool]) -> S:
        """Read until the value is ready or the deadline is near, as often as Azure allows for this kind of resource."""
        return self._client.deadline.until(read, ready, self.look)

    def _sdk(self, resource: ResourceId) -> Any:
        return getattr(self._client.compute(resource.subscription), self.operations)

    def _list(self, path: str, place: str) -> tuple[T, ...]:
        """All resources in the list with this path; none if its place does not exist."""
        try:
            with describing(f"list the {self.noun}s of {place}"):
                return tuple(map(self._value, self._client.list(path, self.api)))
        except Missing:
            return ()

    def _describing(self, verb: str, resource: ResourceId) -> AbstractContextManager[None]:
        return describing(f"{verb} {self.noun} {resource.name}")

    def _value(self, raw: calls.Json) -> T:
        return self.parse(raw)


def names(resource: ResourceId) -> tuple[str, ...]:
    """The group and the names of a resource, the first arguments of all operations on it."""
    return resource.resource_group, *resource.names
