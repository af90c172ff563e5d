"""The bytes that a request for a new disk or snapshot asks for, and the refusals about them."""

from __future__ import annotations

from dataclasses import replace

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.catalog import blob_size
from azlab.arm.compute.common import DISK, SNAPSHOT, get_source
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.builder import Content
from azlab.arm.compute.disks.state import GIB, MIB, check_usable
from azlab.arm.compute.gallery_versions.lookup import Place
from azlab.arm.compute.gallery_versions.use import content_of_version
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab

_FOOTER = 512
_LEAST_UPLOAD, _MOST_UPLOAD = 20972032, 35183298347520
"""https://learn.microsoft.com/rest/api/compute/disks/create-or-update#creationdata (uploadSizeBytes, footer included)"""


def find_content(lab: Lab, body: Json, location: str, subscription: str) -> Content:
    """Check creationData and find the bytes that it asks for."""
    properties = body.get("properties") or {}
    creation = properties.get("creationData")
    if not creation:
        raise parameter_errors.MISSING(parameter="creationData", target="creationData")
    option = str(creation.get("createOption") or "")
    size_gib = properties.get("diskSizeGB")
    if size_gib is not None and not (isinstance(size_gib, int) and 1 <= size_gib <= 32767):
        raise disk_errors.DISK_SIZE(size=size_gib, target="disk.diskSizeGB")
    match option:
        case "Upload":
            return Content(_upload_size(creation), upload=True)
        case "Empty":
            if size_gib is None:
                raise parameter_errors.MISSING(parameter="disk.diskSizeGB", target="disk.diskSizeGB")
            return Content(size_gib * GIB)
        case "Copy":
            return _copied(lab, creation, location, size_gib)
        case "Import":
            return _imported(lab, creation, size_gib)
        case "FromImage":
            return _grown(content_of_version(lab, creation.get("galleryImageReference"), Place(location, subscription)), size_gib)
        case "":
            raise parameter_errors.MISSING(parameter="creationData.createOption", target="creationData.createOption")
    raise parameter_errors.BAD_VALUE(value=option, parameter="creationData.createOption", target="creationData.createOption")


def _grown(content: Content, size_gib: int | None) -> Content:
    """The disk of an image, grown if the request asks for that."""
    if size_gib is None or size_gib * GIB == content.size:
        return content
    if size_gib * GIB < content.size:
        raise compute_errors.SMALL_DISK(size=size_gib, least=content.size // GIB, target="disk.diskSizeGB")
    return replace(content, size=size_gib * GIB)


def _upload_size(creation: Json) -> int:
    """The size in bytes of the disk that is to be uploaded, without the VHD footer."""
    size = creation.get("uploadSizeBytes")
    if size is None:
        raise parameter_errors.MISSING(parameter="creationData.uploadSizeBytes", target="creationData.uploadSizeBytes")
    size = int(size)
    if not _LEAST_UPLOAD <= size <= _MOST_UPLOAD:
        raise disk_errors.UPLOAD_SIZE(size=size, target="creationData.uploadSizeBytes")
    if (size - _FOOTER) % MIB:
        raise disk_errors.UPLOAD_NOT_MIB(size=size, disk=size - _FOOTER)
    return size - _FOOTER


def _copied(lab: Lab, creation: Json, location: str, size_gib: int | None) -> Content:
    """A copy of a disk or snapshot, grown if the request asks for that."""
    id = creation.get("sourceResourceId") or creation.get("sourceUri")
    if not id:
        raise parameter_errors.MISSING(parameter="creationData.sourceResourceId", target="creationData.sourceResourceId")
    source = get_source(lab, id, DISK, SNAPSHOT)
    check_usable(lab, source)
    if source.location != location:
        raise compute_errors.OTHER_REGION(source=source.id, there=source.location, location=location)
    size = int(source.properties["diskSizeBytes"])
    if size_gib is None or size_gib == source.properties["diskSizeGB"]:
        return Content(size, source)
    if size_gib * GIB < size:
        raise disk_errors.SHRINK()
    return Content(size_gib * GIB, source)


def _imported(lab: Lab, creation: Json, size_gib: int | None) -> Content:
    """A blob in a storage account, grown if the request asks for that."""
    uri = creation.get("sourceUri")
    if not uri:
        raise parameter_errors.MISSING(parameter="creationData.sourceUri", target="creationData.sourceUri")
    size = blob_size(lab, uri)
    if size is None:
        raise disk_errors.OTHER_REGION_BLOB(uri=uri)
    return Content(max(size, (size_gib or 0) * GIB), imported=True)
