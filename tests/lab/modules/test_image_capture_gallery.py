# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture into galleries of a lab without guests: the seal is assumed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.bodies import vm_of_disk
from tests.support.gallery_versions import LabVersions
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done
from tests.support.tasks import LabTasks

TRUSTED = {"securityType": "TrustedLaunch"}


class Subject:
    """A VM with one data disk at LUN 5, powered off as if by its guest, and captures of it into gallery ``g``."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group, self.tasks = lab_group, tasks
        self.gallery = LabVersions(lab_group.lab, lab_group.name)
        self.options = {"vm": "vm", "resource_group": lab_group.name, "sealed": "assume", "backup": "none"}

    def vm(self, generation: str = "V2", **properties: Any) -> str:
        """Create the VM, and return its id."""
        lab_group = self.lab_group
        secured = {name: value for name, value in properties.items() if name == "securityProfile"}
        os_disk, data = lab_group.os_disk("vm-os", hyperVGeneration=generation, **secured), lab_group.disk("vm-data")
        body = vm_of_disk(os_disk.id, lab_group.subnet(), **properties)
        body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}}]
        lab_group.put_vm(body)
        done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))
        return lab_group.id("virtualMachines", "vm")

    def target(self, **more: Any) -> dict[str, Any]:
        """The option for the gallery."""
        return {"gallery": "g", "gallery_image": "i", **more}

    def capture(self, more: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Run image_capture, which must not fail."""
        return self.tasks(image_capture, **{**self.options, "gallery_image_version": self.target(**(more or {})), **options})

    def refuses(self, more: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        """Run image_capture, which must fail and write nothing."""
        with self.tasks.writes() as writes:
            given = {**self.options, "gallery_image_version": self.target(**(more or {})), **options}
            refused = self.tasks.fails(image_capture, **given)
        assert (writes, refused["changed"], refused["steps"]) == ([], False, [])
        return refused

    def shown(self, number: str = "1.0.0") -> dict[str, Any]:
        """A version as Azure shows it."""
        return self.gallery.show(f"{self.gallery.id}/images/i/versions/{number}")


@pytest.fixture
def subject(lab_group: LabGroup, tasks: LabTasks) -> Subject:
    return Subject(lab_group, tasks)


NEW = {"create_gallery": True, "create_gallery_image": True}
PREPARED = ["deallocate VM vm", "mark VM vm as generalized"]


def test_predict_do_repeat_change(subject: Subject) -> None:
    vm = subject.vm()
    made = subject.tasks.predict_do_repeat(image_capture, **subject.options, gallery_image_version=subject.target(**NEW))
    create = "create version 1.0.0 of image definition i from VM vm"
    first = ["create gallery g", "create image definition i in gallery g"]
    assert made["steps"] == [*first, *PREPARED, create, f"wait until version 1.0.0 can be used in {LOCATION}"]
    assert (made["sealed"], made["os_state"], made["gallery_image_version"]["name"]) == ("assume", "generalized", "1.0.0")
    shown = subject.shown()
    assert shown["properties"]["storageProfile"]["source"] == {"virtualMachineId": vm}
    assert [each["lun"] for each in shown["properties"]["storageProfile"]["dataDiskImages"]] == [5]
    tags = {name: value for name, value in shown["tags"].items() if name != "goldenimage.run"}
    vm_id = made["vm"]["vm_id"]
    own = {"goldenimage.vm": vm, "goldenimage.vm_id": vm_id, "goldenimage.sealed": "assume", "goldenimage.source": vm_id}
    assert tags == own
    definition = subject.gallery.properties("images/i")
    assert (definition["hyperVGeneration"], definition["architecture"]) == ("V2", "x64")

    more = {"target_regions": [{"name": "North Europe"}], "block_deletion_before_end_of_life": True}
    changed = subject.tasks.predict_do_repeat(
        image_capture, **subject.options, tags={"release": "2"}, gallery_image_version=subject.target(**more)
    )
    assert changed["gallery_image_version"]["tags"]["release"] == "2"
    assert {region for region, state in subject.gallery.replicas(f"{subject.gallery.id}/images/i/versions/1.0.0").items() if state} == {
        LOCATION,
        "northeurope",
    }


def test_a_vm_with_trusted_launch_is_refused_as_an_image_and_becomes_a_version_from_which_vms_start(subject: Subject) -> None:
    subject.vm(securityProfile=TRUSTED)
    with subject.tasks.writes() as writes:
        refused = subject.tasks.fails(image_capture, **subject.options, name="golden")
    assert (writes, "Set gallery_image_version, to capture it into a gallery" in refused["msg"]) == ([], True)
    made = subject.capture(NEW)
    assert subject.gallery.properties("images/i")["features"] == [{"name": "SecurityType", "value": "TrustedLaunch"}]
    assert made["gallery_image_version"]["provisioning_state"] == "Succeeded"


@pytest.mark.parametrize("asked", [{}, {"security_type": "Standard"}])
@pytest.mark.parametrize("refuses", [False, True])
def test_a_standard_definition_is_made_on_request_whether_or_not_azure_knows_the_word(
    subject: Subject, refuses: bool, asked: dict[str, Any]
) -> None:
    subject.vm()
    with subject.lab_group.lab.switched("no_standard_security_type", refuses):
        subject.capture({**NEW, **asked})
    assert "features" not in subject.gallery.properties("images/i")


def test_a_definition_that_takes_no_vm_gets_a_managed_image_of_it(subject: Subject) -> None:
    subject.vm()
    subject.gallery.made()
    subject.gallery.image(security="TrustedLaunchSupported", hyperVGeneration="V2")
    made = subject.tasks.predict_do_repeat(image_capture, **subject.options, gallery_image_version=subject.target())
    interim = f"vm-{made['vm']['vm_id'][:8]}-version"
    assert made["steps"] == [
        *PREPARED,
        f"create image {interim} from VM vm",
        f"create version 1.0.0 of image definition i from image {interim}",
        f"wait until version 1.0.0 can be used in {LOCATION}",
        f"delete image {interim}",
    ]
    assert list(subject.lab_group.compute.images.list_by_resource_group(subject.lab_group.name)) == []
    assert [each["lun"] for each in subject.shown()["properties"]["storageProfile"]["dataDiskImages"]] == [5]


def test_a_managed_image_that_an_interrupted_run_left_is_used_and_removed(subject: Subject, lab: RunningLab) -> None:
    subject.vm()
    subject.gallery.made()
    subject.gallery.image(security="TrustedLaunchSupported", hyperVGeneration="V2")
    with lab.fault(op="gallery_version.put", status=403, code="AuthorizationFailed", message="no"):
        broken = subject.tasks.fails(image_capture, **subject.options, gallery_image_version=subject.target())
    assert broken["steps"][-1].startswith("create image vm-")
    steps = subject.capture()["steps"]
    assert [each.split(" vm-")[0] for each in steps] == [
        "create version 1.0.0 of image definition i from image",
        f"wait until version 1.0.0 can be used in {LOCATION}",
        "delete image",
    ]


def test_the_os_disk_alone_becomes_a_version(subject: Subject) -> None:
    subject.vm()
    made = subject.capture(NEW, disks="os")
    assert made["steps"][-2] == "create version 1.0.0 of image definition i from the OS disk of VM vm"
    assert "dataDiskImages" not in subject.shown()["properties"]["storageProfile"]
    assert subject.capture(disks="os")["changed"] is False
    assert subject.capture()["gallery_image_version"]["name"] == "1.0.1"


def test_what_the_definition_requires_is_found_before_azure_refuses_it(subject: Subject) -> None:
    subject.vm(securityProfile=TRUSTED)
    assert [row["id"] for row in subject.refuses()["checks"] if row["verdict"] == "block"] == ["gallery", "gallery_image"]
    subject.gallery.made()
    subject.gallery.image(hyperVGeneration="V1", osState="Specialized")
    refused = subject.refuses()
    blocking = [row["what"] for row in refused["checks"] if row["verdict"] == "block"]
    assert [text.partition("different ")[2].partition(":")[0] for text in blocking] == ["generations", "states"]
    subject.gallery.image("j", security="TrustedLaunchSupported", hyperVGeneration="V2")
    assert "use a definition of SecurityType TrustedLaunch" in subject.refuses({"gallery_image": "j"})["msg"]


def test_a_hub_gallery_in_another_subscription(subject: Subject, lab: RunningLab) -> None:
    subject.vm()
    with lab.second_subscription() as hub:
        group = hub.put_group("hub")
        there = {"name": "g", "resource_group": group, "subscription_id": hub.settings.subscription}
        made = subject.tasks.predict_do_repeat(image_capture, **subject.options, gallery_image_version=subject.target(**NEW, gallery=there))
        assert f"/subscriptions/{hub.settings.subscription}/" in made["gallery_image_version"]["id"]
        assert subject.lab_group.id("virtualMachines", "vm") == made["vm"]["id"]
        missing = {**there, "resource_group": "nowhere"}
        assert "resource group nowhere was not found" in subject.refuses({"gallery": missing, **NEW})["msg"]


def test_missing_rights_and_locks_in_the_hub_are_found_before_the_vm_is_changed(subject: Subject, lab: RunningLab) -> None:
    vm = subject.vm()
    subject.gallery.made()
    subject.gallery.image(hyperVGeneration="V2")
    group = vm.partition("/providers/")[0]
    reads, works = {"scope": group, "actions": ["*/read"]}, {"scope": vm, "actions": ["Microsoft.Compute/virtualMachines/*"]}
    with lab.rights(reads, works):
        text = "lacks the right Microsoft.Compute/galleries/images/versions/write on image definition i"
        assert text in subject.refuses()["msg"]
    with lab.rights(reads, works, {"scope": subject.gallery.id, "actions": ["Microsoft.Compute/galleries/images/versions/write"]}):
        assert subject.capture(check=True)["changed"]


def test_a_version_of_another_vm_is_replaced_only_on_request(subject: Subject) -> None:
    subject.vm()
    subject.gallery.made()
    image = subject.gallery.image(hyperVGeneration="V2")
    subject.gallery.create(image, {"osDiskImage": {"source": {"id": subject.lab_group.os_disk("other", hyperVGeneration="V2").id}}})
    named = {"version": "1.0.0"}
    nowhere = {"target_regions": [{"name": "marsnorth"}]}
    assert "marsnorth is not a region that has galleries" in subject.refuses({**named, **nowhere}, recreate=True)["msg"]
    assert "version 1.0.0 of image definition i exists, but was made from an unknown source" in subject.refuses(named)["msg"]
    assert subject.capture(named, recreate=True)["steps"][2:4] == [
        "delete version 1.0.0 of image definition i",
        "create version 1.0.0 of image definition i from VM vm",
    ]
    assert subject.capture(named, recreate=True)["changed"] is False


def test_a_version_that_is_protected_until_its_end_of_life_is_not_replaced(subject: Subject) -> None:
    subject.vm()
    subject.gallery.made()
    image = subject.gallery.image(hyperVGeneration="V2")
    disk = subject.lab_group.os_disk("other", hyperVGeneration="V2").id
    dated = {"profile": {"endOfLifeDate": "2036-01-01T00:00:00Z"}, "safetyProfile": {"blockDeletionBeforeEndOfLife": True}}
    subject.gallery.create(image, {"osDiskImage": {"source": {"id": disk}}}, **dated)
    assert "is protected until its end of life" in subject.refuses({"version": "1.0.0"}, recreate=True)["msg"]


@pytest.mark.parametrize("wait", ["none", "first"])
def test_a_vm_is_deleted_only_once_its_version_is_usable_in_its_region(subject: Subject, lab: RunningLab, wait: str) -> None:
    subject.vm()
    regions = {"target_regions": [{"name": "northeurope"}, {"name": LOCATION}]}
    with lab.setting("replication_seconds", {LOCATION: 1.0, "northeurope": 0.0}):
        made = subject.capture({**NEW, **regions, "wait": wait}, source="delete")
        assert subject.gallery.replicas(made["gallery_image_version"]["id"])[LOCATION] == "Completed"
    assert (made["vm"], made["steps"][-2:]) == (None, [f"wait until version 1.0.0 can be used in {LOCATION}", "delete VM vm"])
    assert subject.capture(source="delete")["changed"] is False


def test_a_specialized_version_of_a_running_vm(subject: Subject) -> None:
    vm = subject.vm()
    done(subject.lab_group.compute.virtual_machines.begin_start(subject.lab_group.name, "vm"))
    before = subject.lab_group.properties("virtualMachines", "vm")
    options = {"vm": "vm", "resource_group": subject.lab_group.name, "gallery_image_version": subject.target(**NEW, os_state="specialized")}
    made = subject.tasks(image_capture, **options)
    assert (made["sealed"], made["os_state"], made["vm"]["power_state"]) == (None, "specialized", "running")
    assert subject.tasks.warnings[-1].startswith("VM vm is running: deallocate the VM first")
    assert subject.lab_group.properties("virtualMachines", "vm") == before
    assert subject.gallery.properties("images/i")["osState"] == "Specialized"
    assert made["gallery_image_version"]["storage_profile"]["source"] == {"virtual_machine_id": vm}
    assert subject.tasks(image_capture, **options)["gallery_image_version"]["name"] == "1.0.1"
    subject.lab_group.stop()
    assert subject.tasks(image_capture, **options)["gallery_image_version"]["name"] == "1.0.2"
    assert subject.tasks(image_capture, **options)["changed"] is False
    text = subject.tasks.fails(image_capture, **{**options, "gallery_image_version": subject.target()})["msg"]
    assert "have different states" in text
