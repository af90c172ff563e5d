# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources that a task names: by id, by name, or by dictionary."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .errors import InvalidRequest
from .ids import SUBNET, ResourceId, region
from .limits import GROUP_NAME, LONGEST_GROUP_NAME, LONGEST_NAME, RESOURCE_NAME, SUBSCRIPTION_ID

KEYS = ("name", "resource_group", "subscription_id")
SUBNET_KEYS = ("virtual_network", "subnet", "resource_group")


def own_id(params: Mapping[str, Any], kind: str) -> ResourceId:
    """The resource that the task is about: ``name`` in ``resource_group``."""
    return ResourceId.of(kind, require_group(params["resource_group"]), require_name("name", params["name"]))


def require_given(option: str, value: Any) -> None:
    """Refuse an empty string, the result of a template without a value, for an option that is required."""
    if value == "":
        raise InvalidRequest(f"{option}: must not be empty.")


def given_texts(values: Sequence[str] | None) -> Sequence[str] | None:
    """The texts in a list that are not empty. None, as for an omitted option, if all are: Ansible makes such a list of an empty string."""
    return [each for each in values if each] or None if values else values


def require_name(option: str, name: Any) -> str:
    """The name of a resource, if Azure allows it."""
    require_given(option, name)
    if not isinstance(name, str) or not RESOURCE_NAME.fullmatch(name):
        raise InvalidRequest(
            f"{option}: {name!r} is not a valid name for a resource: use 1 to {LONGEST_NAME} letters, digits, '_', '.' or '-',"
            " the first a letter or digit, the last neither '.' nor '-'."
        )
    return name


def require_group(name: Any, option: str = "resource_group") -> str:
    """The name of a resource group, if Azure allows it."""
    require_given(option, name)
    if not isinstance(name, str) or not GROUP_NAME.fullmatch(name):
        raise InvalidRequest(
            f"{option}: {name!r} is not a valid name for a resource group: use 1 to {LONGEST_GROUP_NAME} letters, digits, '_', '-', '.',"
            " '(' or ')', the last not '.'."
        )
    return name


def require_subscription(option: str, value: Any) -> str:
    """The id of a subscription, if it is safe in a URL, of which it becomes a part."""
    if not isinstance(value, str) or not SUBSCRIPTION_ID.fullmatch(value):
        raise InvalidRequest(f"{option}: {value!r} is not a valid subscription id: use letters, digits and '-' only.")
    return value


def require_keys(value: Mapping[Any, Any], known: Sequence[str], option: str, others: str = "") -> None:
    """Refuse a dictionary with unknown keys, which would be ignored."""
    if unknown := [str(key) for key in value if key not in known]:
        raise InvalidRequest(
            f"{option}: unknown key{'s' if unknown[1:] else ''} {', '.join(unknown)}; known are {', '.join(known)}{others}."
        )


def id_of(value: Any, kind: str, option: str) -> Any:
    """The resource id in a dictionary that has one, such as the result of another module; any other value unchanged."""
    if not isinstance(value, Mapping) or "id" not in value:
        return value
    text = str(value["id"] or "")
    return text if text.startswith("/") else str(_identified(text, kind, option))


def parse_reference(value: Any, kind: str, resource_group: str | None, option: str) -> ResourceId:
    """The resource that an option names: by id, by name in ``resource_group``, by {name, resource_group, subscription_id} or by {id}."""
    require_given(option, value)
    value = id_of(value, kind, option)
    if isinstance(value, str) and value.startswith("/"):
        return _identified(value, kind, option)
    if isinstance(value, str) and value:
        value = {"name": value}
    if not isinstance(value, Mapping):
        given = f"a value of type {type(value).__name__}"
        raise InvalidRequest(f"{option}: give a resource id, a name, or a dictionary with name and resource_group, not {given}.")
    require_keys(value, KEYS, option, "; or id")
    if not value.get("name"):
        raise InvalidRequest(f"{option}: the dictionary has no name; give name and, if needed, resource_group.")
    name = require_name(option, value["name"])
    if not (group := value.get("resource_group") or resource_group):
        raise InvalidRequest(f"{option}: '{name}' needs a resource_group.")
    subscription = value.get("subscription_id") or ""
    if subscription:
        require_subscription(option, subscription)
    return ResourceId.of(kind, require_group(group, option), name, subscription=subscription)


def parse_subnet(value: Any, resource_group: str, option: str = "subnet") -> ResourceId:
    """The subnet that an option names: by id, or by dictionary with the names of its network and of itself."""
    value = id_of(value, SUBNET, option)
    if isinstance(value, str) and value.startswith("/"):
        return parse_reference(value, SUBNET, resource_group, option)
    if isinstance(value, Mapping):
        require_keys(value, SUBNET_KEYS, option, "; or id")
    if not isinstance(value, Mapping) or not value.get("virtual_network") or not value.get("subnet"):
        raise InvalidRequest(
            f"{option}: give a resource id, or a dictionary with virtual_network, subnet and, if it is in another group, resource_group."
        )
    names = (require_name(option, value[key]) for key in ("virtual_network", "subnet"))
    return ResourceId.of(SUBNET, require_group(value.get("resource_group") or resource_group, option), *names)


def require_region(location: str | None, regions: Collection[str], what: str) -> None:
    """Refuse a location that is not among the regions that have such resources. Without known regions, any location is accepted."""
    if location and regions and region(location) not in regions:
        raise InvalidRequest(f"location: {location!r} is not a region that has {what}; these have: {', '.join(sorted(regions))}.")


def _identified(text: str, kind: str, option: str) -> ResourceId:
    """The resource with an id, if its kind and all names in it are valid."""
    try:
        found = ResourceId.parse(text, kind)
    except InvalidRequest as error:
        raise InvalidRequest(f"{option}: {error.message}") from error
    if not found.is_a(kind):
        raise InvalidRequest(f"{option}: '{text}' is the id of a {found.kind}, not of a {kind}.")
    require_subscription(option, found.subscription)
    require_group(found.resource_group, option)
    for name in found.names:
        require_name(option, name)
    return found
