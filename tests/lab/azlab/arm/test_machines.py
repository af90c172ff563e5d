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
from tests.support.lab_world import World
from tests.support.refusals import refused
from tests.support.running_lab import GIB, LOCATION, RunningLab, done


def vm_path(world: World, tail: str = "") -> str:
    """The path of the test's VM."""
    return f"resourceGroups/{world.group}/providers/Microsoft.Compute/virtualMachines/vm{tail}"


def owned(world: World, name: str) -> str:
    """The time at which the owner of a disk last changed."""
    return str(world.compute.disks.get(world.group, name).properties["LastOwnershipUpdateTime"])


# --- life -------------------------------------------------------------------------------------------------------------------------
def test_a_vm_put_answers_as_recorded(lab: RunningLab, world: World) -> None:
    answer = lab.arm("PUT", vm_path(world), vm_of_image(world.image().id, world.subnet()), "2022-11-01")
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
    vm = lab.compute.virtual_machines.get(world.group, "vm").as_dict()["properties"]
    assert vm["provisioningState"] == "Succeeded"
    assert vm["vmId"] == properties["vmId"]
    assert vm["storageProfile"]["osDisk"]["name"].startswith("vm_OsDisk_1_")
    assert vm["osProfile"]["linuxConfiguration"]["provisionVMAgent"] is True
    assert vm["osProfile"]["requireGuestProvisionSignal"] is True
    assert lab.arm("PUT", vm_path(world), {"location": LOCATION, "properties": {}}).status_code == 200


def test_secrets_are_never_shown(lab: RunningLab, world: World) -> None:
    profile = os_profile(customData="c2VjcmV0LWN1c3RvbS1kYXRh")
    world.put_vm({**vm_of_image(world.image().id, world.subnet()), "tags": {"a": "b"}})
    body = vm_of_image(world.id("images", "image"), world.subnet(), osProfile=profile)
    body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = "nic2"
    world.put_vm(body, "two")
    shown = lab.arm("GET", vm_path(world)).text + lab.arm("GET", vm_path(world, "").replace("/vm", "/two")).text
    kept = Store(lab.settings.state / "arm.sqlite", read_only=True).find(world.id("virtualMachines", "two"))
    assert kept is not None
    for place in (shown, json.dumps(kept.hidden)):
        assert profile["adminPassword"] not in place
        assert profile["customData"] not in place


def test_a_vm_has_an_address_of_its_subnet(lab: RunningLab, world: World) -> None:
    vm = world.vm()
    (reference,) = vm.network_profile.network_interfaces
    nic = lab.arm("GET", reference.id).json()
    config = nic["properties"]["ipConfigurations"][0]["properties"]
    assert config["privateIPAddress"] == "10.0.0.4"
    assert nic["properties"]["virtualMachine"]["id"] == vm.id
    assert nic["properties"]["macAddress"].startswith("00-0D-3A-")


def test_a_vm_is_stopped_deallocated_and_started_again(lab: RunningLab, world: World) -> None:
    machines = lab.compute.virtual_machines
    world.vm()
    assert world.power()[-1] == "PowerState/running"
    assert world.state("vm-os") == "Attached"
    done(machines.begin_power_off(world.group, "vm", skip_shutdown=True))
    assert world.power()[-1] == "PowerState/stopped"
    assert world.state("vm-os") == "Attached"
    done(machines.begin_start(world.group, "vm"))
    done(machines.begin_restart(world.group, "vm"))
    assert world.power()[-1] == "PowerState/running"
    done(machines.begin_deallocate(world.group, "vm"))
    assert world.power()[-1] == "PowerState/deallocated"
    assert world.state("vm-os") == "Reserved"


@pytest.mark.parametrize(
    "action, retry_after", [("powerOff", False), ("deallocate", True), ("start", True), ("restart", True)], ids=lambda value: str(value)
)
def test_power_answers_as_recorded(lab: RunningLab, world: World, action: str, retry_after: bool) -> None:
    world.vm()
    answer = lab.arm("POST", vm_path(world, f"/{action}"))
    assert (answer.status_code, answer.content) == (202, b"")
    assert {"azure-asyncoperation", "location", "azure-asyncnotification"} <= answer.headers.keys()
    assert ("retry-after" in answer.headers) == retry_after
    while lab.http.get(answer.headers["location"]).status_code == 202:
        time.sleep(0.01)


