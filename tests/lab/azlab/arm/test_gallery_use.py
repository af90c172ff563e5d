# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs and disks that are made from versions of gallery images."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from azlab.arm.compute.machines.state import MachineState
from azlab.storage.blobs import BlobStore
from azlab.store import stored

from tests.support.bodies import os_profile, vm_of_image
from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, of_disk
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import LOCATION, RunningLab, done

OTHER = "northeurope"
PLAN = {"name": "n", "publisher": "p", "product": "o"}
TRUSTED = {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True}}


@pytest.fixture
def gallery(lab: RunningLab, group: str) -> LabVersions:
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


def first_bytes(lab: RunningLab, id: str) -> bytes:
    """The first bytes of a disk."""
    disk = stored(lab.settings.state).find(id)
    assert disk is not None
    return BlobStore(lab.settings).read(disk.hidden["key"], 0, 6)


@pytest.fixture
def storage(lab: RunningLab, lab_group: LabGroup) -> dict[str, Any]:
    """A storageProfile of an OS disk and a data disk with known bytes."""
    ids = [lab_group.os_disk().id, lab_group.disk("data").id]
    for id, text in zip(ids, (b"system", b"my data"), strict=True):
        disk = stored(lab.settings.state).find(id)
        assert disk is not None
        BlobStore(lab.settings).write(disk.hidden["key"], 0, text.ljust(512))
    return of_disk(*ids)


def vm_of(image: dict[str, str], lab_group: LabGroup, **more: Any) -> dict[str, Any]:
    """The body of a VM from an imageReference."""
    body = vm_of_image("", lab_group.subnet(), **more)
    body["properties"]["storageProfile"]["imageReference"] = image
    return body


def test_a_vm_from_a_generalized_version_has_all_its_disks(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]
) -> None:
    version = gallery.create(gallery.image(), storage)
    lab_group.put_vm(vm_of({"id": version["id"]}, lab_group))
    profile = lab_group.properties("virtualMachines", "vm")["storageProfile"]
    assert profile["imageReference"] == {"id": version["id"], "exactVersion": "1.0.0"}
    assert first_bytes(lab, profile["osDisk"]["managedDisk"]["id"]) == b"system"
    assert [disk["lun"] for disk in profile["dataDisks"]] == [0]
    assert first_bytes(lab, profile["dataDisks"][0]["managedDisk"]["id"]) == b"my dat"
    assert lab.arm("DELETE", version["id"], version=GALLERIES).status_code == 202


def test_a_vm_from_a_specialized_version_has_its_bytes_and_is_not_provisioned(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]
) -> None:
    version = gallery.create(gallery.image(osState="Specialized"), storage)
    body = vm_of({"id": version["id"]}, lab_group)
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "Parameter 'osProfile' is not allowed", 400)
    del body["properties"]["osProfile"]
    lab_group.put_vm(body)
    profile = lab_group.properties("virtualMachines", "vm")["storageProfile"]
    assert first_bytes(lab, profile["osDisk"]["managedDisk"]["id"]) == b"system"
    vm = stored(lab.settings.state).find(lab_group.id("virtualMachines", "vm"))
    assert vm is not None
    assert MachineState.of(vm).unprovisioned is False


def test_a_vm_from_a_generalized_version_needs_an_os_profile(lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]) -> None:
    version = gallery.create(gallery.image(), storage)
    body = vm_of({"id": version["id"]}, lab_group)
    del body["properties"]["osProfile"]
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "Required parameter 'osProfile' is missing (null).", 400)


