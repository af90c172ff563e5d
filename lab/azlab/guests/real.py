"""The guests of a lab, each a QEMU process."""

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

from azlab.guests.platform.guest_report import GuestReport, vm_agent
from azlab.guests.run.guest import Blobs, Guest
from azlab.guests.spec import GuestSpec, home_of, homes
from azlab.settings import Settings

_POLL = 0.25
# Only a kernel that has written to the serial console can be judged by its silence: others may have no console or boot with `quiet`.
_KERNEL_LINE = re.compile(rb"^\[ *\d+\.\d{6}\] ", re.MULTILINE)


@dataclass(frozen=True)
class Budget:
    """The limits of provisioning, in seconds: processor time of the guest, and Azure's own 40 minutes for a guest that idles.

    `silent_cpu_seconds` is the processor time after which a kernel that has written to the console, and then nothing more, counts as hung.
    """

    cpu_seconds: float = 600.0
    seconds: float = 2400.0
    silent_cpu_seconds: float = 60.0

    @classmethod
    def from_environment(cls) -> Budget:
        """The values of AZLAB_PROVISIONING_CPU_SECONDS and AZLAB_PROVISIONING_SECONDS, or the defaults."""
        return cls(
            float(os.environ.get("AZLAB_PROVISIONING_CPU_SECONDS") or cls.cpu_seconds),
            float(os.environ.get("AZLAB_PROVISIONING_SECONDS") or cls.seconds),
        )


class Guests:
    """Starts, stops and observes guests by their vmId. Safe to use from several threads.

    `on_end(vm_id)` is called when a guest has ended without `power_off` (by itself, or because the lab shut down) and its disks
    are written back to their page blobs. A lab that starts on existing state takes over the guests that still run.
    """

    def __init__(self, settings: Settings, blobs: Blobs, on_end: Callable[[str], None], budget: Budget | None = None) -> None:
        self._settings = settings
        self._blobs = blobs
        self._on_end = on_end
        self._budget = budget or Budget.from_environment()
        self._lock = threading.Lock()
        self._guests: dict[str, Guest] = {}
        self._closing = False
        for home in homes(settings.state):
            guest = self._guest(home.vm_id)
            if home.pid("warden") or home.pid("qemu") or any(home.path.glob("*.raw")):
                guest.adopt()

    def start(self, spec: GuestSpec) -> None:
        """Boot the VM from its page blobs; returns when QEMU runs. Raises GuestError if it does not start."""
        self._guest(spec.vm_id).start(spec)

    def power_off(self, vm_id: str, graceful: bool) -> None:
        """End the guest, with its power button if `graceful`, and return when its disks are written back. Does nothing if none runs."""
        self._guest(vm_id).power_off(graceful)

    def is_running(self, vm_id: str) -> bool:
        """Whether the guest runs, or its disks are still being written back."""
        return self._guest(vm_id).running

    def wait_provisioned(self, vm_id: str) -> str:
        """Wait for the health report of a first start; returns how that ended.

        'ready': the guest is provisioned. 'ended': QEMU ended before. 'hung': the kernel hangs. If the budget is spent, or the guest
        reports that provisioning failed: 'agent_running' if the agent was seen, 'timed_out' if not.
        """
        guest, began = self._guest(vm_id), time.monotonic()
        console, moved = guest.console_since_start, guest.cpu_seconds
        while True:
            running, report = guest.running, guest.report
            if report.ready:
                guest.provisioned()
                return "ready"
            if not running:
                return "ended"
            if console != (console := guest.console_since_start) or report != GuestReport():
                moved = guest.cpu_seconds
            elif _KERNEL_LINE.search(console) and guest.cpu_seconds - moved > self._budget.silent_cpu_seconds:
                return "hung"
            spent = guest.cpu_seconds > self._budget.cpu_seconds or time.monotonic() - began > self._budget.seconds
            if spent or report.failure:
                return "agent_running" if report.agent_seen else "timed_out"
            time.sleep(_POLL)

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """The `vmAgent` of the instance view, from the status that the agent has uploaded since the last start; None without one."""
        guest = self._guest(vm_id)
        return vm_agent(guest.report.status) if guest.running else None

    def boot_log(self, vm_id: str) -> bytes:
        """The output of the VM on its serial console, over all its starts."""
        try:
            return self.console_file(vm_id).read_bytes()
        except FileNotFoundError:
            return b""

    def console_file(self, vm_id: str) -> Path:
        """The file to which the VM's serial console is written."""
        return home_of(self._settings.state, vm_id).serial_log

    def paused(self, vm_id: str, key: str) -> AbstractContextManager[None]:
        """Pause the guest and bring the page blob of one disk up to date for as long as the block runs."""
        return self._guest(vm_id).paused(key)

    def forget(self, vm_id: str) -> None:
        """End the guest of a deleted VM and remove its files. Its disks stay in the blob store."""
        self.power_off(vm_id, graceful=False)
        shutil.rmtree(home_of(self._settings.state, vm_id).path, ignore_errors=True)
        with self._lock:
            self._guests.pop(vm_id, None)

    def shutdown(self) -> None:
        """End every guest with its power button, wait until all disks are written back, and refuse further starts."""
        with self._lock:
            self._closing = True
            guests = list(self._guests.values())
        if not guests:
            return
        with ThreadPoolExecutor(len(guests)) as pool:
            ran = list(pool.map(Guest.close, guests))
        for guest in (guest for guest, did_run in zip(guests, ran, strict=True) if did_run):
            self._on_end(guest.home.vm_id)

    def _guest(self, vm_id: str) -> Guest:
        with self._lock:
            if vm_id not in self._guests:
                self._guests[vm_id] = guest = Guest(home_of(self._settings.state, vm_id), self._blobs, self._on_end)
                if self._closing:
                    guest.close()
            return self._guests[vm_id]
