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
from ..sdk.waiting import VM_LOOK_SECONDS
from .base import Resources, names

LOG_MINUTES = 10


class Machines(Resources[Vm]):
    """Virtual machines."""

    noun, operations, api = "VM", "virtual_machines", calls.COMPUTE
    parse = staticmethod(parse_vm)
    look = VM_LOOK_SECONDS

    def get(self, resource: ResourceId) -> Vm:
        """The VM with its power state; raise Missing if it does not exist."""
        with self._describing("read", resource):
            operation = self._sdk(resource).get
            return parse_vm(calls.read(operation, *names(resource), api_version=self.api, expand="instanceView"))

    def find_stopped(self, vm: ResourceId) -> Vm | None:
        """Wait until the VM has stopped by itself or the deadline is near; None if it does not exist."""
        return self._until(lambda: self.find(vm), lambda found: found is None or found.has_stopped)

    def deallocate(self, vm: ResourceId) -> None:
        """Stop the VM, release its host, and wait until that is done."""
        with self._describing("deallocate", vm):
            calls.run(self._sdk(vm).begin_deallocate, *names(vm), api_version=self.api)

    def generalize(self, vm: ResourceId) -> None:
        """Mark the VM as generalized, which Azure does at once."""
        with self._describing("generalize", vm):
            calls.read(self._sdk(vm).generalize, *names(vm), api_version=self.api)

    def boot_log(self, vm: ResourceId) -> str:
        """The text of the guest's serial console; '' if there is none yet. Azure makes this a POST, but it only reads."""
        with self._describing("read the boot log of", vm):
            operation = self._sdk(vm).retrieve_boot_diagnostics_data
            log = calls.read(operation, *names(vm), api_version=self.api, sas_uri_expiration_time_in_minutes=LOG_MINUTES)
            uri = log.get("serialConsoleLogBlobUri")
            return self._client.download_text(uri) if uri else ""

    def _list_operations(self, sdk: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
        return sdk.list_all, sdk.list
