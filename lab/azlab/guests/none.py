"""Guests of a lab without guests: they run in name only, for fast tests of the wire."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from azlab.guests.run.machine import Blobs
from azlab.guests.spec import GuestSpec, home_of
from azlab.settings import Settings


class NoGuests:
    """The surface of `Guests` with nothing behind it: provisioned at once, no agent, an empty boot log."""

    def __init__(self, settings: Settings, blobs: Blobs, on_end: Callable[[str], None]) -> None:
        self._settings = settings

    def start(self, spec: GuestSpec) -> None:
        """Call the VM running."""
        mark = self._mark(spec.vm_id)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()

    def power_off(self, vm_id: str, graceful: bool) -> None:
        """Call the VM stopped."""
        self._mark(vm_id).unlink(missing_ok=True)

    def is_running(self, vm_id: str) -> bool:
        """Whether the VM was started and not stopped since, by this lab or an earlier one on the same state."""
        return self._mark(vm_id).exists()

    def cpu_seconds(self, vm_id: str) -> float:
        """Nothing runs."""
        return 0.0

    def wait_provisioned(self, vm_id: str) -> str:
        """Ready at once."""
        return "ready"

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """There is no agent."""
        return None

    def boot_log(self, vm_id: str) -> bytes:
        """There is no console."""
        return b""

    def console_file(self, vm_id: str) -> Path:
        """The file that a real guest's console would be written to."""
        return home_of(self._settings.state, vm_id).serial_log

    def frozen(self, vm_id: str, key: str) -> AbstractContextManager[None]:
        """The page blob is always current."""
        return nullcontext()

    def forget(self, vm_id: str) -> None:
        """Remove what is remembered of the VM."""
        shutil.rmtree(self._mark(vm_id).parent, ignore_errors=True)

    def shutdown(self) -> None:
        """Nothing runs; what was called running still is when the lab comes back."""

    def _mark(self, vm_id: str) -> Path:
        return home_of(self._settings.state, vm_id).path / "running"
