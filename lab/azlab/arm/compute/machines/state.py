"""The state of a virtual machine: its power, its provisioning, and what only its first start needs."""

from __future__ import annotations

from dataclasses import dataclass

from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import resource_errors
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.core.provisioning import is_deleting, settle
from azlab.arm.core.state import State
from azlab.store import Resource

_UP = ("creating", "starting", "running")
"""The power states in which a guest may write to its disks."""
_SECRETS = ("adminPassword", "customData")


@dataclass
class MachineState(State):
    """Facts about a VM that only the lab keeps."""

    generation: str = "V1"
    """The Hyper-V generation of the OS disk, V1 or V2."""
    power: str | None = None
    """creating, starting, running, stopped or deallocated."""
    hibernated: bool = False
    """Whether the VM was deallocated with its memory kept, and not started since."""
    boot_log_begins: int = 0
    """How many bytes of the console are not in the boot log any more."""
    generalized: bool = False
    """Whether `generalize` was called."""
    unprovisioned: bool = False
    """Whether the guest still has to be provisioned: a VM from a generalized image, until its guest reports that it is ready."""
    os_profile: Json | None = None
    """The osProfile of the request. Its secrets are dropped when the guest has been provisioned. None for specialized disks."""
    provisioned_at: str | None = None
    """The time at which the VM was completed; None before that."""

    @property
    def is_up(self) -> bool:
        """Whether a guest may write to the VM's disks."""
        return self.power in _UP


def settle_vm(vm: Resource) -> None:
    """Give the VM its provisioning state after an operation on it has ended. The secrets of its first start have no use after that."""
    settle(vm, complete=MachineState.of(vm).provisioned_at is not None and not is_deleting(vm))
    drop_secrets(vm)


def drop_secrets(vm: Resource) -> None:
    """Remove the secrets that only the first start of a VM needs."""
    state = MachineState.of(vm)
    if state.os_profile:
        state.os_profile = {key: value for key, value in state.os_profile.items() if key not in _SECRETS}
        state.keep(vm)


def found(lab: Lab, id: str) -> Resource:
    """The VM that an operation works on. The operation fails if the VM was deleted in the meantime."""
    vm = lab.store.find(id)
    if vm is None:
        raise resource_errors.BUSY()
    return vm


def check_not_deleting(vm: Resource, operation: str) -> None:
    """Refuse an operation on a VM that is being deleted."""
    if is_deleting(vm):
        raise vm_errors.VM_DELETING(operation=operation, vm=vm.name)
