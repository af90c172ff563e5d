# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_upload into galleries of the lab: create, repeat, detours, interruption at each write, and what is refused first."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload

from tests.support.disk_files import make_disk, same_bytes
from tests.support.gallery_versions import LabVersions
from tests.support.running_lab import LOCATION

OTHER = "northeurope"
EFI_SYSTEM = 0xEF
LOGIN = {"admin_username": "builder", "admin_password": "Correct-Horse-9"}


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def uefi(tmp_path):
    """A disk with an EFI system partition."""
    path = make_disk(tmp_path / "uefi.raw", offsets=(1024 * 1024,))
    with open(path, "r+b") as file:
        file.seek(446 + 4)
        file.write(bytes([EFI_SYSTEM]))
        file.seek(510)
        file.write(b"\x55\xaa")
    return path


@pytest.fixture
def gallery(lab, group):
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


def wanted(image="i", **more):
    return {"gallery": "g", "gallery_image": image, **more}


@pytest.fixture
def options(group, disk):
    return {"resource_group": group, "path": str(disk), "gallery_image_version": wanted()}


@pytest.fixture
def left(lab, group):
    """The names of the disks and images that are left in the group."""

    def names():
        disks = [each.name for each in lab.compute.disks.list_by_resource_group(group)]
        return disks + [each.name for each in lab.compute.images.list_by_resource_group(group)]

    return names


def test_a_version_is_made_of_the_disk_and_a_vm_starts_from_it(lab, tasks, group, gallery, disk, options, left):
    gallery.image(hyperVGeneration="V1")
    made = tasks.predict_do_repeat(image_upload, **options)
    assert made["steps"] == [
        "create disk i-upload for the upload",
        f"upload {disk} to disk i-upload",
        "create version 1.0.0 of image definition i from disk i-upload",
        f"wait until version 1.0.0 can be used in {LOCATION}",
        "delete disk i-upload",
    ]
    version = made["gallery_image_version"]
    assert (version["name"], version["tags"]["goldenimage.digest"], made["disk"]) == ("1.0.0", made["digest"], None)
    assert left() == []
    lab.put_subnet(group)
    place = {"name": "t1", "resource_group": group, "subnet": {"virtual_network": "net", "subnet": "default"}, "location": LOCATION}
    vm = tasks(image_boot, image=version["id"], **LOGIN, **place)["vm"]
    assert same_bytes(lab, vm["os_disk"]["id"], disk)


def test_gallery_and_definition_are_created_on_request(lab, tasks, group, uefi, options, left):
    target = wanted("debian", create_gallery=True, create_gallery_image=True, description="Debian", identifier={"sku": "12"})
    made = tasks.predict_do_repeat(image_upload, **{**options, "path": str(uefi), "tags": {"cost": "7"}, "gallery_image_version": target})
    assert made["steps"][:2] == ["create gallery g", "create image definition debian in gallery g"]
    definition = LabVersions(lab, group).properties("images/debian")
    assert definition["identifier"] == {"publisher": "g", "offer": "debian", "sku": "12"}
    assert [definition[key] for key in ("hyperVGeneration", "architecture", "osState", "description")] == [
        "V2",
        "x64",
        "Generalized",
        "Debian",
    ]
    assert made["gallery_image_version"]["tags"]["cost"] == "7"
    assert left() == []


def test_a_definition_that_takes_no_disks_gets_a_managed_image_on_the_way(tasks, gallery, uefi, options, left):
    gallery.image("tl", "TrustedLaunchSupported", hyperVGeneration="V2")
    made = tasks.predict_do_repeat(image_upload, **{**options, "path": str(uefi), "gallery_image_version": wanted("tl")})
    assert made["steps"] == [
        "create disk tl-upload for the upload",
        f"upload {uefi} to disk tl-upload",
        "create image tl-upload from disk tl-upload, because the image definition takes it only through a managed image",
        "create version 1.0.0 of image definition tl from image tl-upload",
        f"wait until version 1.0.0 can be used in {LOCATION}",
        "delete image tl-upload",
        "delete disk tl-upload",
    ]
    assert left() == []


def test_an_arm_system_is_marked_as_one(lab, tasks, group, uefi, options):
    target = wanted(create_gallery=True, create_gallery_image=True)
    made = tasks.predict_do_repeat(image_upload, architecture="Arm64", **{**options, "path": str(uefi), "gallery_image_version": target})
    assert LabVersions(lab, group).properties("images/i")["architecture"] == "Arm64"
    assert made["gallery_image_version"]["name"] == "1.0.0"


