# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources that a task names for the disks of a managed image: managed disks, snapshots and VHD blobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, SNAPSHOT, VM, ResourceId
from ..._core.references import KEYS, id_of, parse_reference, require_given, require_keys

DiskSource: TypeAlias = "ResourceId | str"
"""A managed disk or snapshot by its id, or a blob by its URL."""

KINDS = {"disk": DISK, "snapshot": SNAPSHOT}
FORMS = "give a resource id, a dictionary with type (disk or snapshot) and name, or the https URL of a .vhd blob"
_BLOB = re.compile(r"https://[^/\s]+/[^\s]+\.vhd", re.IGNORECASE)


def parse_source(value: Any, resource_group: str, option: str) -> DiskSource:
    """The source in an option. A bare name is refused, since a disk and a snapshot can have the same one."""
    require_given(option, value)
    value = id_of(value, DISK, option)
    if isinstance(value, Mapping):
        return _of_dictionary(value, resource_group, option)
    if isinstance(value, str) and value.startswith("/"):
        return _of_id(value, option)
    if isinstance(value, str) and "://" in value:
        return _of_url(value, option)
    if isinstance(value, str):
        raise InvalidRequest(f"{option}: '{value}' does not say whether it is a disk or a snapshot: {FORMS}.")
    raise InvalidRequest(f"{option}: {FORMS}, not a value of type {type(value).__name__}.")


def noun_of(source: DiskSource) -> str:
    """The kind of a source for sentences."""
    return "blob" if isinstance(source, str) else "snapshot" if source.is_a(SNAPSHOT) else "disk"


def title_of(source: DiskSource) -> str:
    """The name of a source for sentences."""
    return f"blob {source}" if isinstance(source, str) else f"{noun_of(source)} {source.name}"


def same_source(text: str | None, source: DiskSource) -> bool:
    """Whether Azure's text for the source of a disk names this source. Ids are compared without case, the names of blobs with it."""
    return text == source if isinstance(source, str) else (text or "").casefold() == str(source).casefold()


def _of_dictionary(value: Mapping[str, Any], resource_group: str, option: str) -> ResourceId:
    require_keys(value, ("type", *KEYS), option, "; or id")
    named = value.get("type")
    if named == "vm":
        raise _is_vm(option)
    if named not in KINDS:
        raise InvalidRequest(f"{option}: type must be disk or snapshot, not {named!r}.")
    return parse_reference({key: value[key] for key in KEYS if key in value}, KINDS[named], resource_group, option)


def _of_id(text: str, option: str) -> ResourceId:
    kind = ResourceId.parse(text, DISK).kind
    if kind.casefold() == VM.casefold():
        raise _is_vm(option)
    known = next((each for each in KINDS.values() if each.casefold() == kind.casefold()), None)
    if known is None:
        raise InvalidRequest(f"{option}: '{text}' is the id of a {kind}; an image is made from managed disks, snapshots and VHD blobs.")
    return parse_reference(text, known, None, option)


def _of_url(text: str, option: str) -> str:
    """The URL of a blob. A query is not repeated, because it may be a SAS, which is a secret."""
    if "?" in text:
        raise InvalidRequest(
            f"{option}: the URL of a blob must not have a query such as a SAS, because Azure reads the blob by your rights."
        )
    if not _BLOB.fullmatch(text):
        raise InvalidRequest(f"{option}: '{text}' is not the URL of a VHD blob: it must begin with https:// and end with .vhd.")
    return text


def _is_vm(option: str) -> InvalidRequest:
    return InvalidRequest(
        f"{option}: a VM becomes a managed image by image_capture only, which deallocates it and marks it as generalized;"
        " use that module, or name the VM's disks here."
    )
