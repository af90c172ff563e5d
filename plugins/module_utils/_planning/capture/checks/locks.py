# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule about locks: Azure refuses what they forbid, whatever the rights of the identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...._core.ids import ResourceId
from ...._core.model.lock import Lock
from ...._core.model.vm import DEALLOCATED
from .rule import Candidate, Finding, Rule

READ_ONLY = "ReadOnly"
"""The level of a lock that forbids every change; the other one forbids to delete only."""


class _Place(NamedTuple):
    resource: ResourceId
    title: str
    changed: bool
    deleted: bool


def _locks(candidate: Candidate) -> Iterator[Finding]:
    for place in _places(candidate):
        yield from (_forbidden(lock, place) for lock in candidate.seen.locks if _forbids(lock, place))


def _places(candidate: Candidate) -> tuple[_Place, _Place]:
    """The VM and the image, and what the capture does with them."""
    request, vm, target = candidate.request, candidate.vm, candidate.target
    is_ready = vm.generalized and vm.power == DEALLOCATED
    return (
        _Place(vm.id, f"VM {vm.id.name}", request.delete_source or not (is_ready or request.specialized), request.delete_source),
        _Place(request.target, target.title, True, target.exists),
    )


def _forbids(lock: Lock, place: _Place) -> bool:
    return lock.holds(place.resource) and (place.deleted or (place.changed and lock.level == READ_ONLY))


def _forbidden(lock: Lock, place: _Place) -> Finding:
    verb = "change" if lock.level == READ_ONLY else "delete"
    return Finding(
        f"the {lock.level} lock {lock.name} on {lock.scope} forbids to {verb} {place.title}",
        "Azure would refuse that step, possibly after others that cannot be undone",
        "remove the lock, or name another place",
    )


RULES = (
    Rule(
        "locks",
        "no lock that this identity can read forbids a step of the capture",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources",
        _locks,
    ),
)
