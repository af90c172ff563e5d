# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_boot against a lab without guests: create, repeat, change, refuse, fail, repair and remove."""

from __future__ import annotations

import json

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload

from tests.support.bodies import upload_disk
from tests.support.disk_files import make_disk, same_bytes
from tests.support.running_lab import done

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1f9vYx8yQ0u6hM0m0q3o6e8m6yq7n0l2k1j0h9g8f7 me"
PASSWORD = "Correct-Horse-9"


@pytest.fixture
def disk(tmp_path):
    return make_disk(tmp_path / "source.raw")


@pytest.fixture
def options(lab, tasks, group, disk):
    tasks(image_upload, name="debian", resource_group=group, path=str(disk))
    lab.put_subnet(group)
    return {
        "name": "t1",
        "resource_group": group,
        "image": "debian",
        "subnet": {"virtual_network": "net", "subnet": "default"},
        "admin_username": "builder",
        "admin_password": PASSWORD,
        "ssh_public_keys": [KEY],
        "data_disks": [{"lun": 0, "size_gib": 1}, {"lun": 5, "size_gib": 2}],
    }


def remaining(lab, group):
    """The names of all disks, VMs and network interfaces of a group."""
    disks = [each.name for each in lab.compute.disks.list_by_resource_group(group)]
    vms = [each.name for each in lab.compute.virtual_machines.list(group)]
    root = f"resourceGroups/{group}/providers/Microsoft.Network/networkInterfaces"
    return disks + vms + [each["name"] for each in lab.arm("GET", root, version="2023-09-01").json()["value"]]


def test_create_repeat_remove(lab, tasks, group, disk, options):
    created = tasks.predict_do_repeat(image_boot, **options)
    vm = created["vm"]
    assert (vm["provisioning_state"], vm["power_state"]) == ("Succeeded", "running")
    assert vm["private_ip"].startswith("10.0.0.")
    assert [(each["lun"], each["size_gib"]) for each in vm["data_disks"]] == [(0, 1), (5, 2)]
    assert vm["vm_id"] == vm["vm_id"].lower() != ""
    assert same_bytes(lab, vm["os_disk"]["id"], disk)
    assert PASSWORD not in json.dumps(created)
    gone = tasks.predict_do_repeat(image_boot, state="absent", name="t1", resource_group=group)
    assert gone["vm"] is None
    assert remaining(lab, group) == []


def test_the_users_tags_are_on_the_vm_and_its_network_interface(lab, tasks, options):
    vm = tasks.predict_do_repeat(image_boot, tags={"cost": "42"}, **options)["vm"]
    nic = lab.arm("GET", vm["network_interfaces"][0], version="2023-09-01").json()
    assert vm["tags"] == nic["tags"] == {"cost": "42", "goldenimage.purpose": "boot"}


def test_only_tags_can_be_changed(lab, tasks, options):
    tasks(image_boot, **options)
    assert tasks(image_boot, tags={"run": "7"}, **options)["steps"] == ["set the tags of VM t1"]
    with tasks.writes() as writes:
        for change, text in (
            ({"size": "Standard_D2s_v5"}, "its size is Standard_B2s"),
            ({"admin_username": "other"}, "first user is builder"),
            ({"data_disks": [{"lun": 9, "size_gib": 1}]}, "no disk at LUN 9"),
        ):
            assert text in tasks.fails(image_boot, **{**options, **change})["msg"]
    assert writes == []


def test_removing_a_vm_keeps_its_specialized_disks(lab, tasks, group, disk, options):
    kept = tasks(image_upload, name="kept", resource_group=group, path=str(disk), keep_disk=True, disk="special")
    booted = {"name": "t2", "resource_group": group, "os_disk": "special", "subnet": options["subnet"]}
    vm = tasks.predict_do_repeat(image_boot, **booted)["vm"]
    assert vm["os_disk"]["id"].lower() == kept["disk"].lower()
    with tasks.writes() as writes:
        assert "attached to VM t2" in tasks.fails(image_boot, **{**booted, "name": "t3"})["msg"]
    assert writes == []
    tasks(image_boot, state="absent", name="t2", resource_group=group)
    assert remaining(lab, group) == ["special"]


def test_a_vm_whose_provisioning_failed_can_be_removed(lab, tasks, group, options):
    failure = {"code": "OSProvisioningTimedOut", "message": "OS Provisioning for VM 't1' did not finish in the allotted time."}
    with lab.fault(plane="arm", op="vm.put", fail_operation=failure):
        broken = tasks.fails(image_boot, **options)
    assert broken["code"] == "OSProvisioningTimedOut"
    assert "did not finish in the allotted time" in broken["msg"]
    assert "boot_log" in broken
    assert "state: absent" in tasks.fails(image_boot, **options)["msg"]
    tasks(image_boot, state="absent", name="t1", resource_group=group)
    assert tasks(image_boot, **options)["changed"] is True


def test_a_refused_creation_is_repaired_by_the_next_run(lab, tasks, options):
    with lab.fault(plane="arm", op="vm.put", status=409, code="OperationNotAllowed", message="Quota."):
        broken = tasks.fails(image_boot, **options)
    assert (broken["code"], broken["changed"]) == ("OperationNotAllowed", False)
    assert tasks(image_boot, **options)["changed"] is True


@pytest.mark.parametrize("read", [1, 2])
def test_a_read_right_after_the_creation_may_find_nothing(lab, tasks, options, read):
    with lab.fault(plane="arm", op="vm.get", skip=read, times=1, status=404, code="ResourceNotFound", message="Not found."):
        assert tasks(image_boot, **options)["vm"]["power_state"] == "running"


