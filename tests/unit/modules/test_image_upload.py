# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_upload: predict, do, repeat; broken at each write and repaired by the next run."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.modules import image_upload

from tests.support.disk_files import boot_record
from tests.support.fakes import FakeAzure
from tests.support.ids import SUBSCRIPTION
from tests.support.module_runner import ModuleRunner

MIB = 1024 * 1024
BOOT = boot_record(0x83)
TARGET = ResourceId.of(IMAGE, "images", "debian", subscription=SUBSCRIPTION)
INTERIM = ResourceId.of(DISK, "images", "debian-upload", subscription=SUBSCRIPTION)


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_upload, monkeypatch)


@pytest.fixture
def options(tmp_path):
    path = tmp_path / "debian.raw"
    with open(path, "wb") as file:
        file.truncate(20 * MIB)
        file.write(BOOT)
        file.seek(5 * MIB)
        file.write(b"content")
    return {"name": "debian", "resource_group": "images", "path": str(path)}


def test_predict_do_repeat(run, options):
    predicted = run(FakeAzure(read_only=True), check=True, **options)
    azure = FakeAzure()
    done = run(azure, **options)
    again = run(azure, **options)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert (
        predicted["steps"]
        == done["steps"]
        == [
            "create disk debian-upload for the upload",
            f"upload {options['path']} to disk debian-upload",
            "create image debian from disk debian-upload",
            "delete disk debian-upload",
        ]
    )
    assert azure.written == ["create disk debian-upload", "upload disk debian-upload", "create image debian", "delete disk debian-upload"]
    assert azure.uploaded == {"debian-upload": {0: BOOT, 5 * MIB: b"content".ljust(512, b"\0")}}
    assert (predicted["digest"], predicted["bytes_sent"], predicted["bytes_skipped"]) == (done["digest"], 1536, 20 * MIB - 1024)
    assert (again["bytes_sent"], again["bytes_skipped"], again["steps"]) == (0, 20 * MIB + 512, [])
    assert done["image"]["tags"] == {tag.DIGEST: done["digest"]}
    assert [predicted["image"][key] for key in ("id", "tags", "os_type")] == [done["image"][key] for key in ("id", "tags", "os_type")]
    assert predicted["diff"]["before"] == {"image": None, "disk": None}


@pytest.mark.parametrize("write", ["create disk", "upload disk", "create image"])
def test_a_broken_run_returns_its_steps_and_the_next_one_repairs_it(run, options, write):
    azure = FakeAzure(break_at=(write, Refused("could not do it: (Busy) later.", code="Busy", status=409)))
    broken = run(azure, **options)
    azure.break_at = None
    repaired = run(azure, **options)
    assert (broken["failed"], broken["code"], broken["changed"]) == (True, "Busy", write != "create disk")
    assert (repaired["failed"], repaired["changed"]) == (False, True)
    assert azure.images.find(TARGET).tags[tag.DIGEST] == repaired["digest"]
    assert azure.disks.find(INTERIM) is None
    assert run(azure, **options)["changed"] is False


LOCKED = Refused("could not delete disk debian-upload: (ScopeLocked) The scope is locked.", code="ScopeLocked", status=409)


def test_a_lock_on_the_interim_disk_is_a_warning_once_the_image_exists(run, options):
    azure = FakeAzure(break_at=("delete disk", LOCKED))
    done = run(azure, **options)
    assert (done["failed"], done["changed"], done["disk"], done["steps"][-1]) == (
        False, True, str(INTERIM), "create image debian from disk debian-upload",
    )  # fmt: skip
    again = run(azure, **options)
    assert (again["failed"], again["changed"], again["disk"], again["steps"]) == (False, False, str(INTERIM), [])
    text = "Could not delete disk debian-upload: (ScopeLocked) The scope is locked. Everything else was done: remove it by hand"
    assert [warning[: len(text)] for warning in run.warnings] == [text, text]
    azure.break_at = None
    freed = run(azure, **options)
    assert (freed["changed"], freed["disk"], freed["steps"]) == (True, None, ["delete disk debian-upload"])


def test_a_file_that_changes_meanwhile_is_not_committed(run, options, monkeypatch):
    azure = FakeAzure()
    upload = azure.disks.upload

    def meddle(*arguments):
        with open(options["path"], "ab") as file:
            file.write(b"more")
        upload(*arguments)

    monkeypatch.setattr(azure.disks, "upload", meddle)
    result = run(azure, **options)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "changed while it was being uploaded" in result["msg"]
    assert azure.images.find(TARGET) is None


