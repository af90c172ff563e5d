"""Where the bytes of a new disk or snapshot come from, and everything that Azure refuses about that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalogue import blob_size
from azlab.arm.compute.crud import get_source
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.states import GIB, MIB, check_whole
from azlab.arm.core import errors
from azlab.arm.http.calls import COMPUTE, Call
from azlab.store import Resource

DISK, SNAPSHOT = f"{COMPUTE}/disks", f"{COMPUTE}/snapshots"
FOOTER = 512
_LEAST_UPLOAD, _MOST_UPLOAD = 20972032, 35183298347520
"""https://learn.microsoft.com/rest/api/compute/disks/create-or-update#creationdata (uploadSizeBytes, footer included)"""


@dataclass(frozen=True)
class Source:
    """How many bytes a new disk has, and what they are: those of a `resource`, an upload to come, a blob from outside, or zeros."""

    size: int
    resource: Resource | None = None
    upload: bool = False
    imported: bool = False


def find_source(call: Call, body: dict[str, Any], location: str) -> Source:
    """Check the request and find the bytes. Everything that Azure refuses at once is refused here."""
    properties = body.get("properties") or {}
    creation = properties.get("creationData")
    if not creation:
        raise errors.MISSING(parameter="creationData", target="creationData")
    option = str(creation.get("createOption") or "")
    size_gib = properties.get("diskSizeGB")
    if size_gib is not None and not (isinstance(size_gib, int) and 1 <= size_gib <= 32767):
        raise disk_errors.DISK_SIZE(size=size_gib, target="disk.diskSizeGB")
    if option == "Upload":
        return Source(_upload_size(creation), upload=True)
    if option == "Empty":
        if size_gib is None:
            raise errors.MISSING(parameter="disk.diskSizeGB", target="disk.diskSizeGB")
        return Source(size_gib * GIB)
    if option == "Copy":
        return _copied(call, creation, location, size_gib)
    if option == "Import":
        return _imported(call, creation, size_gib)
    if not option:
        raise errors.MISSING(parameter="creationData.createOption", target="creationData.createOption")
    raise errors.BAD_VALUE(value=option, parameter="creationData.createOption", target="creationData.createOption")


def _upload_size(creation: dict[str, Any]) -> int:
    size = creation.get("uploadSizeBytes")
    if size is None:
        raise errors.MISSING(parameter="creationData.uploadSizeBytes", target="creationData.uploadSizeBytes")
    size = int(size)
    if not _LEAST_UPLOAD <= size <= _MOST_UPLOAD:
        raise disk_errors.UPLOAD_SIZE(size=size, target="creationData.uploadSizeBytes")
    if (size - FOOTER) % MIB:
        raise disk_errors.UPLOAD_NOT_MIB(size=size, disk=size - FOOTER)
    return size - FOOTER


def _copied(call: Call, creation: dict[str, Any], location: str, size_gib: int | None) -> Source:
    id = creation.get("sourceResourceId") or creation.get("sourceUri")
    if not id:
        raise errors.MISSING(parameter="creationData.sourceResourceId", target="creationData.sourceResourceId")
    source = get_source(call.lab, id, DISK, SNAPSHOT)
    check_whole(call.lab, source)
    if source.location != location:
        raise compute_errors.OTHER_REGION(source=source.id, there=source.location, location=location)
    size = int(source.properties["diskSizeBytes"])
    if size_gib is not None and size_gib * GIB < size and size_gib != source.properties["diskSizeGB"]:
        raise disk_errors.SHRINK()
    grown = size if size_gib is None or size_gib == source.properties["diskSizeGB"] else size_gib * GIB
    return Source(grown, source)


def _imported(call: Call, creation: dict[str, Any], size_gib: int | None) -> Source:
    uri = creation.get("sourceUri")
    if not uri:
        raise errors.MISSING(parameter="creationData.sourceUri", target="creationData.sourceUri")
    size = blob_size(call.lab, uri)
    if size is None:
        raise disk_errors.OTHER_REGION_BLOB(uri=uri)
    return Source(max(size, (size_gib or 0) * GIB), imported=True)
