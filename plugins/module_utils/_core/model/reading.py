# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the bytes of a managed disk or snapshot can be read from outside, with a SAS: what Azure is known to refuse.

https://learn.microsoft.com/azure/virtual-machines/disks-restrict-import-export-overview
https://learn.microsoft.com/azure/virtual-machines/windows/download-vhd
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .disk import Disk
from .protection import Protection
from .provisioning import SUCCEEDED
from .snapshot import Snapshot

ATTACHED, UPLOADING = "Attached", ("ReadyToUpload", "ActiveUpload")
"""The states of a disk whose VM is not deallocated, and of one whose upload is not finished."""
DENY_ALL, ALLOW_PRIVATE, DISABLED, SIGNED_IN = "DenyAll", "AllowPrivate", "Disabled", "AzureActiveDirectory"


class Obstacle(NamedTuple):
    """Why a disk or snapshot cannot be read, as a clause about it, and what to do."""

    what: str
    mend: str


def title_of(resource: Disk | Snapshot) -> str:
    """The disk or snapshot in sentences."""
    return f"{'snapshot' if isinstance(resource, Snapshot) else 'disk'} {resource.id.name}"


def protection_against_reading(protection: Protection) -> Obstacle | None:
    """The property that forbids everyone to read a disk or snapshot, from everywhere."""
    policy, public = protection.network_access_policy, protection.public_network_access
    if policy == DENY_ALL:
        return Obstacle("its networkAccessPolicy is DenyAll", "set it to AllowAll, or to AllowPrivate with a disk access, while it is read")
    if public == DISABLED and policy != ALLOW_PRIVATE:
        return Obstacle(
            "its publicNetworkAccess is Disabled, and its networkAccessPolicy is not AllowPrivate",
            "enable it while it is read, or set networkAccessPolicy to AllowPrivate with a disk access that this machine reaches",
        )
    if protection.data_access_auth_mode == SIGNED_IN:
        mode = "its dataAccessAuthMode is AzureActiveDirectory, which a SAS alone does not satisfy"
        return Obstacle(mode, "set it to None while it is read")
    return None


def private_access(protection: Protection) -> Obstacle | None:
    """The property because of which only machines in certain networks can read a disk or snapshot."""
    if protection.network_access_policy != ALLOW_PRIVATE:
        return None
    return Obstacle(
        "its networkAccessPolicy is AllowPrivate, so that only machines behind a private endpoint of its disk access can read it",
        "run this from such a machine, or set networkAccessPolicy to AllowAll while it is read",
    )


def obstacle_to_reading(resource: Disk | Snapshot) -> Obstacle | None:
    """The first reason why a disk or snapshot cannot be read now."""
    return next(_obstacles(resource), None)


def _obstacles(resource: Disk | Snapshot) -> Iterator[Obstacle]:
    if protected := protection_against_reading(resource.protection):
        yield protected
    yield from _of_snapshot(resource) if isinstance(resource, Snapshot) else _of_disk(resource)


def _of_disk(disk: Disk) -> Iterator[Obstacle]:
    if disk.state == ATTACHED:
        vm = f"VM {disk.managed_by.name}" if disk.managed_by else "a VM"
        yield Obstacle(f"it is attached to {vm}, which is not deallocated", "deallocate the VM, or read a snapshot of the disk")
    if disk.state in UPLOADING:
        yield Obstacle("its upload is not finished", "finish the upload first")


def _of_snapshot(snapshot: Snapshot) -> Iterator[Obstacle]:
    if snapshot.provisioning_state != SUCCEEDED:
        yield Obstacle(f"its provisioning state is {snapshot.provisioning_state or 'unknown'}", "use another snapshot")
    if not snapshot.copied:
        yield Obstacle(f"Azure has copied {snapshot.completion_percent:g} % of it", "wait until it is complete")
