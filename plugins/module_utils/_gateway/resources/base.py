# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that images, disks, snapshots and machines have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ..._core.errors import Missing
from ..._core.ids import ResourceId
from ..._core.model.provisioning import BUSY
from ..sdk import calls
from ..sdk.errors import doing

if TYPE_CHECKING:
    from ..sdk.client import Connection


class Settles(Protocol):
    """A value that says whether an operation works on its resource."""

    @property
    def provisioning_state(self) -> str:
        """Azure's word for how far it is."""


T = TypeVar("T", bound=Settles)


class Resources(Generic[T]):
    """One kind of resource. Says what a subclass must: its noun, its operations in the SDK, its api-version, its translation."""

    noun: str
    operations: str
    api: str
    translate: Callable[[calls.Json], T]

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, resource: ResourceId) -> T | None:
        """The resource, or None if it or its group does not exist."""
        try:
            return self.get(resource)
        except Missing:
            return None

    def get(self, resource: ResourceId) -> T:
        """The resource, which must exist."""
        with self._doing("read", resource):
            return self._value(calls.read(self._sdk(resource).get, *names(resource), api_version=self.api))

    def find_settled(self, resource: ResourceId) -> T | None:
        """The resource, once no operation works on it any more or the deadline is near: a run that died may have begun one."""
        return self._connection.deadline.until(
            lambda: self.find(resource), lambda found: found is None or found.provisioning_state not in BUSY
        )

    def list(self, resource_group: str | None = None) -> tuple[T, ...]:
        """All of one group (none, if the group does not exist), or of the whole subscription."""
        sdk = getattr(self._connection.compute(), self.operations)
        everywhere, of_group = self._list_operations(sdk)
        operation, group = (of_group, (resource_group,)) if resource_group else (everywhere, ())
        where = f"resource group {resource_group}" if resource_group else "the subscription"
        try:
            with doing(f"list the {self.noun}s of {where}"):
                found = calls.pages(operation, *group, api_version=self.api)
        except Missing:
            return ()
        return tuple(map(self._value, found))

    def list_settled(self, resource_group: str, concerns: Callable[[T], bool]) -> tuple[T, ...]:
        """All of one group, once no operation works on any that concerns us or the deadline is near."""

        def settled(found: tuple[T, ...]) -> bool:
            return not any(each.provisioning_state in BUSY for each in found if concerns(each))

        return self._connection.deadline.until(lambda: self.list(resource_group), settled)

    def create(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Create it, or bring an existing one to this body, and wait."""
        with self._doing("create", resource):
            return self._value(calls.run(self._sdk(resource).begin_create_or_update, *names(resource), api_version=self.api, body=body))

    def update(self, resource: ResourceId, body: Mapping[str, Any]) -> T:
        """Change what the body names, and wait."""
        with self._doing("change", resource):
            return self._value(calls.run(self._sdk(resource).begin_update, *names(resource), api_version=self.api, body=body))

    def tag(self, resource: ResourceId, tags: Mapping[str, str]) -> T:
        """Give it exactly these tags."""
        return self.update(resource, {"tags": dict(tags)})

    def delete(self, resource: ResourceId) -> None:
        """Delete it, and wait until it is gone."""
        with self._doing("delete", resource):
            calls.run(self._sdk(resource).begin_delete, *names(resource), api_version=self.api)

    def _sdk(self, resource: ResourceId) -> Any:
        return getattr(self._connection.compute(resource.subscription), self.operations)

    def _list_operations(self, sdk: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
        return sdk.list, sdk.list_by_resource_group

    def _doing(self, verb: str, resource: ResourceId) -> Any:
        return doing(f"{verb} {self.noun} {resource.name}")

    def _value(self, raw: calls.Json) -> T:
        return self.translate(raw)


def names(resource: ResourceId) -> tuple[str, str]:
    """The two names by which every operation knows its resource."""
    return resource.resource_group, resource.name