def test_the_latest_version_is_the_greatest_that_is_not_excluded_in_the_region(
    lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]
) -> None:
    image = gallery.image()
    refused(lambda: lab_group.put_vm(vm_of({"id": image}, lab_group)), "GalleryImageNotFound", "There is no latest image version", 404)
    gallery.create(image, storage, "1.2.0")
    gallery.create(image, storage, "1.10.0", [LOCATION, OTHER])
    gallery.create(image, storage, "2.0.0", profile={"excludeFromLatest": True})
    gallery.create(image, storage, "3.0.0", [{"name": LOCATION, "excludeFromLatest": True}, OTHER])
    for number, (reference, location) in enumerate(((image, LOCATION), (f"{image}/versions/latest", LOCATION), (image, OTHER))):
        body = {**vm_of({"id": reference}, lab_group), "location": location}
        network = vm_of_image("", lab_group.lab.put_subnet(lab_group.name, location, f"net-{location}"))["properties"]["networkProfile"]
        network["networkInterfaceConfigurations"][0]["name"] = f"nic{number}"
        body["properties"]["networkProfile"] = network
        answer = lab_group.lab.arm("PUT", lab_group.id("virtualMachines", f"vm{number}"), body)
        assert answer.status_code == 201, answer.text
        expected = "1.10.0" if location == LOCATION else "3.0.0"
        assert answer.json()["properties"]["storageProfile"]["imageReference"]["exactVersion"] == expected


def test_a_version_that_is_in_no_region_of_the_vm_is_not_found(lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]) -> None:
    image = gallery.image()
    gallery.create(image, storage)
    for reference in (image, f"{image}/versions/9.9.9"):
        body = {**vm_of({"id": reference}, lab_group), "location": OTHER if reference == image else LOCATION}
        refused(lambda body=body: lab_group.put_vm(body), "GalleryImageNotFound", "Please contact image owner", 404)  # type: ignore[misc]


@pytest.mark.parametrize("path", ["/SharedGalleries/x/Images/i/Versions/1.0.0", "/communityGalleries/x/images/i"])
def test_a_path_of_a_foreign_gallery_is_not_an_id(lab_group: LabGroup, path: str) -> None:
    text = f"Property id '{path}' at path 'properties.storageProfile.imageReference.id' is invalid."
    refused(lambda: lab_group.put_vm(vm_of({"id": path}, lab_group)), "LinkedInvalidPropertyId", text, 400)


def share(gallery: LabVersions, operation: dict[str, Any]) -> None:
    assert gallery.ask("POST", "share", operation).status_code == 202


def test_a_vm_from_a_gallery_that_is_shared_with_the_subscription(lab: RunningLab, lab_group: LabGroup, storage: dict[str, Any]) -> None:
    gallery = LabVersions(lab, lab_group.name, lab_group.name.replace("-", "_"))  # galleries of one name have one unique name
    gallery.made("Groups")
    gallery.create(gallery.image(), storage)
    unique = gallery.properties()["identifier"]["uniqueName"]
    body = vm_of({"sharedGalleryImageId": f"/SharedGalleries/{unique}/Images/i/Versions/latest"}, lab_group)
    refused(lambda: lab_group.put_vm(body), "NotFound", "cannot be found", 404)
    groups = [{"type": "Subscriptions", "ids": [lab.settings.subscription]}]
    share(gallery, {"operationType": "Add", "groups": groups})
    lab_group.put_vm(body)
    reference = lab_group.properties("virtualMachines", "vm")["storageProfile"]["imageReference"]
    assert reference == {**body["properties"]["storageProfile"]["imageReference"], "exactVersion": "1.0.0"}


def test_a_vm_and_a_version_from_a_community_gallery(lab: RunningLab, lab_group: LabGroup, storage: dict[str, Any]) -> None:
    gallery = LabVersions(lab, lab_group.name)
    gallery.made("Community")
    image = gallery.image()
    gallery.create(image, storage)
    [public] = gallery.at(GALLERIES).properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    reference = {"communityGalleryImageId": f"/CommunityGalleries/{public}/Images/i/Versions/1.0.0"}
    body = vm_of(reference, lab_group)
    refused(lambda: lab_group.put_vm(body), "NotFound", "cannot be found", 404)
    share(gallery, {"operationType": "EnableCommunity"})
    lab_group.put_vm(body)
    copy = gallery.create(image, {"source": reference}, "2.0.0")
    assert copy["properties"]["storageProfile"]["source"] == reference


