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
from tests.support.lab_group import LabGroup
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


def failing(text: str = "failed on purpose") -> dict[str, Any]:
    """A fault that ends an operation as Failed."""
    return {"fail_operation": {"code": "InternalExecutionError", "message": text}}


def test_a_vm_that_is_being_deleted_accepts_no_operation(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    vm, machines = lab_group.vm(), lab.compute.virtual_machines
    fault("vm.delete", operation_delay=SECONDS)
    going = machines.begin_delete(lab_group.name, "vm")
    operations: dict[str, Callable[[], Any]] = {
        "start": lambda: machines.begin_start(lab_group.name, "vm"),
        "powerOff": lambda: machines.begin_power_off(lab_group.name, "vm"),
        "deallocate": lambda: machines.begin_deallocate(lab_group.name, "vm"),
        "restart": lambda: machines.begin_restart(lab_group.name, "vm"),
        "generalize": lambda: machines.generalize(lab_group.name, "vm"),
        "Update VM": lambda: machines.begin_update(lab_group.name, "vm", {"tags": {}}),
        "Create Image": lambda: lab.compute.images.begin_create_or_update(lab_group.name, "i", image_of_vm(vm.id)),
    }
    for operation, ask in operations.items():
        refused(ask, "OperationNotAllowed", f"Operation '{operation}' is not allowed on VM 'vm' since the VM is {DELETING}")
    done(machines.begin_delete(lab_group.name, "vm"))
    done(going)
    assert lab_group.state("vm-os") == "Unattached"


def test_an_image_that_is_being_deleted_is_not_used(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    image, images = lab_group.image(), lab.compute.images
    fault("image.delete", operation_delay=SECONDS)
    going = images.begin_delete(lab_group.name, "image")
    assert images.get(lab_group.name, "image").provisioning_state == "Deleting"
    again = image_of_disk(lab_group.id("disks", "image-source"))
    vm = vm_of_image(image.id, lab_group.subnet())
    for ask in (
        lambda: images.begin_update(lab_group.name, "image", {"tags": {}}),
        lambda: images.begin_create_or_update(lab_group.name, "image", again),
        lambda: lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", vm),
    ):
        refused(ask, "OperationNotAllowed", f"on Image 'image' since the image is {DELETING}")
    done(going)


@pytest.mark.parametrize("type", ["disks", "snapshots"])
def test_a_disk_that_is_being_deleted_is_not_used(lab: RunningLab, lab_group: LabGroup, fault: Fault, type: str) -> None:
    source = lab_group.os_disk("source")
    operations = getattr(lab.compute, type)
    made = lab_group.snapshot(source.id, "goes") if type == "snapshots" else lab_group.os_disk("goes")
    fault(f"{type[:-1]}.delete", operation_delay=SECONDS)
    going = operations.begin_delete(lab_group.name, "goes")
    body = copy_of(source.id) if type == "snapshots" else empty_disk()
    for ask in (
        lambda: operations.begin_update(lab_group.name, "goes", {"tags": {}}),
        lambda: operations.begin_create_or_update(lab_group.name, "goes", body),
        lambda: operations.begin_grant_access(lab_group.name, "goes", {"access": "Read", "durationInSeconds": 60}),
        lambda: lab.compute.disks.begin_create_or_update(lab_group.name, "copy", copy_of(made.id)),
    ):
        refused(ask, "OperationNotAllowed", DELETING)
    done(going)


def test_an_unfinished_image_is_not_changed_or_used(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    disk, images = lab_group.os_disk(), lab.compute.images
    fault("image.put", operation_delay=SECONDS)
    coming = images.begin_create_or_update(lab_group.name, "image", image_of_disk(disk.id))
    refused(lambda: images.begin_update(lab_group.name, "image", {"tags": {}}), "Conflict", "concurrent request")
    vm = vm_of_image(lab_group.id("images", "image"), lab_group.subnet())
    put = lab.compute.virtual_machines.begin_create_or_update
    refused(lambda: put(lab_group.name, "vm", vm), "OperationNotAllowed", "is in provisioning state Creating")
    assert done(coming).provisioning_state == "Succeeded"


def test_new_tags_do_not_complete_a_failed_image(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    disk, images = lab_group.os_disk(), lab.compute.images
    fault("image.put", **failing())
    with pytest.raises(HttpResponseError, match="failed on purpose"):
        done(images.begin_create_or_update(lab_group.name, "image", image_of_disk(disk.id)))
    done(images.begin_update(lab_group.name, "image", {"tags": {"a": "b"}}))
    assert images.get(lab_group.name, "image").provisioning_state == "Failed"
    vm = vm_of_image(lab_group.id("images", "image"), lab_group.subnet())
    put = lab.compute.virtual_machines.begin_create_or_update
    refused(lambda: put(lab_group.name, "vm", vm), "OperationNotAllowed", "is in provisioning state Failed")
    assert done(images.begin_create_or_update(lab_group.name, "image", image_of_disk(disk.id))).provisioning_state == "Succeeded"


def test_a_failed_tag_update_leaves_the_image_complete(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    lab_group.image()
    fault("image.patch", **failing())
    with pytest.raises(HttpResponseError, match="failed on purpose"):
        done(lab.compute.images.begin_update(lab_group.name, "image", {"tags": {}}))
    assert lab.compute.images.get(lab_group.name, "image").provisioning_state == "Succeeded"


def test_a_disk_made_again_after_a_failure_leaves_no_blob(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    disks, state = lab.compute.disks, lab.settings.state
    source = lab_group.disk("source")
    fault("disk.put", operation_delay=SECONDS)
    coming = disks.begin_create_or_update(lab_group.name, "d", copy_of(source.id))
    BlobStore(lab.settings).delete(find_key(state, source.id, "os")[1])
    with pytest.raises(HttpResponseError, match="InternalExecutionError"):
        done(coming)
    failed = Store(state / "arm.sqlite", read_only=True).find(lab_group.id("disks", "d"))
    assert failed is not None
    BlobStore(lab.settings).create(failed.hidden["making"], 1 << 20)
    refused(lambda: done(disks.begin_create_or_update(lab_group.name, "c", copy_of(failed.id))), "OperationNotAllowed", "state Failed")
    assert lab_group.disk("d").provisioning_state == "Succeeded"
    assert not BlobStore(lab.settings).exists(failed.hidden["making"])


def test_a_change_of_a_vm_that_fails_changes_nothing(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    lab_group.vm()
    data = lab_group.disk("data")
    before = lab.arm("GET", lab_group.id("virtualMachines", "vm")).json()
    disks = [
        {"lun": 0, "createOption": "Attach", "managedDisk": {"id": data.id}},
        {"lun": 1, "name": "new", "createOption": "Empty", "diskSizeGB": 1},
    ]
    change = {"tags": {"a": "b"}, "properties": {"storageProfile": {"dataDisks": disks}}}
    fault("vm.patch", **failing())
    with pytest.raises(HttpResponseError, match="failed on purpose"):
        done(lab.compute.virtual_machines.begin_update(lab_group.name, "vm", change))
    assert lab.arm("GET", lab_group.id("virtualMachines", "vm")).json() == before
    assert lab_group.state("data") == "Unattached"


def test_a_change_fails_without_effect_if_another_vm_took_the_disk(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    lab_group.vm()
    data = lab_group.disk("data")
    disks = [
        {"lun": 0, "createOption": "Attach", "managedDisk": {"id": data.id}},
        {"lun": 1, "name": "new", "createOption": "Empty", "diskSizeGB": 1},
    ]
    fault("vm.patch", operation_delay=SECONDS)
    machines = lab.compute.virtual_machines
    coming = machines.begin_update(lab_group.name, "vm", {"properties": {"storageProfile": {"dataDisks": disks}}})
    refused(lambda: machines.begin_update(lab_group.name, "vm", {"tags": {}}), "Conflict", "concurrent request")
    other = vm_of_disk(lab_group.os_disk("other-os").id, lab_group.subnet())
    other["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = "nic2"
    other["properties"]["storageProfile"]["dataDisks"] = disks[:1]
    done(machines.begin_create_or_update(lab_group.name, "other", other))
    refused(lambda: done(coming), "ConflictingUserInput", "already owned by VM")
    vm = machines.get(lab_group.name, "vm")
    assert (vm.provisioning_state, vm.storage_profile.data_disks) == ("Succeeded", [])
    assert "new" not in [disk.name for disk in lab.compute.disks.list_by_resource_group(lab_group.name)]


def test_an_image_is_not_deleted_while_a_vm_is_made_from_it(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    image, machines = lab_group.image(), lab.compute.virtual_machines
    fault("vm.put", operation_delay=SECONDS)
    coming = machines.begin_create_or_update(lab_group.name, "vm", vm_of_image(image.id, lab_group.subnet()))
    refused(lambda: lab.compute.images.begin_delete(lab_group.name, "image"), "OperationNotAllowed", "being provisioned using the Image")
    refused(lambda: machines.begin_update(lab_group.name, "vm", {"tags": {}}), "Conflict", "concurrent request")
    refused(lambda: machines.generalize(lab_group.name, "vm"), "OperationNotAllowed", "since the VM is running")
    done(coming)
    done(lab.compute.images.begin_delete(lab_group.name, "image"))


def test_a_vm_that_was_never_provisioned_keeps_no_secret(lab: RunningLab, lab_group: LabGroup, fault: Fault) -> None:
    profile = os_profile(customData="c2VjcmV0LWN1c3RvbS1kYXRh")
    fault("vm.put", **failing())
    with pytest.raises(HttpResponseError, match="failed on purpose"):
        body = vm_of_image(lab_group.image().id, lab_group.subnet(), osProfile=profile)
        done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body))
    vm = Store(lab.settings.state / "arm.sqlite", read_only=True).find(lab_group.id("virtualMachines", "vm"))
    assert vm is not None
    assert vm.properties["provisioningState"] == "Failed"
    assert vm.hidden["os_profile"].keys() & {"adminPassword", "customData"} == set()


def test_the_database_is_private_and_keeps_no_revoked_sas(lab: RunningLab, lab_group: LabGroup) -> None:
    state = lab.settings.state
    assert [oct((state / name).stat().st_mode & 0o777) for name in ("arm.sqlite", "arm.sqlite-wal")] == ["0o600", "0o600"]
    lab_group.disk()
    done(lab.compute.disks.begin_grant_access(lab_group.name, "disk", {"access": "Read", "durationInSeconds": 600}))
    grants = [record for record in Store(state / "arm.sqlite", read_only=True).operations("Succeeded") if _about(record, lab_group)]
    assert ["accessSAS" in (record.get("output") or {}) for record in grants] == [False, True]
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "disk"))
    kept = [record for record in Store(state / "arm.sqlite", read_only=True).operations("Succeeded") if _about(record, lab_group)]
    assert "accessSAS" not in str(kept)


def _about(record: dict[str, Any], lab_group: LabGroup) -> bool:
    return bool(record["resource"] == lab_group.id("disks", "disk"))