class Closed:
    """An Azure that refuses every request."""

    subscription = SUBSCRIPTION

    def __getattr__(self, name):
        raise Denied("could not sign in: (invalid_client) the secret is wrong.")


@pytest.mark.parametrize("check", [True, False])
def test_a_wrong_secret_is_reported_before_the_file_is_read(run, options, check, monkeypatch):
    lengths = []
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda descriptor, length, offset: lengths.append(length) or pread(descriptor, length, offset))
    assert "the secret is wrong" in run(Closed(), check=check, **options)["msg"]
    assert 0 < sum(lengths) <= 129 * 1024


class Meanwhile:
    """Lets something happen in Azure while the module reads the disk file."""

    def __init__(self, monkeypatch, happen):
        read = image_upload.read_disk
        monkeypatch.setattr(image_upload, "read_disk", lambda path: (read(path), happen())[0])


def test_tags_that_are_set_while_the_file_is_read_stay(run, options, monkeypatch):
    azure = FakeAzure()
    run(azure, **options)

    def tag_it():
        image = azure.images.get(TARGET)
        azure.images.put(replace(image, tags={**image.tags, "owner": "ada"}))

    Meanwhile(monkeypatch, tag_it)
    run(azure, **options, tags={"release": "1"})
    assert azure.images.get(TARGET).tags.items() >= {"owner": "ada", "release": "1"}.items()


def test_an_interim_disk_that_is_used_while_the_file_is_read_is_uploaded_again(run, options, monkeypatch):
    azure = FakeAzure(break_at=("create image", Refused("could not create image: (Boom) no")))
    assert run(azure, **options)["failed"]
    azure.break_at = None

    def use():
        azure.disks.put(replace(azure.disks.get(INTERIM), ownership_time=parse_time("2026-11-22T12:00:00Z"), time_created=None))

    Meanwhile(monkeypatch, use)
    assert any(step.startswith("upload ") for step in run(azure, **options)["steps"])


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_does_not_exist_is_reported_before_a_connection_is_made(run, options, check, monkeypatch):
    asked = []
    monkeypatch.setattr(image_upload, "connect", asked.append)
    result = run(None, check=check, **{**options, "path": "/nowhere.raw"})
    assert result["msg"] == "cannot read the disk file /nowhere.raw: No such file or directory."
    assert asked == []


@pytest.mark.parametrize(("offset", "content", "text"), [
    (257, b"ustar", "is a tar archive (an OVA is one, too)"),
    (0, bytes(512), "holds nothing but zeros at its start and no partition table, so no VM can start from it"),
    (0, b"XFSB".ljust(512, b"\0"), "holds an XFS file system and no partition table, so no VM can start from it"),
    (32768, b"\1CD001\1", "is a hybrid ISO image, a medium to install from"),
    (450, b"\xee", "has a protective MBR, but no GPT header at byte 512"),
    (0, bytes(446), "has no boot code in its first sector"),
])  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_no_vm_can_start_from_is_refused_before_a_connection_is_made(run, options, check, offset, content, text, monkeypatch):
    with open(options["path"], "r+b") as file:
        file.seek(offset)
        file.write(content)
    asked = []
    monkeypatch.setattr(image_upload, "connect", asked.append)
    assert text in run(None, check=check, **options)["msg"]
    assert asked == []


@pytest.mark.parametrize(("change", "text"), [
    ({"path": ""}, "path: must not be empty."),
    ({"path": "/nowhere.raw"}, "cannot read the disk file /nowhere.raw"),
    ({"name": "-bad"}, "not a valid name for a resource"),
    ({"hyper_v_generation": "V2"}, "no EFI system partition"),
    ({"tags": {"a": 1}}, "must be a string"),
    ({"disk": "t3/bad"}, "disk: 't3/bad' is not a valid name for a resource"),
    ({"disk": {"nam": "x"}}, "disk: unknown key nam; known are name, resource_group, subscription_id; or id."),
    ({"disk": "/subscriptions/x/foo"}, "disk: '/subscriptions/x/foo' is not a resource id"),
    ({"disk": ["x"]}, "disk: give a resource id, a name, or a dictionary with name and resource_group, not a value of type list."),
    ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0."),
    ({"wait_timeout": -5}, "wait_timeout: must be at least 1, not -5."),
])  # fmt: skip
def test_bad_input_is_refused_before_anything_is_written(run, options, change, text):
    result = run(FakeAzure(read_only=True), **{**options, **change})
    assert result["failed"]
    assert text in result["msg"]