def test_an_image_with_a_plan_needs_a_vm_with_a_plan(lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]) -> None:
    version = gallery.create(gallery.image(purchasePlan=PLAN), storage)
    body = vm_of({"id": version["id"]}, lab_group)
    refused(lambda: lab_group.put_vm(body), "VMMarketplaceInvalidInput", "requires Plan information", 400)
    lab_group.put_vm({**body, "plan": PLAN})


def test_the_security_type_of_the_vm_must_fit(lab_group: LabGroup, gallery: LabVersions) -> None:
    plain = lab_group.os_disk("plain", hyperVGeneration="V2")
    standard = gallery.create(gallery.image("standard", hyperVGeneration="V2"), of_disk(plain.id))
    trusted = lab_group.os_disk("trusted", hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"})
    secure = gallery.create(gallery.image("secure", "TrustedLaunch", hyperVGeneration="V2"), of_disk(trusted.id))
    refused(
        lambda: lab_group.put_vm(vm_of({"id": standard["id"]}, lab_group, securityProfile=TRUSTED)),
        "BadRequest",
        "Use of TrustedLaunch setting is not supported for the provided image.",
        400,
    )
    refused(lambda: lab_group.put_vm(vm_of({"id": secure["id"]}, lab_group)), "BadRequest", "not compatible", 400)
    lab_group.put_vm(vm_of({"id": secure["id"]}, lab_group, securityProfile=TRUSTED))


@pytest.mark.parametrize("security", [None, TRUSTED])
def test_an_image_that_supports_trusted_launch_makes_both_kinds_of_vms(
    lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, security: dict[str, Any] | None
) -> None:
    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": lab_group.os_disk(hyperVGeneration="V2").id}}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V2", "storageProfile": {"osDisk": os_disk}}}
    source = done(lab.compute.images.begin_create_or_update(lab_group.name, "m", body))
    image = gallery.image(security="TrustedLaunchSupported", hyperVGeneration="V2")
    version = gallery.create(image, {"source": {"id": source.id}})
    lab_group.put_vm(vm_of({"id": version["id"]}, lab_group, **({"securityProfile": security} if security else {})))


def disk_of(reference: dict[str, Any], **more: Any) -> dict[str, Any]:
    creation = {"createOption": "FromImage", "galleryImageReference": reference}
    return {"location": LOCATION, "properties": {"creationData": creation, **more}}


def test_disks_are_made_from_a_version(lab: RunningLab, lab_group: LabGroup, gallery: LabVersions, storage: dict[str, Any]) -> None:
    version = gallery.create(gallery.image(), storage)
    make: Callable[[str, dict[str, Any]], Any] = lambda name, body: done(  # noqa: E731
        lab.compute.disks.begin_create_or_update(lab_group.name, name, body)
    )
    system, data = make("a", disk_of({"id": version["id"]})), make("b", disk_of({"id": version["id"], "lun": 0}, diskSizeGB=2))
    assert (system.os_type, system.hyper_v_generation) == ("Linux", "V1")
    assert first_bytes(lab, system.id) == b"system"
    assert (data.os_type, data.disk_size_gb) == (None, 2)
    assert first_bytes(lab, data.id) == b"my dat"
    wrong = "The value of parameter imageReference is invalid."
    refused(lambda: make("c", disk_of({"id": version["id"], "lun": 5})), "InvalidParameter", wrong, 400)
    far = {**disk_of({"id": version["id"]}), "location": OTHER}
    refused(lambda: make("c", far), "GalleryImageNotFound", f"is not available in {OTHER} region", 404)


def test_images_that_outside_json_describes_are_found_as_before(lab: RunningLab, lab_group: LabGroup) -> None:
    id = lab_group.id("galleries", "elsewhere/images/i")
    facts = {"osType": "Linux", "diskSizeGB": 1, "versions": {"1.0.0": {}}}
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"galleryImages": {id: facts}}))
    try:
        assert lab.arm("GET", f"{id}/versions", version=GALLERIES).json()["value"][0]["name"] == "1.0.0"
        assert lab.arm("GET", f"{id}/versions/1.0.0", version=GALLERIES).json()["name"] == "1.0.0"
        lab_group.put_vm(vm_of({"id": id}, lab_group, osProfile=os_profile()))
    finally:
        path.unlink()
