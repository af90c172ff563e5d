# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disks of a VM of which snapshots are taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..._core.errors import InvalidRequest
from ..._core.model.disk import Disk
from ..._core.model.vm import AttachedDisk, Vm


class Source(NamedTuple):
    """A disk of the VM, and how it is attached."""

    attached: AttachedDisk
    disk: Disk


def sources_of(vm: Vm, disks: Iterable[Disk]) -> list[Source]:
    """The disks of a VM, all of which must be managed disks, the only kind that has snapshots. ``disks`` has them all."""
    known = {disk.id: disk for disk in disks}
    sources = []
    for attached in vm.disks:
        if attached.ephemeral:
            raise InvalidRequest(
                f"the OS disk of VM {vm.id.name} is ephemeral, and Azure cannot take a snapshot of it: no backup is possible."
            )
        if attached.disk is None:
            raise InvalidRequest(f"disk {attached.name} of VM {vm.id.name} is not a managed disk, and only those can be backed up.")
        sources.append(Source(attached, known[attached.disk]))
    return sources
