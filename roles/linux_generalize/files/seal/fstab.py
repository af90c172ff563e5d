# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether a clone can mount what /etc/fstab, mount units and /etc/crypttab ask for, with the disks that the image will hold.

systemd does not finish a start without a local mount that is not marked nofail: it waits 90 seconds for the device and then opens a
shell on the console. The option x-systemd.device-timeout shortens the waiting only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from machine import Machine
from mounts import device_number, device_number_below, disks
from network import sections
from report import BLOCK, WARN, Check, Finding
from system import read

OS, DATA, TEMPORARY, MISSING = "the OS disk", "a data disk", "the temporary disk", "no disk of this machine"
NETWORK_TYPES = {
    "afs", "ceph", "cifs", "davfs", "gfs", "gfs2", "glusterfs", "lustre", "ncp", "ncpfs", "nfs", "nfs4", "ocfs2", "pvfs2", "smb3",
    "smbfs", "sshfs",
}  # fmt: skip
"""The types of file systems that systemd takes for network shares, which a start does not depend on."""
TAGS = ("UUID", "LABEL", "PARTUUID", "PARTLABEL", "ID")
NAMED_DEVICE = re.compile(r"/dev/(sd|hd|vd|xvd|nvme)[a-z0-9]+$")
NAMED_BY_PATH = re.compile(r"/dev/disk/by-(path|id)/")
TEMPORARY_LINKS = ("/dev/disk/azure/resource", "/dev/disk/cloud/azure_resource")
TEMPORARY_BUS = re.compile(r"/00000000-0001-|/f8b3781a-1e82-4818-a1c3-63d806ec15bb/.*:1(/|$)")
"""The place of the temporary disk in Hyper-V: on the second IDE channel, or on the first SCSI controller as LUN 1."""
MADE_BY_CLOUD_INIT = "comment=cloudconfig"  # the finalizer removes these lines, and cloud-init writes them again
SOURCE = "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/attach-disk-portal"


class Line(NamedTuple):
    """A file system or swap area that is to be mounted; `place` is the file that says so."""

    what: str
    where: str
    kind: str
    options: frozenset[str]
    place: str

    @property
    def is_swap(self) -> bool:
        return self.kind == "swap"

    @property
    def is_automatic(self) -> bool:
        """Whether the start of the machine mounts it."""
        return not self.options & {"noauto", "x-systemd.automount"}

    @property
    def is_required(self) -> bool:
        """Whether the start of the machine fails without it."""
        return self.is_automatic and "nofail" not in self.options

    @property
    def is_network(self) -> bool:
        """Whether systemd takes it for a network share."""
        return "_netdev" in self.options or re.sub(r"^fuse\.", "", self.kind) in NETWORK_TYPES

    @property
    def name(self) -> str:
        return f"{self.where if self.where.startswith('/') else self.kind} from {self.what} in {self.place}"


def lines_of(text: str, place: str = "/etc/fstab") -> list[Line]:
    """The lines of fstab, except those that the finalizer removes."""
    rows = [line.split() for line in text.splitlines() if MADE_BY_CLOUD_INIT not in line]
    return [
        Line(plain(row[0]), plain(row[1]), row[2], frozenset((row[3] if len(row) > 3 else "defaults").split(",")), place)
        for row in rows
        if len(row) > 2 and not row[0].startswith("#")
    ]


