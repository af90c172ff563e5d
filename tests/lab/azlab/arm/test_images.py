"""Managed images with the bare SDK: from VMs, disks and snapshots, and requests that Azure refuses."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from azlab.cli.disk import key as find_key
from azlab.storage.blobs import BlobStore
from azure.core.exceptions import ResourceNotFoundError

from tests.support.bodies import image_of_disk, image_of_vm, upload_disk, vm_of_disk, vm_of_image
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import LOCATION, RunningLab, done


@pytest.fixture
def outside(lab: RunningLab) -> Iterator[None]:
    """A catalog with blobs and a platform image."""
    root = "https://a.blob.core.windows.net/b"
    blobs = {
        f"{root}/block.vhd": {"diskSizeGB": 1, "blobType": "BlockBlob"},
        f"{root}/odd.vhd": {"bytes": 1000},
        f"{root}/raw.vhd": {"diskSizeGB": 1, "vhd": False},
        f"{root}/dynamic.vhd": {"diskSizeGB": 1, "vhdType": "Dynamic"},
        f"{root}/good.vhd": {"diskSizeGB": 2},
    }
    image = {"publisher": "p", "offer": "o", "sku": "s", "version": "1.0", "diskSizeGB": 1}
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"blobs": blobs, "platformImages": [image]}))
    yield
    path.unlink()


def image_path(lab_group: LabGroup, name: str) -> str:
    """The path of an image."""
    return f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/images/{name}"


def test_an_image_put_answers_as_recorded(lab: RunningLab, lab_group: LabGroup) -> None:
    snapshot = lab_group.snapshot(lab_group.os_disk().id)
    os_disk = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": snapshot.id.lstrip("/")}}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk, "zoneResilient": False}}}
    answer = lab.arm("PUT", image_path(lab_group, "i"), body, "2022-11-01")
    assert answer.status_code == 201
    assert answer.headers["azure-asyncnotification"] == "Enabled"
    assert "/operations/" in answer.headers["azure-asyncoperation"]
    assert "location" not in answer.headers
    assert answer.json()["properties"] == {
        "storageProfile": {
            "osDisk": {
                "osType": "Linux",
                "osState": "Generalized",
                "snapshot": {"id": snapshot.id},
                "caching": "None",
                "storageAccountType": "Standard_LRS",
            },
            "dataDisks": [],
            "zoneResilient": False,
        },
        "provisioningState": "Creating",
        "hyperVGeneration": "V1",
    }
    while lab.http.get(answer.headers["azure-asyncoperation"]).json()["status"] == "InProgress":
        time.sleep(0.01)
    image = lab.compute.images.get(lab_group.name, "i")
    assert image.provisioning_state == "Succeeded"
    assert image.storage_profile.os_disk.disk_size_gb == 1


def test_tags_change_and_the_list_shows_them(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.image()
    answer = lab.arm("PATCH", image_path(lab_group, "image"), {"tags": {"a": "b"}})
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    assert "azure-asyncoperation" in answer.headers
    assert "location" not in answer.headers
    assert [image.tags for image in lab.compute.images.list_by_resource_group(lab_group.name)] == [{"a": "b"}]
    assert lab_group.id("images", "image") in [image.id for image in lab.compute.images.list()]


def test_an_image_of_a_vm_holds_all_its_disks(lab: RunningLab, lab_group: LabGroup) -> None:
    blobs = BlobStore(lab.settings)
    data = lab_group.disk("data")
    attach = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}, "caching": "ReadOnly"}]
    disk = lab_group.os_disk("vm-os")
    body = vm_of_disk(disk.id, lab_group.subnet())
    body["properties"]["storageProfile"]["dataDisks"] = attach
    vm = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body))
    state = lab.settings.state
    blobs.write(find_key(state, disk.id, "os")[1], 0, b"o" * 512)
    blobs.write(find_key(state, data.id, "os")[1], 0, b"d" * 512)
    lab_group.generalize()
    image = done(lab.compute.images.begin_create_or_update(lab_group.name, "i", image_of_vm(vm.id)))
    assert image.source_virtual_machine.id == vm.id
    assert image.hyper_v_generation == "V1"
    profile = image.as_dict()["properties"]["storageProfile"]
    assert profile["osDisk"]["managedDisk"]["id"] == disk.id
    assert profile["osDisk"]["osState"] == "Generalized"
    assert [(each["lun"], each["caching"], each["diskSizeGB"]) for each in profile["dataDisks"]] == [(5, "ReadOnly", 1)]
    assert blobs.read(find_key(state, image.id, "os")[1], 0, 512) == b"o" * 512
    assert blobs.read(find_key(state, image.id, "5")[1], 0, 512) == b"d" * 512


def test_a_vm_from_an_image_gets_the_images_data_disks(lab: RunningLab, lab_group: LabGroup) -> None:
    os_disk, data = lab_group.os_disk("s-os"), lab_group.disk("s-data")
    body = image_of_disk(os_disk.id)
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 3, "managedDisk": {"id": data.id}}]
    image = done(lab.compute.images.begin_create_or_update(lab_group.name, "i", body))
    vm = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", vm_of_image(image.id, lab_group.subnet())))
    (disk,) = vm.storage_profile.data_disks
    assert (disk.lun, disk.create_option, disk.disk_size_gb) == (3, "FromImage", 1)
    assert disk.name.startswith("vm_disk5_")
    assert lab.compute.disks.get(lab_group.name, disk.name).managed_by == vm.id


def test_deleting_an_image_deletes_its_blobs(lab: RunningLab, lab_group: LabGroup) -> None:
    image = lab_group.image()
    key = find_key(lab.settings.state, image.id, "os")[1]
    done(lab.compute.images.begin_delete(lab_group.name, "image"))
    assert not BlobStore(lab.settings).exists(key)
    with pytest.raises(ResourceNotFoundError, match="ResourceNotFound"):
        lab.compute.images.get(lab_group.name, "image")
    assert lab.arm("DELETE", image_path(lab_group, "image")).status_code == 204


def test_a_second_put_changes_tags_and_not_the_source(lab: RunningLab, lab_group: LabGroup) -> None:
    image, other = lab_group.image(), lab_group.os_disk("other")
    body = image_of_disk(lab_group.id("disks", "image-source"))
    again = done(lab.compute.images.begin_create_or_update(lab_group.name, "image", {**body, "tags": {"a": "b"}}))
    assert again.id == image.id
    assert again.tags == {"a": "b"}
    put = lab.compute.images.begin_create_or_update
    refused(lambda: put(lab_group.name, "image", image_of_disk(other.id)), "PropertyChangeNotAllowed", "managedDisk.id")


# --- what is refused --------------------------------------------------------------------------------------------------------------
def test_a_vm_must_be_generalized(lab: RunningLab, lab_group: LabGroup) -> None:
    vm = lab_group.vm()
    lab_group.stop()
    refused(
        lambda: lab.compute.images.begin_create_or_update(lab_group.name, "i", image_of_vm(vm.id)),
        "OperationNotAllowed",
        "The operation 'Create Image' requires the Virtual Machine 'vm' to be Generalized.",
    )


def test_a_trusted_launch_vm_is_refused_as_a_source(lab: RunningLab, lab_group: LabGroup) -> None:
    disk = lab_group.os_disk("tl", hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"})
    body = vm_of_disk(disk.id, lab_group.subnet(), securityProfile={"securityType": "TrustedLaunch"})
    vm = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body))
    lab_group.generalize()
    put = lab.compute.images.begin_create_or_update
    text = "Creation of managed images are not supported for virtual machine with TrustedLaunch security type."
    refused(lambda: put(lab_group.name, "i", image_of_vm(vm.id)), "OperationNotAllowed", text)
    of_disk = image_of_disk(disk.id, hyperVGeneration="V2")
    refused(lambda: put(lab_group.name, "i", of_disk), "OperationNotAllowed", "TrustedLaunch")


def test_an_ephemeral_vm_is_refused_as_a_source(lab: RunningLab, lab_group: LabGroup) -> None:
    os_disk = {"caching": "ReadOnly", "diffDiskSettings": {"option": "Local"}}
    body = vm_of_image(lab_group.image().id, lab_group.subnet(), os_disk)
    vm = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body))
    put = lab.compute.images.begin_create_or_update
    refused(lambda: put(lab_group.name, "i", image_of_vm(vm.id)), "OperationNotAllowed", "cannot contain an ephemeral OS disk")


def test_the_generation_must_be_given_and_right(lab: RunningLab, lab_group: LabGroup) -> None:
    put, disk = lab.compute.images.begin_create_or_update, lab_group.os_disk("v2", hyperVGeneration="V2")
    body = image_of_disk(disk.id)
    del body["properties"]["hyperVGeneration"]
    refused(lambda: put(lab_group.name, "i", body), "InvalidParameter", "Required parameter 'hyperVGeneration' is missing (null).", 400)
    refused(lambda: put(lab_group.name, "i", image_of_disk(disk.id)), "InvalidParameter", "'V2'", 400)
    refused(lambda: put(lab_group.name, "i", image_of_disk(disk.id, hyperVGeneration="V3")), "InvalidParameter", "V3", 400)
    early = image_of_disk(lab_group.os_disk("v1").id)
    del early["properties"]["hyperVGeneration"]
    assert lab.arm("PUT", image_path(lab_group, "i"), early, "2018-10-01").status_code == 201
    lab_group.vm()
    lab_group.generalize()
    of_vm = image_of_vm(lab_group.id("virtualMachines", "vm"), hyperVGeneration="V2")
    refused(lambda: put(lab_group.name, "j", of_vm), "InvalidParameter", "hyperVGeneration", 400)


@pytest.mark.parametrize(
    "os_disk, text",
    [
        ({"osState": "Generalized"}, "osType"),
        ({"osType": "Linux"}, "osState"),
        ({"osType": "Plan9", "osState": "Generalized"}, "Plan9"),
        ({"osType": "Linux", "osState": "Generalised"}, "Generalised"),
        ({"osType": "Linux", "osState": "Generalized"}, "One and only one"),
        ({"osType": "Linux", "osState": "Generalized", "snapshot": {"id": "a"}, "managedDisk": {"id": "b"}}, "One and only one"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_bad_os_disks_are_refused(lab: RunningLab, group: str, os_disk: dict[str, Any], text: str) -> None:
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk}}}
    refused(lambda: lab.compute.images.begin_create_or_update(group, "i", body), "InvalidParameter", text, 400)


def test_the_sources_of_an_image_must_exist_and_be_complete(lab: RunningLab, lab_group: LabGroup) -> None:
    put = lab.compute.images.begin_create_or_update
    refused(lambda: put(lab_group.name, "i", {"location": LOCATION, "properties": {}}), "InvalidParameter", "osDisk", 400)
    refused(lambda: put(lab_group.name, "i", image_of_disk(lab_group.id("disks", "none"))), "ResourceNotFound", "none", 404)
    refused(lambda: put(lab_group.name, "i", image_of_vm(lab_group.id("virtualMachines", "none"))), "ResourceNotFound", "none", 404)
    done(lab.compute.disks.begin_create_or_update(lab_group.name, "up", upload_disk()))
    refused(lambda: put(lab_group.name, "i", image_of_disk(lab_group.id("disks", "up"))), "OperationNotAllowed", "ReadyToUpload")
    blob = image_of_disk("")
    os_disk = {"osType": "Linux", "osState": "Generalized", "blobUri": "https://a.blob.core.windows.net/b/c.vhd"}
    blob["properties"]["storageProfile"]["osDisk"] = os_disk
    refused(lambda: put(lab_group.name, "i", blob), "ImageBlobNotFound", "c.vhd", 404)


def test_an_image_stays_in_the_region_of_its_source(lab: RunningLab, lab_group: LabGroup) -> None:
    put, disk = lab.compute.images.begin_create_or_update, lab_group.os_disk()
    refused(lambda: put(lab_group.name, "i", {**image_of_disk(disk.id), "location": "uksouth"}), "InvalidParameter", LOCATION, 400)
    lab_group.vm()
    lab_group.generalize()
    of_vm = {**image_of_vm(lab_group.id("virtualMachines", "vm")), "location": "uksouth"}
    refused(lambda: put(lab_group.name, "i", of_vm), "InvalidParameter", LOCATION, 400)
    lab_group.image()
    moved = {**image_of_disk(lab_group.id("disks", "image-source")), "location": "uksouth"}
    refused(lambda: put(lab_group.name, "image", moved), "InvalidResourceLocation", LOCATION)


def test_luns_are_unique_and_sizes_do_not_shrink(lab: RunningLab, lab_group: LabGroup) -> None:
    put, disk, data = lab.compute.images.begin_create_or_update, lab_group.os_disk(size=2), lab_group.disk("data", size=2)
    twice = image_of_disk(disk.id)
    twice["properties"]["storageProfile"]["dataDisks"] = [{"lun": 0, "managedDisk": {"id": data.id}}] * 2
    refused(lambda: put(lab_group.name, "i", twice), "InvalidParameter", "A disk with LUN 0 already exists", 400)
    small = image_of_disk(disk.id)
    small["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] = 1
    refused(lambda: put(lab_group.name, "i", small), "InvalidParameter", "smaller", 400)


def test_a_dynamic_vhd_is_refused(lab: RunningLab, group: str, outside: None) -> None:
    creation = {"createOption": "Import", "sourceUri": "https://a.blob.core.windows.net/b/dynamic.vhd"}
    body = {"location": LOCATION, "properties": {"creationData": creation}}
    put = lab.compute.disks.begin_create_or_update
    refused(lambda: put(group, "d", body), "InvalidParameter", "is of Dynamic VHD type. Please retry with fixed VHD type.", 400)


@pytest.mark.parametrize("kind", ["managedDisk", "snapshot"])
def test_a_disk_is_refused_twice_in_one_image(lab: RunningLab, lab_group: LabGroup, kind: str) -> None:
    disk = lab_group.os_disk()
    source = {kind: {"id": lab_group.snapshot(disk.id).id if kind == "snapshot" else disk.id}}
    os_disk = {"osType": "Linux", "osState": "Generalized", **source}
    profile = {"osDisk": os_disk, "dataDisks": [{"lun": 0, **source}]}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": profile}}
    put = lab.compute.images.begin_create_or_update
    refused(lambda: put(lab_group.name, "i", body), "InvalidParameter", "Duplicated source ids", 400)


def test_two_kinds_of_source_exclude_each_other(lab: RunningLab, lab_group: LabGroup) -> None:
    vm, disk = lab_group.vm(), lab_group.os_disk("other")
    lab_group.generalize()
    both = image_of_disk(disk.id, sourceVirtualMachine={"id": vm.id})
    refused(lambda: lab.compute.images.begin_create_or_update(lab_group.name, "i", both), "InvalidParameter", "sourceVirtualMachine", 400)


def test_names_follow_the_rule(lab: RunningLab, lab_group: LabGroup) -> None:
    disk = lab_group.os_disk()
    put = lab.compute.images.begin_create_or_update
    refused(lambda: put(lab_group.name, "bad.", image_of_disk(disk.id)), "InvalidParameter", "validation rule", 400)


@pytest.mark.parametrize(
    "uri, code, text, status",
    [
        ("https://a.blob.core.windows.net/b/c.img", "InvalidParameter", "must end with '.vhd' extension", 400),
        ("https://a.blob.core.windows.net/b/block.vhd", "IncorrectImageBlobType", "is of type 'BlockBlob'", 400),
        ("https://a.blob.core.windows.net/b/odd.vhd", "VHDSizeInvalid", "unsupported virtual size of 1000 bytes", 400),
        ("https://a.blob.core.windows.net/b/raw.vhd", "InvalidParameter", "Only blobs formatted as VHDs", 400),
        (
            "https://a.blob.core.windows.net/b/dynamic.vhd",
            "InvalidParameter",
            "Disk 'dynamic.vhd' with blob https://a.blob.core.windows.net/b/dynamic.vhd is of Dynamic VHD type."
            " Please retry with fixed VHD type.",
            400,
        ),
        ("https://a.blob.core.windows.net/b/none.vhd", "ImageBlobNotFound", "Unable to find VHD blob", 404),
    ],
)
def test_bad_blobs_are_refused(lab: RunningLab, group: str, outside: None, uri: str, code: str, text: str, status: int) -> None:
    os_disk = {"osType": "Linux", "osState": "Generalized", "blobUri": uri}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk}}}
    refused(lambda: lab.compute.images.begin_create_or_update(group, "i", body), code, text, status)


def test_blobs_and_platform_images_of_the_catalog_can_be_used(lab: RunningLab, lab_group: LabGroup, outside: None) -> None:
    os_disk = {"osType": "Linux", "osState": "Generalized", "blobUri": "https://a.blob.core.windows.net/b/good.vhd"}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk}}}
    image = done(lab.compute.images.begin_create_or_update(lab_group.name, "i", body))
    assert image.storage_profile.os_disk.disk_size_gb == 2
    vm = vm_of_image("", lab_group.subnet())
    vm["properties"]["storageProfile"]["imageReference"] = {"publisher": "p", "offer": "o", "sku": "s", "version": "latest"}
    made = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", vm))
    assert made.storage_profile.image_reference.exact_version == "1.0"


def test_a_disk_from_a_platform_image_names_the_image_in_its_own_subscription(lab: RunningLab, outside: None) -> None:
    with lab.second_subscription() as second:
        theirs = LabGroup(second, second.put_group())
        vm = vm_of_image("", theirs.subnet())
        vm["properties"]["storageProfile"]["imageReference"] = {"publisher": "p", "offer": "o", "sku": "s", "version": "1.0"}
        disk = theirs.put_vm(vm).storage_profile.os_disk.name
        image = theirs.properties("disks", disk)["creationData"]["imageReference"]["id"]
        assert image.startswith(f"/Subscriptions/{second.settings.subscription}/Providers/")
        second.client.delete(f"resourceGroups/{theirs.name}", "2021-04-01")
