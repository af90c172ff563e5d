# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the verdict of a guest, wherever the finalizer of its operating system leaves it, before and after the guest has stopped."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.errors import Failed, Missing, Refused, Unavailable
from ..._core.model.vm import STOPPED, Vm
from ..._core.ports import Azure
from .evidence import FAILED, UNAVAILABLE, UNREAD, Verdict, VerdictReader
from .evidence_of import linux

# By the OS type of a VM. Of a Windows VM, no word of the guest counts: its OS disk is read, see evidence_of/windows.py.
VERDICT_READERS: Mapping[str, VerdictReader] = {"Linux": linux.read_verdict}

LAG_SECONDS = 60.0
"""How long a boot log may lack what its guest has written last. Azure does not say; it collects the console at intervals."""
PATIENCE = 6
"""Readings, one each ten seconds, after which a refusal that was there from the beginning is taken for that of the present attempt."""


def read_verdict(azure: Azure, vm: Vm) -> Verdict:
    """The verdict on a VM as it is now."""
    return VERDICT_READERS.get(vm.os_type, linux.read_verdict)(azure, vm)


def await_verdict(azure: Azure, vm: Vm) -> Verdict:
    """The verdict on a VM that has stopped. It is read again for a while if it may not have reached the boot log yet."""

    def is_final(verdict: Verdict) -> bool:
        return not verdict.is_awaited or vm.power != STOPPED

    return azure.until(lambda: read_verdict(azure, vm), is_final, LAG_SECONDS)


def overhear(azure: Azure, vm: Vm) -> Verdict:
    """The verdict on a VM that still runs. Its boot log may not exist yet, so only a missing right to read it is an error."""
    try:
        return read_verdict(azure, vm)
    except (Failed, Missing, Refused, Unavailable) as error:
        return UNREAD._replace(reason=f"its boot log could not be read: {error.message}")


class Watch:
    """Listens to a guest while the task waits for it to stop, so that a refusal to be sealed ends the wait."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure
        self._heard: list[Verdict] = []
        self.verdict = UNREAD

    def is_lost(self, vm: Vm) -> bool:
        """Read the verdict once more; whether the present attempt has failed.

        A refusal that was there from the beginning may be that of an earlier attempt, while the present one has written nothing yet.
        """
        self.verdict = overhear(self._azure, vm)
        self._heard += [self.verdict] if self.verdict.state != UNAVAILABLE else []
        is_new = any(each != self.verdict for each in self._heard) or len(self._heard) >= PATIENCE
        return self.verdict.state == FAILED and is_new
