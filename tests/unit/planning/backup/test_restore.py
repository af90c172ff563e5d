# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restoring: which disks are made, and when the VM gets them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest, Missing, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.provisioning import FAILED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, AttachedDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.restore import plan_restore
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.disk import CopyDisk, DeleteDisk, NoteOwnership
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.vm import Deallocate, DropSeal, SetDataDisks, SwapOsDisk

from tests.support.backups import BACKUP_ID, DATA_SNAPSHOT, OS_SNAPSHOT, REQUEST, SNAPSHOTS
from tests.support.capture_values import DATA_DISK_ID, RUNNING_VM, VM1, VM_ID
from tests.support.ids import an_id

NEW_OS = an_id(DISK, "build", "web1-before-generalize-aaaaaaaa-os-disk")
NEW_DATA = an_id(DISK, "build", "web1-before-generalize-aaaaaaaa-lun5-disk")
KEPT = {tag.BACKUP: BACKUP_ID, tag.VM: str(VM1), tag.VM_ID: VM_ID, tag.PURPOSE: tag.RESTORED, tag.OWNERSHIP: ""}


def copy(disk, snapshot, lun, **properties):
    creation = {"createOption": "Copy", "sourceResourceId": str(snapshot.id)}
    body = {"location": "westeurope", "tags": {**KEPT, tag.LUN: lun}, "properties": {"creationData": creation, **properties}}
    return CopyDisk(disk, snapshot.id, body)


COPY_OS = copy(NEW_OS, OS_SNAPSHOT, "os", osType="Linux", hyperVGeneration="V2")
COPY_DATA = copy(NEW_DATA, DATA_SNAPSHOT, "5")
COPIES = (COPY_OS, COPY_DATA)
DISK_OS = Disk(NEW_OS, "westeurope", source=OS_SNAPSHOT.id, tags=KEPT)
DISK_DATA = Disk(NEW_DATA, "westeurope", source=DATA_SNAPSHOT.id, tags=KEPT)
DISKS = (DISK_OS, DISK_DATA)
FREE = Observed(snapshots=SNAPSHOTS)
OFF = replace(RUNNING_VM, power=DEALLOCATED)
SWAP = SwapOsDisk(VM1, NEW_OS, "FromImage")
NOTE_OS, NOTE_DATA = NoteOwnership(NEW_OS), NoteOwnership(NEW_DATA)
DETACH = SetDataDisks(VM1, "detach the disks of VM web1 that the backup replaces", [])
ATTACHED = {"lun": 5, "createOption": "Attach", "managedDisk": {"id": str(NEW_DATA)}, "caching": "None"}
ATTACH = SetDataDisks(VM1, "attach the restored data disks to VM web1", [ATTACHED])
SEALED = {"owner": "me", tag.SEAL: "sealed"}
RESTORED = replace(OFF, os_disk=AttachedDisk(NEW_OS.name, NEW_OS), data_disks=(AttachedDisk(NEW_DATA.name, NEW_DATA, 5),))


