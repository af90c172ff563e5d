"""What a VM's instance tells: power, provisioning, disks, and the agent only where the guest's own agent has spoken."""

from __future__ import annotations

from typing import Any

from azlab.arm.compute.machines.disks import entries
from azlab.arm.core.lab import Lab
from azlab.store import Resource

_PROVISIONING = {
    "Succeeded": ("succeeded", "Provisioning succeeded"),
    "Failed": ("failed", "Provisioning failed"),
    "Creating": ("creating", "Creating"),
    "Updating": ("updating", "Updating"),
    "Deleting": ("deleting", "Deleting"),
}


def instance_view(lab: Lab, vm: Resource) -> dict[str, Any]:
    """The instance view of a VM."""
    view: dict[str, Any] = {}
    power = vm.hidden.get("power")
    agent = lab.guests.agent_status(vm.properties["vmId"]) if power == "running" else None
    if agent:
        view["computerName"] = (vm.properties.get("osProfile") or {}).get("computerName", vm.name)
        view["vmAgent"] = agent
    time = vm.hidden.get("provisioned_at", vm.properties["timeCreated"])
    attached = [entry for _, entry in entries(vm) if entry.get("name") and (entry.get("managedDisk") or {}).get("id")]
    there = [_status("ProvisioningState/succeeded", "Provisioning succeeded", time)]
    view["disks"] = [{"name": entry["name"], "statuses": there} for entry in attached]
    diagnostics = (vm.properties.get("diagnosticsProfile") or {}).get("bootDiagnostics") or {}
    if diagnostics.get("enabled"):
        view["bootDiagnostics"] = {}
    view["hyperVGeneration"] = vm.hidden["generation"]
    code, display = _PROVISIONING[vm.properties["provisioningState"]]
    view["statuses"] = [_status(f"ProvisioningState/{code}", display, time)]
    if vm.hidden.get("generalized"):
        view["statuses"].append(_status("OSState/generalized", "VM generalized"))
    if power in ("starting", "running", "stopped", "deallocated"):
        view["statuses"].append(_status(f"PowerState/{power}", f"VM {power}"))
    return view


def _status(code: str, display: str, time: str | None = None) -> dict[str, str]:
    found = {"code": code, "level": "Info", "displayStatus": display}
    return found if time is None else {**found, "time": time}
