# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of volumes and files that are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from ....._core.checks import WARN
from ..facts import BitLocker
from ..rule import Finding, Guest, Rule
from ..section import Unread
from .session import OVERVIEW

FULLY_DECRYPTED = "FullyDecrypted"
FEATURE = "BitLocker"


def bitlocker(guest: Guest) -> Iterator[Finding]:
    """A volume that is not fully decrypted. That its protection is off is not enough."""
    if not _has_bitlocker(guest):
        return
    for volume in guest.facts.volumes.bitlocker.value:
        if not _decrypted(volume):
            yield Finding(
                f"the volume {volume.mount_point} is not decrypted: its VolumeStatus is {volume.volume_status or volume.conversion}",
                f"run Disable-BitLocker -MountPoint '{volume.mount_point}' and wait until VolumeStatus is {FULLY_DECRYPTED}",
            )


def _has_bitlocker(guest: Guest) -> bool:
    """Whether BitLocker answers, or should; a server without the feature cannot answer and encrypts nothing."""
    if not guest.facts.volumes.bitlocker.reason:
        return True
    features = guest.facts.software.features
    return bool(features.reason) or features.value is None or any(each.name == FEATURE for each in features.value)


def _decrypted(volume: BitLocker) -> bool:
    if volume.volume_status is not None:
        return volume.volume_status == FULLY_DECRYPTED
    if volume.conversion is None:
        raise Unread(f"volumes.bitlocker: BitLocker does not report the state of the volume {volume.mount_point}")
    return volume.conversion == 0


def encrypted_files(guest: Guest) -> Iterator[Finding]:
    """Files that the Encrypting File System has encrypted."""
    count = guest.facts.volumes.efs_files.value
    if count:
        yield Finding(f"{count} file(s) are encrypted with EFS", "decrypt them (cipher /d), or accept that they are lost", WARN)


RULES = (
    Rule(
        "bitlocker",
        "all volumes are decrypted",
        "Sysprep refuses an encrypted volume (0x80310039), and Azure cannot start from one",
        "https://learn.microsoft.com/azure/virtual-machines/generalize",
        (bitlocker,),
    ),
    Rule(
        "efs",
        "no file is encrypted with EFS",
        "nothing can decrypt such files once the machine is generalized",
        OVERVIEW,
        (encrypted_files,),
        forbids=False,
    ),
)
