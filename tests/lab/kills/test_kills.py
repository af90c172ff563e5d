# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that are killed at every step: no request of the killed run arrives afterwards, and the next run completes the work."""

from __future__ import annotations

import filecmp

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.reader import read_disk
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_capture, image_upload
from azlab.storage.blobs import BlobStore

from tests.support.disk_files import make_disk, page_blobs, same_bytes
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.module_runs import ModuleRun
from tests.support.running_lab import MIB, done
from tests.support.tasks import LabTasks

MARKER = b"marker of a data disk".ljust(512, b".")
UPLOAD = [
    *((op, moment) for op in ("disk.put", "disk.begin_access") for moment in (BEFORE, AFTER, DURING)),
    *(("PutPage", moment) for moment in (BEFORE, AFTER)),
    *((op, moment) for op in ("disk.patch", "disk.end_access", "image.put", "disk.delete") for moment in (BEFORE, AFTER, DURING)),
]
DISCARD = [(op, moment) for op in ("disk.end_access", "disk.delete") for moment in (BEFORE, AFTER, DURING)]
CAPTURE = [
    # The PATCH of the VM that stores its seal needs a verdict in a boot log: it is killed in tests/guest, with a real guest.
    *(("vm.deallocate", moment) for moment in (BEFORE, AFTER, DURING)),
    *(("vm.generalize", moment) for moment in (BEFORE, AFTER)),
    *(("image.put", moment) for moment in (BEFORE, AFTER, DURING)),
]


@pytest.mark.parametrize(("op", "moment"), UPLOAD, ids=[f"{op} {moment}" for op, moment in UPLOAD])
def test_a_killed_upload_is_completed_by_the_next_run(lab, tasks, group, tmp_path, op, moment):
    disk = make_disk(tmp_path / "source.raw")
    options = {"name": "debian", "resource_group": group, "path": str(disk)}
    run = ModuleRun(lab, tmp_path, "image_upload", **options)
    run.kill_at(op, moment, path=group)
    require_repair(lab, tasks, group, disk, options)


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_an_upload_killed_at_its_footer_is_completed_by_the_next_run(lab, tasks, group, tmp_path, moment):
    disk = make_disk(tmp_path / "source.raw")
    options = {"name": "debian", "resource_group": group, "path": str(disk)}
    run = ModuleRun(lab, tmp_path, "image_upload", **options)
    run.kill_at("PutPage", moment, path=group, skip=len(read_disk(str(disk)).disk.ranges))
    assert [entry["range"] for entry in run.arrived("blob") if entry["op"] == "PutPage"][-1] == f"bytes={32 * MIB}-{32 * MIB + 511}"
    require_repair(lab, tasks, group, disk, options)


@pytest.mark.parametrize("moment", [BEFORE, AFTER, DURING])
def test_an_upload_killed_while_replacing_an_image_is_completed_by_the_next_run(lab, tasks, group, tmp_path, moment):
    old, disk = make_disk(tmp_path / "old.raw"), make_disk(tmp_path / "source.raw")
    tasks(image_upload, name="debian", resource_group=group, path=str(old))
    options = {"name": "debian", "resource_group": group, "path": str(disk), "recreate": True}
    run = ModuleRun(lab, tmp_path, "image_upload", **options)
    run.kill_at("image.delete", moment, path=group)
    require_repair(lab, tasks, group, disk, options)


@pytest.mark.parametrize(("op", "moment"), DISCARD, ids=[f"{op} {moment}" for op, moment in DISCARD])
def test_an_upload_killed_while_removing_the_disk_of_a_killed_one_is_completed_by_the_next_run(lab, tasks, group, tmp_path, op, moment):
    disk = make_disk(tmp_path / "source.raw")
    options = {"name": "debian", "resource_group": group, "path": str(disk)}
    ModuleRun(lab, tmp_path, "image_upload", **options).kill_at("PutPage", AFTER, path=group)
    run = ModuleRun(lab, tmp_path, "image_upload", **options)
    run.kill_at(op, moment, path=group)
    require_repair(lab, tasks, group, disk, options)


def require_repair(lab, tasks, group, disk, options):
    """Check that the next run creates an image with the right bytes and no other resource, and that another run changes nothing."""
    created = tasks(image_upload, **options)
    assert same_bytes(lab, created["image"]["id"], disk)
    assert [each.name for each in lab.compute.disks.list_by_resource_group(group)] == []
    assert tasks(image_upload, **options)["changed"] is False


@pytest.fixture(scope="module")
def uploaded(lab, tmp_path_factory):
    """The id of an image for all VMs of this file, and its source file."""
    disk = make_disk(tmp_path_factory.mktemp("kills") / "source.raw")
    with pytest.MonkeyPatch.context() as patch:
        result = LabTasks(lab, patch)(image_upload, name="debian", resource_group=lab.put_group(), path=str(disk))
    return result["image"]["id"], disk


@pytest.fixture
def vm(lab, tasks, group, uploaded):
    """A stopped VM with a marker on its data disk."""
    lab.put_subnet(group)
    booted = tasks(
        image_boot,
        name="web1",
        resource_group=group,
        image=uploaded[0],
        subnet={"virtual_network": "net", "subnet": "default"},
        admin_username="builder",
        admin_password="Correct-Horse-9",
        data_disks=[{"lun": 5, "size_gib": 1}],
    )["vm"]
    BlobStore(lab.settings).write(page_blobs(lab, booted["data_disks"][0]["id"])["os"], MIB, MARKER)
    done(lab.compute.virtual_machines.begin_power_off(group, "web1"))
    return booted


@pytest.mark.parametrize(("op", "moment"), CAPTURE, ids=[f"{op} {moment}" for op, moment in CAPTURE])
def test_a_killed_capture_is_completed_by_the_next_run(lab, tasks, group, tmp_path, uploaded, vm, op, moment):
    options = {"name": "web-1", "resource_group": group, "vm": "web1", "sealed": "assume", "backup": "none"}
    run = ModuleRun(lab, tmp_path, "image_capture", **options)
    run.kill_at(op, moment, path=group)
    created = tasks(image_capture, **options)
    assert same_bytes(lab, created["image"]["id"], uploaded[1])
    blobs, image = BlobStore(lab.settings), page_blobs(lab, created["image"]["id"])
    for key, name in ((image["5"], "captured"), (page_blobs(lab, vm["data_disks"][0]["id"])["os"], "sealed")):
        blobs.download(key, tmp_path / name)
    assert filecmp.cmp(tmp_path / "captured", tmp_path / "sealed", shallow=False)
    assert blobs.read(image["5"], MIB, 512) == MARKER
    assert tasks(image_capture, **options)["changed"] is False