@pytest.mark.parametrize(("change", "text"), [
    ({"image": "nothing"}, "no managed image nothing"),
    ({"location": "northeurope"}, "image debian is in westeurope"),
    ({"admin_username": None}, "must have a first user"),
    ({"admin_password": None, "ssh_public_keys": []}, "no one could log in"),
    ({"data_disks": [{"lun": 1}]}, "either size_gib"),
])  # fmt: skip
def test_invalid_input_is_refused_before_the_first_write(tasks, options, change, text):
    with tasks.writes() as writes:
        assert text in tasks.fails(image_boot, **{**options, **change})["msg"]
        assert text in tasks.fails(image_boot, check=True, **{**options, **change})["msg"]
    assert writes == []


@pytest.fixture
def outside(lab):
    """The file that describes images of galleries and of the Marketplace; a call writes it."""
    path = lab.settings.state / "outside.json"
    yield lambda **content: path.write_text(json.dumps(content))
    path.unlink()


DATA = [{"lun": 0, "diskSizeGB": 1}, {"lun": 7, "diskSizeGB": 2}]
MARKETPLACE = {"publisher": "Debian", "offer": "debian-12", "sku": "12", "diskSizeGB": 1, "hyperVGeneration": "V2"}
BUILT = {"osType": "Linux", "diskSizeGB": 1, "hyperVGeneration": "V2"}


def test_the_data_disks_of_a_gallery_image_are_removed_with_the_vm(lab, tasks, group, options, outside):
    gallery = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{group}/providers/Microsoft.Compute/galleries/g/images/i"
    community = "/CommunityGalleries/public-1/Images/i"
    versions = {"1.9.0": {}, "1.10.0": {"dataDisks": DATA}, "2.0.0": {"excludeFromLatest": True}}
    outside(galleryImages={gallery: {**BUILT, "versions": versions}, community: {**BUILT, "versions": versions}})
    for image in (gallery, f"{gallery}/versions/1.10.0", f"{community}/Versions/1.10.0"):
        booted = {**options, "image": image, "data_disks": [{"lun": 1, "size_gib": 1}], "location": "westeurope"}
        vm = tasks.predict_do_repeat(image_boot, **booted)["vm"]
        assert [(disk["lun"], disk["size_gib"]) for disk in vm["data_disks"]] == [(0, 1), (1, 1), (7, 2)]
        tasks(image_boot, state="absent", name="t1", resource_group=group)
        assert remaining(lab, group) == []
    with tasks.writes() as writes:
        taken = {**booted, "data_disks": [{"lun": 7, "size_gib": 1}]}
        assert "LUN 7 is taken by a data disk of image" in tasks.fails(image_boot, **taken)["msg"]
        assert "(ResourceNotFound)" in tasks.fails(image_boot, **{**booted, "image": f"{gallery}/versions/3.0.0"})["msg"]
    assert writes == []


def test_the_data_disks_and_the_system_of_a_marketplace_image_are_asked_of_it(lab, tasks, group, options, outside):
    outside(platformImages=[
        {**MARKETPLACE, "osType": "Windows", "version": "1.10.0", "dataDisks": DATA},
        {**MARKETPLACE, "osType": "Linux", "version": "1.9.0"},
    ])  # fmt: skip
    urn = {**options, "image": "Debian:debian-12:12:latest", "data_disks": []}
    assert "holds Windows, not Linux" in tasks.fails(image_boot, os_type="Linux", **urn)["msg"]
    vm = tasks.predict_do_repeat(image_boot, **{**urn, "ssh_public_keys": []})["vm"]
    assert (vm["os_type"], [disk["lun"] for disk in vm["data_disks"]]) == ("Windows", [0, 7])
    tasks(image_boot, state="absent", name="t1", resource_group=group)
    assert remaining(lab, group) == []
    with lab.fault(plane="arm", op="marketplace_version.list", status=403, code="AuthorizationFailed"):
        assert "os_type: it is not known which operating system" in tasks.fails(image_boot, **urn)["msg"]


def test_an_image_that_allows_trusted_launch_only_makes_a_vm_with_trusted_launch(lab, tasks, group, options, outside):
    image = "/SharedGalleries/s/Images/i/Versions/1.0.0"
    features = [{"name": "SecurityType", "value": "TrustedLaunch"}]
    outside(galleryImages={"/SharedGalleries/s/Images/i": {**BUILT, "features": features, "versions": {"1.0.0": {}}}})
    vm = tasks.predict_do_repeat(image_boot, **{**options, "image": image})["vm"]
    shown = lab.arm("GET", vm["id"]).json()["properties"]["securityProfile"]
    assert shown == {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True}}
    tasks(image_boot, state="absent", name="t1", resource_group=group)


def test_a_trusted_launch_os_disk_starts_again(lab, tasks, group, options):
    body = upload_disk(hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"})
    body["properties"]["creationData"] = {"createOption": "Empty"}
    done(lab.compute.disks.begin_create_or_update(group, "secured", {**body, "properties": {**body["properties"], "diskSizeGB": 1}}))
    booted = {"name": "t2", "resource_group": group, "os_disk": "secured", "subnet": options["subnet"]}
    vm = tasks.predict_do_repeat(image_boot, secure_boot=False, **booted)["vm"]
    shown = lab.arm("GET", vm["id"]).json()["properties"]["securityProfile"]
    assert shown == {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": False, "vTpmEnabled": True}}


def test_a_vm_without_the_tag_of_the_collection_is_neither_changed_nor_removed(lab, tasks, group, options):
    tasks(image_boot, **options)
    path = f"resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/t1"
    lab.arm("PATCH", path, {"tags": {}}).raise_for_status()
    with tasks.writes() as writes:
        assert "left alone" in tasks.fails(image_boot, state="absent", name="t1", resource_group=group)["msg"]
        assert "left alone" in tasks.fails(image_boot, **options)["msg"]
    assert writes == []
