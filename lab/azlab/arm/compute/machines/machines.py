"""Virtual machines: create, change, show, list, delete."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.compute.crud import base_body, check_location, check_name, get, listing
from azlab.arm.compute.disks.disks import remove as remove_disk
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.change import change
from azlab.arm.compute.machines.disks import attach, detach, entries, make, owned_by
from azlab.arm.compute.machines.instance_view import instance_view
from azlab.arm.compute.machines.request import MachineRequest, checked
from azlab.arm.compute.machines.start import await_provisioned, found, provisioned, start, started
from azlab.arm.core.lab import Lab, now
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, checked_tags, in_group, in_subscription, location_of
from azlab.arm.http.versions import seen_by
from azlab.arm.network.interfaces import attach_nic, save_nic
from azlab.store import Resource

TYPE = f"{COMPUTE}/virtualMachines"


def put(call: Call) -> Answer:
    """Create a VM, or change one."""
    lab = call.lab
    check_name(call.name)
    location, tags = location_of(call.body, TYPE), checked_tags(call.body)
    with lab.store.atomic():
        known = lab.store.find(call.id(TYPE))
        check_location(known, location, call)
        if known is not None:
            return change(call, known, whole=True)
        request = checked(call, location)
        vm = Resource(call.id(TYPE), TYPE, call.group, call.name, base_body(call, TYPE, location, tags))
        for key in ("zones", "plan", "identity"):
            if call.body.get(key):
                vm.body[key] = call.body[key]
        vm.body["properties"] = {"vmId": str(uuid.uuid4()), **request.properties, "provisioningState": "Creating", "timeCreated": now()}
        vm.hidden = {
            "generation": request.generation,
            "power": "creating",
            "generalized": False,
            "unprovisioned": request.os_profile is not None,
            "osProfile": request.os_profile,
        }
        lab.store.put(vm)
        for id in request.attached.values():
            attach(lab, vm, id)
        _reserve_nics(lab, vm, request)
    operation = lab.operations.begin(call, lambda: _create(lab, vm.id, request), location=location, resource=vm.id)
    return Answer(201, seen_by(call.version, vm.body), operation.headers(location=False, retry_after=10))


def _reserve_nics(lab: Lab, vm: Resource, request: MachineRequest) -> None:
    for wanted in request.nics:
        save_nic(lab, wanted["id"], vm.location, None, wanted["properties"])
    for reference in vm.properties["networkProfile"]["networkInterfaces"]:
        attach_nic(lab, reference["id"], vm.id)


def _create(lab: Lab, id: str, request: MachineRequest) -> None:
    """Make the disks, start the guest, wait until it is provisioned."""
    with lab.alone(id):
        try:
            _make_disks(lab, id, request)
            start(lab, id, "Create VM")
        except BaseException:
            started(lab, id, "stopped")
            raise
        await_provisioned(lab, id)
        provisioned(lab, id)


def _make_disks(lab: Lab, id: str, request: MachineRequest) -> None:
    vm = found(lab, id)
    for wanted in request.new_disks:
        disk = make(lab, vm, wanted)
        with lab.store.lock:
            vm = found(lab, id)
            for lun, entry in entries(vm):
                if lun == wanted.lun:
                    _name_disk(entry, disk)
            lab.store.put(vm)


def _name_disk(entry: dict[str, Any], disk: Resource) -> None:
    """Tell the name and id of a disk that Azure named itself."""
    entry["managedDisk"]["id"] = disk.id
    if "name" not in entry:
        first = {key: entry.pop(key) for key in ("lun", "osType") if key in entry}
        rest = dict(entry)
        entry.clear()
        entry.update({**first, "name": disk.name, **rest})


def patch(call: Call) -> Answer:
    """Change parts of a VM."""
    with call.lab.store.atomic():
        return change(call, get(call, TYPE), whole=False)


def show(call: Call) -> Answer:
    """One VM, with its instance view when asked for."""
    vm = get(call, TYPE)
    body = view(call.lab, vm)
    if call.query.get("$expand", "").lower() == "instanceview":
        body["properties"]["instanceView"] = instance_view(call.lab, vm)
    return Answer(200, seen_by(call.version, body))


def show_instance(call: Call) -> Answer:
    """The instance view alone."""
    return Answer(200, instance_view(call.lab, get(call, TYPE)))


def view(_lab: Lab, vm: Resource) -> dict[str, Any]:
    """A VM as a list shows it."""
    return {**vm.body, "properties": {**vm.properties}}


def delete(call: Call) -> Answer:
    """Delete a VM, and of its disks and interfaces those that say so."""
    lab = call.lab
    with lab.store.lock:
        vm = lab.store.find(call.id(TYPE))
        if vm is None:
            return Answer(204)
        vm.properties["provisioningState"] = "Deleting"
        lab.store.put(vm)
    operation = lab.operations.begin(call, lambda: remove(lab, vm.id), location=vm.location, resource=vm.id)
    return Answer(202, None, operation.headers(location=True, retry_after=10))


def remove(lab: Lab, id: str) -> None:
    """Stop the guest for good and take the VM apart."""
    vm_known = lab.store.find(id)
    if vm_known is not None:
        lab.guests.power_off(vm_known.properties["vmId"], graceful=False)
    with lab.alone(id):
        vm = lab.store.find(id)
        if vm is None:
            return
        lab.guests.power_off(vm.properties["vmId"], graceful=False)
        lab.guests.forget(vm.properties["vmId"])
        shown = {str((entry.get("managedDisk") or {}).get("id", "")).lower(): entry for _, entry in entries(vm)}
        for disk in owned_by(lab, vm):
            detach(lab, vm, disk.id)
            if shown.get(disk.id.lower(), {}).get("deleteOption") == "Delete":
                remove_disk(lab, disk.id)
        with lab.store.lock:
            for reference in vm.properties["networkProfile"]["networkInterfaces"]:
                attach_nic(lab, reference["id"], None)
                if (reference.get("properties") or {}).get("deleteOption") == "Delete":
                    lab.store.delete(reference["id"])
            lab.store.delete(id)


def capture(call: Call) -> Answer:
    """The old capture, which knows only disks in storage accounts."""
    get(call, TYPE)
    raise vm_errors.CAPTURE_MANAGED()


def convert(call: Call) -> Answer:
    """The move from disks in storage accounts to managed ones."""
    raise vm_errors.ALREADY_MANAGED(vm=get(call, TYPE).name)


_PATH = in_group(COMPUTE, "virtualMachines/{name}")
ROUTES = [
    Route("PUT", _PATH, put, "vm.put", "PutVM"),
    Route("PATCH", _PATH, patch, "vm.patch", "UpdateVM"),
    Route("GET", _PATH, show, "vm.get", "LowCostGet"),
    Route("DELETE", _PATH, delete, "vm.delete", "DeleteVM"),
    Route("GET", f"{_PATH}/instanceView", show_instance, "vm.instance_view", "LowCostGet"),
    Route("GET", in_group(COMPUTE, "virtualMachines"), listing(TYPE, view), "vm.list", "HighCostGet"),
    Route("GET", in_subscription(COMPUTE, "virtualMachines"), listing(TYPE, view), "vm.list", "HighCostGet"),
    Route("POST", f"{_PATH}/capture", capture, "vm.capture", "UpdateVM"),
    Route("POST", f"{_PATH}/convertToManagedDisks", convert, "vm.convert", "UpdateVM"),
]
