# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_upload against the lab, whose page blobs receive the real bytes."""

from __future__ import annotations

import itertools
import json
import os

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_info, image_upload
from azlab.storage.blobs import BlobStore

from tests.support.disk_files import make_disk, page_blobs, same_bytes
from tests.support.running_lab import MIB, done


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def options(group, disk):
    return {"name": "debian", "resource_group": group, "path": str(disk)}


def disks(lab, group):
    return [each.name for each in lab.compute.disks.list_by_resource_group(group)]


def test_create_and_repeat_with_the_right_bytes(lab, tasks, group, disk, options):
    traffic = lab.traffic()
    created = tasks.predict_do_repeat(image_upload, **options)
    assert same_bytes(lab, created["image"]["id"], disk)
    assert disks(lab, group) == []
    puts = [entry for entry in traffic.arrived("blob") if entry["op"] == "PutPage"]
    assert sum(entry["bytes"] for entry in puts) == created["bytes_sent"] < 2 * MIB
    assert puts[-1]["range"] == f"bytes={32 * MIB}-{32 * MIB + 511}", "the footer must be sent last"
    assert created["bytes_sent"] + created["bytes_skipped"] == 32 * MIB + 512
    (found,) = tasks(image_info, name="debian", resource_group=group)["images"]
    assert created["image"].items() <= found.items()


@pytest.mark.parametrize("refused", [False, True])
def test_an_upload_needs_no_change_of_a_disk_that_is_open_for_it(lab, tasks, disk, options, refused):
    """Azure may refuse to tag a disk in state ActiveUpload or not: it is not known."""
    with lab.switched("no_patch_in_upload", refused):
        assert same_bytes(lab, tasks(image_upload, **options)["image"]["id"], disk)


def test_change_of_tags_content_and_generation(lab, tasks, group, disk, options, tmp_path):
    tasks(image_upload, **options)
    with tasks.writes() as writes:
        tagged = tasks(image_upload, tags={"release": "2"}, **options)
    assert (writes, tagged["image"]["tags"]["release"]) == (["image.patch"], "2")
    other = make_disk(tmp_path / "other.raw")
    with tasks.writes() as writes:
        assert "recreate" in tasks.fails(image_upload, **{**options, "path": str(other)})["msg"]
        assert "no EFI system partition" in tasks.fails(image_upload, hyper_v_generation="V2", **options)["msg"]
        assert "os_type is Linux" in tasks.fails(image_upload, os_type="Windows", **options)["msg"]
    assert writes == []
    replaced = tasks.predict_do_repeat(image_upload, recreate=True, **{**options, "path": str(other)})
    assert same_bytes(lab, replaced["image"]["id"], other)


def test_a_kept_disk_is_used_for_the_next_image(lab, tasks, group, disk, options):
    kept = tasks.predict_do_repeat(image_upload, keep_disk=True, disk="mine", **options)
    assert disks(lab, group) == ["mine"]
    assert same_bytes(lab, kept["disk"], disk)
    done(lab.compute.images.begin_delete(group, "debian"))
    again = tasks(image_upload, keep_disk=True, disk="mine", **options)
    assert again["steps"] == ["create image debian from disk mine"]
    assert again["bytes_sent"] == 0


def test_a_kept_disk_that_a_vm_used_is_uploaded_again(lab, tasks, group, disk, options):
    keeping = {**options, "keep_disk": True, "disk": "mine"}
    kept = tasks(image_upload, **keeping)["disk"]
    tasks(image_boot, name="user", resource_group=group, os_disk="mine", subnet=lab.put_subnet(group))
    done(lab.compute.images.begin_delete(group, "debian"))
    with tasks.writes() as writes:
        assert "attached to VM user" in tasks.fails(image_upload, **keeping)["msg"]
    assert writes == []
    tasks(image_boot, name="user", resource_group=group, state="absent")
    BlobStore(lab.settings).write(page_blobs(lab, kept)["os"], 5 * MIB, b"used".ljust(512))
    again = tasks.predict_do_repeat(image_upload, **keeping)
    assert again["steps"][0] == "delete disk mine"
    assert same_bytes(lab, again["image"]["id"], disk)


