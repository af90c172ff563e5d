# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_copy against a lab without guests: a running VM is copied without being touched, and everything that was made goes again."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload, vm_copy

from tests.support.disk_files import make_disk, same_bytes
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.module_runs import ModuleRun
from tests.support.running_lab import done

MAKE = [("snapshot.put", AFTER), ("disk.put", BEFORE), ("disk.put", DURING), ("vm.put", BEFORE), ("vm.put", AFTER), ("vm.put", DURING)]
REMOVE = [("snapshot.delete", AFTER), ("vm.delete", BEFORE), ("vm.delete", DURING)]


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def options(lab, tasks, group, disk):
    """The options of a copy of a running VM with a data disk and tags of its own."""
    tasks(image_upload, name="debian", resource_group=group, path=str(disk))
    lab.put_subnet(group)
    lab.put_subnet(group, network="closed")
    tasks(
        image_boot,
        name="web1",
        resource_group=group,
        image="debian",
        subnet={"virtual_network": "net", "subnet": "default"},
        admin_username="builder",
        admin_password="Correct-Horse-9",
        data_disks=[{"lun": 5, "size_gib": 1}],
        tags={"cost": "42"},
    )
    return {"vm": "web1", "resource_group": group, "subnet": {"virtual_network": "closed", "subnet": "default"}, "confirm": "web1"}


def bodies(lab, group):
    """The bodies of the source and of its disks, as Azure answers them."""
    vm = lab.arm("GET", f"resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/web1", version="2024-07-01").json()
    storage = vm["properties"]["storageProfile"]
    disks = [each["managedDisk"]["id"] for each in (storage["osDisk"], *storage["dataDisks"])]
    return [vm, *(lab.arm("GET", each, version="2024-03-02").json() for each in disks)]


def made(lab, group):
    """The names of all disks, snapshots and VMs of a group that are not the source's."""
    disks = [each.name for each in lab.compute.disks.list_by_resource_group(group)]
    snapshots = [each.name for each in lab.compute.snapshots.list_by_resource_group(group)]
    vms = [each.name for each in lab.compute.virtual_machines.list(group)]
    return sorted(name for name in (*disks, *snapshots, *vms) if name.startswith("web1-copy"))


def test_a_running_vm_is_copied_untouched_and_its_copy_removed(lab, tasks, group, disk, options):
    before = bodies(lab, group)
    copied = tasks.predict_do_repeat(vm_copy, **options)
    assert (copied["vm"]["name"], copied["vm"]["power_state"]) == ("web1-copy", "running")
    assert copied["vm"]["vm_id"] != copied["source"]["vm_id"]
    assert copied["vm"]["tags"]["cost"] == "42"
    assert [each["lun"] for each in copied["vm"]["data_disks"]] == [5]
    assert same_bytes(lab, copied["vm"]["os_disk"]["id"], disk)
    assert made(lab, group) == [
        "web1-copy",
        "web1-copy-lun5",
        "web1-copy-lun5-disk",
        "web1-copy-os",
        "web1-copy-os-disk",
    ]
    tasks.predict_do_repeat(vm_copy, state="absent", vm="web1", resource_group=group)
    assert made(lab, group) == []
    assert bodies(lab, group) == before


def test_a_copy_is_removed_without_its_source(lab, tasks, group, options):
    tasks(vm_copy, **options)
    tasks(image_boot, state="absent", name="web1", resource_group=group)
    tasks.predict_do_repeat(vm_copy, state="absent", vm="web1", resource_group=group)
    assert made(lab, group) == []


