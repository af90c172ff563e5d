"""The control plane and its guests: provisioning that fails, guests that stop, disks of running guests. No lab is started."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azlab.arm.compute.disks.frozen_copy import frozen_copy
from azlab.arm.compute.disks.get_access import check_grantable
from azlab.arm.compute.disks.state import DiskState, Grant
from azlab.arm.compute.machines.change import change
from azlab.arm.compute.machines.instance_view import instance_view
from azlab.arm.compute.machines.machines import remove
from azlab.arm.compute.machines.power import generalize
from azlab.arm.compute.machines.start import await_provisioned, guest_ended, recover, start
from azlab.arm.compute.machines.state import MachineState
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.calls import Call
from azlab.faults import Faults
from azlab.guests.spec import GuestSpec
from azlab.requestlog import RequestLog
from azlab.settings import Settings
from azlab.store import Resource, Store

VM_ID = "0b0b0b0b-0000-0000-0000-000000000001"
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
DISK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/os"


class Guests:
    """A stand-in for all guests that does what the test says."""

    def __init__(self, outcome: str = "ready", agent: dict[str, Any] | None = None) -> None:
        self.outcome, self.agent, self.did = outcome, agent, list[str]()
        self.while_it_starts: Callable[[], None] = lambda: None

    def wait_provisioned(self, vm_id: str) -> str:
        """The outcome that the test chose."""
        return self.outcome

    def console_file(self, vm_id: str) -> Path:
        """The file of the serial console."""
        return Path("/lab/vms", vm_id, "serial.log")

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """The status that the test chose."""
        return self.agent

    def start(self, spec: GuestSpec) -> None:
        """Record the start, and run the test's function during it."""
        self.did.append("start")
        self.while_it_starts()

    def power_off(self, vm_id: str, graceful: bool) -> None:
        """Record the call."""
        self.did.append("off")

    def forget(self, vm_id: str) -> None:
        """Record the call."""
        self.did.append("forget")

    def is_running(self, vm_id: str) -> bool:
        """Every guest runs."""
        return True

    @contextmanager
    def paused(self, vm_id: str, key: str) -> Iterator[None]:
        """Record when the guest is paused and when it continues."""
        self.did.append(f"freeze {key}")
        yield
        self.did.append("go on")


