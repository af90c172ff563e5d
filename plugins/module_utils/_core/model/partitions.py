# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partitions of a disk, and which Hyper-V generation can start from them."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidRequest


@dataclass(frozen=True)
class Partitions:
    """The parts of a partition table that decide which VMs can start from the disk. ``table`` is ``mbr``, ``gpt`` or None.

    ``boot_code`` is whether the first sector holds a program, which only BIOS starts. ``flaw`` says why no firmware starts from the disk,
    as the end of a sentence that begins with the path, or is None.
    """

    table: str | None = None
    esp: bool = False
    bios_boot: bool = False
    boot_code: bool = True
    flaw: str | None = None

    @property
    def generation(self) -> str:
        """The Hyper-V generation of the VMs for which the disk was made: ``V1`` or ``V2``."""
        return "V2" if self.esp else "V1"


def require_bootable(path: str, partitions: Partitions, generation: str) -> None:
    """Refuse a disk that VMs of the generation cannot start from: Azure would accept it, and every VM made from it would hang."""
    if partitions.flaw:
        raise InvalidRequest(f"{path} {partitions.flaw}.")
    if generation == "V2" and not partitions.esp:
        raise InvalidRequest(
            f"{path} has no EFI system partition, so VMs of Hyper-V generation V2 cannot start from it: "
            "use hyper_v_generation V1 if it starts by BIOS, or add an EFI system partition with a boot loader."
        )
    if generation == "V1":
        _require_bios(path, partitions)


def _require_bios(path: str, partitions: Partitions) -> None:
    if partitions.table == "gpt" and not partitions.bios_boot:
        raise InvalidRequest(
            f"{path} has a GPT without a BIOS boot partition, so VMs of Hyper-V generation V1 cannot start from it: "
            "use hyper_v_generation V2 if it starts by UEFI, or add a BIOS boot partition and a boot loader."
        )
    if not partitions.boot_code:
        raise InvalidRequest(
            f"{path} has no boot code in its first sector, so VMs of Hyper-V generation V1 cannot start from it: "
            "install a boot loader for BIOS on it (for example with grub-install), or use hyper_v_generation V2 if it starts by UEFI."
        )
