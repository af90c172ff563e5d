# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup killed at its steps: the next run completes the backup, the restored VM or the removal."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload, vm_backup, vm_backup_info

from tests.support.disk_files import make_disk, same_bytes
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.module_runs import ModuleRun

TAKE = [("snapshot.put", moment) for moment in (BEFORE, AFTER, DURING)]
RESTORE = [
    ("disk.put", AFTER),
    ("vm.deallocate", DURING),
    *(("vm.patch", moment) for moment in (BEFORE, AFTER, DURING)),
    *(("disk.patch", moment) for moment in (BEFORE, AFTER)),
]
REMOVE = [("snapshot.delete", moment) for moment in (AFTER, DURING)]


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def options(lab, tasks, group, disk):
    """The options of a backup of a VM with a data disk."""
    tasks(image_upload, name="debian", resource_group=group, path=str(disk))
    lab.put_subnet(group)
    tasks(
        image_boot,
        name="web1",
        resource_group=group,
        image="debian",
        subnet={"virtual_network": "net", "subnet": "default"},
        admin_username="builder",
        admin_password="Correct-Horse-9",
        data_disks=[{"lun": 5, "size_gib": 1}],
    )
    return {"vm": "web1", "resource_group": group}


@pytest.mark.parametrize(("op", "moment"), TAKE, ids=[f"{op} {moment}" for op, moment in TAKE])
def test_a_killed_backup_is_completed_by_the_next_run(lab, tasks, group, tmp_path, disk, options, op, moment):
    ModuleRun(lab, tmp_path, "vm_backup", **options).kill_at(op, moment, path=group)
    backup = tasks(vm_backup, **options)["backup"]
    assert (backup["complete"], len(backup["snapshots"])) == (True, 2)
    assert same_bytes(lab, backup["snapshots"][0]["id"], disk)
    assert tasks(vm_backup, **options)["changed"] is False


@pytest.mark.parametrize(("op", "moment"), RESTORE, ids=[f"{op} {moment}" for op, moment in RESTORE])
def test_a_killed_restore_is_completed_by_the_next_run(lab, tasks, group, tmp_path, disk, options, op, moment):
    tasks(vm_backup, **options)
    ModuleRun(lab, tmp_path, "vm_backup", state="restored", **options).kill_at(op, moment, path=group)
    restored = tasks(vm_backup, state="restored", **options)
    assert restored["vm"]["os_disk"]["id"] == restored["os_disk"]
    assert [each["id"] for each in restored["vm"]["data_disks"]] == [each["disk"] for each in restored["data_disks"]]
    assert same_bytes(lab, restored["os_disk"], disk)
    assert tasks(vm_backup, state="restored", **options)["changed"] is False


@pytest.mark.parametrize(("op", "moment"), REMOVE, ids=[f"{op} {moment}" for op, moment in REMOVE])
def test_a_killed_removal_is_completed_by_the_next_run(lab, tasks, group, tmp_path, options, op, moment):
    tasks(vm_backup, **options)
    ModuleRun(lab, tmp_path, "vm_backup", state="absent", **options).kill_at(op, moment, path=group)
    tasks(vm_backup, state="absent", **options)
    assert tasks(vm_backup_info, **options)["backups"] == []
    assert [each.name for each in lab.compute.snapshots.list_by_resource_group(group)] == []