class Blobs:
    """A stand-in for the blob store that records copies in the guests' list."""

    def __init__(self, did: list[str]) -> None:
        self._did = did

    def copy(self, source: str, target: str) -> None:
        """Record a copy."""
        self._did.append(f"copy {source} to {target}")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one VM that is being provisioned, and its disk."""
    store = Store(tmp_path / "arm.sqlite")
    os_disk = {"name": "os", "osType": "Linux", "managedDisk": {"id": DISK}}
    properties = {
        "vmId": VM_ID,
        "timeCreated": "now",
        "provisioningState": "Creating",
        "storageProfile": {"osDisk": os_disk, "dataDisks": []},
        "osProfile": {"computerName": "host"},
    }
    profile = {"computerName": "host", "adminUsername": "ada", "adminPassword": "pw", "customData": "cd"}
    state = MachineState(generation="V2", power="running", unprovisioned=True, os_profile=profile)
    nic, subnet = VM.replace("Compute/virtualMachines/vm", "Network/networkInterfaces/nic"), f"{VM}-subnet"
    properties["networkProfile"] = {"networkInterfaces": [{"id": nic}]}
    properties["hardwareProfile"] = {"vmSize": "Standard_B1s"}
    ip = {"privateIPAddress": "10.0.0.4", "subnet": {"id": subnet}}
    address = {"macAddress": "00-0D-3A-00-00-01", "ipConfigurations": [{"properties": ip}]}
    store.put(Resource(nic, "Microsoft.Network/networkInterfaces", "g", "nic", {"properties": address}))
    store.put(Resource(subnet, "Microsoft.Network/virtualNetworks/subnets", "g", "s", {"properties": {"addressPrefix": "10.0.0.0/24"}}))
    vm = Resource(VM, "Microsoft.Compute/virtualMachines", "g", "vm", {"location": "westeurope", "properties": properties})
    store.put(state.keep(vm))
    disk = Resource(DISK, "Microsoft.Compute/disks", "g", "os", {"managedBy": VM, "properties": {}})
    store.put(DiskState(key="d-1").keep(disk))
    return store


def lab_of(store: Store, guests: Guests, tmp_path: Path) -> Lab:
    """A lab with these guests."""
    settings = replace(Settings.create(tmp_path), subscription="s")
    log = RequestLog(tmp_path / "arm.jsonl")
    return Lab(settings, store, Blobs(guests.did), guests, None, Faults(settings.faults), log)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outcome, code, text",
    [
        ("timed_out", "OSProvisioningTimedOut", "did not finish in the allotted time. The VM may still finish provisioning successfully."),
        ("agent_running", "OSProvisioningTimedOut", "However, the VM guest agent was detected running."),
        ("hung", "OSProvisioningTimedOut", "nothing more during a minute of processor time"),
        ("ended", "OSProvisioningClientError", "the guest stopped before"),
    ],
)
def test_failed_provisioning_is_reported_as_azure_reports_it(store: Store, tmp_path: Path, outcome: str, code: str, text: str) -> None:
    with pytest.raises(AzureError) as caught:
        await_provisioned(lab_of(store, Guests(outcome), tmp_path), VM)
    assert caught.value.code == code
    assert text in caught.value.message
    assert caught.value.message.endswith(f"(The lab keeps this VM's serial console in /lab/vms/{VM_ID}/serial.log.)")


def test_secrets_are_dropped_once_the_guest_is_provisioned(store: Store, tmp_path: Path) -> None:
    await_provisioned(lab_of(store, Guests(), tmp_path), VM)
    vm = store.find(VM)
    assert vm is not None
    state = MachineState.of(vm)
    assert not state.unprovisioned
    assert state.os_profile == {"computerName": "host", "adminUsername": "ada"}


def test_a_guest_that_powers_itself_off_leaves_a_stopped_vm(store: Store, tmp_path: Path) -> None:
    lab = lab_of(store, Guests(), tmp_path)
    guest_ended(lab, VM_ID)
    vm = store.find(VM)
    assert vm is not None
    assert instance_view(lab, vm)["statuses"][-1]["code"] == "PowerState/stopped"


def test_the_agent_is_shown_only_after_it_reported(store: Store, tmp_path: Path) -> None:
    vm = store.find(VM)
    assert vm is not None
    assert "vmAgent" not in instance_view(lab_of(store, Guests(), tmp_path), vm)
    agent = {"vmAgentVersion": "2.9", "statuses": [{"displayStatus": "Ready"}]}
    assert instance_view(lab_of(store, Guests(agent=agent), tmp_path), vm)["vmAgent"] == agent
    power(store, "stopped")
    vm = store.find(VM)
    assert vm is not None
    assert "vmAgent" not in instance_view(lab_of(store, Guests(agent=agent), tmp_path), vm)


def test_a_running_guest_is_paused_while_its_disk_is_copied(store: Store, tmp_path: Path) -> None:
    guests, disk = Guests(), store.find(DISK)
    assert disk is not None
    frozen_copy(lab_of(store, guests, tmp_path), disk, "s-1")
    assert guests.did == ["freeze d-1", "copy d-1 to s-1", "go on"]


def call_of(lab: Lab, json: Any = None) -> Call:
    """A request about the VM."""
    return Call(lab, "POST", VM, {"group": "g", "name": "vm"}, {"api-version": "2024-07-01"}, {}, b"", json, "https://here")


def power(store: Store, value: str | None = None) -> str:
    """The VM's power state. If a value is given, it is stored first."""
    vm = store.find(VM)
    assert vm is not None
    state = MachineState.of(vm)
    if value:
        state.power = value
        store.put(state.keep(vm))
    return str(state.power)


