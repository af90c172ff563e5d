"""Virtual machines with the bare SDK: creation, power, disks, interfaces."""

from __future__ import annotations

import datetime
import json
import ssl
import time
from typing import Any

import httpx
import pytest
from azlab.cli.disk import key as find_key
from azlab.storage.blobs import BlobStore
from azlab.store import Store

from tests.support.bodies import image_of_disk, os_profile, vm_of_disk, vm_of_image
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import GIB, LOCATION, RunningLab, done


def vm_path(lab_group: LabGroup, tail: str = "") -> str:
    """The path of the test's VM."""
    return f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/virtualMachines/vm{tail}"


def owned(lab_group: LabGroup, name: str) -> str:
    """The time at which the owner of a disk last changed."""
    return str(lab_group.compute.disks.get(lab_group.name, name).properties["LastOwnershipUpdateTime"])


# --- life -------------------------------------------------------------------------------------------------------------------------
def test_a_vm_put_answers_as_recorded(lab: RunningLab, lab_group: LabGroup) -> None:
    answer = lab.arm("PUT", vm_path(lab_group), vm_of_image(lab_group.image().id, lab_group.subnet()), "2022-11-01")
    assert answer.status_code == 201
    assert answer.headers["azure-asyncnotification"] == "Enabled"
    assert "azure-asyncoperation" in answer.headers
    assert "location" not in answer.headers
    assert "retry-after" in answer.headers
    properties = answer.json()["properties"]
    assert properties["provisioningState"] == "Creating"
    assert "name" not in properties["storageProfile"]["osDisk"]
    while (poll := lab.http.get(answer.headers["azure-asyncoperation"]).json())["status"] == "InProgress":
        time.sleep(0.01)
    assert poll.keys() == {"startTime", "endTime", "status", "name"}
    vm = lab.compute.virtual_machines.get(lab_group.name, "vm").as_dict()["properties"]
    assert vm["provisioningState"] == "Succeeded"
    assert vm["vmId"] == properties["vmId"]
    assert vm["storageProfile"]["osDisk"]["name"].startswith("vm_OsDisk_1_")
    assert vm["osProfile"]["linuxConfiguration"]["provisionVMAgent"] is True
    assert vm["osProfile"]["requireGuestProvisionSignal"] is True
    assert lab.arm("PUT", vm_path(lab_group), {"location": LOCATION, "properties": {}}).status_code == 200


def test_disks_that_are_made_with_a_vm_have_its_tags_of_that_time(lab_group: LabGroup) -> None:
    body = {**vm_of_image(lab_group.image().id, lab_group.subnet()), "tags": {"owner": "ada"}}
    name = lab_group.put_vm(body).as_dict()["properties"]["storageProfile"]["osDisk"]["name"]
    lab_group.put_vm({**body, "tags": {"owner": "grace"}})
    assert lab_group.compute.disks.get(lab_group.name, name).tags == {"owner": "ada"}


def test_secrets_are_never_shown(lab: RunningLab, lab_group: LabGroup) -> None:
    profile = os_profile(customData="c2VjcmV0LWN1c3RvbS1kYXRh")
    lab_group.put_vm({**vm_of_image(lab_group.image().id, lab_group.subnet()), "tags": {"a": "b"}})
    body = vm_of_image(lab_group.id("images", "image"), lab_group.subnet(), osProfile=profile)
    body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = "nic2"
    lab_group.put_vm(body, "two")
    shown = lab.arm("GET", vm_path(lab_group)).text + lab.arm("GET", vm_path(lab_group, "").replace("/vm", "/two")).text
    kept = Store(lab.settings.state / "arm.sqlite", read_only=True).find(lab_group.id("virtualMachines", "two"))
    assert kept is not None
    for place in (shown, json.dumps(kept.hidden)):
        assert profile["adminPassword"] not in place
        assert profile["customData"] not in place


def test_a_vm_has_an_address_of_its_subnet(lab: RunningLab, lab_group: LabGroup) -> None:
    vm = lab_group.vm()
    (reference,) = vm.network_profile.network_interfaces
    nic = lab.arm("GET", reference.id).json()
    config = nic["properties"]["ipConfigurations"][0]["properties"]
    assert config["privateIPAddress"] == "10.0.0.4"
    assert nic["properties"]["virtualMachine"]["id"] == vm.id
    assert nic["properties"]["macAddress"].startswith("00-0D-3A-")


