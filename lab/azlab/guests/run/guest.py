"""One guest: QEMU on local copies of a VM's disks, which are written back to their page blobs whenever QEMU ends."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from azlab.guests.platform.guest_report import GuestReport
from azlab.guests.platform.media import write_medium
from azlab.guests.run import qemu, qmp
from azlab.guests.spec import GuestSpec, Home

_TICK = os.sysconf("SC_CLK_TCK")
_POLL = 0.2
_RETRY = 5.0
_EXIT_SECONDS = 30.0
# A press of the power button before systemd-logind listens has no effect, so it is repeated.
_PRESS_EVERY = 10.0
_GRACE_CPU_SECONDS = 150.0
_GRACE_SECONDS = 300.0


class GuestError(Exception):
    """A guest could not be started or stopped."""


class Blobs(Protocol):
    """The part of the blob store that a guest uses."""

    def download(self, key: str, path: Path) -> None:
        """Write the disk into a sparse raw file."""

    def write_back(self, path: Path, key: str) -> object:
        """Make the disk equal to the raw file."""


class Guest:
    """The guest of one VM, over all its starts. Safe to use from several threads.

    `on_end(vm_id)` is called when the guest has ended without `power_off` and its disks are written back.
    """

    def __init__(self, home: Home, blobs: Blobs, on_end: Callable[[str], None]) -> None:
        self.home = home
        self._blobs = blobs
        self._on_end = on_end
        self._operation = threading.Lock()
        self._disks = threading.Lock()
        self._ended = threading.Event()
        self._ended.set()
        self._end_expected = False  # QEMU was asked to end, so `on_end` is not called
        self._closed = False
        self._cpu = 0.0
        self._console_before = 0

    def start(self, spec: GuestSpec) -> None:
        """Download the disks and boot; returns when QEMU runs. Raises GuestError if it does not start."""
        with self._operation:
            if self._closed:
                raise GuestError(f"the guest of VM {spec.name} was not started: the lab is going down")
            if self.running:
                raise GuestError(f"the guest of VM {spec.name} is already running")
            self._write_back()
            self._prepare(spec)
            self._cpu, self._end_expected = 0.0, True
            self._console_before = len(self._console())
            warden = self._launch()
            self._ended.clear()
            self._watch(warden.pid, warden)
            self._wait_for_monitor(spec)
            self._end_expected = False

    def adopt(self) -> None:
        """Take over what an earlier lab left: a guest that still runs, or disks that were not written back."""
        for part in self.home.path.glob("*.part"):
            part.unlink()
        self._ended.clear()
        self._watch(self.home.pid("warden"))

    def power_off(self, graceful: bool) -> None:
        """End the guest, with its power button if `graceful`, and return when its disks are written back."""
        with self._operation:
            self._end_expected = True
            if graceful:
                self._press_power_button()
            with contextlib.suppress(qmp.MonitorError):
                if self.home.pid("qemu"):
                    qmp.execute(self.home.path, "quit")
            self._ended.wait()

    def close(self) -> bool:
        """Refuse further starts and end the guest; returns whether it ran."""
        with self._operation:
            self._closed = True
        ran = self.running
        self.power_off(graceful=True)
        return ran

    @property
    def running(self) -> bool:
        """Whether QEMU runs, or its disks are still being written back."""
        return not self._ended.is_set()

    @property
    def cpu_seconds(self) -> float:
        """Processor time, in seconds, that QEMU has used since this start."""
        pid = self.home.pid("qemu")
        if pid:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                self._cpu = (int(fields[11]) + int(fields[12])) / _TICK
        return self._cpu

    @property
    def console_since_start(self) -> bytes:
        """The output on the serial console since this start, or since the first start if an earlier lab started the guest."""
        return self._console()[self._console_before :]

    @property
    def report(self) -> GuestReport:
        """The reports of the guest to the platform since this start."""
        return GuestReport.load(self.home.platform_file)

    @contextmanager
    def paused(self, key: str) -> Iterator[None]:
        """Pause the guest and bring the page blob of one disk up to date for as long as the block runs."""
        with self._operation:
            if not self._pause():
                self._write_back()
                yield
                return
            try:
                if key not in self.home.spec().disks:
                    raise GuestError(f"VM {self.home.vm_id} has no disk {key}")
                with self._disks:
                    self._blobs.write_back(self.home.disk(key), key)
                yield
            finally:
                qmp.execute(self.home.path, "cont")

    def _pause(self) -> bool:
        """Stop the guest's processors; false if no guest runs, or if it has just ended and its disks are written back."""
        if not self.running:
            return False
        try:
            qmp.execute(self.home.path, "stop")
            return True
        except qmp.MonitorError:
            began = time.monotonic()
            while self.home.pid("qemu"):  # QEMU closes its monitor a little before it is gone
                if time.monotonic() - began > _EXIT_SECONDS:
                    raise
                time.sleep(_POLL)
            self._ended.wait()
            return False

    def provisioned(self) -> None:
        """Delete the provisioning medium, which holds the password, from the host."""
        self.home.media.unlink(missing_ok=True)

    def _console(self) -> bytes:
        try:
            return self.home.serial_log.read_bytes()
        except FileNotFoundError:
            return b""

    def _prepare(self, spec: GuestSpec) -> None:
        home = self.home
        home.save(spec)
        for stale in (home.platform_file, home.media, home.firmware_variables, *home.path.glob("*.pid"), *home.path.glob("*.sock")):
            stale.unlink(missing_ok=True)
        if spec.provision:
            if spec.os_profile is None:
                raise GuestError(f"VM {spec.name} cannot be provisioned without an osProfile")
            write_medium(spec.os_profile, home.media)
        if spec.generation == "V2":
            shutil.copyfile(qemu.FIRMWARE_VARIABLES, home.firmware_variables)
        parts = [(home.disk(key).with_suffix(".part"), home.disk(key), key) for key in spec.disks]
        for part, _, key in parts:
            self._blobs.download(key, part)
        for part, disk, _ in parts:
            part.rename(disk)

    def _launch(self) -> subprocess.Popen[bytes]:
        if os.geteuid():
            raise GuestError("the network of a guest requires root: run the lab with sudo, or with --no-guests")
        command = ["unshare", "--net", sys.executable, "-m", "azlab.guests.run.warden", str(self.home.path)]
        with self.home.log.open("ab") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _wait_for_monitor(self, spec: GuestSpec) -> None:
        while self.running:
            try:
                qmp.execute(self.home.path, "query-status")
                return
            except qmp.MonitorError:
                time.sleep(_POLL)
        last = self.home.log.read_text(errors="replace").strip().splitlines()[-1:]
        raise GuestError(f"the guest of VM {spec.name} did not start: {' '.join(last) or 'QEMU ended'}; see {self.home.log}")

    def _press_power_button(self) -> None:
        began, cpu, pressed = time.monotonic(), self.cpu_seconds, 0.0
        while self.home.pid("qemu"):
            now = time.monotonic()
            if now - began > _GRACE_SECONDS or self.cpu_seconds - cpu > _GRACE_CPU_SECONDS:
                return
            if now - pressed > _PRESS_EVERY:
                pressed = now
                with contextlib.suppress(qmp.MonitorError):
                    qmp.execute(self.home.path, "system_powerdown")
            if self._ended.wait(_POLL):
                return

    def _watch(self, warden: int | None, child: subprocess.Popen[bytes] | None = None) -> None:
        threading.Thread(target=self._wait_and_write_back, args=(warden, child), name=f"watch {self.home.vm_id}", daemon=True).start()

    def _wait_and_write_back(self, warden: int | None, child: subprocess.Popen[bytes] | None) -> None:
        """Wait until QEMU and the warden have ended, then write the disks back, and try again for as long as the blob store is away."""
        wait_for_exit(warden)
        if child:
            child.wait()
        wait_for_exit(self.home.pid("qemu"))
        while True:
            try:
                self._write_back()
                break
            except Exception:
                with self.home.log.open("a") as log:
                    log.write(f"writing the disks back failed, trying again in {_RETRY:.0f} s:\n{traceback.format_exc()}")
                time.sleep(_RETRY)
        self._ended.set()
        if not self._end_expected:
            self._on_end(self.home.vm_id)

    def _write_back(self) -> None:
        """Write back every local disk and delete it. QEMU must not be running."""
        with self._disks:
            for disk in sorted(self.home.path.glob("*.raw")):
                self._blobs.write_back(disk, disk.stem)
                disk.unlink()
            self.home.media.unlink(missing_ok=True)
            self.home.firmware_variables.unlink(missing_ok=True)


def wait_for_exit(pid: int | None) -> None:
    """Wait for a process to end, whether it is a child of this one or not."""
    if pid is None:
        return
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        select.select([handle], [], [])
    finally:
        os.close(handle)
