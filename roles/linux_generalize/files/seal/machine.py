# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity of this machine, read before anything is removed."""

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

from accounts import days_of_password_changes, password_hashes, people
from homes import homes_to_remove
from hosts import own_addresses
from mounts import is_within
from system import read

DAY = 24 * 3600
CLOCK_SLACK = 120  # seconds by which the clock may have been set back early in the life of this machine
PUBLIC_KEY = re.compile(r"AAAA[A-Za-z0-9+/=]{40,}")
LOCALHOST = {"", "localhost", "localhost.localdomain"}


@dataclass(frozen=True)
class Machine:
    """The options of the role, and what identifies this machine.

    `os_only` tells that the image will hold the disk of the operating system alone; `waived` are the ids of the checks whose findings the
    owner accepts. `keep_folders` stay with their content. `users` are the accounts to remove, `homes` the folders of root and theirs, and
    `own_homes` the homes that go: those that hold nothing else. `names` are those of the users and of the host; `own_names` and
    `own_addresses` are those of the host alone; `marks` are texts that no other machine has (ids, addresses, keys, hashes); `oldest_mark`
    is the time, in seconds since 1970, before which no file can hold one of them.
    """

    vm_id: str
    wait: int
    wipe: bool
    keep: frozenset[str]
    keep_folders: tuple[str, ...]
    extra: tuple[str, ...]
    os_only: bool
    waived: frozenset[str]
    users: tuple[str, ...]
    homes: tuple[str, ...]
    own_homes: tuple[str, ...]
    names: tuple[str, ...]
    own_names: tuple[str, ...]
    own_addresses: frozenset[str]
    marks: tuple[str, ...]
    oldest_mark: int


def read_identity(options: argparse.Namespace) -> Machine:
    """Read names and marks while they can still be read."""
    keep = frozenset(options.keep)
    users = tuple(entry.pw_name for entry in people() if entry.pw_name not in keep)
    accepted = {*password_hashes()} - {"root", *users} if "system_passwords" in options.waive else set()
    homes = ("/root", *(pwd.getpwnam(user).pw_dir for user in users))
    keep_folders = tuple(os.path.normpath(folder) for folder in options.keep_folder)
    return Machine(
        vm_id=options.vm_id,
        wait=options.wait,
        wipe=options.wipe,
        keep=keep,
        keep_folders=keep_folders,
        extra=tuple(options.remove),
        os_only=options.disks == "os",
        waived=frozenset(options.waive),
        users=users,
        homes=homes,
        own_homes=tuple(homes_to_remove(users, keep_folders)),
        names=tuple(sorted({*users, *host_names()})),
        own_names=tuple(sorted(host_names())),
        own_addresses=own_addresses(),
        marks=tuple(sorted({*ids(options.vm_id), *mac_addresses(), *host_keys(), *secrets_of_people(homes, keep, keep_folders, accepted)})),
        oldest_mark=time_of_oldest_mark(homes),
    )


def host_names() -> set[str]:
    """The names of the host: as the kernel has it, without its domain, and as it is configured."""
    return {platform.node(), platform.node().split(".")[0], read("/etc/hostname").strip()} - LOCALHOST


def ids(vm_id: str) -> set[str]:
    """The VM's id in both byte orders and in both cases, and the machine-id."""
    swapped = str(uuid.UUID(bytes=uuid.UUID(vm_id).bytes_le))
    return {vm_id, swapped, vm_id.upper(), swapped.upper(), read("/etc/machine-id").strip()} - {"", "uninitialized"}


def mac_addresses() -> Iterator[str]:
    """The MAC addresses of this machine in every spelling that systems use."""
    for path in glob.glob("/sys/class/net/*/address"):
        if (mac := read(path).strip()) not in ("", "00:00:00:00:00:00"):
            for spelling in (mac, mac.replace(":", "-"), mac.replace(":", "")):
                yield from (spelling.lower(), spelling.upper())


def host_keys() -> Iterator[str]:
    """The base64 lines of private host keys except the first one, which all keys of a kind share; and the public host keys."""
    for path in glob.glob("/etc/ssh/ssh_host_*_key"):
        yield from (line for line in read(path).splitlines()[2:] if len(line) > 60)
    for path in glob.glob("/etc/ssh/ssh_host_*.pub"):
        yield from PUBLIC_KEY.findall(read(path))


def secrets_of_people(
    homes: Iterable[str], keep: Iterable[str], keep_folders: Iterable[str] = (), passwords: Iterable[str] = ()
) -> set[str]:
    """The public keys that open the accounts with these homes, and the password hashes. Kept accounts and folders keep their keys.

    `passwords` are further accounts whose password stays.
    """
    kept_homes = [entry.pw_dir for entry in people() if entry.pw_name in keep]
    kept_homes += [home for home in homes if any(is_within(os.path.realpath(home), folder) for folder in keep_folders)]
    return {*public_keys(homes)} - {*public_keys(kept_homes)} | {*password_hashes({*keep, *passwords}).values()}


def public_keys(homes: Iterable[str]) -> Iterator[str]:
    """The public keys that open the accounts with these homes."""
    return (key for home in homes for key in PUBLIC_KEY.findall(read(f"{home}/.ssh/authorized_keys")))


def time_of_oldest_mark(homes: Iterable[str]) -> int:
    """The time at which the oldest mark of this machine was made. A file that has not changed since cannot hold any mark.

    If nothing that an earlier run has left tells it, it is 0, and every file is searched.
    """
    keys = [path for home in homes if os.path.exists(path := f"{home}/.ssh/authorized_keys")]
    dated_files = [*glob.glob("/etc/machine-id"), *glob.glob("/etc/ssh/ssh_host_*_key"), *keys]
    oldest = min((int(os.stat(path).st_mtime) - CLOCK_SLACK for path in dated_files), default=0)
    # /etc/shadow counts in days: only a day that was over before the other marks were made says more than they do.
    passwords = (day * DAY for day in days_of_password_changes())
    return min([oldest, *(day for day in passwords if day + DAY < oldest)])
