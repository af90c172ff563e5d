# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partitions of a disk, and which Hyper-V generation can start from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InvalidRequest

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Partitions:
    """The parts of a partition table that decide which VMs can start from the disk. ``table`` is ``mbr``, ``gpt`` or None."""

    table: str | None = None
    esp: bool = False
    bios_boot: bool = False

    @property
    def generation(self) -> str:
        """The Hyper-V generation of the VMs for which the disk was made: ``V1`` or ``V2``."""
        return "V2" if self.esp else "V1"


def require_bootable(path: str, partitions: Partitions, generation: str) -> None:
    """Refuse a disk that VMs of the generation cannot start from: Azure would accept it, and every VM made from it would hang."""
    if generation == "V2" and not partitions.esp:
        raise InvalidRequest(
            f"{path} has no EFI system partition, so VMs of Hyper-V generation V2 cannot start from it: "
            "use hyper_v_generation V1, or add one."
        )
    if generation == "V1" and partitions.table == "gpt" and not partitions.bios_boot:
        raise InvalidRequest(
            f"{path} has a GPT without a BIOS boot partition, so VMs of Hyper-V generation V1 cannot start from it: "
            "use hyper_v_generation V2, or add one."
        )
