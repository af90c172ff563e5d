# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of an upload, their order, and what is refused before and after the disk file is read."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import GoldenImageError, InvalidRequest, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.limits import MIB
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk_file import DiskFile, Identity
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image, ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.partitions import Partitions
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.provisioning import FAILED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.disk import (
    CreateUploadDisk,
    DeleteDisk,
    DiscardUpload,
    SendPages,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.image import CreateImage, DeleteImage, TagImage
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.upload.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.upload.plan import check_upload, plan_upload
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.upload.request import UploadRequest

from tests.support.ids import an_id

DIGEST = "sha256-4m:" + "5" * 64
FILE = DiskFile("/d.raw", 64 * MIB, DIGEST, (Range(0, MIB),), Partitions("gpt", esp=True), Identity(1, 2, 3), b"f")
TARGET, INTERIM = an_id(IMAGE, "images", "debian"), an_id(DISK, "images", "debian-upload")
REQUEST = UploadRequest(image=TARGET, disk=INTERIM, path="/d.raw", generation="V2", run_id="run-1")
OURS = {tag.PURPOSE: tag.UPLOAD, tag.IMAGE: "images/debian"}
PROOF = {**OURS, tag.DIGEST: DIGEST}


@dataclass(frozen=True)
class Content:
    """A disk whose bytes are not read."""

    disk: DiskFile = FILE


CONTENT = Content()
FULL = Disk(INTERIM, "westeurope", os_type="Linux", hyper_v_generation="V2", time_created="2026-11-22T10:00:00.000000Z", tags=PROOF)
LATER = "2026-11-22T12:00:00.000000Z"
USER = an_id(VM, "build", "v9")
IMAGE_NOW = Image(
    id=TARGET,
    location="westeurope",
    os_type="Linux",
    os_state="Generalized",
    hyper_v_generation="V2",
    os_disk=ImageDisk(str(INTERIM), size_gib=1, caching="None", storage_account_type="Standard_LRS"),
    tags={tag.DIGEST: DIGEST},
)
OTHER_IMAGE = replace(IMAGE_NOW, tags={tag.DIGEST: "sha256-4m:other"})
NEW_DISK = CreateUploadDisk(
    INTERIM,
    {
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "tags": {**OURS, tag.RUN: "run-1"},
        "properties": {
            "creationData": {"createOption": "Upload", "uploadSizeBytes": 64 * MIB + 512},
            "osType": "Linux",
            "hyperVGeneration": "V2",
        },
    },
    "run-1",
)
SEND = SendPages(INTERIM, "/d.raw", {tag.DIGEST: DIGEST}, "run-1", CONTENT)
NEW_IMAGE = CreateImage(
    TARGET,
    "disk debian-upload",
    {
        "location": "westeurope",
        "tags": {tag.DIGEST: DIGEST},
        "properties": {
            "hyperVGeneration": "V2",
            "storageProfile": {
                "osDisk": {
                    "osType": "Linux",
                    "osState": "Generalized",
                    "managedDisk": {"id": str(INTERIM)},
                    "storageAccountType": "Standard_LRS",
                }
            },
        },
    },
)
DELETE, DISCARD = DeleteDisk(INTERIM), DiscardUpload(INTERIM)
ALL = (NEW_DISK, SEND, NEW_IMAGE, DELETE)


def plan(request=REQUEST, content=CONTENT, **seen):
    return plan_upload(request, content, check_upload(request, Observed(location="westeurope", **seen)))


@pytest.mark.parametrize(("seen", "steps"), [
    ({}, ALL),
    ({"disk": replace(FULL, state="ReadyToUpload", tags=OURS)}, (DISCARD, *ALL)),
    ({"disk": replace(FULL, state="ActiveUpload", tags=OURS)}, (DISCARD, *ALL)),
    ({"disk": replace(FULL, state="ActiveUpload")}, (DISCARD, *ALL)),
    ({"disk": replace(FULL, tags=OURS)}, (DELETE, *ALL)),
    ({"disk": replace(FULL, provisioning_state=FAILED)}, (DISCARD, *ALL)),
    ({"disk": replace(FULL, tags={**PROOF, tag.DIGEST: "sha256-4m:old"})}, (DELETE, *ALL)),
    ({"disk": replace(FULL, hyper_v_generation="V1")}, (DELETE, *ALL)),
    ({"disk": replace(FULL, location="northeurope")}, (DELETE, *ALL)),
    ({"disk": replace(FULL, ownership_time=LATER)}, (DELETE, *ALL)),
    ({"disk": replace(FULL, ownership_time=LATER, time_created=None)}, (DELETE, *ALL)),
    ({"disk": replace(FULL, ownership_time=FULL.time_created)}, (NEW_IMAGE, DELETE)),
    ({"disk": FULL}, (NEW_IMAGE, DELETE)),
    ({"disk": replace(FULL, tags={**PROOF, tag.IMAGE: "IMAGES/Debian"})}, (NEW_IMAGE, DELETE)),
    ({"image": IMAGE_NOW, "disk": FULL}, (DELETE,)),
    ({"image": IMAGE_NOW, "disk": replace(FULL, state="ActiveUpload", tags=OURS)}, (DISCARD,)),
    ({"image": IMAGE_NOW}, ()),
    ({"image": IMAGE_NOW, "disk": replace(FULL, tags={})}, ()),
    ({"image": IMAGE_NOW, "disk": replace(FULL, state="Attached", managed_by=USER)}, ()),
    ({"image": replace(IMAGE_NOW, provisioning_state=FAILED), "disk": FULL}, (DeleteImage(TARGET), NEW_IMAGE, DELETE)),
], ids=[
    "nothing exists", "killed before the grant", "killed while sending", "killed before the commit", "commit without a digest",
    "disk failed", "disk of other content", "disk of the other generation", "disk elsewhere", "a VM had the disk",
    "a VM had the disk, whose time of creation is unknown", "no VM since the disk was made", "killed after the commit",
    "names in another case", "killed before the disk was deleted", "open although the image exists", "done", "another disk is left alone",
    "a disk in use is left alone", "image failed",
])  # fmt: skip
def test_an_upload_does_only_what_is_missing(seen, steps):
    planned = plan(**seen)
    assert (*planned.steps, *planned.clean_up) == steps


def test_only_the_deletion_of_the_interim_disk_is_a_clean_up():
    assert (plan().steps, plan().clean_up) == (ALL[:-1], (DELETE,))
    assert (plan(image=IMAGE_NOW, disk=FULL).steps, plan(image=IMAGE_NOW, disk=FULL).clean_up) == ((), (DELETE,))
    assert plan(disk=replace(FULL, tags=OURS)).clean_up == (DELETE,)


def test_a_kept_disk_is_not_deleted_and_not_uploaded_again():
    keeping = replace(REQUEST, keep_disk=True)
    assert (plan(keeping).steps, plan(keeping).clean_up) == ((NEW_DISK, SEND, NEW_IMAGE), ())
    assert plan(keeping).after["disk"] == str(INTERIM)
    assert plan(keeping, image=IMAGE_NOW, disk=FULL).changed is False


def test_recreate_replaces_an_image_of_other_content_after_the_upload():
    assert plan(replace(REQUEST, recreate=True), image=OTHER_IMAGE).steps == (NEW_DISK, SEND, DeleteImage(TARGET), NEW_IMAGE)


def test_recreate_drops_the_tags_of_the_replaced_image():
    former = replace(OTHER_IMAGE, tags={**OTHER_IMAGE.tags, tag.VM_ID: "v", tag.PLAN: "{}", "owner": "me"})
    recreate = replace(REQUEST, recreate=True, tags={"release": "2"})
    kept = {"owner": "me", "release": "2", tag.DIGEST: DIGEST}
    assert plan(recreate, image=former).steps[3].body["tags"] == kept
    assert plan(recreate, image=former).after["image"]["tags"] == kept
    assert plan(replace(recreate, append_tags=False), image=former).steps[3].body["tags"] == {"release": "2", tag.DIGEST: DIGEST}


def test_the_interim_disk_has_the_users_tags_too():
    assert plan(replace(REQUEST, tags={"cost": "7"})).steps[0].body["tags"] == {"cost": "7", **OURS, tag.RUN: "run-1"}


def test_a_disk_of_another_owner_is_not_returned():
    assert plan(image=IMAGE_NOW, disk=replace(FULL, tags={})).after["disk"] is None
    assert plan(image=IMAGE_NOW, disk=replace(FULL, tags={})).before["disk"] is None


@pytest.mark.parametrize(
    "seen",
    [{"image": replace(IMAGE_NOW, provisioning_state="Creating"), "disk": FULL}, {"disk": replace(FULL, provisioning_state="Creating")}],
)
def test_a_running_operation_is_waited_for_and_assumed_to_succeed_in_check_mode(seen):
    with pytest.raises(TimedOut, match="is still Creating; run again later"):
        plan(**seen)
    after = {name: replace(value, provisioning_state="Succeeded") for name, value in seen.items()}
    predicted = plan(check_mode=True, **seen)
    assert predicted.sentences == plan(**after).sentences
    assert "is Creating: planned as if that had succeeded." in predicted.warnings[0]


def test_check_mode_assumes_that_an_image_in_deletion_is_gone():
    assert plan(check_mode=True, image=replace(OTHER_IMAGE, provisioning_state="Deleting")).sentences == plan().sentences


def test_recreate_of_the_same_content_changes_nothing():
    assert plan(replace(REQUEST, recreate=True), image=IMAGE_NOW).steps == ()


def test_tags_are_set_without_another_upload():
    asked = replace(REQUEST, tags={"release": "2"})
    assert plan(asked, image=IMAGE_NOW).steps == (TagImage(TARGET, {tag.DIGEST: DIGEST, "release": "2"}),)


def test_the_result_is_the_image_as_it_will_be():
    assert plan().after == {"image": IMAGE_NOW.as_result(), "disk": None}


@pytest.mark.parametrize(("request_", "seen", "text"), [
    (REQUEST, {"image": OTHER_IMAGE}, "exists, but it was made from other content.*recreate"),
    (REQUEST, {"image": replace(IMAGE_NOW, tags={})}, "no digest tag"),
    (REQUEST, {"image": replace(IMAGE_NOW, os_type="Windows")}, "os_type is Windows"),
    (REQUEST, {"image": replace(IMAGE_NOW, provisioning_state="Canceled")}, "provisioning state is Canceled"),
    (replace(REQUEST, storage_account_type="Premium_LRS"), {"image": IMAGE_NOW}, "storage_account_type is Standard_LRS"),
    (REQUEST, {"disk": replace(FULL, managed_by=USER)}, "disk debian-upload is attached to VM v9"),
    (replace(REQUEST, location="northeurope"), {"image": IMAGE_NOW}, "it is in westeurope"),
    (REQUEST, {"disk": replace(FULL, tags={})}, "disk debian-upload.*not the interim disk"),
    (REQUEST, {"disk": replace(FULL, tags={**PROOF, tag.IMAGE: "images/other"})}, "not the interim disk"),
    (replace(REQUEST, generation="V1"), {}, "without a BIOS boot partition"),
])  # fmt: skip
def test_an_upload_that_is_not_possible_is_refused(request_, seen, text):
    with pytest.raises(InvalidRequest, match=text):
        plan(request_, **seen)


@pytest.mark.parametrize(("request_", "seen", "text"), [
    (REQUEST, {"disk": replace(FULL, managed_by=USER)}, "attached to VM v9"),
    (REQUEST, {"disk": replace(FULL, tags={})}, "not the interim disk"),
    (REQUEST, {"disk": replace(FULL, provisioning_state="Creating")}, "disk debian-upload is still Creating"),
    (REQUEST, {"image": replace(IMAGE_NOW, os_type="Windows")}, "os_type is Windows"),
    (REQUEST, {"without_group": frozenset({TARGET})}, "resource group images was not found"),
    (replace(REQUEST, location="marsnorth"), {"regions": frozenset({"westeurope"})}, "'marsnorth' is not a region"),
])  # fmt: skip
def test_what_does_not_depend_on_the_content_is_refused_before_the_file_is_read(request_, seen, text):
    with pytest.raises(GoldenImageError, match=text):
        check_upload(request_, Observed(location="westeurope", **seen))


@pytest.mark.parametrize("state", [FAILED, "Succeeded"])
def test_an_image_whose_content_decides_is_not_refused_before_the_file_is_read(state):
    unlike = replace(IMAGE_NOW, provisioning_state=state, os_type="Windows")
    assert check_upload(replace(REQUEST, recreate=True), Observed("westeurope", image=unlike)).image == unlike
    assert check_upload(REQUEST, Observed("westeurope", image=replace(IMAGE_NOW, provisioning_state=FAILED), disk=FULL)).disk == FULL


def test_the_generation_follows_the_disk_if_omitted():
    bios = Partitions("mbr", bios_boot=True)
    assert UploadRequest.from_params(PARAMS, lambda path: bios).generation == "V1"
    assert plan(replace(REQUEST, generation="V1"), Content(replace(FILE, partitions=bios))).steps[0].body["properties"] == {
        **NEW_DISK.body["properties"],
        "hyperVGeneration": "V1",
    }
    with pytest.raises(InvalidRequest, match="has no EFI system partition"):
        UploadRequest.from_params({**PARAMS, "hyper_v_generation": "V2"}, lambda path: bios)


def test_bytes_are_counted_with_the_footer():
    assert plan().facts == {"digest": DIGEST, "bytes_sent": MIB + 512, "bytes_skipped": 63 * MIB}
    assert plan(disk=FULL).facts == {"digest": DIGEST, "bytes_sent": 0, "bytes_skipped": 64 * MIB + 512}


def test_a_step_has_a_sentence_without_the_content():
    assert plan().sentences == [
        "create disk debian-upload for the upload",
        "upload /d.raw to disk debian-upload",
        "create image debian from disk debian-upload",
        "delete disk debian-upload",
    ]
    assert "Content" not in repr(SEND)


PARAMS = {
    "name": "debian", "resource_group": "images", "path": "/d.raw", "location": None, "os_type": "Linux", "hyper_v_generation": None,
    "disk": None, "storage_account_type": "Standard_LRS", "keep_disk": False, "recreate": False, "tags": None, "append_tags": True,
    "wait_timeout": 3600, "gallery_image_version": None, "architecture": "x64",
}  # fmt: skip


def look(path):
    assert path == "/d.raw"
    return FILE.partitions


def test_options_become_a_request():
    assert UploadRequest.from_params(PARAMS, look).within(TARGET.subscription) == REQUEST
    elsewhere = UploadRequest.from_params({**PARAMS, "disk": {"name": "d", "resource_group": "tmp"}}, look)
    assert (elsewhere.disk.resource_group, elsewhere.disk.name) == ("tmp", "d")


def test_every_run_has_another_id():
    runs = {UploadRequest.from_params(PARAMS, look).run_id for _run in range(9)}
    assert len(runs) == 9
    assert all(runs)


def test_the_name_of_an_interim_disk_is_not_too_long():
    assert len(UploadRequest.from_params({**PARAMS, "name": "i" * 80}, look).disk.name) == 80