def test_other_content_becomes_the_next_version(tasks, gallery, options, tmp_path):
    gallery.image(hyperVGeneration="V1")
    assert tasks(image_upload, **options)["gallery_image_version"]["name"] == "1.0.0"
    other = make_disk(tmp_path / "other.raw")
    second = tasks.predict_do_repeat(image_upload, **{**options, "path": str(other)})
    assert second["gallery_image_version"]["name"] == "1.0.1"
    named = {**options, "gallery_image_version": wanted(version="1.0.1")}
    assert "exists, but it was made from other content" in tasks.fails(image_upload, **named)["msg"]
    replaced = tasks(image_upload, recreate=True, **named)
    assert replaced["steps"][2] == "delete version 1.0.1 of image definition i"


def test_tags_and_regions_of_an_existing_version_are_changed(tasks, gallery, options):
    gallery.image(hyperVGeneration="V1")
    tasks(image_upload, **options)
    changed = {**options, "tags": {"release": "2"}, "gallery_image_version": wanted(target_regions=[{"name": "North Europe"}])}
    done = tasks.predict_do_repeat(image_upload, **changed)
    assert done["steps"] == [
        "change target_regions of version 1.0.0 of image definition i",
        f"wait until version 1.0.0 can be used in {LOCATION}, {OTHER}",
    ]
    assert (done["bytes_sent"], done["gallery_image_version"]["tags"]["release"]) == (0, "2")


def test_a_repeated_run_shows_no_difference_and_a_purged_region_is_gone_from_the_prediction(tasks, gallery, options):
    gallery.image(hyperVGeneration="V1")
    two = {**options, "gallery_image_version": wanted(target_regions=[{"name": LOCATION}, {"name": OTHER}])}
    tasks(image_upload, **two)
    repeated = tasks(image_upload, **two)
    assert repeated["diff"]["before"] == repeated["diff"]["after"]
    assert repeated["gallery_image_version"]["publishing_profile"]["published_date"]
    one = {**options, "gallery_image_version": wanted(target_regions=[{"name": LOCATION}], purge_target_regions=True)}
    predicted = tasks(image_upload, check=True, **one)
    assert len(predicted["gallery_image_version"]["publishing_profile"]["target_regions"]) == 1


@pytest.mark.parametrize("version", ["next", "1.0.0"])
def test_a_version_in_another_region_is_not_taken_for_the_requested_one(tasks, gallery, options, version):
    gallery.image(hyperVGeneration="V1")
    target = wanted(version=version)
    tasks(image_upload, **{**options, "gallery_image_version": target})
    msg = tasks.fails(image_upload, location=OTHER, **{**options, "gallery_image_version": target})["msg"]
    assert f"version 1.0.0 of image definition i in gallery g exists, but it is in {LOCATION}: " in msg
    assert ("choose another version or version: next" in msg) == (version != "next")


@pytest.mark.parametrize("wait", ["first", "none"])
def test_what_a_version_is_made_from_stays_until_it_was_copied(lab, tasks, gallery, options, left, wait):
    gallery.image(hyperVGeneration="V1")
    with lab.setting("replication_seconds", {OTHER: 20.0}):
        target = wanted(wait=wait, target_regions=[{"name": LOCATION}, {"name": OTHER}])
        made = tasks(image_upload, **{**options, "gallery_image_version": target})
        again = tasks(image_upload, **{**options, "gallery_image_version": target})
    assert f"wait until version 1.0.0 can be used in {LOCATION}" in made["steps"]
    assert [each["state"] for each in made["gallery_image_version"]["replication_status"]["summary"]] == ["Completed", "Replicating"]
    assert (left(), again["changed"]) == ([], False)


def test_a_kept_disk_is_not_waited_for(lab, tasks, gallery, options, left):
    gallery.image(hyperVGeneration="V1")
    with lab.setting("replication_seconds", {LOCATION: 20.0}):
        made = tasks(image_upload, keep_disk=True, **{**options, "gallery_image_version": wanted(wait="none")})
    assert made["steps"][-1] == "create version 1.0.0 of image definition i from disk i-upload"
    assert (made["disk"].rpartition("/")[2], left()) == ("i-upload", ["i-upload"])


