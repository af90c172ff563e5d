# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine is, learned before anything is taken from it."""

from __future__ import annotations

import argparse
import glob
import os
import platform
import pwd
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from system import Unsealed, disk_mounts, os_mounts, read
from traces import EMPTIED

ACCOUNT_PATHS = tuple(f"/etc/{name}" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid"))
DAY = 24 * 3600
CLOCK_SLACK = 120  # seconds by which the clock may have been set back early in this machine's life
PUBLIC_KEY = re.compile(r"AAAA[A-Za-z0-9+/=]{40,}")


@dataclass(frozen=True)
class Machine:
    """What this machine is, learned before anything is taken from it."""

    vm_id: str
    wait: int
    wipe: bool
    keep: frozenset[str]
    extra: tuple[str, ...]
    users: tuple[str, ...]
    names: tuple[str, ...]
    marks: tuple[str, ...]
    born: int


def learn(options: argparse.Namespace) -> Machine:
    """Read names and marks while they are still there to be read."""
    keep = frozenset(options.keep)
    users = tuple(entry.pw_name for entry in accounts() if entry.pw_name not in keep)
    hosts = {platform.node(), platform.node().split(".")[0], read("/etc/hostname").strip()} - {"", "localhost", "localhost.localdomain"}
    machine_id, swapped = read("/etc/machine-id").strip(), str(uuid.UUID(bytes=uuid.UUID(options.vm_id).bytes_le))
    marks = {options.vm_id, swapped, options.vm_id.upper(), swapped.upper(), machine_id, *macs()}
    homes = ["/root", *(pwd.getpwnam(user).pw_dir for user in users)]
    refuse_mounts_below((*homes, *EMPTIED, *options.remove))
    kept_homes = (entry.pw_dir for entry in accounts() if entry.pw_name in keep)
    marks.update(host_keys(), {*public_keys(homes)} - {*public_keys(kept_homes)}, password_hashes(keep).values())
    born = birth(homes)
    known = {"names": tuple(sorted({*users, *hosts})), "marks": tuple(sorted(marks - {"", "uninitialized"}))}
    return Machine(options.vm_id, options.wait, options.wipe, keep, tuple(options.remove), users, born=born, **known)


def birth(homes: Iterable[str]) -> int:
    """When the oldest of this machine's marks came into being. No file that was left alone since can hold any of them."""
    keys = [path for home in homes if os.path.exists(path := f"{home}/.ssh/authorized_keys")]
    witnesses = ["/etc/machine-id", *glob.glob("/etc/ssh/ssh_host_*_key"), *keys]
    born = min(int(os.stat(path).st_mtime) for path in witnesses) - CLOCK_SLACK
    shadow = (line.split(":") for line in read("/etc/shadow").splitlines())
    changed = [int(days) * DAY for _name, secret, days, *_rest in shadow if secret.lstrip("!").startswith("$") and days.isdigit()]
    return min([born, *(day for day in changed if day + DAY < born)])  # shadow tells days: one that may be the same says nothing


def refuse_mounts_below(folders: Iterable[str]) -> None:
    """What is removed must not hold another file system: a data disk is captured as it is. Refused while nothing is lost yet."""
    os_mounts()  # a root that cannot be sealed is refused here too
    for _device, place in disk_mounts():
        if holder := next((folder for folder in folders if place.startswith(folder.rstrip("/") + "/")), None):
            raise Unsealed(f"{place} is mounted below {holder}, which is to be emptied: unmount it first")


def macs() -> Iterator[str]:
    """The MAC addresses of this machine in every way in which systems write them."""
    for path in glob.glob("/sys/class/net/*/address"):
        if (mac := read(path).strip()) not in ("", "00:00:00:00:00:00"):
            for spelling in (mac, mac.replace(":", "-"), mac.replace(":", "")):
                yield from (spelling.lower(), spelling.upper())


def accounts() -> Iterator[pwd.struct_passwd]:
    """The accounts of people: those in the range that login.defs gives to them."""
    limits = dict(re.findall(r"^(UID_MIN|UID_MAX)\s+(\d+)", read("/etc/login.defs"), re.MULTILINE))
    low, high = int(limits.get("UID_MIN", 1000)), int(limits.get("UID_MAX", 60000))
    return (entry for entry in pwd.getpwall() if low <= entry.pw_uid <= high)


def password_hashes(keep: Iterable[str] = ()) -> dict[str, str]:
    """Account -> password hash, for all who have one and are not kept."""
    lines = (line.split(":") for line in read("/etc/shadow").splitlines())
    return {line[0]: line[1] for line in lines if line[1].lstrip("!").startswith("$") and line[0] not in keep}


def account_files_with(names: Iterable[str]) -> list[str]:
    """The account files in which a name still stands, as an account, a group or a member of one."""
    wanted = set(names)
    return [path for path in ACCOUNT_PATHS if any(wanted & set(re.split("[:,]", line)) for line in read(path).splitlines())]


def host_keys() -> Iterator[str]:
    """The base64 lines of private host keys, but for the first one, which is the same in every key of a kind; and the public keys."""
    for path in glob.glob("/etc/ssh/ssh_host_*_key"):
        yield from (line for line in read(path).splitlines()[2:] if len(line) > 60)
    for path in glob.glob("/etc/ssh/ssh_host_*.pub"):
        yield from PUBLIC_KEY.findall(read(path))


def public_keys(homes: Iterable[str]) -> Iterator[str]:
    """The keys that let people in."""
    return (key for home in homes for key in PUBLIC_KEY.findall(read(f"{home}/.ssh/authorized_keys")))
