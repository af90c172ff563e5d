"""The third phase of creating a VM: its disks and interfaces are reserved or made, and its guest is started and provisioned."""

from __future__ import annotations

import uuid

from azlab.arm.compute.common import VM
from azlab.arm.compute.machines.plan import MachinePlan
from azlab.arm.compute.machines.start import await_provisioned, complete, end_start, start
from azlab.arm.compute.machines.state import MachineState, found
from azlab.arm.compute.machines.vm_disks import attach, entries, make
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.times import now
from azlab.arm.http.calls import Call
from azlab.arm.http.crud import base_body
from azlab.arm.network.interfaces.interfaces import attach_nic, save_nic
from azlab.store import Resource

_COPIED = ("zones", "plan", "identity")


def reserve(call: Call, location: str, tags: dict[str, str] | None, plan: MachinePlan) -> Resource:
    """Store the new VM, attach its disks, and make its interfaces. Called within `store.atomic()`."""
    lab = call.lab
    vm = Resource(call.id(VM), VM, call.group, call.name, base_body(call, VM, location, tags))
    vm.body.update({key: call.body[key] for key in _COPIED if call.body.get(key)})
    vm.body["properties"] = {"vmId": str(uuid.uuid4()), **plan.properties, "provisioningState": "Creating", "timeCreated": now()}
    state = MachineState(
        generation=plan.generation, power="creating", unprovisioned=plan.os_profile is not None, os_profile=plan.os_profile
    )
    lab.store.put(state.keep(vm))
    for id in plan.attached:
        attach(lab, vm, id)
    for id, properties in plan.nics.new.items():
        save_nic(lab, id, location, plan.nics.tags.get(id), properties)
    for reference in plan.nics.shown:
        attach_nic(lab, reference["id"], vm.id)
    return vm


def create(lab: Lab, id: str, plan: MachinePlan) -> None:
    """Make the disks, start the guest, and wait until it is provisioned."""
    with lab.alone(id):
        try:
            _make_disks(lab, id, plan)
            start(lab, id, "Create VM")
        except BaseException:
            end_start(lab, id, "stopped")
            raise
        await_provisioned(lab, id)
        complete(lab, id)


def _make_disks(lab: Lab, id: str, plan: MachinePlan) -> None:
    vm = found(lab, id)
    for wanted in plan.new_disks:
        disk = make(lab, vm, wanted)
        with lab.store.lock:
            vm = found(lab, id)
            for lun, entry in entries(vm):
                if lun == wanted.lun:
                    _show_disk(entry, disk)
            lab.store.put(vm)


def _show_disk(entry: Json, disk: Resource) -> None:
    """Add the id of a new disk to the VM's entry, and its name if the request named none."""
    entry["managedDisk"]["id"] = disk.id
    if "name" not in entry:
        first: Json = {key: entry.pop(key) for key in ("lun", "osType") if key in entry}
        rest = dict(entry)
        entry.clear()
        entry.update({**first, "name": disk.name, **rest})
