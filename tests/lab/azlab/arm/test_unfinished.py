"""Resources that are being made, changed or deleted: requests that are refused during that time, and the state after a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from azlab import faults
from azlab.cli.disk import key as find_key
from azlab.storage.blobs import BlobStore
from azlab.store import Store
from azure.core.exceptions import HttpResponseError

from tests.support.bodies import copy_of, empty_disk, image_of_disk, image_of_vm, os_profile, vm_of_disk, vm_of_image
from tests.support.lab_world import World
from tests.support.refusals import refused
from tests.support.running_lab import RunningLab, done

DELETING = "marked for deletion. You can only retry the Delete operation (or wait for an ongoing one to complete)."
SECONDS = 2.0
Fault = Callable[..., None]


@pytest.fixture
def fault(lab: RunningLab, group: str) -> Iterator[Fault]:
    """A function that switches on a fault for the test's own group."""
    rules: list[str] = []

    def add(op: str, **effect: Any) -> None:
        rules.append(faults.add(lab.settings.faults, plane="arm", op=op, path=group, times=1, **effect))

    yield add
    for rule in rules:
        faults.remove(lab.settings.faults, rule)


def told(text: str = "told") -> dict[str, Any]:
    """A fault that ends an operation as Failed."""
    return {"fail_operation": {"code": "InternalExecutionError", "message": text}}


def test_a_vm_that_is_being_deleted_accepts_no_operation(lab: RunningLab, world: World, fault: Fault) -> None:
    vm, machines = world.vm(), lab.compute.virtual_machines
    fault("vm.delete", operation_delay=SECONDS)
    going = machines.begin_delete(world.group, "vm")
    operations: dict[str, Callable[[], Any]] = {
        "start": lambda: machines.begin_start(world.group, "vm"),
        "powerOff": lambda: machines.begin_power_off(world.group, "vm"),
        "deallocate": lambda: machines.begin_deallocate(world.group, "vm"),
        "restart": lambda: machines.begin_restart(world.group, "vm"),
        "generalize": lambda: machines.generalize(world.group, "vm"),
        "Update VM": lambda: machines.begin_update(world.group, "vm", {"tags": {}}),
        "Create Image": lambda: lab.compute.images.begin_create_or_update(world.group, "i", image_of_vm(vm.id)),
    }
    for operation, ask in operations.items():
        refused(ask, "OperationNotAllowed", f"Operation '{operation}' is not allowed on VM 'vm' since the VM is {DELETING}")
    done(machines.begin_delete(world.group, "vm"))
    done(going)
    assert world.state("vm-os") == "Unattached"


def test_an_image_that_is_being_deleted_is_not_used(lab: RunningLab, world: World, fault: Fault) -> None:
    image, images = world.image(), lab.compute.images
    fault("image.delete", operation_delay=SECONDS)
    going = images.begin_delete(world.group, "image")
    assert images.get(world.group, "image").provisioning_state == "Deleting"
    again = image_of_disk(world.id("disks", "image-source"))
    vm = vm_of_image(image.id, world.subnet())
    for ask in (
        lambda: images.begin_update(world.group, "image", {"tags": {}}),
        lambda: images.begin_create_or_update(world.group, "image", again),
        lambda: lab.compute.virtual_machines.begin_create_or_update(world.group, "vm", vm),
    ):
        refused(ask, "OperationNotAllowed", f"on Image 'image' since the image is {DELETING}")
    done(going)


@pytest.mark.parametrize("type", ["disks", "snapshots"])
def test_a_disk_that_is_being_deleted_is_not_used(lab: RunningLab, world: World, fault: Fault, type: str) -> None:
    source = world.os_disk("source")
    operations = getattr(lab.compute, type)
    made = world.snapshot(source.id, "goes") if type == "snapshots" else world.os_disk("goes")
    fault(f"{type[:-1]}.delete", operation_delay=SECONDS)
    going = operations.begin_delete(world.group, "goes")
    body = copy_of(source.id) if type == "snapshots" else empty_disk()
    for ask in (
        lambda: operations.begin_update(world.group, "goes", {"tags": {}}),
        lambda: operations.begin_create_or_update(world.group, "goes", body),
        lambda: operations.begin_grant_access(world.group, "goes", {"access": "Read", "durationInSeconds": 60}),
        lambda: lab.compute.disks.begin_create_or_update(world.group, "copy", copy_of(made.id)),
    ):
        refused(ask, "OperationNotAllowed", DELETING)
    done(going)


