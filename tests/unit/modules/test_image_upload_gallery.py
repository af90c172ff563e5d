# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_upload into a gallery: predict, do, repeat; detours; broken at each write; what is refused before the disk file is read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, GALLERY, IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery import Gallery
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.modules import image_upload

from tests.support.disk_files import boot_record
from tests.support.fakes import FakeAzure
from tests.support.ids import SUBSCRIPTION
from tests.support.module_runner import ModuleRunner

MIB = 1024 * 1024
GALLERY_ID = ResourceId.of(GALLERY, "images", "g", subscription=SUBSCRIPTION)
WEB = GALLERY_ID.child("Microsoft.Compute/galleries/images", "web")
INTERIM = ResourceId.of(DISK, "images", "web-upload", subscription=SUBSCRIPTION)
INTERIM_IMAGE = ResourceId.of(IMAGE, "images", "web-upload", subscription=SUBSCRIPTION)
TRUSTED = [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]
CREATE = "create version 1.0.0 of image definition web from"
WAIT = "wait until version 1.0.0 can be used in westeurope"


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_upload, monkeypatch)


def disk_file(path, content=b"content"):
    with open(path, "wb") as file:
        file.truncate(20 * MIB)
        file.write(boot_record(0xEF))
        file.seek(5 * MIB)
        file.write(content)
    return str(path)


@pytest.fixture
def options(tmp_path):
    return {"resource_group": "images", "path": disk_file(tmp_path / "web.raw"), "gallery_image_version": wanted()}


def wanted(**more):
    return {"gallery": "g", "gallery_image": "web", **more}