REFUSED = {"status": 409, "code": "OperationNotAllowed", "message": "An injected fault."}
FAILED = {"fail_operation": {"code": "InternalExecutionError", "message": "An injected fault."}}


@pytest.fixture
def on_the_way(gallery, uefi, options):
    """Options for a version that is made from a managed image, in a definition that must be created."""
    target = wanted("x", create_gallery_image=True, security_type="TrustedLaunchSupported")
    return {**options, "path": str(uefi), "gallery_image_version": target}


@pytest.mark.parametrize("fault", [REFUSED, FAILED], ids=["refused", "failed"])
@pytest.mark.parametrize(
    "op", ["gallery_image.put", "disk.put", "disk.begin_access", "disk.end_access", "image.put", "gallery_version.put"]
)
def test_a_run_that_ends_at_any_write_is_completed_by_the_next_one(lab, tasks, on_the_way, left, op, fault):
    with lab.fault(plane="arm", op=op, **fault):
        assert tasks.fails(image_upload, **on_the_way)["changed"] is (op != "gallery_image.put")
    repaired = tasks(image_upload, **on_the_way)
    assert (repaired["gallery_image_version"]["name"], repaired["gallery_image_version"]["provisioning_state"]) == ("1.0.0", "Succeeded")
    assert (repaired["bytes_sent"] > 0) == (op not in ("image.put", "gallery_version.put"))
    assert left() == []
    with tasks.writes() as writes:
        assert tasks(image_upload, **on_the_way)["changed"] is False
    assert writes == []


@pytest.mark.parametrize("op", ["image.delete", "disk.delete"])
def test_what_could_not_be_deleted_is_deleted_by_the_next_run(lab, tasks, on_the_way, left, op):
    with lab.fault(plane="arm", op=op, status=409, code="ScopeLocked", message="The scope is locked."):
        assert tasks(image_upload, **on_the_way)["gallery_image_version"]["name"] == "1.0.0"
    assert left() != []
    assert tasks(image_upload, **on_the_way)["steps"] in (["delete image x-upload"], ["delete disk x-upload"])
    assert left() == []


def test_an_image_of_the_user_is_not_replaced_on_the_way(tasks, group, uefi, on_the_way):
    tasks(image_upload, name="x-upload", resource_group=group, path=str(uefi))
    with tasks.writes() as writes:
        assert "exists, and is not the interim image of image definition x in gallery g" in tasks.fails(image_upload, **on_the_way)["msg"]
    assert writes == []


@pytest.mark.parametrize(("change", "text"), [
    ({"gallery_image_version": wanted("nothing")}, "there is no image definition nothing in gallery g: create it, or set create_"),
    ({"gallery_image_version": {"gallery": "h", "gallery_image": "i"}}, "there is no gallery h in resource group"),
    ({"gallery_image_version": wanted(version="1.0")}, "is not a valid version"),
    ({"gallery_image_version": wanted(os_state="specialized")}, "is for generalized systems, and os_state is specialized"),
    ({"hyper_v_generation": "V1", "gallery_image_version": wanted("tl")}, "hyper_v_generation V1, the definition V2"),
    ({"gallery_image_version": wanted(target_regions=[{"name": "marsnorth"}])}, "'marsnorth' is not a region that has image versions"),
    ({"name": "debian"}, "exclude each other"),
    ({"os_type": "Windows"}, "os_type Windows, the definition Linux"),
])  # fmt: skip
def test_what_azure_would_refuse_is_refused_before_a_byte_is_read(tasks, gallery, options, change, text, monkeypatch):
    gallery.image(hyperVGeneration="V1")
    gallery.image("tl", "TrustedLaunchSupported", hyperVGeneration="V2")
    monkeypatch.setattr(image_upload, "read_disk", lambda path: pytest.fail("the disk was read"))
    with tasks.writes() as writes:
        for check in (True, False):
            assert text in tasks.fails(image_upload, check=check, **{**options, **change})["msg"]
    assert writes == []


def test_a_gallery_of_another_subscription(lab, tasks, group, options, left):
    with lab.second_subscription() as hub:
        hub.put_group("hub")
        gallery = LabVersions(hub, "hub")
        gallery.made()
        gallery.image(hyperVGeneration="V1")
        made = tasks.predict_do_repeat(image_upload, **{**options, "gallery_image_version": {"gallery": gallery.id, "gallery_image": "i"}})
        assert made["gallery_image_version"]["id"].startswith(f"{gallery.id}/images/i/versions/")
    assert left() == []