def test_a_fixed_vhd_of_an_odd_size_is_padded(lab, tasks, group, tmp_path):
    path = make_disk(tmp_path / "odd.vhd", size=24 * MIB + 4096)
    with open(path, "ab") as file:
        file.write(fixed_footer(24 * MIB + 4096, "theirs"))
    created = tasks(image_upload, name="odd", resource_group=group, path=str(path))
    with open(path, "r+b") as file:
        file.truncate(24 * MIB + 4096)
        file.truncate(25 * MIB)
    assert same_bytes(lab, created["image"]["id"], path)


def test_the_footer_depends_on_size_and_digest_only(lab, tasks, group, options):
    created = tasks(image_upload, **options)
    key = page_blobs(lab, created["image"]["id"])["os"]
    assert BlobStore(lab.settings).read(key, 32 * MIB, 512) == fixed_footer(32 * MIB, created["digest"])


@pytest.mark.parametrize("op", ["disk.put", "disk.begin_access", "disk.patch", "disk.end_access", "image.put"])
def test_a_refused_request_is_repaired_by_the_next_run(lab, tasks, group, disk, options, op):
    with lab.fault(plane="arm", op=op, status=409, code="ConflictingUserInput", message="An injected fault."):
        broken = tasks.fails(image_upload, **options)
    assert (broken["code"], broken["changed"]) == ("ConflictingUserInput", op != "disk.put")
    repaired = tasks(image_upload, **options)
    assert same_bytes(lab, repaired["image"]["id"], disk)
    assert disks(lab, group) == []
    assert (repaired["bytes_sent"] > 0) == (op != "image.put")
    assert tasks(image_upload, **options)["changed"] is False


@pytest.mark.parametrize("op", ["disk.put", "disk.begin_access", "disk.end_access", "image.put"])
def test_a_failed_operation_is_repaired_by_the_next_run(lab, tasks, group, disk, options, op):
    failure = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
    with lab.fault(plane="arm", op=op, fail_operation=failure):
        broken = tasks.fails(image_upload, **options)
    assert "(InternalExecutionError) An internal execution error occurred." in broken["msg"]
    repaired = tasks(image_upload, **options)
    assert same_bytes(lab, repaired["image"]["id"], disk)
    assert disks(lab, group) == []


@pytest.mark.parametrize("fault", [
    {"status": 409, "code": "ScopeLocked", "message": "The scope cannot perform delete operation because it is locked."},
    {"fail_operation": {"code": "InternalExecutionError", "message": "An internal execution error occurred."}},
], ids=["a lock", "a failed operation"])  # fmt: skip
def test_an_interim_disk_that_cannot_be_deleted_is_a_warning(lab, tasks, group, disk, options, fault):
    with lab.fault(plane="arm", op="disk.delete", **fault):
        for changed in (True, False):
            result = tasks(image_upload, **options)
            assert result["changed"] is changed
            assert result["disk"].rpartition("/")[2] == "debian-upload"
            assert ["Could not delete disk debian-upload" in warning for warning in tasks.warnings] == [True]
    assert same_bytes(lab, result["image"]["id"], disk)
    assert tasks(image_upload, **options)["steps"] == ["delete disk debian-upload"]
    assert disks(lab, group) == []


@pytest.mark.parametrize("fault", [
    {"status": 503, "code": "ServerBusy", "times": 3},
    {"status": 500, "code": "OperationTimedOut", "times": 2},
    {"reset": True, "times": 2},
    {"reset": True, "after_effect": True, "times": 1},
], ids=["busy", "timed out", "cut before", "cut after"])  # fmt: skip
def test_requests_to_an_unreliable_data_plane_are_repeated(lab, tasks, disk, options, fault):
    with lab.fault(plane="blob", op="PutPage", **fault):
        created = tasks(image_upload, **options)
    assert same_bytes(lab, created["image"]["id"], disk)


