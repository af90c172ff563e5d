# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups and resources that do not exist: one look-up for all subjects, and the sentences about them."""

from __future__ import annotations

from collections.abc import Collection

from .._core.errors import Missing
from .._core.ids import ResourceId
from .._core.ports import Azure


def without_group(azure: Azure, found: bool, *resources: ResourceId | None) -> frozenset[ResourceId]:
    """The resources whose resource group does not exist; none, without a request to Azure, if the task ``found`` everything it needs."""
    return frozenset() if found else azure.groups.without_group(*resources)


def absent(what: str, resource: ResourceId, without_group: Collection[ResourceId], consequence: str = "", **facts: object) -> Missing:
    """The error for a resource that was not found.

    ``without_group`` holds the resources whose resource group does not exist, which is then named as the reason. ``consequence`` ends the
    sentence otherwise. ``facts`` become return values of the failed task.
    """
    if resource in without_group:
        return Missing(f"{absent_group(resource)}, so there is no {what} {resource.name} in it: check resource_group.", **facts)
    return Missing(f"there is no {what} {resource.name} in resource group {resource.resource_group}{consequence}.", **facts)


def absent_group(resource: ResourceId) -> str:
    """The clause about a resource group that does not exist."""
    return f"resource group {resource.resource_group} was not found in subscription {resource.subscription}"


def missing_group(without_group: Collection[ResourceId], *resources: ResourceId) -> str | None:
    """The clause about the first of some resources whose resource group does not exist; None if all groups exist."""
    return next((absent_group(each) for each in resources if each in without_group), None)


def require_groups(without_group: Collection[ResourceId], *resources: ResourceId) -> None:
    """Refuse to create anything in a resource group that does not exist."""
    if clause := missing_group(without_group, *resources):
        raise Missing(f"{clause}: create it first, or name another one.")


def empty_list(without_group: Collection[ResourceId]) -> tuple[str, ...]:
    """The warnings about a list that is empty because a resource group does not exist; one for each group."""
    return tuple(sorted({f"The list is empty: {absent_group(each)}." for each in without_group}))
