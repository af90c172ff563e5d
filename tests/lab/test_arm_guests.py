"""What the control plane makes of guests: provisioning that ends badly, guests that stop, disks of running guests. No lab is started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from azlab.arm.errors import AzureError
from azlab.arm.instance_view import instance_view
from azlab.arm.lab import Lab
from azlab.arm.machine_start import await_provisioned, guest_ended
from azlab.arm.writeback import frozen_copy
from azlab.faults import Faults
from azlab.requestlog import RequestLog
from azlab.settings import Settings
from azlab.store import Resource, Store

VM_ID = "0b0b0b0b-0000-0000-0000-000000000001"
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm"
DISK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/os"


class Guests:
    """One guest that does what the test says."""

    def __init__(self, outcome: str = "ready", agent: dict[str, Any] | None = None) -> None:
        self.outcome, self.agent, self.did = outcome, agent, list[str]()

    def wait_provisioned(self, vm_id: str) -> str:
        """How provisioning ends."""
        return self.outcome

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """What the guest's agent uploaded."""
        return self.agent

    def is_running(self, vm_id: str) -> bool:
        """It runs."""
        return True

    @contextmanager
    def frozen(self, vm_id: str, key: str) -> Iterator[None]:
        """Note when the guest stands still."""
        self.did.append(f"freeze {key}")
        yield
        self.did.append("go on")


class Blobs:
    """Notes what is copied, in the guest's own list."""

    def __init__(self, did: list[str]) -> None:
        self._did = did

    def copy(self, source: str, target: str) -> None:
        """Note a copy."""
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
    hidden = {"power": "running", "unprovisioned": True, "generation": "V2", "osProfile": {"adminPassword": "pw", "customData": "cd"}}
    store.put(Resource(VM, "Microsoft.Compute/virtualMachines", "g", "vm", {"location": "westeurope", "properties": properties}, hidden))
    store.put(Resource(DISK, "Microsoft.Compute/disks", "g", "os", {"managedBy": VM, "properties": {}}, {"key": "d-1"}))
    return store


def lab_of(store: Store, guests: Guests, tmp_path: Path) -> Lab:
    """The rooms of a lab with this guest."""
    settings = Settings.create(tmp_path)
    log = RequestLog(tmp_path / "arm.jsonl")
    return Lab(settings, store, Blobs(guests.did), guests, None, Faults(settings.faults), log)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outcome, code, text",
    [
        ("timed_out", "OSProvisioningTimedOut", "did not finish in the allotted time. The VM may still finish provisioning successfully."),
        ("agent_running", "OSProvisioningTimedOut", "However, the VM guest agent was detected running."),
        ("ended", "OSProvisioningClientError", "the guest stopped before"),
    ],
)
def test_provisioning_that_does_not_end_well_fails_as_on_azure(store: Store, tmp_path: Path, outcome: str, code: str, text: str) -> None:
    with pytest.raises(AzureError) as caught:
        await_provisioned(lab_of(store, Guests(outcome), tmp_path), VM)
    assert caught.value.code == code and text in caught.value.message


def test_secrets_go_once_the_guest_is_provisioned(store: Store, tmp_path: Path) -> None:
    await_provisioned(lab_of(store, Guests(), tmp_path), VM)
    vm = store.find(VM)
    assert vm is not None and vm.hidden["unprovisioned"] is False and vm.hidden["osProfile"] == {}


def test_a_guest_that_powers_itself_off_leaves_a_stopped_vm(store: Store, tmp_path: Path) -> None:
    lab = lab_of(store, Guests(), tmp_path)
    guest_ended(lab, VM_ID)
    vm = store.find(VM)
    assert vm is not None
    assert instance_view(lab, vm)["statuses"][-1]["code"] == "PowerState/stopped"


def test_the_agent_is_ready_only_by_its_own_word(store: Store, tmp_path: Path) -> None:
    vm = store.find(VM)
    assert vm is not None
    assert "vmAgent" not in instance_view(lab_of(store, Guests(), tmp_path), vm)
    agent = {"vmAgentVersion": "2.9", "statuses": [{"displayStatus": "Ready"}]}
    assert instance_view(lab_of(store, Guests(agent=agent), tmp_path), vm)["vmAgent"] == agent
    vm.hidden["power"] = "stopped"
    assert "vmAgent" not in instance_view(lab_of(store, Guests(agent=agent), tmp_path), vm)


def test_a_running_guest_stands_still_while_its_disk_is_copied(store: Store, tmp_path: Path) -> None:
    guests, disk = Guests(), store.find(DISK)
    assert disk is not None
    frozen_copy(lab_of(store, guests, tmp_path), disk, "s-1")
    assert guests.did == ["freeze d-1", "copy d-1 to s-1", "go on"]
