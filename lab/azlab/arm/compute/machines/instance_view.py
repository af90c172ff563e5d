"""The instance view of a VM: power, provisioning, disks, and the agent if the guest's own agent has reported."""

from __future__ import annotations

from azlab.arm.compute.machines.state import MachineState
from azlab.arm.compute.machines.vm_disks import entries
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.store import Resource

_PROVISIONING = {
    "Succeeded": ("succeeded", "Provisioning succeeded"),
    "Failed": ("failed", "Provisioning failed"),
    "Creating": ("creating", "Creating"),
    "Updating": ("updating", "Updating"),
    "Deleting": ("deleting", "Deleting"),
}


def instance_view(lab: Lab, vm: Resource) -> Json:
    """The instance view of a VM."""
    view: Json = {}
    state = MachineState.of(vm)
    agent = lab.guests.agent_status(vm.properties["vmId"]) if state.power == "running" else None
    if agent:
        view["computerName"] = (vm.properties.get("osProfile") or {}).get("computerName", vm.name)
        view["vmAgent"] = agent
    time = state.provisioned_at or vm.properties["timeCreated"]
    attached = [entry for _, entry in entries(vm) if entry.get("name") and (entry.get("managedDisk") or {}).get("id")]
    present = [_status("ProvisioningState/succeeded", "Provisioning succeeded", time)]
    view["disks"] = [{"name": entry["name"], "statuses": present} for entry in attached]
    diagnostics = (vm.properties.get("diagnosticsProfile") or {}).get("bootDiagnostics") or {}
    if diagnostics.get("enabled"):
        view["bootDiagnostics"] = {}
    view["hyperVGeneration"] = state.generation
    code, display = _PROVISIONING[vm.properties["provisioningState"]]
    view["statuses"] = [_status(f"ProvisioningState/{code}", display, time)]
    if state.generalized:
        view["statuses"].append(_status("OSState/generalized", "VM generalized"))
    if state.power in ("starting", "running", "stopped", "deallocated"):
        view["statuses"].append(_status(f"PowerState/{state.power}", f"VM {state.power}"))
    if state.hibernated:
        view["statuses"].append(_status("HibernationState/Hibernated", "Hibernated"))
    return view


def _status(code: str, display: str, time: str | None = None) -> dict[str, str]:
    found = {"code": code, "level": "Info", "displayStatus": display}
    return found if time is None else {**found, "time": time}
