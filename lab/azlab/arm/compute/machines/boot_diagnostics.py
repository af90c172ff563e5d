"""The boot log: the output of the guest's serial console, as a blob behind a SAS."""

from __future__ import annotations

import time

from azlab.arm.compute.common import VM
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.compute.machines.state import MachineState
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.core.lab import Lab
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import get
from azlab.faults import LATE
from azlab.store import Resource

_LIFETIME = "120"
"""Minutes; https://learn.microsoft.com/rest/api/compute/virtual-machines/retrieve-boot-diagnostics-data"""
_SCREEN = b"BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18" + b"\x00" * 28
"""A screenshot of one black pixel: the guests of this lab have a serial console and no screen."""


def retrieve(call: Call) -> Answer:
    """Answer with the addresses of the screenshot and of the boot log. This POST changes nothing and is not a long-running operation."""
    vm = get(call, VM)
    diagnostics: Json = (vm.properties.get("diagnosticsProfile") or {}).get("bootDiagnostics") or {}
    if not diagnostics.get("enabled") or diagnostics.get("storageUri"):
        raise vm_errors.NO_BOOT_DIAGNOSTICS(vm=vm.name)
    minutes = call.query.get("sasUriExpirationTimeInMinutes", _LIFETIME)
    if not (minutes.isdigit() and 1 <= int(minutes) <= 1440):
        raise parameter_errors.BAD_VALUE(value=minutes, parameter="sasUriExpirationTimeInMinutes", target="sasUriExpirationTimeInMinutes")
    vm_id, seconds = vm.properties["vmId"], int(minutes) * 60
    blobs, log = call.lab.blobs, _boot_log(call.lab, vm)
    return Answer(
        200,
        {
            "consoleScreenshotBlobUri": blobs.put_text(f"{vm.name}.{vm_id}.screenshot.bmp", _SCREEN, seconds),
            "serialConsoleLogBlobUri": blobs.put_text(f"{vm.name}.{vm_id}.serialconsole.log", log, seconds),
        },
    )


def begin_boot_log(lab: Lab, vm: Resource) -> None:
    """Empty the boot log if it does not outlive a deallocation. Called with the store's lock held."""
    if lab.faults.on("short_boot_log"):
        state = MachineState.of(vm)
        state.boot_log_begins = len(lab.guests.boot_log(vm.properties["vmId"]))
        lab.store.put(state.keep(vm))


def _boot_log(lab: Lab, vm: Resource) -> bytes:
    """The console as far as it has reached the boot log."""
    console: bytes = lab.guests.boot_log(vm.properties["vmId"])
    if lab.faults.on("late_boot_log") and time.time() - _written(lab, vm) < LATE:
        console = b"".join(console.rstrip().splitlines(keepends=True)[:-1])
    return console[MachineState.of(vm).boot_log_begins :]


def _written(lab: Lab, vm: Resource) -> float:
    """The time of the last output on the console, in seconds since 1970."""
    file = lab.guests.console_file(vm.properties["vmId"])
    return float(file.stat().st_mtime) if file.exists() else 0.0


_PATH = in_group(COMPUTE, "virtualMachines/{name}/retrieveBootDiagnosticsData")
ROUTES = (Route("POST", _PATH, retrieve, "vm.boot_log", "LowCostGet"),)
