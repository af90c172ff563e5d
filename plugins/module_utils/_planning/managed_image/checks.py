# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reasons why no managed image can be made from its sources: found before anything is written, so before an image is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..._core.errors import InvalidRequest
from ..._core.ids import region
from ..._core.model.disk import Disk
from ..._core.model.provisioning import FAILED
from ..._core.model.snapshot import Snapshot
from ..evidence.origin import Origin
from ..gallery.source_rules import STANDARD
from ..gallery.sources import security_type_in
from ..settling import settled
from .observe import Observed
from .request import ImageRequest, WantedDisk
from .sources import title_of

GALLERY = "publish it to a compute gallery instead"
OPEN = ("ReadyToUpload", "ActiveUpload")
"""The states of a disk whose upload is not complete."""
UNSUPPORTED_DISKS = ("UltraSSD_LRS", "PremiumV2_LRS")
"""The types of disks that images cannot hold."""


class Checked(NamedTuple):
    """The properties of the new image that follow from its sources, and warnings. ``sizes`` has those of the sources by option, in GiB."""

    location: str
    os_type: str
    generation: str
    sizes: Mapping[str, int | None]
    warnings: tuple[str, ...] = ()


def check_sources(request: ImageRequest, seen: Observed) -> Checked:
    """Refuse sources of which no image can be made, or not this one."""
    warnings = tuple(text for disk, origin in _known(request, seen) for text in _check_source(request, seen, disk, origin))
    os_disk = request.disks[0]
    origin = seen.origins.get(os_disk.option)
    source = origin.source if origin else None
    return Checked(
        location=_location(request, seen),
        os_type=_agreed("os_type", "operating system", os_disk, request.os_type, source.os_type if source else None),
        generation=_agreed("hyper_v_generation", "generation", os_disk, request.generation, source.hyper_v_generation if source else None),
        sizes={disk.option: origin.source.size_gib for disk, origin in _known(request, seen) if origin.source},
        warnings=warnings,
    )


def _known(request: ImageRequest, seen: Observed) -> Iterator[tuple[WantedDisk, Origin]]:
    """The disks of the image whose sources Azure describes, which are all but blobs."""
    for disk in request.disks:
        if origin := seen.origins.get(disk.option):
            yield disk, origin


def _check_source(request: ImageRequest, seen: Observed, wanted: WantedDisk, origin: Origin) -> tuple[str, ...]:
    """The warnings about one source; raises ``InvalidRequest``, or ``TimedOut`` if Azure is still working on it."""
    source = origin.source
    if source is None:
        return ()
    check = seen.check_mode
    warnings = settled("snapshot", source, check)[1] if isinstance(source, Snapshot) else settled("disk", source, check)[1]
    for fault in _faults(request, wanted, source, origin):
        raise InvalidRequest(f"{wanted.option}.source: {title_of(wanted.source)} {fault}.")
    return warnings


def _faults(request: ImageRequest, wanted: WantedDisk, source: Disk | Snapshot, origin: Origin) -> Iterator[str]:
    """Why no image can be made from a source, as ends of a sentence."""
    if source.provisioning_state == FAILED:
        yield "has the provisioning state Failed: delete it and make it again"
    if source.id.subscription.casefold() != request.image.subscription.casefold():
        yield (
            f"is in subscription {source.id.subscription}, and an image is made in the subscription of its sources:"
            " copy it first, or set subscription_id"
        )
    if (security := security_type_in(source.security_type)) != STANDARD:
        yield (
            f"has the security type {security}, of which Azure makes no managed images ('Creation of managed images are not supported for"
            f" virtual machine with {security} security type.' are its words for a VM): {GALLERY}"
        )
    if source.architecture == "Arm64":
        yield f"is for Arm64 machines, of which managed images do not exist: {GALLERY}"
    if wanted.size_gib is not None and source.size_gib is not None and wanted.size_gib < source.size_gib:
        yield f"has {source.size_gib} GiB, and a disk cannot shrink: size_gib must be at least {source.size_gib}, not {wanted.size_gib}"
    if isinstance(source, Disk):
        yield from _faults_of_disk(source, origin)


def _faults_of_disk(disk: Disk, origin: Origin) -> Iterator[str]:
    """The faults that only a managed disk can have."""
    if disk.state in OPEN:
        yield f"waits for an upload (its state is {disk.state}): complete the upload first"
    if disk.storage_account_type in UNSUPPORTED_DISKS:
        yield f"has the type {disk.storage_account_type}, which images cannot hold: make a copy of another type first"
    if disk.encrypted:
        yield "is encrypted by Azure Disk Encryption, whose key belongs to its VM: turn the encryption off first"
    if disk.managed_by is not None and (origin.vm is None or not origin.vm.has_stopped):
        power = (origin.vm.power if origin.vm else "") or "not stopped"
        yield f"is attached to VM {disk.managed_by.name}, which is {power}: deallocate the VM first, or name a snapshot of the disk"


def _location(request: ImageRequest, seen: Observed) -> str:
    """The region of the image, which is that of all its sources."""
    wanted = request.location
    for disk, origin in _known(request, seen):
        here = region(origin.source.location) if origin.source else None
        if here and wanted not in (None, here):
            raise InvalidRequest(
                f"{disk.option}.source: {title_of(disk.source)} is in {here}, not in {wanted}: an image is made where its sources are."
            )
        wanted = here or wanted
    return wanted or region(seen.group_location)


def _agreed(option: str, what: str, os_disk: WantedDisk, asked: str | None, found: str | None) -> str:
    """A property of the OS disk that the source says, or the task if the source does not."""
    name = title_of(os_disk.source)
    if found and asked not in (None, found):
        raise InvalidRequest(f"{option}: {name} has {option} {found}, not {asked}: omit {option}, or name another source.")
    if not (value := found or asked):
        raise InvalidRequest(f"{option}: Azure does not say which {what} {name} is for: give {option}.")
    return value