def test_kept_snapshots_are_never_used_again(lab, tasks, group, options):
    tasks(vm_copy, **options)
    tasks.predict_do_repeat(vm_copy, state="absent", vm="web1", resource_group=group, keep_snapshots=True)
    assert made(lab, group) == ["web1-copy-lun5", "web1-copy-os"]
    again = tasks(vm_copy, **options)
    assert sorted(each.rpartition("/")[2] for each in again["snapshots"]) == ["web1-copy-lun5-2", "web1-copy-os-2"]
    tasks(vm_copy, state="absent", vm="web1", resource_group=group)
    assert made(lab, group) == ["web1-copy-lun5", "web1-copy-os"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"confirm": "web2"}, "confirm: must be web1"),
        ({"confirm": None}, "confirm: must be web1"),
        ({"subnet": None}, "subnet: the copy of VM web1 needs one"),
        ({"subnet": {"virtual_network": "net", "subnet": "default"}}, "subnet: default is the subnet of VM web1 itself"),
        ({"subnet": {"virtual_network": "nowhere", "subnet": "default"}}, "there is no virtual network nowhere"),
        ({"vm": "web9"}, "there is no VM web9"),
        ({"name": "web1"}, "name: the copy cannot have the name of its source"),
        ({"name": "x" * 65}, "name: the name of a VM must have 1 to 64"),
        ({"max_age": 0}, "max_age: must be between 1 and 8760"),
    ],
)
def test_what_azure_or_the_source_would_suffer_from_is_refused_before_the_first_write(lab, tasks, group, options, change, text):
    assert text in tasks.fails(vm_copy, check=True, **{**options, **change})["msg"]
    assert text in tasks.fails(vm_copy, **{**options, **change})["msg"]
    assert made(lab, group) == []


def test_what_others_have_made_is_left_alone(lab, tasks, group, options):
    body = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}}
    done(lab.compute.disks.begin_create_or_update(group, "web1-copy-os-disk", body))
    assert "disk web1-copy-os-disk" in tasks.fails(vm_copy, **options)["msg"]
    assert made(lab, group) == ["web1-copy-os-disk"]
    tasks(vm_copy, state="absent", vm="web1", resource_group=group)
    assert made(lab, group) == ["web1-copy-os-disk"]


def test_a_vm_with_the_name_of_the_copy_is_left_alone(tasks, group, options):
    other = {**options, "name": "web2"}
    tasks(vm_copy, **other)
    assert "was not made by vm_copy" in tasks.fails(vm_copy, **{**other, "vm": "web2", "name": "web1", "confirm": "web2"})["msg"]
    assert "was not made by vm_copy" in tasks.fails(vm_copy, state="absent", vm="web2", name="web1", resource_group=group)["msg"]


def test_nothing_is_made_where_a_lock_forbids_to_remove_it(lab, tasks, group, options):
    lock = f"resourceGroups/{group}/providers/Microsoft.Authorization/locks/keep"
    lab.arm("PUT", lock, {"properties": {"level": "CanNotDelete"}}, version="2020-05-01").raise_for_status()
    try:
        for check in (True, False):
            assert "the CanNotDelete lock keep on" in tasks.fails(vm_copy, check=check, **options)["msg"]
    finally:
        lab.arm("DELETE", lock, version="2020-05-01").raise_for_status()
    assert made(lab, group) == []


@pytest.mark.parametrize(("op", "moment"), MAKE, ids=[f"{op} {moment}" for op, moment in MAKE])
def test_a_killed_copy_is_completed_by_the_next_run(lab, tasks, group, tmp_path, disk, options, op, moment):
    ModuleRun(lab, tmp_path, "vm_copy", **options).kill_at(op, moment, path="web1-copy")
    copied = tasks(vm_copy, **options)
    assert same_bytes(lab, copied["vm"]["os_disk"]["id"], disk)
    assert len(made(lab, group)) == 5


@pytest.mark.parametrize(("op", "moment"), REMOVE, ids=[f"{op} {moment}" for op, moment in REMOVE])
def test_a_killed_removal_is_completed_by_the_next_run(lab, tasks, group, tmp_path, options, op, moment):
    tasks(vm_copy, **options)
    ModuleRun(lab, tmp_path, "vm_copy", state="absent", vm="web1", resource_group=group).kill_at(op, moment, path="web1-copy")
    tasks(vm_copy, state="absent", vm="web1", resource_group=group)
    assert made(lab, group) == []
