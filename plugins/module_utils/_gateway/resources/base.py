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

REPLICA_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the reads of a resource that was just made, while a replica of the Resource Manager does not have it yet."""


class Settles(Protocol):
    """A resource that says whether an operation is running on it."""

    @property
    def provisioning_state(self) -> str:
        """Azure's name of the state of the resource's last operation."""


T = TypeVar("T", bound=Settles)


class Resources(Generic[T]):
    """One kind of resource. A subclass names its noun, its operations in the SDK, its api-version, another one for creating if
    it needs one, and the parser of its JSON.

    Every method raises Denied, Refused, Failed, TimedOut or Unavailable with a sentence that says what could not be done.
    """

    noun: str
    operations: str
    api: str
    creation_api: str | None = None
    parse: Callable[[calls.Json], T]

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

    def get_made(self, resource: ResourceId) -> T:
        """The resource, which exists, since this run has made it: a replica may answer the first reads as if it did not."""
        for pause in REPLICA_PAUSES:
            if (found := self.find(resource)) is not None:
                return found
            self._client.deadline.sleep(pause)
        return self.get(resource)

    def find_settled(self, resource: ResourceId) -> T | None:
        """Wait until no operation, such as one of a killed run, is running on it or the deadline is near. None if it does not exist."""
        return self._client.deadline.until(lambda: self.find(resource), lambda found: found is None or found.provisioning_state not in BUSY)

    def list(self, resource_group: str | None = None) -> tuple[T, ...]:
        """All resources of a group, none if it does not exist; or those of the subscription, if no group is named."""
        sdk = getattr(self._client.compute(), self.operations)
        of_subscription, of_group = self._list_operations(sdk)
        operation, group = (of_group, (resource_group,)) if resource_group else (of_subscription, ())
        place = f"resource group {resource_group}" if resource_group else "the subscription"
        try:
            with describing(f"list the {self.noun}s of {place}"):
                found = calls.pages(operation, *group, api_version=self.api)
        except Missing:
            return ()
        return tuple(map(self._value, found))

    def list_settled(self, resource_group: str, selected: Callable[[T], bool]) -> tuple[T, ...]:
        """All resources of a group, once those that ``selected`` accepts have settled or the deadline is near."""

        def settled(found: tuple[T, ...]) -> bool:
            return not any(each.provisioning_state in BUSY for each in found if selected(each))

        return self._client.deadline.until(lambda: self.list(resource_group), settled)

    def create(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Create the resource, or change an existing one to this body; wait until it is done."""
        return self._write("create", resource, self._sdk(resource).begin_create_or_update, body, self.creation_api or self.api)

    def update(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Change the properties that the body names, and wait until it is done."""
        return self._write("change", resource, self._sdk(resource).begin_update, body, self.api)

    def tag(self, resource: ResourceId, tags: Mapping[str, str]) -> T:
        """Replace the tags of the resource."""
        return self.update(resource, {"tags": dict(tags)})

    def delete(self, resource: ResourceId) -> None:
        """Delete the resource, and wait until it is gone."""
        with self._describing("delete", resource):
            calls.run(self._sdk(resource).begin_delete, *names(resource), api_version=self.api)

    def _write(self, verb: str, resource: ResourceId, operation: Callable[..., Any], body: Mapping[str, Any], api: str) -> T:
        """The resource after an operation that Azure accepts. The SDK reads it at the end, and a replica may not have it yet."""
        with self._describing(verb, resource):
            poller = calls.begin(operation, *names(resource), api_version=api, body=body)
        try:
            with self._describing(verb, resource):
                return self._value(calls.end(poller))
        except Missing:
            return self.get_made(resource)

    def _sdk(self, resource: ResourceId) -> Any:
        return getattr(self._client.compute(resource.subscription), self.operations)

    def _list_operations(self, sdk: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The SDK's operations that list a subscription and a group."""
        return sdk.list, sdk.list_by_resource_group

    def _describing(self, verb: str, resource: ResourceId) -> AbstractContextManager[None]:
        return describing(f"{verb} {self.noun} {resource.name}")

    def _value(self, raw: calls.Json) -> T:
        return self.parse(raw)


def names(resource: ResourceId) -> tuple[str, str]:
    """The group and the name of a resource, the first two arguments of all operations on it."""
    return resource.resource_group, resource.name
