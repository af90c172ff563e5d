# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines, always read with their instance view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..._core.errors import Failed, Refused
from ..._core.ids import ResourceId
from ..._core.model.vm import Vm
from ..parsing.vm import parse_vm
from ..sdk import calls
from ..sdk.waiting import VM_LOOK_SECONDS
from .base import Resources, names

LOG_MINUTES = 10
BUSY_PAUSES = (15.0,) * 40
"""Seconds to pause before each further try to deallocate a VM on which Azure is working: four a minute, the most that Azure allows:
https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits"""

DEALLOCATION_SECONDS = 300.0
"""How long a deallocation may take, and what follows it at once. A task with a short limit keeps a quarter of its time for that."""

BUSY_CODES = ("Conflict", "OperationPreempted")
"""With these, a deallocation ends as failed that Azure had accepted."""

LATE_VERSION = "GalleryImageNotFound"
LATE_VERSION_PAUSES = (30.0,) * 30
"""Seconds to pause before each further try to create a VM from a version that its region does not know. That lasts for some ten minutes
after the replication counts as completed: https://github.com/Azure/AgentBaker/pull/8373"""


TOO_EARLY_PAUSES = (60.0,) * 30
"""Seconds to pause before each further try to create a VM for which it is too early."""


class Machines(Resources[Vm]):
    """Virtual machines."""

    noun, operations, collection = "VM", "virtual_machines", "virtualMachines"
    api, creation_api = calls.COMPUTE, calls.VM_CREATION
    parse = staticmethod(parse_vm)
    look = VM_LOOK_SECONDS

    def get(self, resource: ResourceId) -> Vm:
        """The VM with its power state; raise Missing if it does not exist."""
        with self._describing("read", resource):
            operation = self._sdk(resource).get
            return parse_vm(calls.read(operation, *names(resource), api_version=self.api, expand="instanceView"))

    def create(self, resource: ResourceId, body: Mapping[str, Any]) -> Vm:
        """Create the VM, and wait until it is done. While its region does not know the version of its image, this is tried again."""
        make = super().create
        try:
            return self._insist(lambda: make(resource, body), LATE_VERSION_PAUSES, _is_late)
        except Refused as error:
            if not _is_late(error):
                raise
            raise _late(error) from error

    def create_later(self, vm: ResourceId, body: Mapping[str, Any], is_too_early: Callable[[Refused], bool]) -> Vm:
        """Create the VM. While Azure refuses that only because it is too early, this is tried again; nothing was made before."""
        return self._insist(lambda: self.create(vm, body), TOO_EARLY_PAUSES, is_too_early)

    def _insist(self, attempt: Callable[[], Vm], pauses: Sequence[float], again: Callable[[Refused], bool]) -> Vm:
        """Try until it works, with pauses, as long as a refusal says that it may work later."""
        for pause in pauses:
            try:
                return attempt()
            except Refused as error:
                if not again(error) or self._client.deadline.left <= pause:
                    raise
            self._client.deadline.sleep(pause)
        return attempt()

    def find_stopped(self, vm: ResourceId, is_lost: Callable[[Vm], bool]) -> Vm | None:
        """Wait until the VM has stopped by itself, ``is_lost`` says that it will not, or the deadline is near. None if there is no VM."""

        def is_over(found: Vm | None) -> bool:
            return found is None or found.has_stopped or is_lost(found)

        return self._until(lambda: self.find(vm), is_over)

    def deallocate(self, vm: ResourceId, confirm: Callable[[], None]) -> None:
        """Stop the VM, release its host, and wait until that is done. ``confirm`` is called right before each try.

        While Azure works on the VM, for an extension or a schedule, it refuses with 409; then this is tried again for some minutes.
        It is not begun shortly before the deadline: the boot log may be gone afterwards, so the task must be able to note what was read.
        """
        deadline = self._client.deadline
        with self._describing("deallocate", vm):
            deadline.require(min(DEALLOCATION_SECONDS, deadline.seconds / 4))
        for pause in (*BUSY_PAUSES, None):
            confirm()
            try:
                return self._deallocate(vm)
            except (Failed, Refused) as error:
                if pause is None or not _is_busy(error) or self._client.deadline.left <= pause:
                    raise
                self._client.deadline.sleep(pause)

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

    def _deallocate(self, vm: ResourceId) -> None:
        with self._describing("deallocate", vm):
            calls.run(self._sdk(vm).begin_deallocate, *names(vm), api_version=self.api)


def _is_late(error: Refused) -> bool:
    return error.facts.get("code") == LATE_VERSION


def _late(error: Refused) -> Refused:
    """The error about a version that a region does not know, with what may be the reason."""
    hint = (
        "A region knows a version only some minutes after it was replicated: run again later, or check the target regions of the version."
    )
    return Refused(f"{error.message.rstrip('.')}. {hint}", **error.facts)


def _is_busy(error: Failed | Refused) -> bool:
    """Whether an error means that Azure works on the VM, or preferred to. A lock is also refused with 409, but stays."""
    code = error.facts.get("code")
    return code in BUSY_CODES or (error.facts.get("status") == 409 and code != "ScopeLocked")
