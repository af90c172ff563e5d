"""From a VM resource to a running guest: its spec, its start, and the end of its provisioning."""

from __future__ import annotations

from typing import Any

from azlab.arm.compute.disks import errors as disk_errors
from azlab.arm.compute.disks.states import active_access, touch
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.disks import disks_of
from azlab.arm.core import errors
from azlab.arm.core.lab import Lab, now
from azlab.arm.core.provisioning import drop_secrets, is_deleting, settle
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.calls import COMPUTE
from azlab.arm.network.common import NIC
from azlab.store import Resource

VM = f"{COMPUTE}/virtualMachines"
UP = ("creating", "starting", "running")
"""The power states in which a guest may write to its disks."""


def check_not_deleting(vm: Resource, deed: str) -> None:
    """Refuse to do anything with a VM that is being deleted."""
    if is_deleting(vm):
        raise vm_errors.VM_DELETING(deed=deed, vm=vm.name)


def check_startable(lab: Lab, vm: Resource, deed: str) -> None:
    """Refuse to start a VM that is sealed or on its way out, or one on a disk that somebody holds a grant on."""
    check_not_deleting(vm, deed)
    if vm.hidden.get("generalized"):
        raise vm_errors.IS_GENERALIZED(deed=deed, vm=vm.name)
    for _, disk in disks_of(lab, vm):
        if active_access(disk):
            raise disk_errors.ACTIVE_SAS_START(disk=disk.name)


def start(lab: Lab, id: str, deed: str) -> None:
    """Start the guest on the VM's disks. From the check to the end of the start the VM counts as one that runs."""
    with lab.store.lock:
        vm = found(lab, id)
        check_startable(lab, vm, deed)
        spec, before = _spec(lab, vm), vm.hidden["power"]
        vm.hidden["power"] = "starting"
        lab.store.put(vm)
    try:
        lab.guests.start(spec)
    except BaseException:
        started(lab, id, "deallocated" if before == "deallocated" else "stopped")
        raise
    started(lab, id, "running")
    if before == "deallocated":
        with lab.store.lock:
            touch_disks(lab, found(lab, id))


def started(lab: Lab, id: str, power: str) -> None:
    """How a start ended, unless the guest has ended meanwhile."""
    with lab.store.lock:
        vm = lab.store.find(id)
        if vm is not None and vm.hidden.get("power") in ("creating", "starting"):
            vm.hidden["power"] = power
            lab.store.put(vm)


def touch_disks(lab: Lab, vm: Resource) -> None:
    """The VM was deallocated, or started after that: the owner time of its disks moves."""
    for _, disk in disks_of(lab, vm):
        touch(disk)
        lab.store.put(disk)


def found(lab: Lab, id: str) -> Resource:
    """The VM, which an operation needs to be there still."""
    vm = lab.store.find(id)
    if vm is None:
        raise errors.BUSY()
    return vm


def _spec(lab: Lab, vm: Resource) -> Any:
    from azlab.guests.spec import GuestSpec

    disks = dict(disks_of(lab, vm))
    nic, subnet = _network(lab, vm)
    config = nic.properties["ipConfigurations"][0]["properties"]
    return GuestSpec(
        vm_id=vm.properties["vmId"],
        name=vm.name,
        resource_id=vm.id,
        resource_group=vm.group,
        location=vm.location,
        size=vm.properties["hardwareProfile"]["vmSize"],
        generation=vm.hidden["generation"],
        os_disk=disks["os"].hidden["key"],
        data_disks=tuple((int(lun), disk.hidden["key"]) for lun, disk in sorted(disks.items()) if lun != "os"),
        mac=nic.properties["macAddress"].replace("-", ":").lower(),
        private_ip=config["privateIPAddress"],
        subnet=subnet.properties["addressPrefix"],
        os_profile=_os_profile(vm),
        tags=vm.body.get("tags") or {},
        provision=bool(vm.hidden.get("unprovisioned")),
    )


def _network(lab: Lab, vm: Resource) -> tuple[Resource, Resource]:
    """The primary interface and its subnet."""
    references = vm.properties["networkProfile"]["networkInterfaces"]
    primary = next((each for each in references if (each.get("properties") or {}).get("primary")), references[0])
    nic = lab.store.find(primary["id"])
    if nic is None or nic.type != NIC:
        raise errors.NO_REFERENCE(reference=primary["id"], resource=vm.id)
    subnet = lab.store.find(nic.properties["ipConfigurations"][0]["properties"]["subnet"]["id"])
    if subnet is None:
        raise errors.NO_REFERENCE(reference=nic.id, resource=vm.id)
    return nic, subnet


def _os_profile(vm: Resource) -> dict[str, Any] | None:
    """The OS profile in the words of the guests' room. The password is there until the guest has been provisioned."""
    profile = vm.hidden.get("osProfile")
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
    """Wait for the guest's health report; without one the operation ends as Azure's does."""
    vm = found(lab, id)
    if not vm.hidden.get("unprovisioned"):
        return
    outcome = lab.guests.wait_provisioned(vm.properties["vmId"])
    if outcome != "ready":
        refusal = _unprovisioned(outcome, vm.name)
        refusal.message += f" (The lab keeps this VM's serial console in {lab.guests.console_file(vm.properties['vmId'])}.)"
        raise refusal
    with lab.store.lock:
        vm = found(lab, id)
        vm.hidden["unprovisioned"] = False
        drop_secrets(vm)
        lab.store.put(vm)


def _unprovisioned(outcome: str, vm: str) -> AzureError:
    """How Azure says that a guest was not provisioned; for a kernel that hangs it has no words of its own."""
    match outcome:
        case "agent_running":
            return vm_errors.AGENT_RUNNING(vm=vm)
        case "timed_out":
            return vm_errors.TIMED_OUT(vm=vm)
        case "still":
            return vm_errors.STILL(vm=vm)
        case _:
            return vm_errors.GUEST_ENDED(vm=vm)


def provisioned(lab: Lab, id: str) -> None:
    """The VM is whole and as it should be."""
    with lab.store.lock:
        vm = found(lab, id)
        if is_deleting(vm):
            return
        vm.hidden.setdefault("provisioned_at", now())
        settle(vm)
        lab.store.put(vm)


def guest_ended(lab: Lab, vm_id: str) -> None:
    """A guest powered itself off; its disks are written back already."""
    with lab.store.lock:
        for vm in lab.store.list(VM):
            if vm.properties["vmId"] == vm_id and vm.hidden.get("power") in UP:
                vm.hidden["power"] = "stopped"
                lab.store.put(vm)


def recover(lab: Lab) -> None:
    """Take the VMs' power from their guests: a lab that was killed did not see some of them start or end."""
    for vm in lab.store.list(VM):
        if vm.hidden.get("power") in UP and not lab.guests.is_running(vm.properties["vmId"]):
            guest_ended(lab, vm.properties["vmId"])
        started(lab, vm.id, "running")