def test_generalize_is_a_flag_that_stays(lab: RunningLab, world: World) -> None:
    world.vm()
    done(lab.compute.virtual_machines.begin_power_off(world.group, "vm"))
    answer = lab.arm("POST", vm_path(world, "/generalize"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert world.power() == ["ProvisioningState/succeeded", "OSState/generalized", "PowerState/stopped"]
    world.stop()
    assert world.power() == ["ProvisioningState/succeeded", "OSState/generalized", "PowerState/deallocated"]
    done(lab.compute.virtual_machines.begin_update(world.group, "vm", {"tags": {"a": "b"}}))
    assert "OSState/generalized" in world.power()


def test_both_instance_views_are_the_same(lab: RunningLab, world: World) -> None:
    world.vm()
    expanded = lab.compute.virtual_machines.get(world.group, "vm", expand="instanceView").as_dict()["properties"]["instanceView"]
    separate = lab.compute.virtual_machines.instance_view(world.group, "vm").as_dict()
    assert expanded == separate
    assert "vmAgent" not in separate
    assert [disk["name"] for disk in separate["disks"]] == ["vm-os"]
    assert separate["hyperVGeneration"] == "V1"


def test_the_ownership_time_moves_with_every_change_of_owner(lab: RunningLab, world: World) -> None:
    world.vm()
    times = [owned(world, "vm-os")]
    for operation in (lab.compute.virtual_machines.begin_deallocate, lab.compute.virtual_machines.begin_start):
        done(operation(world.group, "vm"))
        times.append(owned(world, "vm-os"))
    done(lab.compute.virtual_machines.begin_power_off(world.group, "vm"))
    assert owned(world, "vm-os") == times[-1]
    world.stop()
    times.append(owned(world, "vm-os"))
    assert times == sorted(set(times))


def test_the_boot_log_is_a_blob_behind_a_sas(lab: RunningLab, world: World) -> None:
    world.vm()
    found = lab.compute.virtual_machines.retrieve_boot_diagnostics_data(world.group, "vm", sas_uri_expiration_time_in_minutes=60)
    ends = datetime.datetime.fromisoformat(httpx.URL(found.serial_console_log_blob_uri).params["se"].replace("Z", "+00:00"))
    left = ends - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(minutes=58) < left <= datetime.timedelta(minutes=60)
    context = ssl.create_default_context(cafile=str(lab.settings.bundle))
    log = httpx.get(found.serial_console_log_blob_uri, verify=context, trust_env=False)
    assert (log.status_code, log.content) == (200, b"")
    assert httpx.get(found.console_screenshot_blob_uri, verify=context, trust_env=False).content.startswith(b"BM")


def test_deleting_a_vm_deletes_what_its_delete_options_say(lab: RunningLab, world: World) -> None:
    body = vm_of_image(world.image().id, world.subnet(), {"name": "goes"})
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 0, "name": "stays", "createOption": "Empty", "diskSizeGB": 1}]
    vm = world.put_vm(body)
    done(lab.compute.virtual_machines.begin_delete(world.group, "vm"))
    assert sorted(disk.name for disk in lab.compute.disks.list_by_resource_group(world.group)) == ["image-source", "stays"]
    assert world.state("stays") == "Unattached"
    assert lab.arm("GET", vm.network_profile.network_interfaces[0].id).status_code == 404


def test_interfaces_by_reference_outlive_the_vm(lab: RunningLab, world: World) -> None:
    nic = f"resourceGroups/{world.group}/providers/Microsoft.Network/networkInterfaces/mine"
    ip = {"name": "ip", "properties": {"subnet": {"id": world.subnet()}}}
    lab.arm("PUT", nic, {"location": LOCATION, "properties": {"ipConfigurations": [ip]}}).raise_for_status()
    id = f"/subscriptions/{lab.settings.subscription}/{nic}"
    reference = {"networkInterfaces": [{"id": id, "properties": {"primary": True}}]}
    body = vm_of_disk(world.os_disk().id, world.subnet(), networkProfile=reference)
    world.put_vm(body)
    assert lab.arm("DELETE", nic).json()["error"]["code"] == "NicInUse"
    other = vm_of_disk(world.os_disk("os2").id, world.subnet(), networkProfile=reference)
    refused(lambda: world.put_vm(other, "vm2"), "NicInUse", "mine", 400)
    done(lab.compute.virtual_machines.begin_delete(world.group, "vm"))
    assert lab.arm("DELETE", nic).status_code == 202


