"""Virtual machines: create, change, show, delete."""

from __future__ import annotations

from azlab.arm.compute.common import VERSIONS, VM, check_name
from azlab.arm.compute.disks.disks import remove as remove_disk
from azlab.arm.compute.machines import boot_diagnostics, power
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.change import change
from azlab.arm.compute.machines.create import create, reserve
from azlab.arm.compute.machines.instance_view import instance_view
from azlab.arm.compute.machines.plan import check
from azlab.arm.compute.machines.request import parse
from azlab.arm.compute.machines.state import settle_vm
from azlab.arm.compute.machines.vm_disks import detach, entries, owned_by
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.lab import Lab
from azlab.arm.core.types import ResourceType
from azlab.arm.http.bodies import VM_TAG_CHARACTERS, checked_tags, location_of
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import check_location, get
from azlab.arm.http.long_running import accepted
from azlab.arm.network.interfaces.interfaces import attach_nic
from azlab.store import Resource


def put(call: Call) -> Answer:
    """Create a VM, or change one."""
    lab = call.lab
    check_name(call.name)
    location, tags = location_of(call.body, VM), checked_tags(call.body, VM_TAG_CHARACTERS)
    with lab.store.atomic():
        known = lab.store.find(call.id(VM))
        check_location(known, location)
        if known is not None:
            return change(call, known, retry_after=10)
        plan = check(lab, parse(call, location))
        vm = reserve(call, location, tags, plan)
    return accepted(call, lambda: create(lab, vm.id, plan), location, status=201, body=vm.body, resource=vm.id, retry_after=10)


def patch(call: Call) -> Answer:
    """Change parts of a VM."""
    with call.lab.store.atomic():
        return change(call, get(call, VM), retry_after=None)


def show(call: Call) -> Answer:
    """Show one VM, with its instance view if `$expand=instanceView` asks for it."""
    vm = get(call, VM)
    body = {**vm.body, "properties": {**vm.properties}}
    if call.query.get("$expand", "").lower() == "instanceview":
        body["properties"]["instanceView"] = instance_view(call.lab, vm)
    return Answer(200, body)


def show_instance(call: Call) -> Answer:
    """Show the instance view only."""
    return Answer(200, instance_view(call.lab, get(call, VM)))


def delete(call: Call) -> Answer:
    """Delete a VM, and those of its disks and interfaces whose deleteOption is Delete."""
    lab = call.lab
    with lab.store.lock:
        vm = lab.store.find(call.id(VM))
        if vm is None:
            return Answer(204)
        vm.properties["provisioningState"] = "Deleting"
        lab.store.put(vm)
    return accepted(call, lambda: remove(lab, vm), vm.location, resource=vm.id, retry_after=10)


def remove(lab: Lab, known: Resource) -> None:
    """Stop the guest, delete its files, and delete the VM."""
    lab.guests.power_off(known.properties["vmId"], graceful=False)
    with lab.alone(known.id):
        vm = lab.store.find(known.id)
        if vm is None:
            return
        lab.guests.power_off(vm.properties["vmId"], graceful=False)
        lab.guests.forget(vm.properties["vmId"])
        _release_disks(lab, vm)
        with lab.store.lock:
            for reference in vm.properties["networkProfile"]["networkInterfaces"]:
                attach_nic(lab, reference["id"], None)
                if (reference.get("properties") or {}).get("deleteOption") == "Delete":
                    lab.store.delete(reference["id"])
            lab.store.delete(vm.id)


def _release_disks(lab: Lab, vm: Resource) -> None:
    """Detach all disks of a VM and delete those that are deleted with it."""
    shown = {str((entry.get("managedDisk") or {}).get("id", "")).lower(): entry for _, entry in entries(vm)}
    for disk in owned_by(lab, vm):
        detach(lab, vm, disk.id)
        if shown.get(disk.id.lower(), {}).get("deleteOption") == "Delete":
            remove_disk(lab, disk.id)


