"""beginGetAccess gives a SAS on the blob of a disk or snapshot; endGetAccess revokes it.

For an upload, endGetAccess completes the disk: the VHD is checked, and if it is valid, the disk never takes data again. Otherwise the disk
keeps waiting for its upload.
"""

from __future__ import annotations

import time

from azlab.arm.compute import errors as compute_errors
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.state import DiskState, Grant, active_access, check_not_deleting, describe_size, state
from azlab.arm.core import parameter_errors, resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.calls import Answer, Call, Handler
from azlab.arm.http.crud import get
from azlab.arm.http.long_running import DISK_OPERATIONS, accepted
from azlab.storage.vhd import VhdRefused
from azlab.store import Resource


def begin(type: str) -> Handler:
    """The handler of beginGetAccess for disks or snapshots."""

    def handler(call: Call) -> Answer:
        lab = call.lab
        with lab.store.lock:
            disk = get(call, type)
            kind, seconds = _wanted(call)
            check_grantable(lab, disk, kind)

        def work() -> Json:
            with lab.alone(disk.id):
                return _grant(lab, disk.id, kind, seconds)

        return accepted(call, work, disk.location, resource=disk.id, kind=DISK_OPERATIONS)

    return handler


def _grant(lab: Lab, id: str, kind: str, seconds: int) -> Json:
    """Give access for a number of seconds. The result is the operation's output."""
    with lab.store.lock:
        disk = lab.store.find(id)
        if disk is None:
            raise resource_errors.BUSY()
        check_grantable(lab, disk, kind)
        hidden = DiskState.of(disk)
        hidden.access = Grant(kind, time.time() + seconds)
        lab.store.put(hidden.keep(disk))
    return {"accessSAS": lab.blobs.grant(hidden.key, kind, seconds, private=is_private(disk))}


def _wanted(call: Call) -> tuple[str, int]:
    """The kind of access, Read or Write, and for how many seconds."""
    kind, seconds = call.body.get("access"), call.body.get("durationInSeconds")
    if kind is None:
        raise parameter_errors.MISSING(parameter="grantAccessData.access", target="grantAccessData.access")
    if kind not in ("Read", "Write"):
        raise parameter_errors.BAD_VALUE(value=kind, parameter="grantAccessData.access", target="grantAccessData.access")
    if seconds is None:
        raise parameter_errors.MISSING(parameter="grantAccessData.durationInSeconds", target="grantAccessData.durationInSeconds")
    if not isinstance(seconds, int) or seconds < 1:
        raise parameter_errors.BAD_VALUE(
            value=seconds, parameter="grantAccessData.durationInSeconds", target="grantAccessData.durationInSeconds"
        )
    return kind, seconds


def is_private(disk: Resource) -> bool:
    """Whether only machines behind a private endpoint get at the bytes of a disk: none of the lab's clients."""
    return disk.properties.get("networkAccessPolicy") == "AllowPrivate"


def _check_open(disk: Resource) -> None:
    """Refuse access that the network settings of a disk or snapshot allow to no one."""
    if disk.properties.get("networkAccessPolicy") == "DenyAll":
        raise disk_errors.EXPORT_DENIED(disk=disk.name, setting="networkAccessPolicy", value="DenyAll")
    if disk.properties.get("publicNetworkAccess") == "Disabled" and not is_private(disk):
        raise disk_errors.EXPORT_DENIED(disk=disk.name, setting="publicNetworkAccess", value="Disabled")


def check_grantable(lab: Lab, disk: Resource, kind: str) -> None:
    """Refuse access that the disk's state does not allow. `kind` is Read or Write."""
    check_not_deleting(disk, "beginGetAccess")
    now, hidden = state(lab, disk), DiskState.of(disk)
    if hidden.key is None:
        raise compute_errors.SOURCE_FAILED(source=disk.id, state=disk.properties.get("provisioningState"))
    grant = active_access(disk)
    if grant and grant.kind != kind:
        raise disk_errors.SAS_OTHER(disk=disk.name)
    if grant and kind == "Write" and lab.faults.one_write_grant:
        raise disk_errors.SECOND_WRITE(disk=disk.name)
    if kind == "Write" and not hidden.upload:
        raise disk_errors.WRITE_NOT_UPLOAD(disk=disk.name, state=now)
    if kind == "Read" and hidden.upload:
        raise disk_errors.READ_UPLOAD(disk=disk.name, state=now)
    if now == "Attached":
        raise disk_errors.SAS_RUNNING(disk=disk.name, vm=disk.body["managedBy"])
    _check_open(disk)


def end(type: str) -> Handler:
    """The handler of endGetAccess for disks or snapshots."""

    def handler(call: Call) -> Answer:
        lab, disk = call.lab, get(call, type)
        return accepted(call, lambda: _end(lab, disk.id), disk.location, kind=DISK_OPERATIONS)

    return handler


def _end(lab: Lab, id: str) -> None:
    """Revoke the access. An upload becomes a disk if its VHD is valid."""
    with lab.alone(id):
        disk = lab.store.find(id)
        hidden = DiskState.of(disk) if disk else DiskState()
        if hidden.access is None:
            return
        lab.blobs.revoke(hidden.key)
        lab.store.forget_outputs(id)
        written = hidden.access.kind == "Write"
        refusal = _vhd_refusal(lab, hidden.key) if written else None
        with lab.store.lock:
            disk = lab.store.find(id)
            if disk is None:
                return
            hidden = DiskState.of(disk)
            hidden.access = None
            if hidden.upload and written and refusal is None:
                describe_size(disk.properties, hidden.upload, disk.body["sku"]["name"], performance=True)
                hidden.upload = None
            lab.store.put(hidden.keep(disk))
        if refusal is not None:
            raise refusal


def _vhd_refusal(lab: Lab, key: str | None) -> AzureError | None:
    """The error about an uploaded VHD that is not valid, as the blob service gives it."""
    try:
        lab.blobs.check_vhd(key)
    except VhdRefused as refused:
        return AzureError(400, refused.code, refused.message)
    return None
