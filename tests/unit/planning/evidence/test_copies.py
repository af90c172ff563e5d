# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The origin of a throw-away copy takes the place of a backup, if Azure proves it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SNAPSHOT, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, STOPPED, AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import plan_capture

from tests.support.capture_values import DATA_DISK, DEALLOCATED_DISK, OS_DISK, REQUEST, RUNNING_VM, SEALED_AT, STAMPED, VM1, VM_ID, observe
from tests.support.fakes import FakeAzure
from tests.support.ids import an_id

COPY_ID = "ffffffff-bbbb-cccc-dddd-eeeeeeeeeeee"
OS_SNAPSHOT = Snapshot(an_id(SNAPSHOT, "build", "web1-copy-os"), "westeurope", unique_id="u-s1", source_unique_id="u-os")
DATA_SNAPSHOT = Snapshot(an_id(SNAPSHOT, "build", "web1-copy-lun5"), "westeurope", unique_id="u-s2", source_unique_id="u-data")
COPIED_OS = Disk(
    an_id(DISK, "build", "web1-copy-os-disk"),
    "westeurope",
    unique_id="u-c1",
    os_type="Linux",
    hyper_v_generation="V2",
    source=OS_SNAPSHOT.id,
    source_unique_id="u-s1",
)
COPIED_DATA = Disk(
    an_id(DISK, "build", "web1-copy-lun5-disk"), "westeurope", unique_id="u-c2", source=DATA_SNAPSHOT.id, source_unique_id="u-s2"
)
COPY = replace(
    RUNNING_VM,
    id=an_id(VM, "build", "web1-copy"),
    vm_id=COPY_ID,
    power=STOPPED,
    os_disk=AttachedDisk("c1", COPIED_OS.id, None, 30, "ReadWrite", "Standard_LRS"),
    data_disks=(AttachedDisk("c2", COPIED_DATA.id, 5, 8, "None", "Standard_LRS"),),
    tags={tag.PURPOSE: tag.COPIED, tag.COPY: "web1-copy", tag.COPY_OF: str(VM1), tag.COPY_OF_VM_ID: VM_ID},
)
SEALED_SOURCE = replace(RUNNING_VM, power=DEALLOCATED, tags={tag.SEAL: STAMPED.as_tag()})
CAPTURE = replace(REQUEST, vm=COPY.id)
SEAL = Seal.of(COPY_ID, SEALED_AT)
BOOT_LOG = f"GOLDENIMAGE-SEAL: OK vmId={COPY_ID} time={SEALED_AT}\n"


def plan(source=RUNNING_VM, copy=COPY, disks=(COPIED_OS, COPIED_DATA), snapshots=(OS_SNAPSHOT, DATA_SNAPSHOT), os_disk=OS_DISK):
    vms = [vm for vm in (source, copy) if vm]
    azure = FakeAzure(vms=vms, disks=(os_disk, DATA_DISK, *disks), snapshots=snapshots, boot_logs={COPY.id: BOOT_LOG})
    return plan_capture(CAPTURE, observe(azure, CAPTURE, False))


def test_a_copy_of_a_vm_that_still_runs_needs_no_backup_and_its_image_names_the_source():
    tags = plan().after["image"]["tags"]
    assert (tags[tag.COPY_OF], tags[tag.COPY_OF_VM_ID], tags[tag.VM_ID]) == (str(VM1), VM_ID, COPY_ID)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": None}, "does not exist any more"),
        ({"source": replace(RUNNING_VM, vm_id="other")}, "does not exist any more"),
        ({"source": replace(RUNNING_VM, generalized=True)}, "is marked as generalized"),
        ({"source": SEALED_SOURCE, "os_disk": DEALLOCATED_DISK}, "is itself sealed"),
        ({"snapshots": (OS_SNAPSHOT,)}, "disk web1-copy-lun5-disk was not made from a snapshot"),
        ({"snapshots": (OS_SNAPSHOT, replace(DATA_SNAPSHOT, source_unique_id="u-x"))}, "disk web1-copy-lun5-disk was not made"),
        ({"snapshots": (OS_SNAPSHOT, replace(DATA_SNAPSHOT, source_unique_id=""))}, "disk web1-copy-lun5-disk was not made"),
        ({"disks": (replace(COPIED_OS, source_unique_id="u-old"), COPIED_DATA)}, "disk web1-copy-os-disk was not made"),
        ({"disks": (replace(COPIED_OS, source=OS_DISK.id), COPIED_DATA)}, "disk web1-copy-os-disk was not made"),
        ({"copy": replace(COPY, tags=COPY.tags | {tag.COPY_OF: "rubbish"})}, "rubbish. does not exist any more"),
    ],
)
def test_a_vm_with_the_tags_of_a_copy_alone_is_refused(change, reason):
    with pytest.raises(InvalidRequest, match=reason):
        plan(**change)


def test_without_the_tags_of_a_copy_a_backup_is_required():
    with pytest.raises(InvalidRequest, match="has no backup of disk"):
        plan(copy=replace(COPY, tags={}))