@pytest.mark.parametrize(("changes", "steps"), [
    ({}, COPIES),
    ({"disks": (DISK_OS,)}, (COPY_DATA,)),
    ({"disks": DISKS}, ()),
    ({"disks": (replace(DISK_OS, provisioning_state=FAILED), DISK_DATA)}, (DeleteDisk(NEW_OS), COPY_OS)),
    ({"vm": replace(RUNNING_VM, generalized=True)}, COPIES),
    ({"vm": replace(RUNNING_VM, vm_id="another")}, COPIES),
    ({"vm": RUNNING_VM}, (*COPIES, Deallocate(VM1), SWAP, NOTE_OS, DETACH, ATTACH, NOTE_DATA)),
    ({"vm": replace(OFF, hibernated=True), "disks": DISKS}, (Deallocate(VM1), SWAP, NOTE_OS, DETACH, ATTACH, NOTE_DATA)),
    ({"vm": OFF, "disks": DISKS}, (SWAP, NOTE_OS, DETACH, ATTACH, NOTE_DATA)),
    ({"vm": replace(RUNNING_VM, tags=SEALED), "disks": DISKS}, (Deallocate(VM1), DropSeal(VM1), SWAP, NOTE_OS, DETACH, ATTACH, NOTE_DATA)),
    ({"vm": replace(RESTORED, tags=SEALED), "disks": DISKS}, (DropSeal(VM1),)),
    ({"vm": replace(OFF, os_disk=RESTORED.os_disk), "disks": DISKS}, (DETACH, ATTACH, NOTE_DATA)),
    ({"vm": replace(OFF, os_disk=RESTORED.os_disk, data_disks=()), "disks": DISKS}, (ATTACH, NOTE_DATA)),
    ({"vm": RESTORED, "disks": DISKS}, ()),
], ids=[
    "VM gone", "one disk made", "disks made", "one disk failed", "generalized", "VM recreated", "the same VM",
    "hibernated", "disks made, VM off",
    "sealed", "restored but for the seal",
    "OS disk exchanged", "data disk detached", "restored",
])  # fmt: skip
def test_restoring_does_only_what_is_missing(changes, steps):
    assert plan_restore(REQUEST, replace(FREE, **changes)).steps == steps


def test_a_disk_attached_after_the_backup_stays():
    extra = AttachedDisk("extra", DATA_DISK_ID, 9, caching="None", create_option="Attach")
    steps = plan_restore(REQUEST, replace(FREE, vm=replace(OFF, data_disks=(*OFF.data_disks, extra)), disks=DISKS)).steps
    kept = {"lun": 9, "name": "extra", "createOption": "Attach", "caching": "None", "managedDisk": {"id": str(DATA_DISK_ID)}}
    assert [step.disks for step in steps if isinstance(step, SetDataDisks)] == [[kept], [kept, *ATTACH.disks]]


def test_the_disks_are_returned_in_the_form_of_the_options_of_image_boot():
    after = plan_restore(REQUEST, FREE).after
    assert (after["os_disk"], after["data_disks"]) == (str(NEW_OS), [{"lun": 5, "disk": str(NEW_DATA)}])
    assert after["vm"] is None


def test_the_vm_is_predicted_with_its_new_disks():
    after = plan_restore(REQUEST, replace(FREE, vm=replace(RUNNING_VM, tags=SEALED))).after["vm"]
    assert (after["tags"], after["data_disks"][0]["caching"]) == ({"owner": "me"}, "None")
    assert (after["power_state"], after["os_disk"]["id"], after["data_disks"][0]["id"]) == (DEALLOCATED, str(NEW_OS), str(NEW_DATA))


def test_the_properties_of_the_disk_are_restored():
    traits = '{"sku":"Premium_LRS","zones":["2"],"caching":null}'
    bought = replace(OS_SNAPSHOT, tags={**OS_SNAPSHOT.tags, tag.TRAITS: traits, tag.PLAN: "{}"})
    body = plan_restore(REQUEST, Observed(snapshots=(bought, DATA_SNAPSHOT))).steps[0].body
    assert (body["sku"], body["zones"], body["tags"][tag.PLAN]) == ({"name": "Premium_LRS"}, ["2"], "{}")


@pytest.mark.parametrize(("changes", "error", "text"), [
    ({"snapshots": ()}, Missing, "no backup before-generalize of VM web1"),
    ({"snapshots": (OS_SNAPSHOT,)}, InvalidRequest, "not complete"),
    ({"snapshots": (OS_SNAPSHOT, replace(DATA_SNAPSHOT, provisioning_state=FAILED))}, InvalidRequest, "not complete"),
    ({"disks": (replace(DISK_OS, tags={}),)}, InvalidRequest, "was not made from"),
    ({"disks": (replace(DISK_OS, source=DATA_SNAPSHOT.id),)}, InvalidRequest, "was not made from"),
    ({"disks": (replace(DISK_OS, provisioning_state="Creating"),)}, TimedOut, "-os-disk is still Creating; run again later"),
])  # fmt: skip
def test_restoring_is_refused(changes, error, text):
    with pytest.raises(error, match=text):
        plan_restore(REQUEST, replace(FREE, **changes))