def test_an_unfinished_image_is_not_changed_or_used(lab: RunningLab, world: World, fault: Fault) -> None:
    disk, images = world.os_disk(), lab.compute.images
    fault("image.put", operation_delay=SECONDS)
    coming = images.begin_create_or_update(world.group, "image", image_of_disk(disk.id))
    refused(lambda: images.begin_update(world.group, "image", {"tags": {}}), "Conflict", "concurrent request")
    vm = vm_of_image(world.id("images", "image"), world.subnet())
    put = lab.compute.virtual_machines.begin_create_or_update
    refused(lambda: put(world.group, "vm", vm), "OperationNotAllowed", "is in provisioning state Creating")
    assert done(coming).provisioning_state == "Succeeded"


def test_new_tags_do_not_complete_a_failed_image(lab: RunningLab, world: World, fault: Fault) -> None:
    disk, images = world.os_disk(), lab.compute.images
    fault("image.put", **told())
    with pytest.raises(HttpResponseError, match="told"):
        done(images.begin_create_or_update(world.group, "image", image_of_disk(disk.id)))
    done(images.begin_update(world.group, "image", {"tags": {"a": "b"}}))
    assert images.get(world.group, "image").provisioning_state == "Failed"
    vm = vm_of_image(world.id("images", "image"), world.subnet())
    put = lab.compute.virtual_machines.begin_create_or_update
    refused(lambda: put(world.group, "vm", vm), "OperationNotAllowed", "is in provisioning state Failed")
    assert done(images.begin_create_or_update(world.group, "image", image_of_disk(disk.id))).provisioning_state == "Succeeded"


def test_a_failed_tag_update_leaves_the_image_complete(lab: RunningLab, world: World, fault: Fault) -> None:
    world.image()
    fault("image.patch", **told())
    with pytest.raises(HttpResponseError, match="told"):
        done(lab.compute.images.begin_update(world.group, "image", {"tags": {}}))
    assert lab.compute.images.get(world.group, "image").provisioning_state == "Succeeded"


def test_a_disk_made_again_after_a_failure_leaves_no_blob(lab: RunningLab, world: World, fault: Fault) -> None:
    disks, state = lab.compute.disks, lab.settings.state
    source = world.disk("source")
    fault("disk.put", operation_delay=SECONDS)
    coming = disks.begin_create_or_update(world.group, "d", copy_of(source.id))
    BlobStore(lab.settings).delete(find_key(state, source.id, "os")[1])
    with pytest.raises(HttpResponseError, match="InternalExecutionError"):
        done(coming)
    failed = Store(state / "arm.sqlite", read_only=True).find(world.id("disks", "d"))
    assert failed is not None
    BlobStore(lab.settings).create(failed.hidden["making"], 1 << 20)
    refused(lambda: done(disks.begin_create_or_update(world.group, "c", copy_of(failed.id))), "OperationNotAllowed", "state Failed")
    assert world.disk("d").provisioning_state == "Succeeded"
    assert not BlobStore(lab.settings).exists(failed.hidden["making"])


def test_a_change_of_a_vm_that_fails_changes_nothing(lab: RunningLab, world: World, fault: Fault) -> None:
    world.vm()
    data = world.disk("data")
    before = lab.arm("GET", world.id("virtualMachines", "vm")).json()
    disks = [
        {"lun": 0, "createOption": "Attach", "managedDisk": {"id": data.id}},
        {"lun": 1, "name": "new", "createOption": "Empty", "diskSizeGB": 1},
    ]
    change = {"tags": {"a": "b"}, "properties": {"storageProfile": {"dataDisks": disks}}}
    fault("vm.patch", **told())
    with pytest.raises(HttpResponseError, match="told"):
        done(lab.compute.virtual_machines.begin_update(world.group, "vm", change))
    assert lab.arm("GET", world.id("virtualMachines", "vm")).json() == before
    assert world.state("data") == "Unattached"


