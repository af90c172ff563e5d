# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines, always read with their instance view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..._core.ids import ResourceId
from ..._core.model.vm import Vm
from ..parsing.vm import parse_vm
from ..sdk import calls
from .base import Resources, names

LOG_MINUTES = 10


class Machines(Resources[Vm]):
    noun, operations, api = "VM", "virtual_machines", calls.COMPUTE
    translate = staticmethod(parse_vm)

    def get(self, resource: ResourceId) -> Vm:
        with self._doing("read", resource):
            operation = self._sdk(resource).get
            return parse_vm(calls.read(operation, *names(resource), api_version=self.api, expand="instanceView"))

    def find_stopped(self, vm: ResourceId) -> Vm | None:
        """The VM, once it has stopped or the deadline is near. Nothing is done to stop it."""
        return self._connection.deadline.until(lambda: self.find(vm), lambda found: found is None or found.at_rest)

    def deallocate(self, vm: ResourceId) -> None:
        """Take the VM off its host, and wait."""
        with self._doing("deallocate", vm):
            calls.run(self._sdk(vm).begin_deallocate, *names(vm), api_version=self.api)

    def generalize(self, vm: ResourceId) -> None:
        """Set the flag; Azure answers at once."""
        with self._doing("generalize", vm):
            calls.read(self._sdk(vm).generalize, *names(vm), api_version=self.api)

    def boot_log(self, vm: ResourceId) -> str:
        """What the guest's serial console said, '' if nothing yet. A POST that only reads."""
        with self._doing("read the boot log of", vm):
            operation = self._sdk(vm).retrieve_boot_diagnostics_data
            log = calls.read(operation, *names(vm), api_version=self.api, sas_uri_expiration_time_in_minutes=LOG_MINUTES)
            uri = log.get("serialConsoleLogBlobUri")
            return self._connection.download_text(uri) if uri else ""

    def _list_operations(self, sdk: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
        return sdk.list_all, sdk.list
