# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup against a lab without guests: the bytes of the snapshots, repair, restore into the VM and to new disks, removal."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import snapshots
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload, vm_backup, vm_backup_info
from azlab.storage.blobs import BlobStore

from tests.support.disk_files import make_disk, page_blobs, same_bytes
from tests.support.running_lab import MIB, done

MARKER = b"marker of a data disk".ljust(512, b".")


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def vm(lab, tasks, group, disk):
    """A VM with a data disk that holds a marker."""
    tasks(image_upload, name="debian", resource_group=group, path=str(disk))
    lab.put_subnet(group)
    booted = tasks(
        image_boot,
        name="web1",
        resource_group=group,
        image="debian",
        subnet={"virtual_network": "net", "subnet": "default"},
        admin_username="builder",
        admin_password="Correct-Horse-9",
        data_disks=[{"lun": 5, "size_gib": 1}],
    )["vm"]
    write(lab, booted["data_disks"][0]["id"], MARKER)
    return booted


@pytest.fixture
def options(group, vm):
    return {"vm": "web1", "resource_group": group}


def write(lab, resource_id, content, offset=MIB):
    BlobStore(lab.settings).write(page_blobs(lab, resource_id)["os"], offset, content)


def read(lab, resource_id, offset=MIB):
    return BlobStore(lab.settings).read(page_blobs(lab, resource_id)["os"], offset, 512)


def test_create_repeat_list_remove(lab, tasks, group, disk, vm, options):
    backup = tasks.predict_do_repeat(vm_backup, **options)["backup"]
    assert (backup["complete"], backup["vm_id"], [part["lun"] for part in backup["snapshots"]]) == (True, vm["vm_id"], [None, 5])
    assert same_bytes(lab, backup["snapshots"][0]["id"], disk)
    assert read(lab, backup["snapshots"][1]["id"]) == MARKER
    assert tasks(vm_backup_info, **options)["backups"] == [backup]
    tasks.predict_do_repeat(vm_backup, state="absent", **options)
    assert tasks(vm_backup_info, **options)["backups"] == []


def test_a_lock_on_one_snapshot_keeps_the_whole_backup_and_is_named(lab, tasks, options):
    backup = tasks(vm_backup, **options)["backup"]
    lock = f"{backup['snapshots'][1]['id']}/providers/Microsoft.Authorization/locks/keep"
    lab.arm("PUT", lock, {"properties": {"level": "CanNotDelete"}}, "2020-05-01")
    for check in (True, False):
        assert "lock keep (CanNotDelete)" in tasks.fails(vm_backup, check=check, state="absent", **options)["msg"]
    assert tasks(vm_backup_info, **options)["backups"] == [backup]
    with lab.fault(plane="arm", op="lock.list", status=403, code="AuthorizationFailed", message="no"):
        tried = tasks.fails(vm_backup, state="absent", **options)
    assert (tried["code"], tried["changed"], len(tried["steps"])) == ("ScopeLocked", True, 1)
    lab.arm("DELETE", lock, version="2020-05-01")
    assert tasks(vm_backup, state="absent", **options)["changed"]


def test_another_name_makes_another_backup_and_tags_can_be_changed(tasks, options):
    first = tasks(vm_backup, **options)["backup"]
    tagged = tasks(vm_backup, tags={"why": "release"}, **options)
    assert (len(tagged["steps"]), tagged["backup"]["snapshots"][0]["tags"]["why"]) == (2, "release")
    second = tasks(vm_backup, name="weekly", incremental=True, **options)["backup"]
    assert (second["snapshots"][0]["incremental"], first["id"] != second["id"]) == (True, True)
    tasks(vm_backup, state="absent", **options)
    assert [backup["name"] for backup in tasks(vm_backup_info, **options)["backups"]] == ["weekly"]


@pytest.mark.parametrize("fault", [
    {"status": 409, "code": "Conflict", "message": "An injected fault."},
    {"fail_operation": {"code": "InternalExecutionError", "message": "An internal execution error occurred."}},
], ids=["refused", "failed"])  # fmt: skip
def test_an_incomplete_backup_is_completed_by_the_next_run(lab, tasks, disk, options, fault):
    with lab.fault(plane="arm", op="snapshot.put", path="lun5", **fault):
        broken = tasks.fails(vm_backup, **options)
    assert (broken["changed"], len(broken["steps"])) == (True, 1)
    assert [backup["complete"] for backup in tasks(vm_backup_info, **options)["backups"]] == [False]
    assert "not complete" in tasks.fails(vm_backup, state="restored", **options)["msg"]
    repaired = tasks(vm_backup, **options)
    assert all("lun5" in step for step in repaired["steps"])
    assert repaired["backup"]["complete"]
    assert same_bytes(lab, repaired["backup"]["snapshots"][0]["id"], disk)


