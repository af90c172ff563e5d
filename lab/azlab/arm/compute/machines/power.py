"""Starting, stopping and generalizing VMs."""

from __future__ import annotations

from collections.abc import Callable

from azlab.arm.compute.common import VM
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.boot_diagnostics import begin_boot_log
from azlab.arm.compute.machines.start import await_provisioned, check_startable, complete, set_power, touch_disks, touch_disks_later
from azlab.arm.compute.machines.start import start as start_guest
from azlab.arm.compute.machines.state import MachineState, check_not_deleting, found
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import get
from azlab.arm.http.long_running import accepted
from azlab.store import Resource


def _begin(call: Call, vm: Resource, work: Callable[[Lab, str], None], retry_after: int | None) -> Answer:
    """Begin an operation on a VM that waits for the one before it."""
    lab = call.lab

    def alone() -> None:
        with lab.alone(vm.id):
            work(lab, vm.id)

    return accepted(call, alone, vm.location, retry_after=retry_after)


def _check_stoppable(vm: Resource, operation: str) -> None:
    check_not_deleting(vm, operation)
    if vm.properties["storageProfile"]["osDisk"].get("diffDiskSettings"):
        raise vm_errors.EPHEMERAL_STOP(operation=operation)


def start(call: Call) -> Answer:
    """Start a VM from the page blobs of its disks. Starting a VM that runs has no effect."""
    vm = get(call, VM)
    check_not_deleting(vm, "start")
    if not MachineState.of(vm).is_up:
        check_startable(call.lab, vm, "start")
    return _begin(call, vm, _start, 10)


def _start(lab: Lab, id: str) -> None:
    vm = found(lab, id)
    if lab.guests.is_running(vm.properties["vmId"]):
        return
    start_guest(lab, id, "start")
    await_provisioned(lab, id)
    complete(lab, id)


def power_off(call: Call) -> Answer:
    """Stop the guest; the VM stays allocated. With `skipShutdown=true` the guest is not shut down first."""
    vm = get(call, VM)
    _check_stoppable(vm, "powerOff")
    graceful = call.query.get("skipShutdown", "false").lower() != "true"
    return _begin(call, vm, lambda lab, id: _stop(lab, id, "stopped", graceful), None)


def deallocate(call: Call) -> Answer:
    """Stop the guest and deallocate the VM. A generalized VM may be deallocated (recorded). With `hibernate=true`, its memory is kept."""
    vm = get(call, VM)
    _check_stoppable(vm, "deallocate")
    if call.query.get("hibernate", "false").lower() == "true":
        _check_hibernatable(vm)
        return _begin(call, vm, _hibernate, 10)
    return _begin(call, vm, lambda lab, id: _stop(lab, id, "deallocated", True), 10)


def _check_hibernatable(vm: Resource) -> None:
    if not (vm.properties.get("additionalCapabilities") or {}).get("hibernationEnabled"):
        raise vm_errors.NO_HIBERNATION(vm=vm.name)


def _hibernate(lab: Lab, id: str) -> None:
    """Deallocate a VM as hibernated. The lab's guests are only stopped: no test starts one again from its memory."""
    _stop(lab, id, "deallocated", True)
    with lab.store.lock:
        vm = found(lab, id)
        state = MachineState.of(vm)
        state.hibernated = True
        lab.store.put(state.keep(vm))


def _stop(lab: Lab, id: str, power: str, graceful: bool) -> None:
    vm = found(lab, id)
    lab.guests.power_off(vm.properties["vmId"], graceful=graceful)
    with lab.store.lock:
        vm = found(lab, id)
        before = MachineState.of(vm).power
        if power == "stopped" and before == "deallocated":
            return
        set_power(lab, vm, power)
        if power == "deallocated" and before != "deallocated":
            begin_boot_log(lab, vm)
            if lab.faults.on("late_ownership"):
                touch_disks_later(lab, vm.id)
            else:
                touch_disks(lab, vm)


def restart(call: Call) -> Answer:
    """Stop the guest and start it again."""
    vm = get(call, VM)
    check_startable(call.lab, vm, "restart")
    if not MachineState.of(vm).is_up:
        raise vm_errors.NOT_RUNNING(vm=vm.name, operation="restart")
    return _begin(call, vm, _restart, 10)


def _restart(lab: Lab, id: str) -> None:
    _stop(lab, id, "stopped", True)
    start_guest(lab, id, "restart")
    await_provisioned(lab, id)


def generalize(call: Call) -> Answer:
    """Mark a VM as generalized, without a look at its disks. The VM must be stopped; deallocated is not needed (recorded)."""
    lab = call.lab
    with lab.store.lock:
        vm = get(call, VM)
        check_not_deleting(vm, "generalize")
        state = MachineState.of(vm)
        if state.is_up:
            raise vm_errors.GENERALIZE_RUNNING(vm=vm.name)
        state.generalized = True
        lab.store.put(state.keep(vm))
    return Answer(200)


_PATH = in_group(COMPUTE, "virtualMachines/{name}")
ROUTES = (
    Route("POST", f"{_PATH}/start", start, "vm.start", "UpdateVM"),
    Route("POST", f"{_PATH}/powerOff", power_off, "vm.power_off", "UpdateVM"),
    Route("POST", f"{_PATH}/deallocate", deallocate, "vm.deallocate", "DeleteVM"),
    Route("POST", f"{_PATH}/restart", restart, "vm.restart", "UpdateVM"),
    Route("POST", f"{_PATH}/generalize", generalize, "vm.generalize", "UpdateVM"),
)
