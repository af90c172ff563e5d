# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes and partitions of the disks, as the kernel knows them: what limits wiping, and what is neither wiped nor searched."""

from __future__ import annotations

import glob
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from machine import Machine
from mounts import device_number, device_of, disk_mounts, disks, mounts, os_mounts
from report import UNPROVEN, WARN, Check, Finding
from swap import swap_areas
from system import output, read
from treated import treated_mounts

SYS = Path("/sys")
SECTOR = 512
BIOS_BOOT = "21686148-6449-6e6f-744e-656564454649"
"""The type of the partition in which GRUB keeps itself; nothing else ever writes there."""
SMALL = 8 << 20  # bytes between partitions that only align them
VIRTUAL = ("loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd")
"""How the names of block devices begin that are not disks of the VM."""
TEMPORARY = ("/dev/disk/azure/resource", "/dev/disk/cloud/azure_resource", "/dev/disk/azure/local/by-index/*")
"""Links to the disks that Azure makes for each VM and start; no image holds them."""


def device_folder(number: str) -> Path:
    """The folder of a block device, by its number."""
    return (SYS / "dev/block" / number).resolve()


def value(folder: Path, name: str) -> str:
    """One property of a block device; empty if it has none."""
    return read(str(folder / name)).strip()


def size(folder: Path) -> int:
    """The size of a block device in bytes."""
    return int(value(folder, "size") or 0) * SECTOR


def gibibytes(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / 2**30:.1f} GiB"


def device_and_those_below(number: str) -> Iterator[Path]:
    """The folders of a block device and of all those that it is made of."""
    folder = device_folder(number)
    yield folder
    for below in sorted((folder / "slaves").glob("*")):
        yield from device_and_those_below(value(below, "dev"))


def overcommitted_pool(number: str) -> tuple[str, int, int] | None:
    """The thin pool under a device whose volumes are larger than itself: its name, their size and its own."""
    for pool in device_and_those_below(number):
        if value(pool, "dm/uuid").endswith("-tpool"):
            volumes = [volume for volume in (pool / "holders").glob("*") if not value(volume, "dm/uuid").endswith("-pool")]
            promised = sum(size(volume) for volume in volumes)
            if promised > size(pool):
                return value(pool, "dm/name"), promised, size(pool)
    return None


def thin_pools(machine: Machine) -> Iterator[Finding]:
    """File systems to overwrite that lie on an overcommitted thin pool."""
    for number, place in treated_mounts(machine) if machine.wipe else ():
        pool = overcommitted_pool(number)
        if pool:
            name, promised, own = pool
            yield Finding(f"{place} lies on the thin pool {name} of {gibibytes(own)}, whose volumes have {gibibytes(promised)}")


def lvm_snapshots(machine: Machine) -> Iterator[Finding]:
    """Snapshots of LVM, thin ones included: they keep what is deleted."""
    listed = output("lvs", "--noheadings", "--separator=/", "--options=vg_name,lv_name", "--select=origin!=''").split()
    return (Finding(f"the volume {name} is a snapshot") for name in listed)


def untrimmed(machine: Machine) -> Iterator[Finding]:
    """File systems whose free space cannot be trimmed."""
    kinds = {mount.place: mount.kind for mount in mounts()}
    for number, place in treated_mounts(machine):
        folder = device_folder(number)
        queue = folder if (folder / "queue").exists() else folder.parent
        if value(queue, "queue/discard_max_bytes") == "0":
            yield Finding(f"the device under {place} does not learn which blocks are free", WARN)
            if kinds[place] == "btrfs":
                yield Finding(
                    f"small files that were deleted from {place} (btrfs) lie among its metadata, which is not overwritten", UNPROVEN
                )


def own_disks() -> set[str]:
    """The disks under the root file system."""
    return disks(os_mounts()[0][0])


def free_extents(machine: Machine) -> Iterator[Finding]:
    """Space of the disk of the operating system that belongs to no partition or volume."""
    for disk in sorted(own_disks()):
        free = unpartitioned(SYS / "block" / disk)
        if free > SMALL:
            yield Finding(f"{gibibytes(free)} of the disk {disk} belong to no partition", UNPROVEN)
    groups = output("vgs", "--noheadings", "--units=b", "--nosuffix", "--separator=/", "--options=vg_free,vg_name").split()
    for left, name in (group.split("/") for group in groups):
        if int(left):
            yield Finding(f"{gibibytes(int(left))} of the volume group {name} belong to no volume", UNPROVEN)


def unpartitioned(disk: Path) -> int:
    """The bytes of a disk that lie in no partition; 0 if the disk has no partitions. The kernel lists an extended one with 2 sectors."""
    partitions = [part.parent for part in disk.glob("*/partition")]
    return size(disk) - sum(size(part) for part in partitions) if partitions else 0


