"""What can be done with a VM's power, and generalize, which is only a flag."""

from __future__ import annotations

from collections.abc import Callable

from azlab.arm.compute.crud import get
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.start import UP, await_provisioned, check_not_deleting, check_startable, found, provisioned, touch_disks
from azlab.arm.compute.machines.start import start as start_guest
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import COMPUTE, Answer, Call, Route, in_group
from azlab.store import Resource

TYPE = f"{COMPUTE}/virtualMachines"


def _begin(call: Call, vm: Resource, work: Callable[[Lab, str], None], retry_after: int | None) -> Answer:
    lab = call.lab

    def alone() -> None:
        with lab.alone(vm.id):
            work(lab, vm.id)

    operation = lab.operations.begin(call, alone, location=vm.location)
    return Answer(202, None, operation.headers(location=True, retry_after=retry_after))


def _check_stoppable(vm: Resource, deed: str) -> None:
    check_not_deleting(vm, deed)
    if vm.properties["storageProfile"]["osDisk"].get("diffDiskSettings"):
        raise vm_errors.EPHEMERAL_STOP(deed=deed)


def start(call: Call) -> Answer:
    """Start a VM from the page blobs of its disks."""
    vm = get(call, TYPE)
    check_not_deleting(vm, "start")
    if vm.hidden.get("power") not in UP:
        check_startable(call.lab, vm, "start")
    return _begin(call, vm, _start, 10)


def _start(lab: Lab, id: str) -> None:
    vm = found(lab, id)
    if lab.guests.is_running(vm.properties["vmId"]):
        return
    start_guest(lab, id, "start")
    await_provisioned(lab, id)
    provisioned(lab, id)


def power_off(call: Call) -> Answer:
    """Stop the guest; the VM keeps its place. `skipShutdown=true` pulls the plug."""
    vm = get(call, TYPE)
    _check_stoppable(vm, "powerOff")
    graceful = call.query.get("skipShutdown", "false").lower() != "true"
    return _begin(call, vm, lambda lab, id: _stop(lab, id, "stopped", graceful), None)


def deallocate(call: Call) -> Answer:
    """Stop the guest and give its place back. Allowed on a generalized VM (recorded)."""
    vm = get(call, TYPE)
    _check_stoppable(vm, "deallocate")
    return _begin(call, vm, lambda lab, id: _stop(lab, id, "deallocated", True), 10)


def _stop(lab: Lab, id: str, power: str, graceful: bool) -> None:
    vm = found(lab, id)
    lab.guests.power_off(vm.properties["vmId"], graceful=graceful)
    with lab.store.lock:
        vm = found(lab, id)
        was = vm.hidden.get("power")
        if power == "stopped" and was == "deallocated":
            return
        vm.hidden["power"] = power
        lab.store.put(vm)
        if power == "deallocated" and was != "deallocated":
            touch_disks(lab, vm)


def restart(call: Call) -> Answer:
    """Stop the guest and start it again."""
    vm = get(call, TYPE)
    check_startable(call.lab, vm, "restart")
    if vm.hidden.get("power") not in UP:
        raise vm_errors.NOT_RUNNING(vm=vm.name, deed="restart")
    return _begin(call, vm, _restart, 10)


def _restart(lab: Lab, id: str) -> None:
    _stop(lab, id, "stopped", True)
    start_guest(lab, id, "restart")
    await_provisioned(lab, id)


def generalize(call: Call) -> Answer:
    """Say that the guest was sealed; nothing looks whether it was. Stopped is enough, deallocated not needed (recorded)."""
    lab = call.lab
    with lab.store.lock:
        vm = get(call, TYPE)
        check_not_deleting(vm, "generalize")
        if vm.hidden.get("power") in UP:
            raise vm_errors.GENERALIZE_RUNNING(vm=vm.name)
        vm.hidden["generalized"] = True
        lab.store.put(vm)
    return Answer(200)


_PATH = in_group(COMPUTE, "virtualMachines/{name}")
ROUTES = [
    Route("POST", f"{_PATH}/start", start, "vm.start", "UpdateVM"),
    Route("POST", f"{_PATH}/powerOff", power_off, "vm.power_off", "UpdateVM"),
    Route("POST", f"{_PATH}/deallocate", deallocate, "vm.deallocate", "DeleteVM"),
    Route("POST", f"{_PATH}/restart", restart, "vm.restart", "UpdateVM"),
    Route("POST", f"{_PATH}/generalize", generalize, "vm.generalize", "UpdateVM"),
]