@pytest.mark.parametrize("read", ["disk", "image"])
def test_what_azure_does_not_find_right_after_it_was_made_is_read_again(lab, tasks, disk, options, read):
    """The first read, before anything is made, finds nothing anyhow."""
    with lab.fault(plane="arm", op=f"{read}.get", skip=1, times=2, status=404, code="ResourceNotFound"):
        created = tasks(image_upload, **options)
    assert same_bytes(lab, created["image"]["id"], disk)


def test_a_disk_that_another_operation_uses_is_deleted_after_it(lab, tasks, group, options):
    conflict = {"status": 409, "code": "Conflict", "message": "The request failed due to conflict with a concurrent request."}
    with lab.fault(plane="arm", op="disk.delete", times=1, **conflict):
        tasks(image_upload, **options)
    assert disks(lab, group) == []


def test_a_revoked_grant_fails_the_task_without_an_image(lab, tasks, group, disk, options):
    with lab.fault(plane="blob", op="PutPage", status=403, code="AuthenticationFailed"):
        broken = tasks.fails(image_upload, **options)
    assert (broken["status"], broken["code"], broken["changed"]) == (403, "AuthenticationFailed", True)
    assert "has expired or was revoked" in broken["msg"]
    assert "sig=" not in json.dumps(broken)
    assert list(lab.compute.images.list_by_resource_group(group)) == []
    assert same_bytes(lab, tasks(image_upload, **options)["image"]["id"], disk)


def test_a_disk_of_another_origin_is_never_overwritten(lab, tasks, group, options):
    body = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}}
    done(lab.compute.disks.begin_create_or_update(group, "debian-upload", body))
    with tasks.writes() as writes:
        assert "not the interim disk" in tasks.fails(image_upload, **options)["msg"]
    assert writes == []


@pytest.mark.parametrize(("content", "text"), [
    (b"QFI\xfb", "is a qcow2 image"), (b"vhdxfile", "is a VHDX"), (b"conectix", "dynamic VHD"), (b"LZIP", "compressed with lzip"),
    (bytes(512), "no boot signature"), (b"LUKS\xba\xbe".ljust(512), "holds a LUKS volume and no partition table"),
])  # fmt: skip
def test_unsupported_files_are_refused_before_the_first_write(lab, tasks, disk, options, content, text):
    with open(disk, "r+b") as file:
        file.write(content)
    with tasks.writes() as writes:
        assert text in tasks.fails(image_upload, **options)["msg"]
        assert text in tasks.fails(image_upload, check=True, **options)["msg"]
    assert writes == []


def test_a_wrong_secret_is_reported_before_the_file_is_read(tasks, options, monkeypatch):
    lengths, pread = [], os.pread
    monkeypatch.setattr(os, "pread", lambda descriptor, length, offset: lengths.append(length) or pread(descriptor, length, offset))
    for check in (True, False):
        assert "AADSTS7000215" in tasks.fails(image_upload, check=check, secret="wrong", **options)["msg"]
    assert 0 < sum(lengths) < MIB


def test_a_missing_resource_group_is_named(tasks, options):
    for check, where in itertools.product((True, False), ({}, {"location": "westeurope"})):
        result = tasks.fails(image_upload, check=check, **{**options, "resource_group": "nowhere", **where})
        assert "resource group nowhere was not found in subscription" in result["msg"]


def test_an_unknown_region_is_refused_before_the_first_write(lab, tasks, group, options):
    with tasks.writes() as writes:
        for check in (True, False):
            refused = tasks.fails(image_upload, check=check, location="marsnorth", **options)
            assert "location: 'marsnorth' is not a region that has managed images; these have: " in refused["msg"]
    assert writes == []
    created = tasks.predict_do_repeat(image_upload, location="North Europe", **options)
    assert created["image"]["location"] == "northeurope"


def test_azure_checks_the_region_if_regions_cannot_be_read(lab, tasks, options):
    with lab.fault(plane="arm", op="provider.get", status=403, code="AuthorizationFailed"):
        assert tasks(image_upload, check=True, location="westeurope", **options)["changed"] is True
        assert tasks.fails(image_upload, location="marsnorth", **options)["code"] == "LocationNotAvailableForResourceType"
