# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the OS disk of a Windows machine: a file, or a disk or snapshot in Azure, and the verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from ...._core.errors import InvalidRequest
from ...._core.ids import DISK, SNAPSHOT, ResourceId
from ...._core.limits import require_wait
from ...._core.model.disk_bytes import DiskBytes
from ...._core.model.windows_disk import WindowsDisk
from ...._core.plan import Plan
from ...._core.ports import Azure
from ...._core.references import parse_reference, require_given
from ...._core.subject import Subject
from .disk_verdict import judge

SOURCES = ("path", "disk", "snapshot")
LIMITS = ("max_read_mib", "max_seconds")
Opened = Callable[[str], AbstractContextManager[DiskBytes]]
Inspect = Callable[[DiskBytes, int, int], WindowsDisk]


class _Offline:
    """No Azure at all: a file is read without credentials."""

    subscription = ""


OFFLINE = cast(Azure, _Offline())


@dataclass(frozen=True)
class DiskInfoRequest:
    """The source to read: the file at ``path``, or a disk or snapshot; and how much of it, in how much time, at most."""

    path: str | None
    disk: ResourceId | None
    snapshot: ResourceId | None
    most_mib: int
    seconds: int

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> DiskInfoRequest:
        """Check the module's options."""
        require_wait(params)
        given = [name for name in SOURCES if params[name] is not None]
        if len(given) != 1:
            found = f"{', '.join(given)} are given" if given else "none is"
            raise InvalidRequest(f"Give exactly one of path, disk and snapshot: {found}.")
        require_given(given[0], params[given[0]])
        for name in LIMITS:
            if params[name] < 1:
                raise InvalidRequest(f"{name}: must be at least 1, not {params[name]}.")
        return cls(
            path=params["path"],
            disk=_reference(params, "disk", DISK),
            snapshot=_reference(params, "snapshot", SNAPSHOT),
            most_mib=params["max_read_mib"],
            seconds=params["max_seconds"],
        )

    def within(self, subscription: str) -> DiskInfoRequest:
        """The same request with full ids."""
        disk, snapshot = (each.within(subscription) if each else None for each in (self.disk, self.snapshot))
        return replace(self, disk=disk, snapshot=snapshot)


def windows_disk_info(inspect: Inspect, opened_file: Opened, require_readers: Callable[[], None]) -> Subject[DiskInfoRequest]:
    """The subject of the module, with the functions that read bytes and files; ``require_readers`` refuses if a library is missing."""

    def plan(azure: Azure, request: DiskInfoRequest, _check_mode: bool) -> Plan:
        require_readers()
        with _opened(azure, request, opened_file) as disk:
            return report(inspect(disk, request.most_mib, request.seconds))

    return Subject(DiskInfoRequest.from_params, plan)


def report(disk: WindowsDisk) -> Plan:
    """The return values: the verdict, its reason, and the readings."""
    judged = judge(disk)
    written = disk.generalized_at
    readings = {**asdict(disk), "generalized_at": written.isoformat().replace("+00:00", "Z") if written else None}
    return Plan(
        after={"verdict": judged.verdict, "reason": judged.reason, "findings": list(judged.warnings), "readings": readings},
        warnings=judged.warnings,
    )


def _opened(azure: Azure, request: DiskInfoRequest, opened_file: Opened) -> AbstractContextManager[DiskBytes]:
    """The bytes of what is read."""
    if request.disk is not None:
        return azure.disks.opened(request.disk)
    if request.snapshot is not None:
        return azure.snapshots.opened(request.snapshot)
    return opened_file(request.path or "")


def _reference(params: Mapping[str, Any], option: str, kind: str) -> ResourceId | None:
    if params[option] is None:
        return None
    return parse_reference(params[option], kind, params["resource_group"], option)
