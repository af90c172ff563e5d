"""Grants: beginGetAccess hands out a SAS on a disk's own blob, endGetAccess takes it back.

For an upload the end is the commit: the VHD is checked, and a disk that passed never takes data again. One that failed the check keeps
waiting for its upload.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.crud import get
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.disks import SNAPSHOT
from azlab.arm.compute.disks.disks import TYPE as DISK
from azlab.arm.compute.disks.states import active_access, check_not_deleting, describe_size, state
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, in_group
from azlab.store import Resource


def begin(type: str) -> Callable[[Call], Answer]:
    """The handler of beginGetAccess."""

    def handler(call: Call) -> Answer:
        lab = call.lab
        with lab.store.lock:
            disk = get(call, type)
            wanted, seconds = _wanted(call)
            _check(lab, disk, wanted)

        def work() -> dict[str, Any]:
            with lab.alone(disk.id):
                return _grant(lab, disk.id, wanted, seconds)

        operation = lab.operations.begin(call, work, location=disk.location, kind="DiskOperations", resource=disk.id)
        return Answer(202, None, operation.headers(location=True, notify=False))

    return handler


def _grant(lab: Lab, id: str, wanted: str, seconds: int) -> dict[str, Any]:
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            raise errors.BUSY()
        _check(lab, disk, wanted)
        disk.hidden["access"] = {"kind": wanted, "until": time.time() + seconds}
        lab.store.put(disk)
    return {"accessSAS": lab.blobs.grant(disk.hidden["key"], wanted, seconds)}


def _wanted(call: Call) -> tuple[str, int]:
    access, seconds = call.body.get("access"), call.body.get("durationInSeconds")
    if access not in ("Read", "Write"):
        if access is None:
            raise errors.MISSING(parameter="grantAccessData.access", target="grantAccessData.access")
        raise errors.BAD_VALUE(value=access, parameter="grantAccessData.access", target="grantAccessData.access")
    if seconds is None:
        raise errors.MISSING(parameter="grantAccessData.durationInSeconds", target="grantAccessData.durationInSeconds")
    if not isinstance(seconds, int) or seconds < 1:
        raise errors.BAD_VALUE(value=seconds, parameter="grantAccessData.durationInSeconds", target="grantAccessData.durationInSeconds")
    return access, seconds


def _check(lab: Lab, disk: Resource, wanted: str) -> None:
    check_not_deleting(disk, "beginGetAccess")
    now = state(lab, disk)
    if "key" not in disk.hidden:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties.get("provisioningState"))
    held = active_access(disk)
    if held and held["kind"] != wanted:
        raise disk_errors.SAS_OTHER(disk=disk.name)
    if wanted == "Write" and not disk.hidden.get("upload"):
        raise disk_errors.WRITE_NOT_UPLOAD(disk=disk.name, state=now)
    if wanted == "Read" and disk.hidden.get("upload"):
        raise disk_errors.READ_UPLOAD(disk=disk.name, state=now)
    if now == "Attached":
        raise disk_errors.SAS_RUNNING(disk=disk.name, vm=disk.body["managedBy"])


def end(type: str) -> Callable[[Call], Answer]:
    """The handler of endGetAccess."""

    def handler(call: Call) -> Answer:
        lab, disk = call.lab, get(call, type)
        operation = lab.operations.begin(call, lambda: _end(lab, disk.id), location=disk.location, kind="DiskOperations")
        return Answer(202, None, operation.headers(location=True, notify=False))

    return handler


def _end(lab: Lab, id: str) -> None:
    """Take the grant back; an upload becomes a disk if its VHD is sound."""
    from azlab.storage.blobs import VhdRefused

    with lab.alone(id):
        disk = lab.store.find(id)
        if disk is None or disk.hidden.get("access") is None:
            return
        lab.blobs.revoke(disk.hidden["key"])
        lab.store.forget_outputs(id)
        written = disk.hidden["access"]["kind"] == "Write"
        refusal: AzureError | None = None
        if written:
            try:
                lab.blobs.check_vhd(disk.hidden["key"])
            except VhdRefused as refused:
                refusal = AzureError(400, refused.code, refused.message)
        with lab.store.lock:
            disk = lab.store.find(id)
            if disk is None:
                return
            disk.hidden["access"] = None
            if written and refusal is None:
                size = disk.hidden.pop("upload")
                describe_size(disk.properties, size, disk.body["sku"]["name"], performance=True)
            lab.store.put(disk)
        if refusal is not None:
            raise refusal


ROUTES = [
    Route("POST", in_group(COMPUTE, "disks/{name}/beginGetAccess"), begin(DISK), "disk.begin_access", "HighCostDiskHydrate"),
    Route("POST", in_group(COMPUTE, "disks/{name}/endGetAccess"), end(DISK), "disk.end_access", "HighCostDiskHydrate"),
    Route("POST", in_group(COMPUTE, "snapshots/{name}/beginGetAccess"), begin(SNAPSHOT), "snapshot.begin_access", "HighCostDiskHydrate"),
    Route("POST", in_group(COMPUTE, "snapshots/{name}/endGetAccess"), end(SNAPSHOT), "snapshot.end_access", "HighCostDiskHydrate"),
]
