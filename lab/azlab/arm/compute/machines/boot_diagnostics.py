"""The boot log: the output of the guest's serial console, as a blob behind a SAS."""

from __future__ import annotations

from azlab.arm.compute.common import VM
from azlab.arm.compute.machines import errors as vm_errors
from azlab.arm.core import parameter_errors
from azlab.arm.core.ids import COMPUTE
from azlab.arm.core.json import Json
from azlab.arm.http.calls import Answer, Call, Route, in_group
from azlab.arm.http.crud import get

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
    blobs, log = call.lab.blobs, call.lab.guests.boot_log(vm_id)
    return Answer(
        200,
        {
            "consoleScreenshotBlobUri": blobs.put_text(f"{vm.name}.{vm_id}.screenshot.bmp", _SCREEN, seconds),
            "serialConsoleLogBlobUri": blobs.put_text(f"{vm.name}.{vm_id}.serialconsole.log", log, seconds),
        },
    )


_PATH = in_group(COMPUTE, "virtualMachines/{name}/retrieveBootDiagnosticsData")
ROUTES = (Route("POST", _PATH, retrieve, "vm.boot_log", "LowCostGet"),)
