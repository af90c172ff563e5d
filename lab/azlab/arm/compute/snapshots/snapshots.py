"""Snapshots: full or incremental copies of a disk or of another snapshot. They are disks that cannot be attached."""

from __future__ import annotations

from azlab.arm.compute.common import SNAPSHOT
from azlab.arm.compute.disks.disks import disk_type, put_disk
from azlab.arm.core import parameter_errors
from azlab.arm.http.calls import Answer, Call


def put(call: Call) -> Answer:
    """Create or change a snapshot."""
    option = ((call.body.get("properties") or {}).get("creationData") or {}).get("createOption")
    if option not in ("Copy", "Import", None):
        raise parameter_errors.BAD_VALUE(value=option, parameter="creationData.createOption", target="creationData.createOption")
    return put_disk(call, SNAPSHOT)


_SINCE = {
    "properties.incremental": "2019-03-01",
    "properties.uniqueId": "2020-05-01",
    "properties.diskSizeBytes": "2020-05-01",
    "properties.completionPercent": "2021-12-01",
    "properties.incrementalSnapshotFamilyId": "2022-07-02",
    "properties.snapshotAccessState": "2025-01-02",
}

TYPE = disk_type(SNAPSHOT, "snapshot", _SINCE, put, "HighCostSnapshotCreateHydrate")
