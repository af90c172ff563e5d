# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_boot from versions of galleries in the lab: generalized and specialized, by every kind of id, in every region."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import machines
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload

from tests.support.disk_files import make_disk, same_bytes
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION

PASSWORD = "Correct-Horse-9"
LOGIN = {"admin_username": "builder", "admin_password": PASSWORD}
OTHER = "northeurope"
PLAN = {"name": "n", "publisher": "p", "product": "o"}


@pytest.fixture
def gallery(lab, group):
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


@pytest.fixture
def place(lab, group):
    lab.put_subnet(group)
    return {"name": "t1", "resource_group": group, "subnet": {"virtual_network": "net", "subnet": "default"}, "location": LOCATION}


@pytest.fixture
def storage(lab, group):
    """A version with an OS disk and a data disk."""
    lab_group = LabGroup(lab, group)
    return of_disk(lab_group.os_disk().id, lab_group.disk("data").id)


def remaining(lab, group):
    return [each.name for each in lab.compute.disks.list_by_resource_group(group) if each.name not in ("os", "data")]


@pytest.mark.parametrize("by", ["version", "definition"])
def test_a_vm_from_a_generalized_version(lab, tasks, group, gallery, storage, place, by):
    image = gallery.image()
    gallery.create(image, storage)
    id = image if by == "definition" else f"{image}/versions/1.0.0"
    vm = tasks.predict_do_repeat(image_boot, image=id, **LOGIN, **place)["vm"]
    assert [(disk["lun"], disk["size_gib"]) for disk in vm["data_disks"]] == [(0, 1)]
    assert lab.arm("GET", vm["id"]).json()["properties"]["storageProfile"]["imageReference"]["exactVersion"] == "1.0.0"
    tasks(image_boot, state="absent", name="t1", resource_group=group)
    assert remaining(lab, group) == []


def test_a_vm_from_a_specialized_version_keeps_its_login(lab, tasks, gallery, storage, place):
    image = gallery.image(osState="Specialized")
    gallery.create(image, storage)
    with tasks.writes() as writes:
        for given in ({"admin_username": "me"}, {"custom_data": "#cloud-config"}, {"computer_name": "h"}):
            assert "Parameter 'osProfile' is not allowed" in tasks.fails(image_boot, image=image, **given, **place)["msg"]
    assert writes == []
    vm = tasks.predict_do_repeat(image_boot, image=image, **place)["vm"]
    assert (vm["computer_name"], vm["power_state"]) == (None, "running")
    assert "osProfile" not in lab.arm("GET", vm["id"]).json()["properties"]


def test_a_trusted_launch_definition_makes_such_a_vm_and_a_standard_one_does_not(lab, tasks, gallery, storage, place):
    secured = gallery.image("secured", "TrustedLaunch", hyperVGeneration="V2", osState="Specialized")
    disk = LabGroup(lab, gallery.group).os_disk("os2", hyperVGeneration="V2", securityProfile={"securityType": "TrustedLaunch"}).id
    gallery.create(secured, of_disk(disk))
    vm = tasks.predict_do_repeat(image_boot, image=secured, **place)["vm"]
    assert lab.arm("GET", vm["id"]).json()["properties"]["securityProfile"]["securityType"] == "TrustedLaunch"
    plain = gallery.image("plain")
    gallery.create(plain, storage)
    with tasks.writes() as writes:
        wrong = {**place, **LOGIN, "name": "t2", "image": plain, "security_type": "TrustedLaunch"}
        assert "can be used for VMs of type Standard only" in tasks.fails(image_boot, **wrong)["msg"]
    assert writes == []


def test_a_version_must_be_in_the_region_of_the_vm(tasks, gallery, storage, place):
    image = gallery.image()
    gallery.create(image, storage)
    with tasks.writes() as writes:
        refused = tasks.fails(image_boot, image=image, **{**place, **LOGIN, "location": OTHER})["msg"]
    assert refused.startswith(f"location: version 1.0.0 of image {image} is not replicated to {OTHER}, only to {LOCATION}: ")
    assert writes == []


def test_a_version_that_is_being_replicated_is_waited_for(lab, tasks, gallery, storage, place):
    image = gallery.image()
    with lab.setting("replication_seconds", {LOCATION: 20.0}):
        gallery.put(f"{image}/versions/1.0.0", body_of_version(storage)).raise_for_status()
        tasks(image_boot, check=True, image=f"{image}/versions/1.0.0", **LOGIN, **place)
        assert "has not arrived in westeurope yet" in tasks.warnings[0]
        late = tasks.fails(image_boot, image=f"{image}/versions/1.0.0", wait_timeout=5, **LOGIN, **place)["msg"]
        assert "has not arrived in westeurope yet" in late
        assert tasks(image_boot, image=f"{image}/versions/1.0.0", **LOGIN, **place)["vm"]["power_state"] == "running"