def test_the_disks_of_a_vm_are_restored(lab, tasks, group, disk, vm, options):
    tasks(vm_backup, **options)
    write(lab, vm["os_disk"]["id"], b"\xff" * 512, 0)
    write(lab, vm["data_disks"][0]["id"], bytes(512))
    restored = tasks.predict_do_repeat(vm_backup, state="restored", **options)
    now = restored["vm"]
    assert (now["power_state"], now["vm_id"]) == ("deallocated", vm["vm_id"])
    assert now["os_disk"]["id"].lower() == restored["os_disk"].lower() != vm["os_disk"]["id"].lower()
    assert same_bytes(lab, now["os_disk"]["id"], disk)
    assert read(lab, now["data_disks"][0]["id"]) == MARKER
    done(lab.compute.virtual_machines.begin_start(group, "web1"))


def test_a_restored_vm_can_be_backed_up_and_restored_again(lab, tasks, disk, vm, options):
    first = tasks(vm_backup, **options)["backup"]
    tasks(vm_backup, state="restored", **options)
    second = tasks.predict_do_repeat(vm_backup, max_age=12, **options)["backup"]
    assert (second["id"], second["complete"]) == (f"{first['id']}/2", True)
    assert [backup["id"] for backup in tasks(vm_backup_info, **options)["backups"]] == [first["id"], second["id"]]
    now = tasks.predict_do_repeat(vm_backup, state="restored", **options)["vm"]
    assert same_bytes(lab, now["os_disk"]["id"], disk)
    assert len(tasks(vm_backup, state="absent", **options)["steps"]) == 4


@pytest.mark.parametrize("running", [True, False])
def test_disks_that_the_vm_has_written_to_since_are_not_handed_back(lab, tasks, group, disk, options, running):
    tasks(vm_backup, **options)
    first = tasks(vm_backup, state="restored", **options)
    done(lab.compute.virtual_machines.begin_start(group, "web1"))
    write(lab, first["os_disk"], b"\xff" * 512, 0)
    if not running:
        done(lab.compute.virtual_machines.begin_deallocate(group, "web1"))
    monday = tasks.predict_do_repeat(vm_backup, state="restored", **options)
    assert monday["os_disk"] == f"{first['os_disk']}-2"
    assert same_bytes(lab, monday["vm"]["os_disk"]["id"], disk)
    assert read(lab, first["os_disk"], 0) == b"\xff" * 512


def test_a_restore_brings_back_caching_and_removes_the_seal(lab, tasks, group, vm, options):
    storage = lab.arm("GET", vm["id"]).json()["properties"]["storageProfile"]
    storage["dataDisks"][0]["caching"] = "ReadOnly"
    done(lab.compute.virtual_machines.begin_update(group, "web1", {"properties": {"storageProfile": {"dataDisks": storage["dataDisks"]}}}))
    tasks(vm_backup, **options)
    done(lab.compute.virtual_machines.begin_update(group, "web1", {"tags": {**vm["tags"], "goldenimage.seal": "sealed"}}))
    restored = tasks.predict_do_repeat(vm_backup, state="restored", **options)
    assert restored["vm"]["data_disks"][0]["caching"] == "ReadOnly"
    assert restored["vm"]["tags"] == vm["tags"]


def test_a_premium_v2_disk_is_backed_up_incrementally_and_restored(lab, tasks, group, vm, options, monkeypatch):
    monkeypatch.setattr(snapshots, "COPY_SECONDS", 0.2)
    body = {
        "location": vm["location"],
        "sku": {"name": "PremiumV2_LRS"},
        "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1},
    }
    disk = done(lab.compute.disks.begin_create_or_update(group, "fast", body))
    attached = lab.arm("GET", vm["id"]).json()["properties"]["storageProfile"]["dataDisks"]
    attached.append({"lun": 6, "createOption": "Attach", "managedDisk": {"id": disk.id}})
    done(lab.compute.virtual_machines.begin_update(group, "web1", {"properties": {"storageProfile": {"dataDisks": attached}}}))
    backup = tasks.predict_do_repeat(vm_backup, **options)["backup"]
    assert ([part["incremental"] for part in backup["snapshots"]], backup["complete"]) == ([False, False, True], True)
    restored = tasks.predict_do_repeat(vm_backup, state="restored", **options)["vm"]["data_disks"]
    assert lab.arm("GET", restored[1]["id"]).json()["sku"]["name"] == "PremiumV2_LRS"