def test_a_vm_is_stopped_deallocated_and_started_again(lab: RunningLab, lab_group: LabGroup) -> None:
    machines = lab.compute.virtual_machines
    lab_group.vm()
    assert lab_group.power()[-1] == "PowerState/running"
    assert lab_group.state("vm-os") == "Attached"
    done(machines.begin_power_off(lab_group.name, "vm", skip_shutdown=True))
    assert lab_group.power()[-1] == "PowerState/stopped"
    assert lab_group.state("vm-os") == "Attached"
    done(machines.begin_start(lab_group.name, "vm"))
    done(machines.begin_restart(lab_group.name, "vm"))
    assert lab_group.power()[-1] == "PowerState/running"
    done(machines.begin_deallocate(lab_group.name, "vm"))
    assert lab_group.power()[-1] == "PowerState/deallocated"
    assert lab_group.state("vm-os") == "Reserved"


@pytest.mark.parametrize(
    "action, retry_after", [("powerOff", False), ("deallocate", True), ("start", True), ("restart", True)], ids=lambda value: str(value)
)
def test_power_answers_as_recorded(lab: RunningLab, lab_group: LabGroup, action: str, retry_after: bool) -> None:
    lab_group.vm()
    answer = lab.arm("POST", vm_path(lab_group, f"/{action}"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert {"azure-asyncoperation", "location", "azure-asyncnotification"} <= answer.headers.keys()
    assert ("retry-after" in answer.headers) == retry_after
    while lab.http.get(answer.headers["location"]).status_code == 202:
        time.sleep(0.01)


def test_generalize_is_a_flag_that_stays(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    done(lab.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))
    answer = lab.arm("POST", vm_path(lab_group, "/generalize"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert lab_group.power() == ["ProvisioningState/succeeded", "OSState/generalized", "PowerState/stopped"]
    lab_group.stop()
    assert lab_group.power() == ["ProvisioningState/succeeded", "OSState/generalized", "PowerState/deallocated"]
    done(lab.compute.virtual_machines.begin_update(lab_group.name, "vm", {"tags": {"a": "b"}}))
    assert "OSState/generalized" in lab_group.power()


def test_both_instance_views_are_the_same(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    expanded = lab.compute.virtual_machines.get(lab_group.name, "vm", expand="instanceView").as_dict()["properties"]["instanceView"]
    separate = lab.compute.virtual_machines.instance_view(lab_group.name, "vm").as_dict()
    assert expanded == separate
    assert "vmAgent" not in separate
    assert [disk["name"] for disk in separate["disks"]] == ["vm-os"]
    assert separate["hyperVGeneration"] == "V1"


def test_the_ownership_time_moves_with_every_change_of_owner(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    times = [owned(lab_group, "vm-os")]
    for operation in (lab.compute.virtual_machines.begin_deallocate, lab.compute.virtual_machines.begin_start):
        done(operation(lab_group.name, "vm"))
        times.append(owned(lab_group, "vm-os"))
    done(lab.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))
    assert owned(lab_group, "vm-os") == times[-1]
    lab_group.stop()
    times.append(owned(lab_group, "vm-os"))
    assert times == sorted(set(times))


def test_the_boot_log_is_a_blob_behind_a_sas(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    found = lab.compute.virtual_machines.retrieve_boot_diagnostics_data(lab_group.name, "vm", sas_uri_expiration_time_in_minutes=60)
    ends = datetime.datetime.fromisoformat(httpx.URL(found.serial_console_log_blob_uri).params["se"].replace("Z", "+00:00"))
    left = ends - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=58) < left <= datetime.timedelta(minutes=60)
    context = ssl.create_default_context(cafile=str(lab.settings.bundle))
    log = httpx.get(found.serial_console_log_blob_uri, verify=context, trust_env=False)
    assert (log.status_code, log.content) == (200, b"")
    assert httpx.get(found.console_screenshot_blob_uri, verify=context, trust_env=False).content.startswith(b"BM")


def test_deleting_a_vm_deletes_what_its_delete_options_say(lab: RunningLab, lab_group: LabGroup) -> None:
    body = vm_of_image(lab_group.image().id, lab_group.subnet(), {"name": "goes"})
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 0, "name": "stays", "createOption": "Empty", "diskSizeGB": 1}]
    vm = lab_group.put_vm(body)
    done(lab.compute.virtual_machines.begin_delete(lab_group.name, "vm"))
    assert sorted(disk.name for disk in lab.compute.disks.list_by_resource_group(lab_group.name)) == ["image-source", "stays"]
    assert lab_group.state("stays") == "Unattached"
    assert lab.arm("GET", vm.network_profile.network_interfaces[0].id).status_code == 404


def test_interfaces_by_reference_outlive_the_vm(lab: RunningLab, lab_group: LabGroup) -> None:
    nic = f"resourceGroups/{lab_group.name}/providers/Microsoft.Network/networkInterfaces/mine"
    ip = {"name": "ip", "properties": {"subnet": {"id": lab_group.subnet()}}}
    lab.arm("PUT", nic, {"location": LOCATION, "properties": {"ipConfigurations": [ip]}}).raise_for_status()
    id = f"/subscriptions/{lab.settings.subscription}/{nic}"
    reference = {"networkInterfaces": [{"id": id, "properties": {"primary": True}}]}
    body = vm_of_disk(lab_group.os_disk().id, lab_group.subnet(), networkProfile=reference)
    lab_group.put_vm(body)
    assert lab.arm("DELETE", nic).json()["error"]["code"] == "NicInUse"
    other = vm_of_disk(lab_group.os_disk("os2").id, lab_group.subnet(), networkProfile=reference)
    refused(lambda: lab_group.put_vm(other, "vm2"), "NicInUse", "mine", 400)
    done(lab.compute.virtual_machines.begin_delete(lab_group.name, "vm"))
    assert lab.arm("DELETE", nic).status_code == 202


# --- disks of a VM ----------------------------------------------------------------------------------------------------------------
def test_data_disks_are_attached_and_detached(lab: RunningLab, lab_group: LabGroup) -> None:
    vm = lab_group.vm()
    data = lab_group.disk("data")
    attach = [{"lun": 12, "createOption": "Attach", "managedDisk": {"id": data.id}}]
    changed = done(
        lab.compute.virtual_machines.begin_update(lab_group.name, "vm", {"properties": {"storageProfile": {"dataDisks": attach}}})
    )
    assert [disk.lun for disk in changed.storage_profile.data_disks] == [12]
    assert lab_group.state("data") == "Attached"
    new = [*attach, {"lun": 0, "createOption": "Empty", "diskSizeGB": 1}]
    changed = done(lab.compute.virtual_machines.begin_update(lab_group.name, "vm", {"properties": {"storageProfile": {"dataDisks": new}}}))
    assert [disk.lun for disk in changed.storage_profile.data_disks] == [0, 12]
    assert changed.storage_profile.data_disks[0].managed_disk.id
    done(lab.compute.virtual_machines.begin_update(lab_group.name, "vm", {"properties": {"storageProfile": {"dataDisks": []}}}))
    assert lab_group.state("data") == "Unattached"
    assert lab.compute.disks.get(lab_group.name, "data").managed_by is None
    assert vm.id


def test_the_os_disk_is_swapped_while_the_vm_is_deallocated(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    other = lab_group.os_disk("other")
    swap = {"properties": {"storageProfile": {"osDisk": {"name": "other", "managedDisk": {"id": other.id}}}}}
    machines = lab.compute.virtual_machines
    refused(lambda: machines.begin_update(lab_group.name, "vm", swap), "OperationNotAllowed", "not deallocated")
    done(machines.begin_power_off(lab_group.name, "vm"))
    refused(lambda: machines.begin_update(lab_group.name, "vm", swap), "OperationNotAllowed", "not deallocated")
    lab_group.stop()
    done(machines.begin_update(lab_group.name, "vm", swap))
    assert (lab_group.state("other"), lab_group.state("vm-os")) == ("Reserved", "Unattached")
    lab_group.generalize()
    back = {"properties": {"storageProfile": {"osDisk": {"name": "vm-os", "managedDisk": {"id": lab_group.id("disks", "vm-os")}}}}}
    refused(lambda: machines.begin_update(lab_group.name, "vm", back), "OperationNotAllowed", "since the VM is generalized")


def test_a_vm_from_an_image_gets_a_copy_that_may_be_larger(lab: RunningLab, lab_group: LabGroup) -> None:
    image = lab_group.image()
    state, blobs = lab.settings.state, BlobStore(lab.settings)
    blobs.write(find_key(state, image.id, "os")[1], 0, b"i" * 512)
    lab_group.put_vm(vm_of_image(image.id, lab_group.subnet(), {"name": "big", "diskSizeGB": 2}))
    key = find_key(state, lab_group.id("disks", "big"), "os")[1]
    assert blobs.size(key) == 2 * GIB
    assert blobs.read(key, 0, 512) == b"i" * 512
    disk = lab.compute.disks.get(lab_group.name, "big")
    assert disk.properties["creationData"]["imageReference"]["id"] == image.id
    small = vm_of_image(image.id, lab_group.subnet(), {"diskSizeGB": 1})
    small["properties"]["storageProfile"]["imageReference"]["id"] = big_image(lab_group).id
    refused(
        lambda: lab_group.put_vm(small, "vm2"),
        "InvalidParameter",
        "is smaller than the size of the corresponding disk in the VM image: 2 GB",
        400,
    )


def big_image(lab_group: LabGroup) -> Any:
    """An image with a disk of 2 GiB."""
    disk = lab_group.os_disk("big-source", size=2)
    return done(lab_group.compute.images.begin_create_or_update(lab_group.name, "big-image", image_of_disk(disk.id)))
