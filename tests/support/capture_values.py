# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The VM that the tests capture, with its disks, its backup and its image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, SNAPSHOT, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image, ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, RUNNING, STOPPED, AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.windows_disk import WindowsDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture import observe as observing
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.evidence_of.windows import DiskReader
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.request import CaptureRequest

from tests.support.fakes import DEALLOCATED_AT
from tests.support.ids import an_id

VM_ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
STARTED_AT = datetime(2026, 11, 22, 9, tzinfo=timezone.utc)
BACKED_UP_AT = datetime(2026, 11, 22, 10, tzinfo=timezone.utc)
SEALED_AT = "2026-11-22T10:30:00Z"
BOOT_LOG = f"""[    0.000000] Linux version 6.1.0
web1 login: \r
GOLDENIMAGE-SEAL: OK vmId={VM_ID} time={SEALED_AT}\r
[   90.123456] reboot: Power down\r
"""
SEAL = Seal.of(VM_ID, SEALED_AT)
STAMPED = SEAL.stamped(DEALLOCATED_AT)


VM1 = an_id(VM, "build", "web1")
TARGET = an_id(IMAGE, "images", "web-1")
OS_DISK_ID, DATA_DISK_ID = an_id(DISK, "build", "web1-os"), an_id(DISK, "build", "web1-data")

OS_DISK = Disk(OS_DISK_ID, "westeurope", unique_id="u-os", os_type="Linux", hyper_v_generation="V2", ownership_time=STARTED_AT)
DATA_DISK = Disk(DATA_DISK_ID, "westeurope", unique_id="u-data")
DEALLOCATED_DISK = replace(OS_DISK, ownership_time=DEALLOCATED_AT)

RUNNING_VM = Vm(
    id=VM1,
    location="westeurope",
    vm_id=VM_ID,
    os_disk=AttachedDisk("web1-os", OS_DISK_ID, None, 30, "ReadWrite", "Standard_LRS"),
    data_disks=(AttachedDisk("web1-data", DATA_DISK_ID, 5, 8, "None", "Standard_LRS"),),
    power=RUNNING,
    boot_diagnostics=True,
    tags={"owner": "me"},
)


def in_subscription(subscription: str) -> tuple[Vm, tuple[Disk, ...]]:
    """The running VM and its disks as they would be in another subscription."""

    def moved(resource: ResourceId) -> ResourceId:
        return replace(resource, subscription=subscription)

    disks = tuple(replace(disk, id=moved(disk.id)) for disk in (OS_DISK, DATA_DISK))
    os_disk, data_disk = replace(RUNNING_VM.os_disk, disk=disks[0].id), replace(RUNNING_VM.data_disks[0], disk=disks[1].id)
    return replace(RUNNING_VM, id=moved(VM1), os_disk=os_disk, data_disks=(data_disk,)), disks


STOPPED_VM = replace(RUNNING_VM, power=STOPPED)
STAMPED_VM = replace(RUNNING_VM, power=DEALLOCATED, tags={"owner": "me", tag.SEAL: STAMPED.as_tag()})
GENERALIZED = replace(STAMPED_VM, generalized=True)


def backup(disk: Disk, time: datetime | None = BACKED_UP_AT, name: str = "b1", vm_id: str = VM_ID) -> Snapshot:
    """A snapshot as vm_backup takes it."""
    return Snapshot(
        id=an_id(SNAPSHOT, "build", f"web1-{name}-{vm_id[:8]}-{'os' if disk.os_type else 'lun5'}"),
        location="westeurope",
        source=disk.id,
        source_unique_id=disk.unique_id,
        time_created=time,
        tags={
            tag.PURPOSE: tag.BEFORE_GENERALIZE,
            tag.VM: str(VM1),
            tag.VM_ID: vm_id,
            tag.DISK: disk.unique_id,
            tag.BACKUP: f"{vm_id}/{name}",
            tag.LUN: "os" if disk.os_type else "5",
        },
    )


BACKUPS = (backup(OS_DISK), backup(DATA_DISK))
ORIGIN_TAGS = {tag.VM_ID: VM_ID, tag.VM: str(VM1)}
IMAGE_TAGS = {**ORIGIN_TAGS, tag.SEAL_DIGEST: SEAL.digest}
CAPTURED = Image(
    id=TARGET,
    location="westeurope",
    source=VM1,
    os_type="Linux",
    os_state="Generalized",
    hyper_v_generation="V2",
    os_disk=ImageDisk(str(OS_DISK_ID), None, 30, "ReadWrite", "Standard_LRS"),
    data_disks=(ImageDisk(str(DATA_DISK_ID), 5, 8, "None", "Standard_LRS"),),
    tags=IMAGE_TAGS,
)
BODY = {
    "location": "westeurope",
    "tags": IMAGE_TAGS,
    "properties": {"hyperVGeneration": "V2", "sourceVirtualMachine": {"id": str(VM1)}},
}
REQUEST = CaptureRequest(vm=VM1, target=TARGET)
PARAMS = {
    "vm": {"name": "web1", "resource_group": "build"},
    "name": "web-1",
    "resource_group": "images",
    "location": None,
    "disks": "all",
    "sealed": "verified",
    "backup": "require",
    "backup_max_age": 24,
    "source": "keep",
    "recreate": False,
    "zone_resilient": None,
    "tags": None,
    "append_tags": True,
    "waive": None,
    "wait_timeout": 3600,
}

GENERALIZED_AT = datetime(2026, 11, 22, 10, 30, tzinfo=timezone.utc)
_RESEAL, _COMPLETE, _BROKEN = (f"IMAGE_STATE_{name}" for name in ("GENERALIZE_RESEAL_TO_OOBE", "COMPLETE", "UNDEPLOYABLE"))
_GENERALIZED = WindowsDisk(
    windows_found=True, image_state=_RESEAL, state_ini=_RESEAL, generalized_at=GENERALIZED_AT, tag=True, setup_type=2
)
WINDOWS_DISKS = {
    b"generalized": _GENERALIZED,
    b"without a time": replace(_GENERALIZED, generalized_at=None),
    b"without a tag": replace(_GENERALIZED, tag=False),
    b"specialized": WindowsDisk(windows_found=True, image_state=_COMPLETE, state_ini=_COMPLETE),
    b"broken": WindowsDisk(windows_found=True, image_state=_BROKEN, state_ini=_BROKEN),
    b"unproven": WindowsDisk(windows_found=True, image_state=_RESEAL, state_ini=_COMPLETE),
    b"encrypted": WindowsDisk(encrypted=True),
    b"": WindowsDisk(),
}
"""The readings of disks with these contents, by the reader below."""
READER = DiskReader(inspect=lambda disk: WINDOWS_DISKS[disk.read(0, disk.size)], require=lambda: None)


def observe(
    azure: Any, request: CaptureRequest, check_mode: bool, reader: DiskReader = READER, refuse: Callable[[Any], None] = lambda seen: None
) -> observing.Observed:
    """All that planning needs, with a reader of Windows disks."""
    return observing.observe(azure, request, check_mode, reader, refuse)
