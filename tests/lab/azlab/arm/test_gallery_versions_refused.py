# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests for new versions of gallery images that Azure refuses."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.support.bodies import image_of_disk, upload_disk, vm_of_disk
from tests.support.gallery_bodies import GALLERIES, SECURE
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk, of_vm, of_whole
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done

OTHER = "northeurope"
TRUSTED = {"securityType": "TrustedLaunch"}
BLOB = {"uri": "https://a.blob.core.windows.net/b/os.vhd", "storageAccountId": "/subscriptions/s/x"}
NEEDS_ONE = "One and only one source type"


@pytest.fixture
def gallery(lab: RunningLab, group: str) -> LabVersions:
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


def refused(answer: httpx.Response, status: int, code: str, text: str) -> None:
    """Assert that a request was refused at once."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), error
    assert text in error["message"]


def failed(gallery: LabVersions, answer: httpx.Response, code: str, text: str) -> None:
    """Assert that an operation failed, and that it left a failed version."""
    record = gallery.result(answer)
    assert (record["status"], record["error"]["code"]) == ("Failed", code), record
    assert text in record["error"]["message"]
    assert gallery.show(answer.json()["id"])["properties"]["provisioningState"] == "Failed"


@pytest.mark.parametrize("name", ["1.0", "1.0.0.0", "v1.0.0", "1.0.2147483648", "latest"])
def test_a_name_that_is_not_a_version(lab_group: LabGroup, gallery: LabVersions, name: str) -> None:
    answer = gallery.put(f"{gallery.image()}/versions/{name}", body_of_version(of_disk(lab_group.os_disk().id)))
    refused(answer, 400, "InvalidParameter", "The image version name should follow Major(int).Minor(int).Patch(int) format")


def test_a_parent_that_does_not_exist(lab_group: LabGroup, gallery: LabVersions) -> None:
    answer = gallery.put(f"{gallery.id}/images/none/versions/1.0.0", body_of_version(of_disk(lab_group.os_disk().id)))
    refused(answer, 404, "ParentResourceNotFound", "Parent resource 'g/none' not found.")


@pytest.mark.parametrize(
    ("regions", "more", "text"),
    [
        ([OTHER], {}, "publishing profile regions 'northeurope' must contain the location of image version 'westeurope'."),
        ([LOCATION, "West Europe"], {}, "Duplicate regions are not allowed in target publishing regions."),
        ([{"name": LOCATION, "regionalReplicaCount": 101}], {}, "The value 101 of parameter regionalReplicaCount is out of range."),
        ([LOCATION], {"replicaCount": 0}, "The value 0 of parameter replicaCount is out of range."),
        (
            [LOCATION],
            {"storageAccountType": "StandardSSD_LRS"},
            "'StandardSSD_LRS' of parameter 'storageAccountType' is invalid.",
        ),
        ([LOCATION], {"storageAccountType": "Standard_LRS", "storageAccountStrategy": "DefaultStandard_LRS"}, "Only one of"),
    ],
)
def test_a_publishing_profile(lab_group: LabGroup, gallery: LabVersions, regions: Any, more: dict[str, Any], text: str) -> None:
    body = body_of_version(of_disk(lab_group.os_disk().id), regions, profile=more)
    refused(gallery.put(f"{gallery.image()}/versions/1.0.0", body), 400, "InvalidParameter", text)


def test_a_region_that_does_not_exist(lab_group: LabGroup, gallery: LabVersions) -> None:
    body = body_of_version(of_disk(lab_group.os_disk().id), [LOCATION, "atlantis"])
    answer = gallery.put(f"{gallery.image()}/versions/1.0.0", body)
    refused(answer, 400, "LocationNotAvailableForResourceType", "The provided location 'atlantis' is not available")


def test_a_shallow_version_has_one_replica(lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk = gallery.image(), lab_group.os_disk()
    shallow = body_of_version(of_disk(disk.id), [LOCATION, OTHER], profile={"replicationMode": "Shallow"})
    refused(gallery.put(f"{image}/versions/1.0.0", shallow), 409, "OperationNotAllowed", "Shallow")
    gallery.create(image, of_disk(disk.id), profile={"replicationMode": "Shallow"})
    refused(gallery.put(f"{image}/versions/1.0.0", shallow), 409, "OperationNotAllowed", "Shallow")


def test_sources_that_are_not_exactly_one(lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk, data = gallery.image(), lab_group.os_disk(), lab_group.disk("data")
    both = {**of_whole(lab_group.image().id), **of_disk(disk.id)}
    for storage in (
        {},
        both,
        {"dataDiskImages": [{"lun": 0, "source": {"id": data.id}}]},
        {"source": {"id": "x", "virtualMachineId": "y"}},
    ):
        refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)), 400, "InvalidParameter", NEEDS_ONE)


def test_disks_that_are_named_twice(lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk, data = gallery.image(), lab_group.os_disk(), lab_group.disk("data")
    twins = of_disk(disk.id, data.id, lab_group.disk("more").id)
    twins["dataDiskImages"][1]["lun"] = 0
    blobs = {"osDiskImage": {"source": BLOB}, "dataDiskImages": [{"lun": 0, "source": BLOB}]}
    for storage, text in (
        (twins, "Duplicated lun numbers have been detected"),
        (of_disk(disk.id, disk.id), "Duplicated source ids are found in the input disks."),
        (blobs, "OSDiskImage and DataDiskImage cannot point to same blob"),
    ):
        refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)), 400, "InvalidParameter", text)


def test_sources_that_are_missing_or_of_another_kind(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk = gallery.image(), lab_group.os_disk()
    far = done(lab.compute.disks.begin_create_or_update(lab_group.name, "far", {**_empty(), "location": OTHER}))
    managed = lab_group.image()
    for storage, status, code, text in (
        (of_disk("disk"), 400, "LinkedInvalidPropertyId", "at path 'properties.storageProfile.osDiskImage.source.id' is invalid"),
        (of_disk(lab_group.id("disks", "none")), 404, "NotFound", "Please check source exists, and is in the same region as"),
        (of_disk(far.id), 404, "NotFound", "is in the same region as gallery image version being created"),
        (of_disk(managed.id), 400, "InvalidParameter", f"The source id: {managed.id} must be a managed disk or snapshot"),
        (of_whole(disk.id), 400, "InvalidParameter", "must either be a managed image, virtual machine or another gallery image version"),
        (of_vm(managed.id), 400, "InvalidParameter", "must either be a managed image, virtual machine"),
        (
            {"source": {"communityGalleryImageId": "/CommunityGalleries/x/Images/y/Versions/1.0.0"}},
            404,
            "NotFound",
            "Source was not found: ",
        ),
        ({"osDiskImage": {"source": {"uri": BLOB["uri"]}}}, 400, "InvalidParameter", "'source.storageAccountId' is missing (null)."),
        ({"osDiskImage": {"source": BLOB}}, 404, "ImageBlobNotFound", "Unable to find VHD blob"),
    ):
        refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)), status, code, text)


def _empty() -> dict[str, Any]:
    return {"properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1, "osType": "Linux"}}


def test_a_source_that_is_not_ready(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    image = gallery.image()
    upload = done(lab.compute.disks.begin_create_or_update(lab_group.name, "upload", upload_disk()))
    storage = body_of_version(of_disk(upload.id))
    refused(gallery.put(f"{image}/versions/1.0.0", storage), 409, "OperationNotAllowed", "is in state ReadyToUpload")
    wrong = lab_group.os_disk("wrong", hyperVGeneration="V2")
    gallery.result(gallery.put(f"{image}/versions/1.0.0", body_of_version(of_disk(wrong.id))))
    failed_version = body_of_version(of_whole(f"{image}/versions/1.0.0"))
    refused(gallery.put(f"{image}/versions/1.0.1", failed_version), 404, "NotFound", "Please check source exists")


def test_a_generation_an_os_or_a_plan_that_differs_ends_the_operation(lab_group: LabGroup, gallery: LabVersions) -> None:
    image = gallery.image()
    second = lab_group.os_disk("second", hyperVGeneration="V2")
    text = f"The resource with id '{second.id}' has a different Hypervisor generation ['V2'] than the parent gallery image Hypervisor"
    failed(gallery, gallery.put(f"{image}/versions/1.0.0", body_of_version(of_disk(second.id))), "Conflict", text)
    windows = lab_group.disk("windows", osType="Windows", hyperVGeneration="V1")
    text = "has a different OS type ['Windows'] than the parent gallery image OS type generation ['Linux']"
    failed(gallery, gallery.put(f"{image}/versions/1.0.1", body_of_version(of_disk(windows.id))), "Conflict", text)
    plan = {"name": "n", "publisher": "p", "product": "o"}
    bought = lab_group.os_disk("bought", purchasePlan=plan)
    answer = gallery.put(f"{image}/versions/1.0.2", body_of_version(of_disk(bought.id)))
    failed(gallery, answer, "Conflict", "than the parent gallery image plan ['null']")
    gallery.create(gallery.image("planned", purchasePlan=plan), of_disk(bought.id))


def test_the_state_of_the_system_must_be_that_of_the_definition(lab_group: LabGroup, gallery: LabVersions) -> None:
    vm, generalized, specialized = lab_group.vm(), gallery.image(), gallery.image("special", osState="Specialized")
    text = "has a different OS state ['Specialized'] than the parent gallery image OS state ['Generalized']."
    refused(gallery.put(f"{generalized}/versions/1.0.0", body_of_version(of_vm(vm.id))), 400, "BadRequest", text)
    managed = lab_group.image()
    text = f"Cannot create Gallery Image Version from: {managed.id} since the OS State in the parent gallery image (Specialized) is not"
    refused(gallery.put(f"{specialized}/versions/1.0.0", body_of_version(of_whole(managed.id))), 409, "Conflict", text)
    lab_group.generalize()
    gallery.create(generalized, of_vm(vm.id))


def test_disks_that_galleries_do_not_hold(lab_group: LabGroup, gallery: LabVersions) -> None:
    image = gallery.image(osState="Specialized")
    for sku, text in (("UltraSSD_LRS", "is stored in the account type UltraSSD_LRS"), ("PremiumV2_LRS", "PremiumV2_LRS disks are not")):
        body = {**_empty(), "location": LOCATION, "sku": {"name": sku}}
        disk = done(lab_group.compute.disks.begin_create_or_update(lab_group.name, sku, body))
        refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(of_disk(disk.id))), 409, "OperationNotAllowed", text)
    body = vm_of_disk(lab_group.os_disk().id, lab_group.subnet())
    entry = {"lun": 0, "createOption": "Attach", "managedDisk": {"id": lab_group.id("disks", "UltraSSD_LRS")}}
    body["properties"]["storageProfile"]["dataDisks"] = [entry]
    vm = lab_group.put_vm(body)
    text = f"Source virtual machine {vm.id} cannot contain disk"
    refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(of_vm(vm.id))), 409, "OperationNotAllowed", text)


def test_an_ephemeral_os_disk(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    base, image = gallery.create(gallery.image(), of_disk(lab_group.os_disk().id)), gallery.image("special", osState="Specialized")
    body = vm_of_disk("", lab_group.subnet(), osProfile={"adminUsername": "ada", "adminPassword": "Correct-horse-7"})
    local = {"createOption": "FromImage", "caching": "ReadOnly", "diffDiskSettings": {"option": "Local"}}
    body["properties"]["storageProfile"] = {"imageReference": {"id": base["id"]}, "osDisk": local}
    vm = lab_group.put_vm(body)
    text = "cannot contain an ephemeral OS disk"
    refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(of_vm(vm.id))), 409, "OperationNotAllowed", text)


def test_a_disk_of_more_than_2048_gib_fails_in_every_region(lab_group: LabGroup, gallery: LabVersions) -> None:
    id, disk = f"{gallery.image()}/versions/1.0.0", lab_group.os_disk(size=2049)
    answer = gallery.put(id, body_of_version(of_disk(disk.id)))
    failed(gallery, answer, "ValidationError", "source resource size 2049 exceeds the max size 2048 supported")
    [row] = gallery.show(id)["properties"]["replicationStatus"]["summary"]
    assert row["details"].startswith("Replication failed in this region due to 'The GalleryImageVersion source resource size 2049")
    gallery.create(gallery.image("large"), of_disk(disk.id), profile={"replicationMode": "Shallow"})


@pytest.mark.parametrize("kind", ["disk", "snapshot", "vm"])
def test_trusted_launch_supported_takes_no_disk_no_snapshot_and_no_vm(lab_group: LabGroup, gallery: LabVersions, kind: str) -> None:
    disk = lab_group.os_disk(hyperVGeneration="V2")
    storage = of_disk(disk.id if kind == "disk" else lab_group.snapshot(disk.id).id)
    if kind == "vm":
        storage = of_vm(lab_group.vm().id)
    id = next(iter((storage.get("osDiskImage") or {}).get("source", storage.get("source")).values()))
    image = gallery.image(security="TrustedLaunchSupported", hyperVGeneration="V2", osState="Specialized")
    text = (
        f"The security type 'TrustedLaunchSupported' is not supported for the source id '{id}'. Currently only Vhd Blob, User Image and"
        " Gallery Image Version sources are supported for 'TrustedLaunchSupported' images."
    )
    refused(gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)), 400, "InvalidParameter", text)


@pytest.mark.parametrize("loose", [False, True])
def test_trusted_launch_takes_no_managed_image(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, loose: bool) -> None:
    body = image_of_disk(lab_group.os_disk(hyperVGeneration="V2").id, hyperVGeneration="V2")
    managed = done(lab.compute.images.begin_create_or_update(lab_group.name, "m", body))
    image = gallery.image(security="TrustedLaunch", hyperVGeneration="V2")
    with lab.switched("loose_security_sources", loose):
        answer = gallery.put(f"{image}/versions/1.0.0", body_of_version(of_whole(managed.id)))
    assert answer.status_code == (201 if loose else 400)
    assert loose or "is not supported for the source id" in answer.text


@pytest.mark.parametrize(
    ("wanted", "actual", "fits"),
    [
        ("TrustedLaunch", "TrustedLaunch", True),
        ("ConfidentialVM", "ConfidentialVM_DiskEncryptedWithPlatformKey", True),
        ("ConfidentialVM", "TrustedLaunch", False),
        ("", "TrustedLaunch", False),
    ],
)
def test_a_disk_with_the_state_of_a_virtual_tpm(lab_group: LabGroup, gallery: LabVersions, wanted: str, actual: str, fits: bool) -> None:
    disk = lab_group.os_disk(hyperVGeneration="V2", securityProfile={"securityType": actual})
    image = gallery.image(security=wanted, hyperVGeneration="V2")
    answer = gallery.put(f"{image}/versions/1.0.0", body_of_version(of_disk(disk.id)))
    assert answer.status_code == (201 if fits else 409)
    assert fits or f"has a different security type ['{actual}']" in answer.text


def test_a_blob_is_a_source_of_trusted_launch_supported(lab: RunningLab, gallery: LabVersions) -> None:
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"blobs": {BLOB["uri"]: {"diskSizeGB": 2}}}))
    try:
        image = gallery.image(security="TrustedLaunchSupported", hyperVGeneration="V2")
        version = gallery.create(image, {"osDiskImage": {"hostCaching": "ReadOnly", "source": BLOB}})
    finally:
        path.unlink()
    assert version["properties"]["storageProfile"]["osDiskImage"] == {"sizeInGB": 2, "hostCaching": "ReadOnly", "source": BLOB}


def des(name: str, subscription: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/g/providers/Microsoft.Compute/diskEncryptionSets/{name}"


def test_disk_encryption_sets_are_named_in_all_regions(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    image, disk, here = gallery.image(), lab_group.os_disk(), lab.settings.subscription
    data = lab_group.disk("data")
    for first, second, text in (
        (
            {"osDiskImage": {"diskEncryptionSetId": des("a", here)}},
            {},
            "set is required for disk 'galleryArtifactVersion.",
        ),
        ({"dataDiskImages": [{"lun": 0, "diskEncryptionSetId": des("a", here)}]}, {}, "set is required for disk 'LUN 0'"),
        ({"osDiskImage": {"diskEncryptionSetId": "a"}}, {}, "targetRegions.encryption.osDiskImage.diskEncryptionSetId is invalid"),
        ({"osDiskImage": {"diskEncryptionSetId": des("a", "other")}}, {}, "must be in the same subscription"),
        ({"dataDiskImages": [{"lun": 4, "diskEncryptionSetId": des("a", here)}]}, {}, "An invalid lun [4] was specified"),
        ({"dataDiskImages": [{"lun": 0}, {"lun": 0}]}, {}, "Duplicate luns '0' were specified in target region"),
    ):
        regions = [{"name": LOCATION, "encryption": first}, {"name": OTHER, "encryption": second}]
        answer = gallery.put(f"{image}/versions/1.0.0", body_of_version(of_disk(disk.id, data.id), regions))
        refused(answer, 400, "InvalidParameter", text)
    encrypted = [{"name": LOCATION, "encryption": {"osDiskImage": {"diskEncryptionSetId": des("a", here)}}}]
    version = gallery.create(image, of_disk(disk.id, data.id), regions=encrypted)
    assert version["properties"]["publishingProfile"]["targetRegions"][0]["encryption"] == encrypted[0]["encryption"]
    answer = gallery.put(f"{image}/versions/2.0.0", body_of_version(of_whole(version["id"]), encrypted))
    refused(answer, 409, "OperationNotAllowed", "Encryption is not supported for source resource")


def test_uefi_settings_are_for_images_that_support_trusted_launch(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions) -> None:
    settings = {"uefiSettings": {"signatureTemplateNames": ["MicrosoftUefiCertificateAuthorityTemplate"]}}
    body = image_of_disk(lab_group.os_disk(hyperVGeneration="V2").id, hyperVGeneration="V2")
    managed = done(lab.compute.images.begin_create_or_update(lab_group.name, "m", body))
    plain, supported = gallery.image("plain", hyperVGeneration="V2"), gallery.image("s", "TrustedLaunchSupported", hyperVGeneration="V2")
    put = body_of_version(of_whole(managed.id), securityProfile=settings)
    refused(gallery.put(f"{plain}/versions/1.0.0", put), 400, "InvalidParameter", "uefiSettings")
    gallery.done(gallery.put(f"{supported}/versions/1.0.0", put))
    assert "securityProfile" not in gallery.show(f"{supported}/versions/1.0.0")["properties"]
    assert gallery.show(f"{supported}/versions/1.0.0", "UefiSettings")["properties"]["securityProfile"] == settings


@pytest.mark.parametrize(
    ("api", "given", "type", "strategy"),
    [
        (GALLERIES, {}, "Standard_LRS", None),
        (SECURE, {}, "Standard_ZRS", "PreferStandard_ZRS"),
        (SECURE, {"storageAccountStrategy": "DefaultStandard_LRS"}, "Standard_LRS", "DefaultStandard_LRS"),
        (SECURE, {"storageAccountType": "Premium_LRS"}, "Premium_LRS", None),
    ],
)
def test_how_a_version_is_stored(
    lab_group: LabGroup, gallery: LabVersions, api: str, given: dict[str, str], type: str, strategy: str | None
) -> None:
    body = body_of_version(of_disk(lab_group.os_disk().id), profile=given)
    id = f"{gallery.image()}/versions/1.0.0"
    gallery.done(gallery.put(id, body, api))
    profile = gallery.show(id, api=SECURE)["properties"]["publishingProfile"]
    assert (profile["storageAccountType"], profile.get("storageAccountStrategy")) == (type, strategy)
    assert profile["targetRegions"][0]["storageAccountType"] == type
