"""Stand-ins for guests in a lab that was started with --no-guests: the VMs count as running, for fast tests of the API."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from azlab.guests.run.guest import Blobs
from azlab.guests.spec import GuestSpec, home_of
from azlab.settings import Settings


class NoGuests:
    """The interface of `Guests` without QEMU: VMs are provisioned at once and have no agent. Tests may write on their consoles."""

    def __init__(self, settings: Settings, blobs: Blobs, on_end: Callable[[str], None]) -> None:
        self._settings = settings

    def start(self, spec: GuestSpec) -> None:
        """Mark the VM as running."""
        mark = self._mark(spec.vm_id)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()

    def power_off(self, vm_id: str, graceful: bool) -> None:
        """Mark the VM as stopped."""
        self._mark(vm_id).unlink(missing_ok=True)

    def is_running(self, vm_id: str) -> bool:
        """Whether the VM was started and not stopped since, by this lab or an earlier one on the same state."""
        return self._mark(vm_id).exists()

    def wait_provisioned(self, vm_id: str) -> str:
        """Returns 'ready' at once."""
        return "ready"

    def agent_status(self, vm_id: str) -> dict[str, Any] | None:
        """None, since there is no agent."""
        return None

    def boot_log(self, vm_id: str) -> bytes:
        """The content of the console file; empty if there is none."""
        file = self.console_file(vm_id)
        return file.read_bytes() if file.exists() else b""

    def console_file(self, vm_id: str) -> Path:
        """The file to which the console of a real guest would be written, and to which a test may write in its place."""
        return home_of(self._settings.state, vm_id).serial_log

    def paused(self, vm_id: str, key: str) -> AbstractContextManager[None]:
        """Does nothing, since the page blob is always current."""
        return nullcontext()

    def forget(self, vm_id: str) -> None:
        """Remove the mark of a deleted VM."""
        shutil.rmtree(self._mark(vm_id).parent, ignore_errors=True)

    def shutdown(self) -> None:
        """Does nothing: VMs that are marked as running still are when the lab starts again."""

    def _mark(self, vm_id: str) -> Path:
        return home_of(self._settings.state, vm_id).path / "running"
