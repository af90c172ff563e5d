"""Snapshots: full or incremental copies of a disk or of another snapshot. They are disks that cannot be attached."""

from __future__ import annotations

from azlab.arm.compute.common import DISK, SNAPSHOT, get_source
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.disks import disk_type, put_disk
from azlab.arm.compute.disks.state import DIRECT_DRIVE
from azlab.arm.core import parameter_errors
from azlab.arm.http.calls import Answer, Call


def put(call: Call) -> Answer:
    """Create or change a snapshot."""
    properties = call.body.get("properties") or {}
    creation = properties.get("creationData") or {}
    option = creation.get("createOption")
    if option not in ("Copy", "Import", None):
        raise parameter_errors.BAD_VALUE(value=option, parameter="creationData.createOption", target="creationData.createOption")
    if creation.get("sourceResourceId") and not properties.get("incremental"):
        sku = get_source(call.lab, creation["sourceResourceId"], DISK, SNAPSHOT).body["sku"]["name"]
        if sku in DIRECT_DRIVE:
            raise disk_errors.ONLY_INCREMENTAL(sku=sku)
    return put_disk(call, SNAPSHOT)


_SINCE = {
    "properties.incremental": "2019-03-01",
    "properties.securityProfile": "2021-08-01",
    "properties.incrementalSnapshotFamilyId": "2022-07-02",
    "properties.snapshotAccessState": "2025-01-02",
}

TYPE = disk_type(SNAPSHOT, "snapshot", _SINCE, put, "HighCostSnapshotCreateHydrate")