def plain(field: str) -> str:
    """A field with its escapes (`\\040` is a space) and the quotes of a tag resolved."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field).replace('"', "")


def mount_units(root: str = "/etc/systemd/system") -> list[Line]:
    """The mount units that the owner of the machine wrote and enabled; one that is merely wanted does not make the start fail."""
    found = []
    for link in sorted(Path(root).glob("*.*/*.mount")):
        strength = link.parent.suffix
        values = {key: value for section, key, value in sections(read(str(link))) if section == "Mount"}
        options = frozenset([*values.get("Options", "").split(","), *(["nofail"] if strength == ".wants" else [])])
        if strength in (".wants", ".requires"):
            found.append(Line(values.get("What", ""), values.get("Where", ""), values.get("Type", ""), options, str(link)))
    return found


def location(what: str) -> str:
    """On which disk a device, or the file system that holds a file or folder, lies; empty if it is on none, as tmpfs."""
    path = device_path(what)
    if not path.startswith("/"):
        return ""
    if not os.path.exists(path):
        return MISSING
    number = device_number(path) if os.path.realpath(path).startswith("/dev/") else device_number_below(path)
    holders = disks(number)
    if not holders:
        return ""
    if holders <= disks(device_number_below("/")):
        return OS
    return TEMPORARY if holders & temporary_disks() else DATA


def device_path(what: str) -> str:
    """The path of what is to be mounted, by which a tag (`UUID=`) is found as well."""
    tag, _sign, value = what.partition("=")
    if tag in TAGS and value:
        quoted = re.sub(r"[^\w#+.:=@-]", lambda sign: "".join(f"\\x{byte:02x}" for byte in sign[0].encode()), value)
        return f"/dev/disk/by-{tag.lower()}/{quoted}"
    return what


def temporary_disks() -> set[str]:
    """The disks of this machine that are empty on each new VM."""
    linked = {os.path.basename(os.path.realpath(link)) for link in TEMPORARY_LINKS if os.path.exists(link)}
    on_bus = {path.name for path in Path("/sys/block").glob("*") if TEMPORARY_BUS.search(os.path.realpath(path / "device"))}
    return linked | on_bus


def missing_on_clone(lines: Sequence[Line], os_only: bool) -> Iterator[tuple[Line, str]]:
    """The lines whose device a clone will not have, each with the reason; a mount below one that is missing is missing as well."""
    for line in lines:
        if gone(line, os_only):
            yield line, f"lies on {described(location(line.what))}"
            continue
        for below in (other for other in lines if lies_below(line, other) and gone(other, os_only)):
            yield line, f"needs {below.where}, which lies on {described(location(below.what))}"


def lies_below(line: Line, other: Line) -> bool:
    """Whether a line needs the mount of another one."""
    folder = other.where.rstrip("/") + "/"
    return line is not other and folder != "/" and any(path.startswith(folder) for path in (line.where, line.what))


def gone(line: Line, os_only: bool) -> bool:
    """Whether a clone will not have the device of a line."""
    return not line.is_network and is_left_behind(location(line.what), os_only)


def is_left_behind(disk: str, os_only: bool) -> bool:
    """Whether the image will not hold a disk."""
    return disk in (TEMPORARY, MISSING) or (disk == DATA and os_only)


def described(disk: str) -> str:
    """A disk that a clone lacks, as the end of a sentence."""
    return disk if disk == MISSING else f"{disk}, which the image does not hold"


def all_lines() -> list[Line]:
    """The mounts that /etc/fstab and mount units ask for."""
    return [*lines_of(read("/etc/fstab")), *mount_units()]


def needed_disks(machine: Machine) -> Iterator[Finding]:
    """Lines that a clone cannot mount. Without nofail it does not start; without swap it starts, after 90 seconds of waiting."""
    for line, reason in missing_on_clone(all_lines(), machine.os_only):
        if line.is_required:
            yield Finding(f"{line.name} {reason}", WARN if line.is_swap else BLOCK)
        elif line.is_automatic and "nofail" in line.options and line.place != "/etc/fstab":
            yield Finding(f"{line.name} {reason}", WARN)
    yield from locked_disks(read("/etc/crypttab"), machine.os_only)


def locked_disks(text: str, os_only: bool) -> Iterator[Finding]:
    """Encrypted devices that a clone waits for."""
    for row in (line.split() for line in text.splitlines() if not line.lstrip().startswith("#")):
        options = set(row[3].split(",")) if len(row) > 3 else set()
        disk = location(plain(row[1])) if len(row) > 1 else ""
        if is_left_behind(disk, os_only) and not options & {"nofail", "noauto"}:
            yield Finding(f"{row[0]} from {row[1]} in /etc/crypttab lies on {described(disk)}", WARN)


def unstable_names(machine: Machine) -> Iterator[Finding]:
    """Devices named by the order in which the kernel found them, or by the place or the serial number of a disk of this machine."""
    for line in all_lines():
        automatic = BLOCK if line.is_automatic else WARN
        if NAMED_DEVICE.match(line.what):
            yield Finding(f"{line.name}: a clone may give that name to another disk", automatic)
        elif NAMED_BY_PATH.match(line.what):
            yield Finding(f"{line.name}: that name holds for a disk of this machine only", BLOCK if line.is_required else WARN)


def needed_shares(machine: Machine) -> Iterator[Finding]:
    """Network shares that the start of a clone waits for, or fails without."""
    for line in all_lines():
        if line.is_required and line.is_network:
            yield Finding(f"{line.name} has no nofail", WARN)
        elif line.is_required and line.kind.startswith("fuse") and "/" not in line.what[:1]:
            yield Finding(f"{line.name} has neither nofail nor _netdev, so that it is taken for a local file system", BLOCK)


CHECKS: Sequence[Check] = (
    Check(
        id="fstab_data_disk",
        fine="every disk that the start of the machine needs will be in the image",
        why="the start of a clone would wait for the disk and then stop, before anyone can log in",
        mend="write nofail among the options of the line, or remove the line; or capture the data disks as well",
        source=SOURCE,
        look=needed_disks,
    ),
    Check(
        id="fstab_device_name",
        fine="no disk is named by its order or by its place",
        why="a clone would mount another disk at that place, or none, and might not start",
        mend="write UUID= or LABEL= instead",
        source=SOURCE,
        look=unstable_names,
    ),
    Check(
        id="fstab_network_share",
        fine="the start of the machine waits for no network share",
        why="a clone that cannot reach the share lets no one log in for minutes, or does not start",
        mend="write nofail,_netdev among the options of the line",
        source=SOURCE,
        look=needed_shares,
    ),
)
