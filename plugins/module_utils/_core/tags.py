# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags: the names that this collection writes, and the tags that a resource should have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import InvalidRequest
from .ids import ResourceId
from .limits import FORBIDDEN_IN_TAG_NAMES, LONGEST_TAG_NAME, LONGEST_TAG_VALUE, MOST_TAGS
from .tag_limits import twins

PREFIX = "goldenimage."
VM_ID = PREFIX + "vm_id"
VM = PREFIX + "vm"
SEAL = PREFIX + "seal"
SEAL_DIGEST = PREFIX + "seal_digest"
"""The digest of the seal of the VM that an image was made from."""
SEALED = PREFIX + "sealed"
"""``assume`` on what was made from a source whose seal the user has assumed."""
DIGEST = PREFIX + "digest"
BACKUP = PREFIX + "backup"
BACKUP_TIME = PREFIX + "backup_time"
PURPOSE = PREFIX + "purpose"
LUN = PREFIX + "lun"
DISK = PREFIX + "disk"
PLAN = PREFIX + "plan"
IMAGE = PREFIX + "image"
DISKS = PREFIX + "disks"
TRAITS = PREFIX + "traits"
OWNERSHIP = PREFIX + "ownership"
COPY = PREFIX + "copy"
"""The name of the copy of a VM that a resource belongs to."""
COPY_OF = PREFIX + "copy_of"
COPY_OF_VM_ID = PREFIX + "copy_of_vm_id"
"""The id and the vmId of the VM that was copied."""
RUN = PREFIX + "run"
"""The run that made an interim disk, until the disk is complete; or the run that made a version in a gallery."""

SOURCE = PREFIX + "source"
"""The source of a version in a gallery, by an identity that is never used again for another content."""

BEFORE_GENERALIZE = "before-generalize"
UPLOAD = "upload"
RESTORED = "restored"
BOOT = "boot"
COPIED = "copy"
KEPT_COPY = "kept-copy"


def from_params(params: Mapping[str, Any]) -> Mapping[str, str] | None:
    """The user's tags, checked; None if the option is omitted. Names that begin with ``goldenimage.`` are left out."""
    if (given := params.get("tags")) is None:
        return None
    for name, value in given.items():
        require_text(name, value)
        if not 1 <= len(name) <= LONGEST_TAG_NAME or set(name) & set(FORBIDDEN_IN_TAG_NAMES) or len(value) > LONGEST_TAG_VALUE:
            raise InvalidRequest(
                f"tags: '{name}' is not allowed: names have 1 to {LONGEST_TAG_NAME} characters without {FORBIDDEN_IN_TAG_NAMES},"
                f" values up to {LONGEST_TAG_VALUE}."
            )
    if same := twins(given):
        raise InvalidRequest(f"tags: {' and '.join(same[0])} differ only in case, which Azure takes for one name: keep one of them.")
    if len(given) > MOST_TAGS:
        raise InvalidRequest(f"tags: {len(given)} tags are more than the {MOST_TAGS} that Azure allows on a resource.")
    return without_ours(given)


def require_text(name: str, value: Any) -> str:
    """The value of a tag, which must be a string: YAML reads some values as numbers."""
    if value is None:
        raise InvalidRequest(f"tags: '{name}' has no value: give a string, '' for an empty one.")
    if not isinstance(value, str):
        raise InvalidRequest(f"tags: the value of '{name}' must be a string, not {value!r}; put it in quotes.")
    return value


def left_out(params: Mapping[str, Any]) -> tuple[str, ...]:
    """The warning about tags of the user whose names belong to this collection, if there are any."""
    if not (ours := [name for name in params.get("tags") or () if _is_ours(name)]):
        return ()
    verb = "are" if ours[1:] else "is"
    return (f"tags: {', '.join(ours)} {verb} ignored, because names that begin with {PREFIX} are reserved for this collection.",)


def wanted(
    current: Mapping[str, str], given: Mapping[str, str] | None, append: bool, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The tags that a resource should have: the current ones, replaced by the user's, replaced by our own. Names are compared without case.

    Without ``append``, the user's tags replace all current ones except ours.
    """
    return checked(merged(current, given, append, own))


def merged(
    current: Mapping[str, str], given: Mapping[str, str] | None, append: bool, own: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The same tags, not checked against Azure's limits."""
    kept = current if append or given is None else {name: value for name, value in current.items() if _is_ours(name)}
    return _over(_over(dict(kept), given or {}), own or {})


def without_ours(current: Mapping[str, str]) -> dict[str, str]:
    """The tags that a resource takes over from the one it replaces: all but ours, which describe the former one."""
    return {name: value for name, value in current.items() if not _is_ours(name)}


def checked(tags: dict[str, str]) -> dict[str, str]:
    """The same tags, if they are not more than Azure allows."""
    if len(tags) > MOST_TAGS:
        raise InvalidRequest(
            f"tags: {len(tags)} tags, with those of this collection, are more than the {MOST_TAGS} that Azure allows on a resource."
        )
    return tags


def plan_value(plan: Mapping[str, str]) -> str:
    """Marketplace plan data as the value of a tag: managed images have no property for it."""
    return json.dumps({key: plan[key] for key in sorted(plan)}, separators=(",", ":"))


def id_value(resource: ResourceId) -> str:
    """A resource id as the value of a tag. One that is too long for a value is shortened to ``subscription/group/name``."""
    full = str(resource)
    return full if len(full) <= LONGEST_TAG_VALUE else "/".join((resource.subscription, resource.resource_group, *resource.names))


def id_from(value: str, kind: str) -> ResourceId | None:
    """The resource id of this kind in the value of a tag; None if there is none."""
    parts = value.split("/")
    if len(parts) == 3 and all(parts):
        return ResourceId.of(kind, parts[1], parts[2], subscription=parts[0])
    try:
        found = ResourceId.parse(value, kind)
    except InvalidRequest:
        return None
    return found if found.is_a(kind) else None


def object_in(value: str | None) -> dict[str, Any]:
    """The JSON object in the value of a tag; an empty one if there is none, since anybody can write tags."""
    try:
        found = json.loads(value or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_ours(name: str) -> bool:
    return name.casefold().startswith(PREFIX)


def _over(below: dict[str, str], above: Mapping[str, str]) -> dict[str, str]:
    """Both, with the values of ``above``; a name that exists already keeps its spelling."""
    spelling = {name.casefold(): name for name in below}
    return below | {spelling.get(name.casefold(), name): value for name, value in above.items()}