def test_a_change_fails_without_effect_if_another_vm_took_the_disk(lab: RunningLab, world: World, fault: Fault) -> None:
    world.vm()
    data = world.disk("data")
    disks = [
        {"lun": 0, "createOption": "Attach", "managedDisk": {"id": data.id}},
        {"lun": 1, "name": "new", "createOption": "Empty", "diskSizeGB": 1},
    ]
    fault("vm.patch", operation_delay=SECONDS)
    machines = lab.compute.virtual_machines
    coming = machines.begin_update(world.group, "vm", {"properties": {"storageProfile": {"dataDisks": disks}}})
    refused(lambda: machines.begin_update(world.group, "vm", {"tags": {}}), "Conflict", "concurrent request")
    other = vm_of_disk(world.os_disk("other-os").id, world.subnet())
    other["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = "nic2"
    other["properties"]["storageProfile"]["dataDisks"] = disks[:1]
    done(machines.begin_create_or_update(world.group, "other", other))
    refused(lambda: done(coming), "ConflictingUserInput", "already owned by VM")
    vm = machines.get(world.group, "vm")
    assert (vm.provisioning_state, vm.storage_profile.data_disks) == ("Succeeded", [])
    assert "new" not in [disk.name for disk in lab.compute.disks.list_by_resource_group(world.group)]


def test_an_image_is_not_deleted_while_a_vm_is_made_from_it(lab: RunningLab, world: World, fault: Fault) -> None:
    image, machines = world.image(), lab.compute.virtual_machines
    fault("vm.put", operation_delay=SECONDS)
    coming = machines.begin_create_or_update(world.group, "vm", vm_of_image(image.id, world.subnet()))
    refused(lambda: lab.compute.images.begin_delete(world.group, "image"), "OperationNotAllowed", "being provisioned using the Image")
    refused(lambda: machines.begin_update(world.group, "vm", {"tags": {}}), "Conflict", "concurrent request")
    refused(lambda: machines.generalize(world.group, "vm"), "OperationNotAllowed", "since the VM is running")
    done(coming)
    done(lab.compute.images.begin_delete(world.group, "image"))


def test_a_vm_that_was_never_provisioned_keeps_no_secret(lab: RunningLab, world: World, fault: Fault) -> None:
    profile = os_profile(customData="c2VjcmV0LWN1c3RvbS1kYXRh")
    fault("vm.put", **told())
    with pytest.raises(HttpResponseError, match="told"):
        body = vm_of_image(world.image().id, world.subnet(), osProfile=profile)
        done(lab.compute.virtual_machines.begin_create_or_update(world.group, "vm", body))
    vm = Store(lab.settings.state / "arm.sqlite", read_only=True).find(world.id("virtualMachines", "vm"))
    assert vm is not None
    assert vm.properties["provisioningState"] == "Failed"
    assert vm.hidden["os_profile"].keys() & {"adminPassword", "customData"} == set()


def test_the_database_is_private_and_keeps_no_revoked_sas(lab: RunningLab, world: World) -> None:
    state = lab.settings.state
    assert [oct((state / name).stat().st_mode & 0o777) for name in ("arm.sqlite", "arm.sqlite-wal")] == ["0o600", "0o600"]
    world.disk()
    done(lab.compute.disks.begin_grant_access(world.group, "disk", {"access": "Read", "durationInSeconds": 600}))
    grants = [record for record in Store(state / "arm.sqlite", read_only=True).operations("Succeeded") if _about(record, world)]
    assert ["accessSAS" in (record.get("output") or {}) for record in grants] == [False, True]
    done(lab.compute.disks.begin_revoke_access(world.group, "disk"))
    kept = [record for record in Store(state / "arm.sqlite", read_only=True).operations("Succeeded") if _about(record, world)]
    assert "accessSAS" not in str(kept)


def _about(record: dict[str, Any], world: World) -> bool:
    return bool(record["resource"] == world.id("disks", "disk"))
