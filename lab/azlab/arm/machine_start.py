"""From a VM resource to a running guest: its spec, its start, and the end of its provisioning."""

from __future__ import annotations

from typing import Any

from azlab.arm import errors
from azlab.arm.calls import COMPUTE
from azlab.arm.disk_states import active_access, touch
from azlab.arm.lab import Lab
from azlab.arm.machine_disks import disks_of
from azlab.arm.network import NIC
from azlab.store import Resource

VM = f"{COMPUTE}/virtualMachines"


def check_startable(lab: Lab, vm: Resource) -> None:
    """Refuse to start a VM on a disk that somebody holds a grant on."""
    for _, disk in disks_of(lab, vm):
        if active_access(disk):
            raise errors.ACTIVE_SAS_START(disk=disk.name)


def start(lab: Lab, id: str) -> None:
    """Start the guest on the VM's disks. Its grants and owner times follow."""
    with lab.store.lock:
        vm = found(lab, id)
        check_startable(lab, vm)
        spec = _spec(lab, vm)
    lab.guests.start(spec)
    with lab.store.lock:
        vm = found(lab, id)
        reowned = vm.hidden.get("power") == "deallocated"
        vm.hidden["power"] = "running"
        lab.store.put(vm)
        if reowned:
            touch_disks(lab, vm)


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
    from azlab.guests import GuestSpec

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
    if outcome == "agent_running":
        raise errors.AGENT_RUNNING(vm=vm.name)
    if outcome == "timed_out":
        raise errors.TIMED_OUT(vm=vm.name)
    if outcome != "ready":
        raise errors.GUEST_ENDED(vm=vm.name)
    with lab.store.lock:
        vm = found(lab, id)
        vm.hidden["unprovisioned"] = False
        for secret in ("adminPassword", "customData"):
            vm.hidden["osProfile"].pop(secret, None)
        lab.store.put(vm)


def guest_ended(lab: Lab, vm_id: str) -> None:
    """A guest powered itself off; its disks are written back already."""
    with lab.store.lock:
        for vm in lab.store.list(VM):
            if vm.properties["vmId"] == vm_id and vm.hidden.get("power") == "running":
                vm.hidden["power"] = "stopped"
                lab.store.put(vm)
