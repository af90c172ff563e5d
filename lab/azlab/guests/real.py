"""All guests of one lab, real ones: each a QEMU process."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azlab.guests.platform.report import Report, vm_agent
from azlab.guests.run.machine import Blobs, Machine
from azlab.guests.spec import GuestSpec, home_of, homes
from azlab.settings import Settings

_POLL = 0.25
# A kernel without a serial console, or one that is told to be quiet, says nothing by being still.
_KERNEL_LINE = re.compile(rb"^\[ *\d+\.\d{6}\] ", re.MULTILINE)


@dataclass(frozen=True)
class Budget:
    """How long provisioning may take: processor time of the guest, and Azure's own 40 minutes for one that hangs idle.

    `still_cpu_seconds` is the processor time after which a kernel that wrote to the console and then nothing more is taken to hang.
    """

    cpu_seconds: float = 600.0
    seconds: float = 2400.0
    still_cpu_seconds: float = 60.0

    @classmethod
    def from_environment(cls) -> Budget:
        """The defaults, or what AZLAB_PROVISIONING_CPU_SECONDS and AZLAB_PROVISIONING_SECONDS say."""
        return cls(
            float(os.environ.get("AZLAB_PROVISIONING_CPU_SECONDS") or cls.cpu_seconds),
            float(os.environ.get("AZLAB_PROVISIONING_SECONDS") or cls.seconds),
        )


class Guests:
    """Starts, stops and asks guests by the id of their VM. Every call may come from any thread.

    `on_end(vm_id)` is called when a guest has ended without `power_off` (by itself, or because the lab shut down) and its disks
    are back in their page blobs. A new lab on old state takes over the guests that still run.
    """

    def __init__(self, settings: Settings, blobs: Blobs, on_end: Callable[[str], None], budget: Budget | None = None) -> None:
        self._settings = settings
        self._blobs = blobs
        self._on_end = on_end
        self._budget = budget or Budget.from_environment()
        self._lock = threading.Lock()
        self._machines: dict[str, Machine] = {}
        self._closing = False
        for home in homes(settings.state):
            machine = self._machine(home.vm_id)
            if home.pid("warden") or home.pid("qemu") or any(home.path.glob("*.raw")):
                machine.adopt()

    def start(self, spec: GuestSpec) -> None:
        """Boot the VM from its page blobs. Returns when QEMU runs."""
        self._machine(spec.vm_id).start(spec)

    def power_off(self, vm_id: str, graceful: bool) -> None:
        """End the guest and return when its disks are written back; nothing to do for one that does not run."""
        self._machine(vm_id).power_off(graceful)

    def is_running(self, vm_id: str) -> bool:
        """Whether the guest runs, or its disks are still being written back."""
        return self._machine(vm_id).running

    def cpu_seconds(self, vm_id: str) -> float:
        """Processor time of the guest since its last start."""
        return self._machine(vm_id).cpu_seconds

    def wait_provisioned(self, vm_id: str) -> str:
        """Wait for the health report of a first start.

        'ready'; 'ended' if the guest ended before; 'still' if its kernel hangs; and when the budget is spent, or the guest reports that
        provisioning failed, 'agent_running' if the agent was seen, else 'timed_out'.
        """
        machine, began = self._machine(vm_id), time.monotonic()
        console, moved = machine.console_since_start, machine.cpu_seconds
        while True:
            running, report = machine.running, machine.report
            if report.ready:
                machine.provisioned()
                return "ready"
            if not running:
                return "ended"
            if console != (console := machine.console_since_start) or report != Report():
                moved = machine.cpu_seconds
            elif _KERNEL_LINE.search(console) and machine.cpu_seconds - moved > self._budget.still_cpu_seconds:
                return "still"
            spent = machine.cpu_seconds > self._budget.cpu_seconds or time.monotonic() - began > self._budget.seconds
            if spent or report.failure:
                return "agent_running" if report.agent_seen else "timed_out"
            time.sleep(_POLL)

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """The `vmAgent` of the instance view, from the status that the guest's agent uploaded since its last start."""
        machine = self._machine(vm_id)
        return vm_agent(machine.report.status) if machine.running else None

    def boot_log(self, vm_id: str) -> bytes:
        """All that the VM wrote to its serial console, over all its starts."""
        try:
            return self.console_file(vm_id).read_bytes()
        except FileNotFoundError:
            return b""

    def console_file(self, vm_id: str) -> Path:
        """The file that the VM's serial console is written to."""
        return home_of(self._settings.state, vm_id).serial_log

    def frozen(self, vm_id: str, key: str) -> AbstractContextManager[None]:
        """Hold the guest still while its disk's page blob has the bytes of this moment."""
        return self._machine(vm_id).frozen(key)

    def forget(self, vm_id: str) -> None:
        """The VM is deleted: end its guest and remove its files. Its disks stay in the blob store."""
        self.power_off(vm_id, graceful=False)
        shutil.rmtree(home_of(self._settings.state, vm_id).path, ignore_errors=True)
        with self._lock:
            self._machines.pop(vm_id, None)

    def shutdown(self) -> None:
        """End every guest by its power button and wait until all disks are written back. No guest starts any more."""
        with self._lock:
            self._closing = True
            machines = list(self._machines.values())
        if not machines:
            return
        with ThreadPoolExecutor(len(machines)) as pool:
            ran = list(pool.map(Machine.close, machines))
        for machine in (machine for machine, it_did in zip(machines, ran, strict=True) if it_did):
            self._on_end(machine.home.vm_id)

    def _machine(self, vm_id: str) -> Machine:
        with self._lock:
            if vm_id not in self._machines:
                self._machines[vm_id] = machine = Machine(home_of(self._settings.state, vm_id), self._blobs, self._on_end)
                if self._closing:
                    machine.close()
            return self._machines[vm_id]
