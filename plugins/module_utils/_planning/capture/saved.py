# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backups of a VM that is to be captured. Snapshots are read by the ids that they must have, and listed only if those do not suffice.

A list may lack for minutes what was just created. It may also be refused, since it covers a whole subscription.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from ..._core.errors import Denied
from ..._core.ids import ResourceId
from ..._core.model.snapshot import Snapshot
from ..._core.model.vm import Vm
from ..._core.ports import Azure
from ..backup.backups import Backup, backups_in
from ..backup.names import snapshot_id
from ..backup.request import DEFAULT_NAME, BackupRequest


class Saved(NamedTuple):
    """The backups that were found, and the reasons why there may be others."""

    backups: tuple[Backup, ...] = ()
    unread: tuple[str, ...] = ()


def find_backups(azure: Azure, vm: Vm, groups: Sequence[str], suffices: Callable[[tuple[Backup, ...]], bool]) -> Saved:
    """The backups of a VM in its subscription. Those of the default name in ``groups`` are read first, and may suffice."""
    search = _Search(azure, vm)
    for group in groups:
        search.read_numbered(BackupRequest(vm.id, group, DEFAULT_NAME), 1)
        if suffices(search.backups):
            return search.saved
    search.discover()
    return search.saved


class _Search:
    """One search. Snapshots that were read by id replace those that were listed."""

    def __init__(self, azure: Azure, vm: Vm) -> None:
        self._azure, self._vm = azure, vm
        self._found: dict[ResourceId, Snapshot] = {}
        self._unread: list[str] = []

    @property
    def backups(self) -> tuple[Backup, ...]:
        """All backups that were found so far."""
        return backups_in(self._found.values())

    @property
    def saved(self) -> Saved:
        """The result of the search."""
        return Saved(self.backups, tuple(self._unread))

    def read_numbered(self, request: BackupRequest, first: int) -> None:
        """Read the backups of one name in one group by their ids, from a number on until there is none."""
        for number in count(first):
            parts = (snapshot_id(request, self._vm, disk.lun, number) for disk in self._vm.disks)
            if not self._read(next(parts)):
                return
            for part in parts:
                self._read(part)

    def discover(self) -> None:
        """List the snapshots of the subscription, then read the newest backup of each name by id, and those that the list lacks."""
        try:
            listed = self._azure.snapshots.list(subscription=self._vm.id.subscription)
        except Denied as error:
            self._unread.append(error.message)
            return
        self._found = {each.id: each for each in listed} | self._found
        for request, newest in dict(_series(backups_in(listed), self._vm)).items():
            self.read_numbered(request, newest)

    def _read(self, snapshot: ResourceId) -> bool:
        """Read a snapshot; whether it exists. One that this identity may not read counts as missing, with its reason."""
        try:
            found = self._azure.snapshots.find(snapshot)
        except Denied as error:
            self._unread.append(error.message)
            return False
        if found:
            self._found[snapshot] = found
        return found is not None


def _series(backups: Sequence[Backup], vm: Vm) -> Iterator[tuple[BackupRequest, int]]:
    """Each name and group that the VM has backups of, with their numbers in ascending order."""
    for backup in sorted(backups, key=lambda backup: backup.number):
        if backup.vm_id == vm.vm_id:
            yield BackupRequest(vm.id, backup.snapshots[0].id.resource_group, backup.name), backup.number
