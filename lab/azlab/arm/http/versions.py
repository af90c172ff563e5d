"""What an older api-version does not show yet.

A client that speaks an old version must not meet fields that came later: recorded traffic shows which came when, and a recorded answer
has no more fields than its version knew. Paths are dotted; a path into a list applies to each of its items.
"""

from __future__ import annotations

import copy
from typing import Any

_DISK = {
    "properties.encryption": "2019-07-01",
    "properties.networkAccessPolicy": "2020-05-01",
    "properties.creationData.sourceUniqueId": "2019-11-01",
    "properties.diskSizeBytes": "2019-03-01",
    "properties.uniqueId": "2019-03-01",
    "properties.publicNetworkAccess": "2021-08-01",
    "properties.dataAccessAuthMode": "2021-12-01",
    "properties.LastOwnershipUpdateTime": "2023-04-02",
}
_SINCE: dict[str, dict[str, str]] = {
    "microsoft.compute/disks": _DISK,
    "microsoft.compute/snapshots": {
        **_DISK,
        "properties.incremental": "2019-03-01",
        "properties.uniqueId": "2020-05-01",
        "properties.diskSizeBytes": "2020-05-01",
        "properties.completionPercent": "2021-12-01",
        "properties.incrementalSnapshotFamilyId": "2022-07-02",
        "properties.snapshotAccessState": "2025-01-02",
    },
    "microsoft.compute/images": {
        "properties.hyperVGeneration": "2019-03-01",
        "properties.storageProfile.osDisk.storageAccountType": "2019-03-01",
    },
    "microsoft.compute/virtualmachines": {
        "etag": "2024-03-01",
        "properties.storageProfile.imageReference.exactVersion": "2020-06-01",
        "properties.storageProfile.osDisk.deleteOption": "2021-03-01",
        "properties.storageProfile.dataDisks.deleteOption": "2021-03-01",
        "properties.osProfile.linuxConfiguration.patchSettings": "2020-12-01",
        "properties.osProfile.linuxConfiguration.enableVMAgentPlatformUpdates": "2022-11-01",
        "properties.osProfile.windowsConfiguration.patchSettings": "2020-06-01",
        "properties.osProfile.windowsConfiguration.patchSettings.assessmentMode": "2021-03-01",
        "properties.osProfile.windowsConfiguration.enableVMAgentPlatformUpdates": "2022-11-01",
        "properties.networkProfile.networkInterfaces.properties.deleteOption": "2021-03-01",
        "properties.storageProfile.diskControllerType": "2022-08-01",
        "properties.timeCreated": "2021-11-01",
        "properties.instanceView.hyperVGeneration": "2020-06-01",
    },
}


def seen_by(version: str, body: Any) -> Any:
    """The body as a caller of this api-version sees it. Bodies without a type are shown as they are."""
    if not isinstance(body, dict):
        return body
    late = [path for path, since in _SINCE.get(str(body.get("type", "")).lower(), {}).items() if version < since]
    if not late:
        return body
    body = copy.deepcopy(body)
    for path in late:
        _remove(body, path.split("."))
    return body


def _remove(body: Any, path: list[str]) -> None:
    if isinstance(body, list):
        for item in body:
            _remove(item, path)
    elif isinstance(body, dict):
        if len(path) == 1:
            body.pop(path[0], None)
        else:
            _remove(body.get(path[0]), path[1:])
