# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup of the VM in ``capture_values``, and the steps that take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import format_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.backups import lun_of
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.names import part_name
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.request import BackupRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.snapshot import TakeSnapshot

from tests.support.ids import an_id

from .capture_values import DATA_DISK, OS_DISK, VM1, VM_ID

NOW = datetime(2026, 11, 22, 10, tzinfo=timezone.utc)
BACKUP_ID = f"{VM_ID}/before-generalize"
REQUEST = BackupRequest(vm=VM1, resource_group="build", name="before-generalize")

CACHING = {"os": "ReadWrite", "5": "None"}


def taken(disk: Disk, lun: str) -> Snapshot:
    """A snapshot of this backup."""
    ending = "os" if lun == "os" else f"lun{lun}"
    return Snapshot(
        id=an_id(SNAPSHOT, "build", f"web1-before-generalize-aaaaaaaa-{ending}"),
        location="westeurope",
        source=disk.id,
        source_unique_id=disk.unique_id,
        os_type=disk.os_type,
        hyper_v_generation=disk.hyper_v_generation,
        time_created=NOW,
        tags={
            tag.BACKUP: BACKUP_ID,
            tag.BACKUP_TIME: format_time(NOW),
            tag.PURPOSE: tag.BEFORE_GENERALIZE,
            tag.VM: str(VM1),
            tag.VM_ID: VM_ID,
            tag.LUN: lun,
            tag.DISK: disk.unique_id,
            tag.DISKS: "2",
            tag.TRAITS: f'{{"sku":null,"zones":[],"caching":"{CACHING[lun]}"}}',
        },
    )


def in_backup(snapshot: Snapshot, backup: str, group: str = "build") -> Snapshot:
    """The same snapshot as part of the backup with another id, or in another resource group."""
    vm_id, name, number = (*backup.split("/"), "1")[:3]
    part = part_name("web1", vm_id, name, lun_of(snapshot), int(number))
    return replace(snapshot, id=an_id(SNAPSHOT, group, part), tags={**snapshot.tags, tag.BACKUP: backup})


OS_SNAPSHOT, DATA_SNAPSHOT = taken(OS_DISK, "os"), taken(DATA_DISK, "5")
SNAPSHOTS = (OS_SNAPSHOT, DATA_SNAPSHOT)


def _take(snapshot: Snapshot, disk: Disk) -> TakeSnapshot:
    creation = {"createOption": "Copy", "sourceResourceId": str(disk.id)}
    system = {"osType": disk.os_type, "hyperVGeneration": disk.hyper_v_generation} if disk.os_type else {}
    properties = {"creationData": creation, "incremental": False, **system}
    body = {"location": "westeurope", "tags": dict(snapshot.tags), "properties": properties}
    return TakeSnapshot(snapshot.id, disk.id, body)


TAKE_OS, TAKE_DATA = _take(OS_SNAPSHOT, OS_DISK), _take(DATA_SNAPSHOT, DATA_DISK)