def test_copies_are_protected_and_tagged_like_their_originals(lab, tasks, vm, options):
    closed = {"networkAccessPolicy": "DenyAll", "publicNetworkAccess": "Disabled"}
    for disk in (vm["os_disk"]["id"], vm["data_disks"][0]["id"]):
        lab.arm("PATCH", disk, {"properties": closed, "tags": {"cost": "42"}}, "2024-03-02")
    made = [part["id"] for part in tasks(vm_backup, tags={"why": "test"}, **options)["backup"]["snapshots"]]
    restored = tasks(vm_backup, state="restored", tags={"why": "rescue"}, **options)
    made += [restored["os_disk"], restored["data_disks"][0]["disk"]]
    for resource, why in zip(made, ("test", "test", "rescue", "rescue"), strict=True):
        shown = lab.arm("GET", resource, version="2024-03-02").json()
        assert closed.items() <= shown["properties"].items()
        assert (shown["tags"]["cost"], shown["tags"]["why"]) == ("42", why)


@pytest.mark.parametrize("late", [True, False])
def test_a_list_that_lags_behind_hides_no_backup(lab, tasks, options, late):
    with lab.switched("late_lists", late):
        backup = tasks(vm_backup, **options)["backup"]
        assert (backup["complete"], len(backup["snapshots"])) == (True, 2)
        assert tasks(vm_backup, max_age=12, **options)["changed"] is False
        assert tasks(vm_backup, state="restored", **options)["vm"]
        assert tasks(vm_backup, state="restored", **options)["changed"] is False
        assert len(tasks(vm_backup, state="absent", **options)["steps"]) == 2


@pytest.mark.parametrize("reads", [1, 2])
def test_a_404_right_after_a_creation_does_not_end_a_task(lab, tasks, group, options, reads):
    missing = {"status": 404, "code": "ResourceNotFound", "message": "The Resource was not found.", "times": reads}
    with lab.fault(plane="arm", op="snapshot.get", path=f"{group}.*lun5\\?", skip=1, **missing):
        assert tasks(vm_backup, **options)["backup"]["complete"]
    with lab.fault(plane="arm", op="disk.get", path=f"{group}.*lun5-disk\\?", skip=1, **missing):
        assert tasks(vm_backup, state="restored", **options)["changed"]


@pytest.mark.parametrize("op", ["disk.put", "vm.deallocate", "vm.patch"])
def test_an_interrupted_restore_is_completed_by_the_next_run(lab, tasks, disk, options, op):
    tasks(vm_backup, **options)
    with lab.fault(plane="arm", op=op, status=400, code="Broken", message="An injected fault.", times=1):
        assert tasks.fails(vm_backup, state="restored", **options)["code"] == "Broken"
    now = tasks(vm_backup, state="restored", **options)["vm"]
    assert same_bytes(lab, now["os_disk"]["id"], disk)
    assert read(lab, now["data_disks"][0]["id"]) == MARKER


def test_the_restored_disks_of_a_generalized_vm_boot_as_a_new_vm(lab, tasks, group, disk, vm, options):
    tasks(vm_backup, **options)
    done(lab.compute.virtual_machines.begin_deallocate(group, "web1"))
    lab.compute.virtual_machines.generalize(group, "web1")
    restored = tasks.predict_do_repeat(vm_backup, state="restored", **options)
    assert restored["vm"] is None
    again = tasks(
        image_boot,
        name="web2",
        resource_group=group,
        os_disk=restored["os_disk"],
        data_disks=restored["data_disks"],
        subnet={"virtual_network": "net", "subnet": "default"},
    )["vm"]
    assert same_bytes(lab, again["os_disk"]["id"], disk)
    write(lab, restored["os_disk"], b"\xff" * 512, 0)
    assert same_bytes(lab, tasks(vm_backup, state="restored", **options)["os_disk"], disk)
    assert (again["data_disks"][0]["lun"], read(lab, again["data_disks"][0]["id"])) == (5, MARKER)


def test_a_backup_of_a_deleted_vm_is_kept_and_is_not_that_of_a_new_vm(lab, tasks, group, disk, vm, options):
    first = tasks(vm_backup, **options)["backup"]
    tasks(image_boot, state="absent", name="web1", resource_group=group)
    assert "no VM web1" in tasks.fails(vm_backup, **options)["msg"]
    restored = tasks(vm_backup, state="restored", **options)
    assert same_bytes(lab, restored["os_disk"], disk)
    tasks(image_boot, name="web1", resource_group=group, os_disk=restored["os_disk"], subnet=lab.put_subnet(group))
    second = tasks(vm_backup, **options)["backup"]
    assert second["id"] != first["id"]
    assert len(tasks(vm_backup, state="absent", **options)["steps"]) == 3


@pytest.mark.parametrize(("change", "text"), [({"vm": "nothing"}, "no VM nothing"), ({"name": "a b"}, "not a valid name for a backup")])
def test_invalid_input_is_refused_before_the_first_write(tasks, options, change, text):
    with tasks.writes() as writes:
        assert text in tasks.fails(vm_backup, **{**options, **change})["msg"]
        assert text in tasks.fails(vm_backup, check=True, **{**options, **change})["msg"]
    assert writes == []