# --- disks of a VM ----------------------------------------------------------------------------------------------------------------
def test_data_disks_are_attached_and_detached(lab: RunningLab, world: World) -> None:
    vm = world.vm()
    data = world.disk("data")
    attach = [{"lun": 12, "createOption": "Attach", "managedDisk": {"id": data.id}}]
    changed = done(lab.compute.virtual_machines.begin_update(world.group, "vm", {"properties": {"storageProfile": {"dataDisks": attach}}}))
    assert [disk.lun for disk in changed.storage_profile.data_disks] == [12]
    assert world.state("data") == "Attached"
    new = [*attach, {"lun": 0, "createOption": "Empty", "diskSizeGB": 1}]
    changed = done(lab.compute.virtual_machines.begin_update(world.group, "vm", {"properties": {"storageProfile": {"dataDisks": new}}}))
    assert [disk.lun for disk in changed.storage_profile.data_disks] == [0, 12]
    assert changed.storage_profile.data_disks[0].managed_disk.id
    done(lab.compute.virtual_machines.begin_update(world.group, "vm", {"properties": {"storageProfile": {"dataDisks": []}}}))
    assert world.state("data") == "Unattached"
    assert lab.compute.disks.get(world.group, "data").managed_by is None
    assert vm.id


def test_the_os_disk_is_swapped_while_the_vm_is_deallocated(lab: RunningLab, world: World) -> None:
    world.vm()
    other = world.os_disk("other")
    swap = {"properties": {"storageProfile": {"osDisk": {"name": "other", "managedDisk": {"id": other.id}}}}}
    machines = lab.compute.virtual_machines
    refused(lambda: machines.begin_update(world.group, "vm", swap), "OperationNotAllowed", "not deallocated")
    done(machines.begin_power_off(world.group, "vm"))
    refused(lambda: machines.begin_update(world.group, "vm", swap), "OperationNotAllowed", "not deallocated")
    world.stop()
    done(machines.begin_update(world.group, "vm", swap))
    assert (world.state("other"), world.state("vm-os")) == ("Reserved", "Unattached")
    world.generalize()
    back = {"properties": {"storageProfile": {"osDisk": {"name": "vm-os", "managedDisk": {"id": world.id("disks", "vm-os")}}}}}
    refused(lambda: machines.begin_update(world.group, "vm", back), "OperationNotAllowed", "since the VM is generalized")


def test_a_vm_from_an_image_gets_a_copy_that_may_be_larger(lab: RunningLab, world: World) -> None:
    image = world.image()
    state, blobs = lab.settings.state, BlobStore(lab.settings)
    blobs.write(find_key(state, image.id, "os")[1], 0, b"i" * 512)
    world.put_vm(vm_of_image(image.id, world.subnet(), {"name": "big", "diskSizeGB": 2}))
    key = find_key(state, world.id("disks", "big"), "os")[1]
    assert blobs.size(key) == 2 * GIB
    assert blobs.read(key, 0, 512) == b"i" * 512
    disk = lab.compute.disks.get(world.group, "big")
    assert disk.properties["creationData"]["imageReference"]["id"] == image.id
    small = vm_of_image(image.id, world.subnet(), {"diskSizeGB": 1})
    small["properties"]["storageProfile"]["imageReference"]["id"] = big_image(world).id
    refused(
        lambda: world.put_vm(small, "vm2"),
        "InvalidParameter",
        "is smaller than the size of the corresponding disk in the VM image: 2 GB",
        400,
    )


def big_image(world: World) -> Any:
    """An image with a disk of 2 GiB."""
    disk = world.os_disk("big-source", size=2)
    return done(world.compute.images.begin_create_or_update(world.group, "big-image", image_of_disk(disk.id)))