def capture(call: Call) -> Answer:
    """Refuse the old capture action, which supports only disks in storage accounts."""
    get(call, VM)
    raise vm_errors.CAPTURE_MANAGED()


def convert(call: Call) -> Answer:
    """Refuse to convert to managed disks: all disks are managed already."""
    raise vm_errors.ALREADY_MANAGED(vm=get(call, VM).name)


_PATH = in_group(COMPUTE, "virtualMachines/{name}")

TYPE = ResourceType(
    namespace=COMPUTE,
    name="virtualMachines",
    op="vm",
    versions=VERSIONS,
    routes=(
        Route("PUT", _PATH, put, "vm.put", "PutVM"),
        Route("PATCH", _PATH, patch, "vm.patch", "UpdateVM"),
        Route("GET", _PATH, show, "vm.get", "LowCostGet"),
        Route("DELETE", _PATH, delete, "vm.delete", "DeleteVM"),
        Route("GET", f"{_PATH}/instanceView", show_instance, "vm.instance_view", "LowCostGet"),
        Route("POST", f"{_PATH}/capture", capture, "vm.capture", "UpdateVM"),
        Route("POST", f"{_PATH}/convertToManagedDisks", convert, "vm.convert", "UpdateVM"),
        *power.ROUTES,
        *boot_diagnostics.ROUTES,
    ),
    buckets=("LowCostGet", "HighCostGet"),
    since={
        "etag": "2024-03-01",
        "properties.storageProfile.imageReference.exactVersion": "2019-07-01",
        "properties.storageProfile.imageReference.sharedGalleryImageId": "2021-07-01",
        "properties.storageProfile.imageReference.communityGalleryImageId": "2021-11-01",
        "properties.storageProfile.osDisk.diffDiskSettings": "2018-06-01",
        "properties.storageProfile.osDisk.deleteOption": "2021-03-01",
        "properties.storageProfile.osDisk.managedDisk.diskEncryptionSet": "2019-07-01",
        "properties.storageProfile.osDisk.managedDisk.securityProfile": "2021-11-01",
        "properties.storageProfile.dataDisks.toBeDetached": "2019-03-01",
        "properties.storageProfile.dataDisks.managedDisk.diskEncryptionSet": "2019-07-01",
        "properties.storageProfile.dataDisks.deleteOption": "2021-03-01",
        "properties.osProfile.allowExtensionOperations": "2018-06-01",
        "properties.osProfile.requireGuestProvisionSignal": "2019-03-01",
        "properties.osProfile.linuxConfiguration.provisionVMAgent": "2018-06-01",
        "properties.osProfile.linuxConfiguration.patchSettings": "2020-12-01",
        "properties.osProfile.linuxConfiguration.patchSettings.assessmentMode": "2021-03-01",
        "properties.osProfile.linuxConfiguration.enableVMAgentPlatformUpdates": "2022-08-01",
        "properties.osProfile.windowsConfiguration.patchSettings": "2020-06-01",
        "properties.osProfile.windowsConfiguration.patchSettings.enableHotpatching": "2020-12-01",
        "properties.osProfile.windowsConfiguration.patchSettings.assessmentMode": "2021-03-01",
        "properties.osProfile.windowsConfiguration.enableVMAgentPlatformUpdates": "2022-08-01",
        "properties.networkProfile.networkInterfaces.properties.deleteOption": "2021-03-01",
        "properties.storageProfile.diskControllerType": "2022-08-01",
        "properties.additionalCapabilities": "2018-06-01",
        "properties.securityProfile": "2020-06-01",
        "properties.securityProfile.securityType": "2020-12-01",
        "properties.securityProfile.uefiSettings": "2020-12-01",
        "properties.timeCreated": "2021-11-01",
        "properties.instanceView.hyperVGeneration": "2020-06-01",
    },
    settle=settle_vm,
    remove=remove,
    removed_first=True,
)