def test_an_image_of_other_content_is_kept_without_recreate(run, options):
    azure = FakeAzure(images=[Image(TARGET, "westeurope", os_type="Linux", hyper_v_generation="V1", tags={tag.DIGEST: "sha256-4m:old"})])
    assert "recreate" in run(azure, **options)["msg"]
    assert azure.writes == []
    assert run(azure, recreate=True, **options)["failed"] is False
    assert "delete image debian" in azure.written


def test_check_mode_assumes_that_an_image_in_creation_succeeds(run, options):
    azure = FakeAzure()
    done = run(azure, **options)
    azure.images.put(replace(azure.images.get(TARGET), provisioning_state="Creating"))
    assert run(azure, check=True, **options)["changed"] is False
    assert run.warnings == ["Image debian is Creating: planned as if that had succeeded."]
    late = run(azure, **options)
    assert (late["failed"], late["msg"]) == (True, "image debian is still Creating; run again later, or raise wait_timeout.")
    assert done["changed"] is True


def test_the_users_tags_are_on_the_interim_disk_too(run, options):
    azure = FakeAzure()
    kept = run(azure, keep_disk=True, tags={"cost": "7"}, **options)
    assert azure.disks.get(INTERIM).tags == {
        "cost": "7", tag.PURPOSE: tag.UPLOAD, tag.IMAGE: "images/debian", tag.DIGEST: kept["digest"],
    }  # fmt: skip


def test_tags_are_changed_without_an_upload(run, options):
    azure = FakeAzure()
    run(azure, **options)
    tagged = run(azure, tags={"release": "2"}, **options)
    assert (tagged["steps"], tagged["image"]["tags"]["release"]) == (["set the tags of image debian"], "2")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("recreate", [False, True])
def test_an_unknown_region_is_refused_before_anything_is_written(run, options, check, recreate):
    text = "location: 'marsnorth' is not a region that has managed images; these have: northeurope, westeurope."
    assert run(FakeAzure(read_only=True), check=check, location="marsnorth", recreate=recreate, **options)["msg"] == text
    old = Image(TARGET, "westeurope", os_type="Linux", hyper_v_generation="V1", tags={tag.DIGEST: "sha256-4m:old"})
    assert run(FakeAzure(images=[old], read_only=True), check=check, location="marsnorth", recreate=recreate, **options)["msg"] == text


@pytest.mark.parametrize("check", [True, False])
def test_a_region_is_returned_by_its_short_name(run, options, check):
    assert run(FakeAzure(read_only=check), check=check, location="West Europe", **options)["image"]["location"] == "westeurope"


def test_regions_are_read_only_if_needed(run, options):
    azure = FakeAzure()
    run(azure, **options)
    run(azure, location="West Europe", **options)
    assert azure.regions.asked == []
    unknown = FakeAzure()
    unknown.regions.known = frozenset()
    assert run(unknown, check=True, location="marsnorth", **options)["changed"] is True


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "change",
    [
        {"resource_group": "nogroup", "location": "westeurope"},
        {"resource_group": "nogroup"},
        {"disk": {"name": "d", "resource_group": "nogroup"}},
    ],
)
def test_a_group_that_does_not_exist_is_named(run, options, change, check):
    azure = FakeAzure(read_only=True)
    azure.groups.missing = {"nogroup"}
    gone = f"resource group nogroup was not found in subscription {azure.subscription}"
    assert run(azure, check=check, **{**options, **change})["msg"] == f"{gone}: create it first, or name another one."


def test_a_tag_of_the_collection_is_left_out_with_a_warning(run, options):
    assert run(FakeAzure(), tags={"goldenimage.digest": "b"}, **options)["image"]["tags"].keys() == {"goldenimage.digest"}
    assert run.warnings == [
        "tags: goldenimage.digest is ignored, because names that begin with goldenimage. are reserved for this collection."
    ]


def test_check_mode_knows_how_azure_caches_the_disk(run, options):
    assert run(FakeAzure(read_only=True), check=True, **options)["image"]["os_disk"]["caching"] == "None"
