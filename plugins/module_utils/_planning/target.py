# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task names: its own resource, and references to others as id, short name or dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._planning.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.resource_id import ResourceId

# Azure's own rule for images, disks and snapshots; VM names are stricter, and Azure says so itself.
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcompute
NAME = re.compile(r"[^\W_][\w.-]{0,79}(?<![.-])")


def own(params: Mapping[str, Any], kind: str) -> ResourceId:
    """The resource that the task is about: ``name`` in ``resource_group``."""
    name, group = params["name"], params["resource_group"]
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"name: '{name}' is no name for a resource: 1 to 80 letters, digits, '_', '.' or '-',"
            " the first a letter or digit, the last neither '.' nor '-'."
        )
    return ResourceId.of(kind, group, name)


def reference(value: Any, kind: str, resource_group: str | None, option: str) -> ResourceId:
    """A resource given as full id, as short name (in ``resource_group``), or as {name, resource_group, subscription_id}.

    A module's own result (a dictionary with ``id``) is a reference too.
    """
    if isinstance(value, Mapping) and value.get("id"):
        value = value["id"]
    if isinstance(value, str) and value.startswith("/"):
        found = ResourceId.parse(value)
        if not found.is_a(kind):
            raise InvalidRequest(f"{option}: '{value}' is the id of a {found.kind}, not of a {kind}.")
        return found
    if isinstance(value, str) and value:
        value = {"name": value}
    if not isinstance(value, Mapping) or not value.get("name"):
        raise InvalidRequest(f"{option}: give a resource id, a name, or a dictionary with name and resource_group, not '{value}'.")
    if unknown := set(value) - {"name", "resource_group", "subscription_id"}:
        raise InvalidRequest(f"{option}: unknown key '{sorted(unknown)[0]}'; known are name, resource_group and subscription_id.")
    group = value.get("resource_group") or resource_group
    if not group:
        raise InvalidRequest(f"{option}: '{value['name']}' needs a resource_group.")
    return ResourceId.of(kind, group, value["name"], subscription=value.get("subscription_id") or "")