def unmounted_partitions(machine: Machine) -> Iterator[Finding]:
    """Partitions and volumes of the disk of the operating system that are neither mounted, nor swap, nor a part of a volume."""
    used = {device_of(mount) for mount in mounts()} | {device_number(area.path) for area in swap_areas()}
    for folder in sorted((SYS / "class/block").resolve().glob("*")):
        number = value(folder, "dev")
        is_part = (folder / "partition").exists() or (folder / "dm").exists()
        if is_part and number not in used and disks(number) & own_disks() and not is_used_otherwise(folder):
            yield Finding(f"{description(folder.name)} is not mounted", UNPROVEN)


def is_used_otherwise(folder: Path) -> bool:
    """Whether a partition or volume is a part of others, or holds no data: an extended partition, or a pool, which only has volumes."""
    is_part = bool(os.listdir(folder / "holders")) or value(folder, "dm/uuid").endswith("-pool")
    return is_part or size(folder) <= 2 * SECTOR or is_boot_code(folder.name)


def is_boot_code(name: str) -> bool:
    """Whether a partition holds only the code of a boot loader."""
    return properties(name).get("PART_ENTRY_TYPE") == BIOS_BOOT


def description(name: str) -> str:
    """A partition or volume for people: its name, and what is written on it."""
    known = properties(name)
    labels = [known[key] for key in ("TYPE", "LABEL", "PART_ENTRY_NAME") if known.get(key)]
    kind = value(SYS / "class/block" / name, "dm/name")
    return f"/dev/{name} ({', '.join([*([kind] if kind else []), *labels]) or 'of an unknown type'})"


def properties(name: str) -> dict[str, str]:
    """The properties that blkid reads from a block device."""
    asked = ["blkid", "--probe", "--output", "export", f"/dev/{name}"]
    done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)


def other_disks(machine: Machine) -> Iterator[Finding]:
    """Disks that the image will hold and that are not searched."""
    if machine.os_only:
        return
    temporary = {os.path.basename(os.path.realpath(path)) for pattern in TEMPORARY for path in glob.glob(pattern)}
    searched = {disk for number, _place in treated_mounts(machine) for disk in disks(number)}
    for folder in sorted((SYS / "block").glob("*")):
        if not folder.name.startswith(VIRTUAL) and size(folder) and folder.name not in temporary | own_disks():
            places = [place for number, place in disk_mounts() if folder.name in disks(number)]
            where = f"{folder.name} ({', '.join(places) or 'not mounted'})"
            partly = " beyond the file systems from which something is removed" if folder.name in searched else ""
            yield Finding(f"the disk {where} becomes a part of the image and is not searched{partly}", UNPROVEN)


OURS = "roles/linux_generalize/files/seal/volumes.py"
CHECKS = (
    Check(
        id="thin_pool",
        fine="no file system to overwrite lies on an overcommitted thin pool",
        why="overwriting free space could exhaust the pool and damage its volumes",
        mend="enlarge the pool, or waive this check: free space there is then trimmed, but not overwritten",
        source="https://manpages.debian.org/stable/lvm2/lvmthin.7.en.html",
        look=thin_pools,
    ),
    Check(
        id="lvm_snapshot",
        fine="there are no snapshots of LVM",
        why="a snapshot keeps the files that sealing removes, and would bring them into the image",
        mend="remove it with lvremove",
        source="https://manpages.debian.org/stable/lvm2/lvmthin.7.en.html",
        look=lvm_snapshots,
    ),
    Check(
        id="discard",
        fine="free space can be trimmed",
        why="snapshots and images of the disk become as large as the disk",
        mend="on LUKS, allow discards (cryptsetup refresh --allow-discards --persistent); otherwise accept it",
        source="https://manpages.debian.org/stable/util-linux/fstrim.8.en.html",
        look=untrimmed,
    ),
    Check(
        id="free_extents",
        fine="every part of the disk of the operating system belongs to a partition or volume",
        why="deleted partitions and volumes can have left data there, which is neither overwritten nor searched",
        mend="overwrite it by hand if a partition or volume was ever deleted or made smaller",
        source=OURS,
        look=free_extents,
    ),
    Check(
        id="unmounted_partition",
        fine="every partition of the disk of the operating system is mounted or in use",
        why="its files are neither removed nor searched, and become a part of the image",
        mend="mount it, or delete and overwrite it, if it holds anything that clones must not have",
        source=OURS,
        look=unmounted_partitions,
    ),
    Check(
        id="other_disks_not_searched",
        fine="the image holds no disk that is not searched",
        why="what identifies this machine on other disks becomes a part of the image",
        mend="capture the disk of the operating system alone, detach the disk, or make sure that clones may have its content",
        source=OURS,
        look=other_disks,
    ),
)
