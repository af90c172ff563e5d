"""Starting a VM's guest: its specification, its start, and the end of its provisioning."""

from __future__ import annotations

import threading

from azlab.arm.compute.common import VM
from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.state import DiskState, active_access, touch
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.state import MachineState, check_not_deleting, drop_secrets, found, settle_vm
from azlab.arm.compute.machines.vm_disks import disks_of
from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting
from azlab.arm.core.refusals import AzureError
from azlab.arm.core.times import now
from azlab.arm.network.common import NIC
from azlab.faults import LATE
from azlab.guests.spec import GuestSpec
from azlab.store import Resource


def set_power(lab: Lab, vm: Resource, power: str) -> None:
    """Store the power state of a VM. Called with the store's lock held."""
    state = MachineState.of(vm)
    state.power, state.hibernated = power, False
    lab.store.put(state.keep(vm))


def check_startable(lab: Lab, vm: Resource, operation: str) -> None:
    """Refuse to start a VM that is generalized or being deleted, or that has a disk to which access was given."""
    check_not_deleting(vm, operation)
    if MachineState.of(vm).generalized:
        raise vm_errors.IS_GENERALIZED(operation=operation, vm=vm.name)
    for _, disk in disks_of(lab, vm):
        if active_access(disk):
            raise disk_errors.ACTIVE_SAS_START(disk=disk.name)


def start(lab: Lab, id: str, operation: str) -> None:
    """Start the guest on the VM's disks. From the check until the start has ended, the VM counts as running."""
    with lab.store.lock:
        vm = found(lab, id)
        check_startable(lab, vm, operation)
        spec, before = _spec(lab, vm), MachineState.of(vm).power
        set_power(lab, vm, "starting")
    try:
        lab.guests.start(spec)
    except BaseException:
        end_start(lab, id, "deallocated" if before == "deallocated" else "stopped")
        raise
    end_start(lab, id, "running")
    if before == "deallocated":
        with lab.store.lock:
            touch_disks(lab, found(lab, id))


def end_start(lab: Lab, id: str, power: str) -> None:
    """Store the power state after a start, unless the guest ended before that."""
    with lab.store.lock:
        vm = lab.store.find(id)
        if vm is not None and MachineState.of(vm).power in ("creating", "starting"):
            set_power(lab, vm, power)


def touch_disks(lab: Lab, vm: Resource) -> None:
    """Record on the VM's disks that the VM was deallocated, or started again."""
    for _, disk in disks_of(lab, vm):
        touch(disk)
        lab.store.put(disk)


def touch_disks_later(lab: Lab, id: str) -> None:
    """Record it after a while. A VM that is gone by then has no disks any more."""

    def touch_them() -> None:
        with lab.store.lock:
            if vm := lab.store.find(id):
                touch_disks(lab, vm)

    timer = threading.Timer(LATE, touch_them)
    timer.daemon = True
    timer.start()


def _spec(lab: Lab, vm: Resource) -> GuestSpec:
    state, keys = MachineState.of(vm), {lun: DiskState.of(disk).key or "" for lun, disk in disks_of(lab, vm)}
    nic, subnet = _network(lab, vm)
    config = nic.properties["ipConfigurations"][0]["properties"]
    return GuestSpec(
        vm_id=vm.properties["vmId"],
        name=vm.name,
        resource_id=vm.id,
        resource_group=vm.group,
        location=vm.location,
        size=vm.properties["hardwareProfile"]["vmSize"],
        generation=state.generation,
        os_disk=keys["os"],
        data_disks=tuple((int(lun), key) for lun, key in sorted(keys.items()) if lun != "os"),
        mac=nic.properties["macAddress"].replace("-", ":").lower(),
        private_ip=config["privateIPAddress"],
        subnet=subnet.properties["addressPrefix"],
        os_profile=_guest_profile(state),
        tags=vm.body.get("tags") or {},
        provision=state.unprovisioned,
    )


def _network(lab: Lab, vm: Resource) -> tuple[Resource, Resource]:
    """The primary interface and its subnet."""
    references = vm.properties["networkProfile"]["networkInterfaces"]
    primary = next((each for each in references if (each.get("properties") or {}).get("primary")), references[0])
    nic = lab.store.find(primary["id"])
    if nic is None or nic.type != NIC:
        raise resource_errors.NO_REFERENCE(reference=primary["id"], resource=vm.id)
    subnet = lab.store.find(nic.properties["ipConfigurations"][0]["properties"]["subnet"]["id"])
    if subnet is None:
        raise resource_errors.NO_REFERENCE(reference=nic.id, resource=vm.id)
    return nic, subnet


def _guest_profile(state: MachineState) -> Json | None:
    """The OS profile as `GuestSpec` describes it. The password is in it until the guest has been provisioned."""
    profile = state.os_profile
    if not profile:
        return None
    linux = profile.get("linuxConfiguration") or {}
    return {
        "computerName": profile["computerName"],
        "adminUsername": profile["adminUsername"],
        "adminPassword": profile.get("adminPassword"),
        "sshKeys": [key["keyData"] for key in (linux.get("ssh") or {}).get("publicKeys") or []],
        "disablePasswordAuthentication": bool(linux.get("disablePasswordAuthentication", False)),
        "customData": profile.get("customData"),
    }


def await_provisioned(lab: Lab, id: str) -> None:
    """Wait for the guest to report that it is ready. If it does not, the operation fails as it does in Azure."""
    vm = found(lab, id)
    if not MachineState.of(vm).unprovisioned:
        return
    outcome = lab.guests.wait_provisioned(vm.properties["vmId"])
    if outcome != "ready":
        refusal = _unprovisioned(outcome, vm.name)
        refusal.message += f" (The lab keeps this VM's serial console in {lab.guests.console_file(vm.properties['vmId'])}.)"
        raise refusal
    with lab.store.lock:
        vm = found(lab, id)
        state = MachineState.of(vm)
        state.unprovisioned = False
        drop_secrets(state.keep(vm))
        lab.store.put(vm)


def _unprovisioned(outcome: str, vm: str) -> AzureError:
    """Azure's error about a guest that was not provisioned. Azure has none for a kernel that hangs: that text is the lab's."""
    match outcome:
        case "agent_running":
            return vm_errors.AGENT_RUNNING(vm=vm)
        case "timed_out":
            return vm_errors.TIMED_OUT(vm=vm)
        case "hung":
            return vm_errors.HUNG(vm=vm)
        case _:
            return vm_errors.GUEST_ENDED(vm=vm)


def complete(lab: Lab, id: str) -> None:
    """Record that the VM is provisioned, and give it its final provisioning state."""
    with lab.store.lock:
        vm = found(lab, id)
        if is_deleting(vm):
            return
        state = MachineState.of(vm)
        state.provisioned_at = state.provisioned_at or now()
        settle_vm(state.keep(vm))
        lab.store.put(vm)


def guest_ended(lab: Lab, vm_id: str) -> None:
    """Store that a guest powered itself off. Its disks have been written back by then."""
    with lab.store.lock:
        for vm in lab.store.list(VM):
            if vm.properties["vmId"] == vm_id and MachineState.of(vm).is_up:
                set_power(lab, vm, "stopped")


def recover(lab: Lab) -> None:
    """Set the VMs' power states by their guests: a lab that was killed did not see some guests start or end."""
    for vm in lab.store.list(VM):
        if MachineState.of(vm).is_up and not lab.guests.is_running(vm.properties["vmId"]):
            guest_ended(lab, vm.properties["vmId"])
        end_start(lab, vm.id, "running")
