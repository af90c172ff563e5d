# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the verdict of a guest, wherever the finalizer of its operating system leaves it."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.model.vm import Vm
from ..._core.ports import Azure
from .evidence import Verdict, VerdictReader
from .evidence_of import linux

# By the OS type of a VM. A guest of any other type is read like Linux, and found without a verdict.
VERDICT_READERS: Mapping[str, VerdictReader] = {"Linux": linux.read_verdict}


def read_verdict(azure: Azure, vm: Vm) -> Verdict:
    """The verdict on a VM as it is now."""
    return VERDICT_READERS.get(vm.os_type, linux.read_verdict)(azure, vm)