def test_the_latest_version_is_the_newest_one_that_has_arrived(lab, tasks, gallery, storage, place):
    image = gallery.image()
    gallery.create(image, storage)
    with lab.setting("replication_seconds", {LOCATION: 20.0}):
        gallery.put(f"{image}/versions/2.0.0", body_of_version(storage)).raise_for_status()
        vm = tasks(image_boot, image=image, **LOGIN, **place)["vm"]
    assert lab.arm("GET", vm["id"]).json()["properties"]["storageProfile"]["imageReference"]["exactVersion"] == "1.0.0"


def test_a_version_that_its_region_does_not_know_yet_is_requested_again(lab, tasks, gallery, storage, place, monkeypatch):
    monkeypatch.setattr(machines, "LATE_VERSION_PAUSES", (0.2,) * 60)
    image = gallery.image()
    with lab.switched("lagging_regions", True), tasks.writes() as writes:
        gallery.create(image, storage)
        assert tasks(image_boot, image=f"{image}/versions/1.0.0", **LOGIN, **place)["vm"]["power_state"] == "running"
    assert writes.count("vm.put") > 1


def test_a_vm_from_a_gallery_that_is_shared_with_the_subscription(lab, tasks, group, storage, place):
    gallery = LabVersions(lab, group)
    gallery.made("Groups")
    gallery.create(gallery.image(), storage)
    unique = gallery.properties()["identifier"]["uniqueName"]
    groups = [{"type": "Subscriptions", "ids": [lab.settings.subscription]}]
    assert gallery.ask("POST", "share", {"operationType": "Add", "groups": groups}).status_code == 202
    image = f"/SharedGalleries/{unique}/Images/i/Versions/1.0.0"
    vm = tasks.predict_do_repeat(image_boot, image=image, **LOGIN, **place)["vm"]
    assert (vm["power_state"], [disk["lun"] for disk in vm["data_disks"]]) == ("running", [0])
    with tasks.writes() as writes:
        assert tasks.fails(image_boot, image=image, **{**place, **LOGIN, "name": "t2", "location": OTHER})["msg"].startswith(
            "could not read"
        )
    assert writes == []


def test_a_vm_from_a_community_gallery(lab, tasks, group, storage, place):
    gallery = LabVersions(lab, group)
    gallery.made("Community")
    gallery.create(gallery.image(osState="Specialized"), storage)
    assert gallery.ask("POST", "share", {"operationType": "EnableCommunity"}).status_code == 202
    [public] = gallery.properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    vm = tasks.predict_do_repeat(image_boot, image=f"/CommunityGalleries/{public}/Images/i", **place)["vm"]
    assert (vm["power_state"], vm["computer_name"], [disk["lun"] for disk in vm["data_disks"]]) == ("running", None, [0])


def test_a_vm_from_the_gallery_of_a_hub_subscription(lab, tasks, group, place):
    with lab.second_subscription() as hub:
        hub.put_group("hub")
        gallery = LabVersions(hub, "hub")
        gallery.made()
        gallery.create(gallery.image(), of_disk(LabGroup(hub, "hub").os_disk().id))
        vm = tasks.predict_do_repeat(image_boot, image=f"{gallery.id}/images/i", **LOGIN, **place)["vm"]
        assert vm["id"].startswith(f"/subscriptions/{lab.settings.subscription}/")
        assert hub.settings.subscription not in vm["os_disk"]["id"]


def test_the_plan_of_the_definition_goes_to_the_vm(lab, tasks, gallery, storage, place):
    image = gallery.image(purchasePlan=PLAN)
    gallery.create(image, storage)
    vm = tasks(image_boot, image=image, **LOGIN, **place)["vm"]
    assert lab.arm("GET", vm["id"]).json()["plan"] == PLAN


def test_the_disk_of_the_vm_is_that_of_the_version(lab, tasks, group, gallery, place, tmp_path):
    source = make_disk(tmp_path / "source.raw")
    kept = tasks(image_upload, name="i", resource_group=group, path=str(source), keep_disk=True)["disk"]
    image = gallery.image(hyperVGeneration="V1")
    gallery.create(image, of_disk(kept))
    vm = tasks(image_boot, image=image, **LOGIN, **place)["vm"]
    assert same_bytes(lab, vm["os_disk"]["id"], source)
