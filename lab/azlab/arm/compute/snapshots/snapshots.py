"""Snapshots: full or incremental copies of a disk or of another snapshot. They are disks that nobody can attach."""

from __future__ import annotations

from azlab.arm.compute.crud import get, listing
from azlab.arm.compute.disks.disks import SNAPSHOT, delete_disk, patch_disk, put_disk
from azlab.arm.compute.disks.states import view
from azlab.arm.core import errors
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, in_group, in_subscription
from azlab.arm.http.versions import seen_by

TYPE = SNAPSHOT


def put(call: Call) -> Answer:
    """Take a snapshot, or change one."""
    option = ((call.body.get("properties") or {}).get("creationData") or {}).get("createOption")
    if option not in ("Copy", "Import", None):
        raise errors.BAD_VALUE(value=option, parameter="creationData.createOption", target="creationData.createOption")
    return put_disk(call, TYPE)


def patch(call: Call) -> Answer:
    """Change sku or tags of a snapshot."""
    return patch_disk(call, TYPE)


def show(call: Call) -> Answer:
    """One snapshot."""
    return Answer(200, seen_by(call.version, view(call.lab, get(call, TYPE))))


def delete(call: Call) -> Answer:
    """Delete a snapshot."""
    return delete_disk(call, TYPE)


ROUTES = [
    Route("PUT", in_group(COMPUTE, "snapshots/{name}"), put, "snapshot.put", "HighCostSnapshotCreateHydrate"),
    Route("PATCH", in_group(COMPUTE, "snapshots/{name}"), patch, "snapshot.patch", "CreateUpdateDisks"),
    Route("GET", in_group(COMPUTE, "snapshots/{name}"), show, "snapshot.get", "LowCostGet"),
    Route("DELETE", in_group(COMPUTE, "snapshots/{name}"), delete, "snapshot.delete", "DeleteDisks"),
    Route("GET", in_group(COMPUTE, "snapshots"), listing(TYPE, view), "snapshot.list", "HighCostGet"),
    Route("GET", in_subscription(COMPUTE, "snapshots"), listing(TYPE, view), "snapshot.list", "HighCostGet"),
]