def definition(**more):
    properties = {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2", "architecture": "x64", **more}
    return GalleryImage(WEB, "westeurope", properties=properties)


def azure_with(image=None, **more):
    return FakeAzure(galleries=[Gallery(GALLERY_ID, "westeurope")], gallery_images=[image or definition()], **more)


def left(azure):
    return [each.id.name for each in (*azure.disks.list(), *azure.images.list())]


def test_predict_do_repeat(run, options):
    predicted = run(azure_with(read_only=True), check=True, **options)
    azure = azure_with()
    done = run(azure, **options)
    again = run(azure, **options)
    assert (predicted["changed"], done["changed"], again["changed"], again["steps"]) == (True, True, False, [])
    assert predicted["steps"] == done["steps"] == [
        "create disk web-upload for the upload", f"upload {options['path']} to disk web-upload", f"{CREATE} disk web-upload", WAIT,
        "delete disk web-upload",
    ]  # fmt: skip
    assert (done["gallery_image_version"]["id"], done["gallery_image_version"]["tags"][tag.DIGEST]) == (
        f"{WEB}/versions/1.0.0",
        done["digest"],
    )
    assert (predicted["gallery_image_version"]["name"], predicted["disk"], again["bytes_sent"]) == ("1.0.0", None, 0)
    assert done["gallery_image_version"]["storage_profile"] == {"os_disk_image": {"source": {"id": str(INTERIM)}}}
    assert "image" not in done
    assert left(azure) == []


def test_a_definition_that_takes_no_disks_is_reached_through_a_managed_image(run, options):
    azure = azure_with(definition(features=TRUSTED))
    done = run(azure, tags={"cost": "7"}, **options)
    assert done["steps"][2:] == [
        "create image web-upload from disk web-upload, because the image definition takes it only through a managed image",
        f"{CREATE} image web-upload", WAIT,
        "delete image web-upload", "delete disk web-upload",
    ]  # fmt: skip
    assert done["gallery_image_version"]["storage_profile"] == {"source": {"id": str(INTERIM_IMAGE)}}
    (made,) = [write for write in azure.writes if write[:2] == ("create", "image")]
    assert made[3]["tags"] == {
        "cost": "7", tag.DIGEST: done["digest"], tag.PURPOSE: tag.UPLOAD, tag.IMAGE: "images/g/web",
    }  # fmt: skip
    assert left(azure) == []


@pytest.mark.parametrize("write", ["create disk", "upload disk", "create image", "create image version"])
@pytest.mark.parametrize("features", [None, TRUSTED], ids=["from a disk", "from an image"])
def test_a_broken_run_is_completed_by_the_next_one(run, options, write, features):
    azure = azure_with(definition(features=features), break_at=(write, Refused("could not do it: (Busy) later.", code="Busy", status=409)))
    broken = run(azure, **options)
    azure.break_at = None
    done = run(azure, **options)
    reached = write != "create image" or features is not None
    assert (broken["failed"], done["failed"], done["changed"]) == (reached, False, reached)
    assert left(azure) == []
    assert run(azure, **options)["changed"] is False


def test_an_interim_image_is_enough_to_go_on(run, options):
    azure = azure_with(
        definition(features=TRUSTED), break_at=("create image version", Refused("could not do it: (Busy) later.", code="Busy"))
    )
    run(azure, **options)
    azure.break_at = None
    azure.disks.delete(INTERIM)
    assert run(azure, **options)["steps"] == [f"{CREATE} image web-upload", WAIT, "delete image web-upload"]


@pytest.mark.parametrize("change", [{"provisioning_state": "Failed"}, {"tags": "old"}, {"location": "northeurope"}])
def test_an_interim_image_of_other_content_is_made_again(run, options, change):
    azure = azure_with(
        definition(features=TRUSTED), break_at=("create image version", Refused("could not do it: (Busy) later.", code="Busy"))
    )
    run(azure, **options)
    azure.break_at = None
    image = azure.images.get(INTERIM_IMAGE)
    change = {"tags": {**image.tags, tag.DIGEST: "sha256-4m:old"}} if "tags" in change else change
    azure.images.put(replace(image, **change))
    assert run(azure, **options)["steps"][0] == "delete image web-upload"


def test_other_content_becomes_the_next_version(run, options, tmp_path):
    azure = azure_with()
    run(azure, **options)
    second = {**options, "path": disk_file(tmp_path / "second.raw", b"other")}
    assert run(azure, **second)["gallery_image_version"]["name"] == "1.0.1"
    named = {**options, "gallery_image_version": wanted(version="1.0.1")}
    assert "but it was made from other content (sha256-4m:" in run(azure, **named)["msg"]
    replaced = run(azure, recreate=True, **named)
    assert "delete version 1.0.1 of image definition web" in replaced["steps"]
    assert replaced["gallery_image_version"]["tags"][tag.DIGEST] == replaced["digest"]


def test_a_named_version_of_unknown_content_is_refused_before_the_disk_is_read(run, options, monkeypatch):
    theirs = GalleryImageVersion(WEB.child("Microsoft.Compute/galleries/images/versions", "1.0.0"), "westeurope")
    monkeypatch.setattr(image_upload, "read_disk", lambda path: pytest.fail("the disk was read"))
    azure = azure_with(gallery_image_versions=[theirs], read_only=True)
    result = run(azure, **{**options, "gallery_image_version": wanted(version="1.0.0")})
    assert "version 1.0.0 of image definition web in gallery g exists, but it has no tag goldenimage.digest" in result["msg"]


def test_the_version_of_a_failed_run_is_replaced(run, options):
    azure = azure_with()
    run(azure, **options)
    version = azure.gallery_image_versions.get(WEB.child("Microsoft.Compute/galleries/images/versions", "1.0.0"))
    azure.gallery_image_versions.put(replace(version, provisioning_state="Failed"))
    again = run(azure, **options)
    assert "delete version 1.0.0 of image definition web" in again["steps"]
    assert again["gallery_image_version"]["provisioning_state"] == "Succeeded"


def test_gallery_and_definition_are_created_first_with_the_users_tags(run, options):
    azure = FakeAzure()
    target = wanted(create_gallery=True, create_gallery_image=True)
    done = run(azure, tags={"cost": "7"}, **{**options, "gallery_image_version": target})
    assert done["steps"][:2] == ["create gallery g", "create image definition web in gallery g"]
    (gallery, image) = azure.writes[:2]
    assert (gallery[3]["tags"], image[3]["tags"]) == ({"cost": "7"}, {"cost": "7"})
    assert image[3]["properties"]["hyperVGeneration"] == "V2"
    assert run(azure, **{**options, "gallery_image_version": target})["changed"] is False


def test_tags_and_regions_of_an_existing_version_are_changed_without_an_upload(run, options):
    azure = azure_with()
    run(azure, **options)
    target = wanted(target_regions=[{"name": "North Europe"}])
    done = run(azure, tags={"release": "2"}, **{**options, "gallery_image_version": target})
    assert done["steps"] == [
        "change target_regions of version 1.0.0 of image definition web",
        "wait until version 1.0.0 can be used in westeurope, northeurope",
    ]  # fmt: skip
    assert (done["bytes_sent"], done["gallery_image_version"]["tags"]["release"]) == (0, "2")


def test_the_replicas_of_a_version_of_the_same_content_are_waited_for_before_the_plan(run, options):
    azure = azure_with()
    run(azure, **options)
    azure.gallery_image_versions.replication["westeurope"] = ["Replicating"]
    run.warnings.clear()
    assert run(azure, check=True, **options)["changed"] is False
    text = "Version 1.0.0 of image definition web is still being replicated to westeurope: planned as if that had succeeded."
    assert run.warnings == [text]
    late = run(azure, **options)
    assert (late["failed"], late["changed"]) == (True, False)
    assert "is not yet usable in westeurope (Replicating, 40 %)" in late["msg"]
    azure.gallery_image_versions.replication["westeurope"] = ["Replicating"] * 4 + ["Completed"]
    assert run(azure, **options)["changed"] is False


@pytest.mark.parametrize(("change", "text"), [
    ({"storage_account_type": "Premium_LRS"}, "storage_account_type is 'Standard_LRS', not 'Premium_LRS'"),
    ({"replication_mode": "Shallow"}, "replication_mode is 'Full', not 'Shallow'"),
])  # fmt: skip
def test_what_cannot_be_changed_in_a_version_is_refused_unless_it_may_be_replaced(run, options, change, text):
    azure = azure_with()
    run(azure, **options)
    other = {**options, "gallery_image_version": wanted(**change)}
    assert (
        f"version 1.0.0 of image definition web in gallery g exists, but {text}: name another version, or set" in run(azure, **other)["msg"]
    )
    assert "delete version 1.0.0 of image definition web" in run(azure, recreate=True, **other)["steps"]


def test_regions_that_are_not_named_are_removed_on_request(run, options):
    azure = azure_with()
    both = wanted(target_regions=[{"name": "westeurope"}, {"name": "northeurope"}])
    run(azure, **{**options, "gallery_image_version": both})
    one = {**options, "gallery_image_version": wanted(target_regions=[{"name": "westeurope"}], purge_target_regions=True)}
    done = run(azure, **one)
    assert done["steps"] == ["remove the replicas of version 1.0.0 in northeurope"]
    assert run(azure, **one)["changed"] is False


@pytest.mark.parametrize("wait", ["first", "none"])
def test_what_is_deleted_was_copied_before(run, options, wait):
    azure = azure_with()
    target = wanted(wait=wait, target_regions=[{"name": "northeurope"}])
    steps = run(azure, **{**options, "gallery_image_version": target})["steps"]
    assert steps[-2:] == ["wait until version 1.0.0 can be used in westeurope", "delete disk web-upload"]
    kept = run(azure_with(), keep_disk=True, **{**options, "gallery_image_version": target})
    assert (kept["disk"], "can be used in westeurope" in kept["steps"][-1]) == (str(INTERIM), False)


def test_the_source_of_a_shallow_version_is_kept(run, options):
    azure = azure_with()
    shallow = {**options, "gallery_image_version": wanted(replication_mode="Shallow")}
    assert run(azure, **shallow)["disk"] == str(INTERIM)
    assert run(azure, **shallow)["changed"] is False
    assert left(azure) == ["web-upload"]


@pytest.mark.parametrize(("change", "text"), [
    ({"name": "debian"}, "name and gallery_image_version exclude each other: give one of them."),
    ({"gallery_image_version": None}, "name: give name for a managed image, or gallery_image_version"),
    ({"gallery_image_version": {"gallery": "h", "gallery_image": "web"}}, "there is no gallery h in resource group images: create it,"),
    ({"gallery_image_version": wanted(gallery_image="b")}, "there is no image definition b in gallery g: create it, or set"),
    ({"gallery_image_version": wanted(os_state="specialized")}, "is for generalized systems, and os_state is specialized: set"),
    ({"gallery_image_version": wanted(version="v1")}, "version: 'v1' is not a valid version"),
    ({"gallery_image_version": wanted(target_regions=[{"name": "marsnorth"}])}, "target_regions: 'marsnorth' is not a region that has"),
    ({"location": "marsnorth"}, "location: 'marsnorth' is not a region that has image versions"),
    ({"os_type": "Windows"}, "The source has os_type Windows, the definition Linux"),
    ({"gallery_image_version": wanted(gallery={"name": "g", "resource_group": "nogroup"})}, "resource group nogroup was not found"),
    ({"resource_group": "nogroup", "gallery_image_version": wanted(gallery=str(GALLERY_ID))}, "resource group nogroup was not found"),
])  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_what_can_be_refused_is_refused_before_the_disk_is_read(run, options, change, text, check, monkeypatch):
    monkeypatch.setattr(image_upload, "read_disk", lambda path: pytest.fail("the disk was read"))
    azure = azure_with(read_only=True)
    azure.groups.missing = {"nogroup"}
    assert text in run(azure, check=check, **{**options, **change})["msg"]


def test_an_arm_system_needs_a_gallery(run, options):
    alone = {**options, "name": "debian", "gallery_image_version": None, "architecture": "Arm64"}
    assert "architecture: managed images hold x64 systems only" in run(FakeAzure(read_only=True), **alone)["msg"]
    azure = azure_with(definition(architecture="Arm64"))
    run(azure, architecture="Arm64", **options)
    assert azure.writes[0][3]["properties"]["supportedCapabilities"] == {"architecture": "Arm64"}


@pytest.mark.parametrize("tags", [{}, {tag.PURPOSE: tag.UPLOAD, tag.IMAGE: "images/other/web"}])
def test_a_disk_or_an_image_of_something_else_is_left_alone(run, options, tags):
    disk = azure_with(disks=[Disk(INTERIM, "westeurope", tags=tags)], read_only=True)
    assert "exists, and is not the interim disk of image definition web in gallery g" in run(disk, **options)["msg"]
    theirs = Image(INTERIM_IMAGE, "westeurope", tags=tags)
    image = azure_with(definition(features=TRUSTED), images=[theirs], read_only=True)
    assert "exists, and is not the interim image of image definition web in gallery g" in run(image, **options)["msg"]
    other_way = azure_with(images=[theirs])
    assert run(other_way, **options)["failed"] is False
    assert left(other_way) == ["web-upload"]