def test_a_vm_that_is_starting_counts_as_running(store: Store, tmp_path: Path) -> None:
    power(store, "deallocated")
    guests = Guests()
    lab = lab_of(store, guests, tmp_path)
    other = {"properties": {"storageProfile": {"osDisk": {"managedDisk": {"id": f"{DISK}2"}}}}}

    def during_the_start() -> None:
        vm = store.find(VM)
        disk = store.find(DISK)
        assert vm is not None
        assert disk is not None
        assert instance_view(lab, vm)["statuses"][-1]["code"] == "PowerState/starting"
        with pytest.raises(AzureError, match="since the VM is running"):
            generalize(call_of(lab))
        with pytest.raises(AzureError, match="is running"):
            check_grantable(lab, disk, "Read")
        vm.properties["provisioningState"] = "Succeeded"
        with pytest.raises(AzureError, match="not deallocated"):
            change(call_of(lab, other), vm, retry_after=None)
        guests.did.append("refused")

    guests.while_it_starts = during_the_start
    start(lab, VM, "start")
    assert guests.did == ["start", "refused"]
    assert power(store) == "running"


def test_a_vm_that_was_generalized_or_whose_disk_was_granted_before_its_start_does_not_start(store: Store, tmp_path: Path) -> None:
    power(store, "deallocated")
    guests = Guests()
    lab = lab_of(store, guests, tmp_path)
    disk = store.find(DISK)
    assert disk is not None
    store.put(DiskState(key="d-1", access=Grant("Read", time.time() + 60)).keep(disk))
    with pytest.raises(AzureError, match="shared access signature"):
        start(lab, VM, "start")
    store.put(DiskState(key="d-1").keep(disk))
    generalize(call_of(lab))
    with pytest.raises(AzureError, match="Operation 'start' is not allowed on VM 'vm' since the VM is generalized."):
        start(lab, VM, "start")
    assert guests.did == []
    assert power(store) == "deallocated"


@pytest.mark.parametrize("before, after", [("deallocated", "deallocated"), ("stopped", "stopped"), ("creating", "stopped")])
def test_a_failed_start_leaves_the_power_state_as_it_was(store: Store, tmp_path: Path, before: str, after: str) -> None:
    power(store, before)
    guests = Guests()

    def fail() -> None:
        raise OSError("no room")

    guests.while_it_starts = fail
    with pytest.raises(OSError, match="no room"):
        start(lab_of(store, guests, tmp_path), VM, "start")
    assert power(store) == after


def test_a_guest_that_ends_while_it_starts_leaves_a_stopped_vm(store: Store, tmp_path: Path) -> None:
    power(store, "stopped")
    guests = Guests()
    lab = lab_of(store, guests, tmp_path)
    guests.while_it_starts = lambda: guest_ended(lab, VM_ID)
    start(lab, VM, "start")
    assert power(store) == "stopped"


@pytest.mark.parametrize("before", ["creating", "starting", "running"])
@pytest.mark.parametrize("runs, after", [(True, "running"), (False, "stopped")])
def test_after_a_crash_the_power_state_follows_the_guest(store: Store, tmp_path: Path, before: str, runs: bool, after: str) -> None:
    power(store, before)
    guests = Guests()
    guests.is_running = lambda vm_id: runs  # type: ignore[method-assign]
    recover(lab_of(store, guests, tmp_path))
    assert power(store) == after


def test_deleting_a_vm_detaches_every_disk_it_owns(store: Store, tmp_path: Path) -> None:
    orphan = f"{DISK}-orphan"
    resource = Resource(orphan, "Microsoft.Compute/disks", "g", "orphan", {"managedBy": VM, "properties": {}})
    store.put(DiskState(key="d-2").keep(resource))
    vm = store.find(VM)
    assert vm is not None
    remove(lab_of(store, Guests(), tmp_path), vm)
    disks = [store.find(DISK), store.find(orphan)]
    assert [disk is not None and "managedBy" not in disk.body for disk in disks] == [True, True]
    assert store.find(VM) is None
