# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The homes of the accounts to remove: which of them hold nothing but their own, and which must be decided by the owner of the machine."""

from __future__ import annotations

import contextlib
import glob
import os
import pwd
import stat
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from accounts import local_accounts
from mounts import NETWORK, is_within, mount_of, mounts, storage

OUTSIDE, SHARED, OTHERS, OWNERLESS = "home_outside_home", "home_shared", "home_files_of_others", "home_without_owner"
HOMES = "/home"
SYSTEM_FOLDERS = frozenset(
    ("/", "/bin", "/boot", "/dev", "/etc", "/etc/ssh", "/home", "/lib", "/lib64", "/nonexistent", "/proc", "/root", "/run", "/sbin", "/sys",
     "/tmp", "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/usr/share", "/var", "/var/cache", "/var/lib", "/var/lib/dpkg",
     "/var/log", "/var/mail", "/var/spool", "/var/tmp")
)  # fmt: skip
"""Folders that no machine can do without. Some accounts have one of them as their home."""
DOT_FILES = (".profile", ".bashrc", ".bash_logout", ".bash_history", ".bash_profile", ".cache", ".config", ".local", ".ssh", ".zshrc")
"""Files that tell a home from a folder of an application."""


class Home(NamedTuple):
    """A home, the accounts to remove that have it (none if its owner is not an account any more), and the numbers that own its files."""

    path: str
    users: tuple[str, ...]
    owners: frozenset[int]


class Objection(NamedTuple):
    """A reason why a home is not removed on its own accord: the id of a check, and a sentence."""

    id: str
    what: str


def homes_to_decide(users: Collection[str]) -> Iterator[Home]:
    """The homes of these accounts, and the homes below /home whose owner is not a local account: of removed accounts, or of a directory."""
    owners = accounts_by_home()
    removed = frozenset(entry.pw_uid for entries in owners.values() for entry in entries if entry.pw_name in users)
    leaving = {path: tuple(sorted(entry.pw_name for entry in owners[path] if entry.pw_name in users)) for path in sorted({*owners} - {""})}
    yield from (Home(path, names, removed) for path, names in leaving.items() if names)
    yield from (Home(path, (), removed | {os.lstat(path).st_uid}) for path in ownerless_homes() if not leaving.get(path))


def accounts_by_home() -> dict[str, list[pwd.struct_passwd]]:
    """The local accounts by the folder that is their home; those without one are listed under an empty path."""
    found: dict[str, list[pwd.struct_passwd]] = {}
    for entry in local_accounts():
        found.setdefault(real_home(entry), []).append(entry)
    return found


def homes_to_remove(users: Collection[str], keep_folders: Collection[str]) -> list[str]:
    """The homes that go: those of these accounts or of none, except kept ones and those that may hold more than what is theirs."""
    homes = (home for home in homes_to_decide(users) if not any(is_within(home.path, folder) for folder in keep_folders))
    accounts = accounts_by_home()
    return [home.path for home in homes if not any(objections(home, accounts))]


def real_home(entry: pwd.struct_passwd) -> str:
    """The folder that is an account's home, without links; empty if it has none, or only a folder of the system."""
    path = os.path.realpath(entry.pw_dir or "/")
    return "" if path in SYSTEM_FOLDERS or not os.path.isdir(path) else path


def ownerless_homes() -> Iterator[str]:
    """The folders in /home, and in folders of domains there (/home/CORP/alice), that belong to no local account."""
    accounts = list(local_accounts())
    known, homes = {0, *(entry.pw_uid for entry in accounts)}, {real_home(entry) for entry in accounts}
    for folder in sorted(glob.glob(f"{HOMES}/*")):
        if os.path.islink(folder) or not os.path.isdir(folder):
            continue
        if os.lstat(folder).st_uid not in known:
            yield folder
        elif folder not in homes:
            yield from (path for path in sorted(glob.glob(f"{folder}/*")) if is_home(path) and os.lstat(path).st_uid not in known)


def is_home(path: str) -> bool:
    """Whether a folder has files that a login leaves in a home."""
    return not os.path.islink(path) and any(os.path.lexists(f"{path}/{name}") for name in DOT_FILES)


def objections(home: Home, accounts: Mapping[str, list[pwd.struct_passwd]]) -> Iterator[Objection]:
    """The reasons why a home may hold more than what belongs to the accounts that are removed; `accounts` are all, by their home."""
    whose = f"the home of {' and '.join(home.users)}" if home.users else f"a folder of {name_of(os.lstat(home.path).st_uid)}"
    if not is_within(home.path, HOMES):
        yield Objection(OUTSIDE, f"{home.path}, {whose}, lies outside {HOMES}")
    if not home.users and not is_home(home.path):
        yield Objection(OWNERLESS, f"{home.path}, {whose}, does not look like a home")
    having = sorted(entry.pw_name for entry in accounts.get(home.path, ()))
    if len(having) > 1:
        yield Objection(SHARED, f"{home.path} is the home of {', '.join(having)}")
    for path in (path for path in accounts if path != home.path and is_within(path, home.path)):
        for entry in (entry for entry in accounts[path] if entry.pw_uid not in home.owners):
            yield Objection(OTHERS, f"{home.path}, {whose}, holds the home of {entry.pw_name} ({path})")
    for found in islice(foreign_files(home), 1):
        yield Objection(OTHERS, f"{home.path}, {whose}, holds files of {name_of(os.lstat(found).st_uid)}, for example {found}")


def name_of(uid: int) -> str:
    """The name of an account, local or not, with its number."""
    with contextlib.suppress(KeyError):
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    return f"uid {uid}, which is not an account here"


def foreign_files(home: Home) -> Iterator[str]:
    """The files in a home that belong neither to root nor to an account that is removed. Other file systems and shares are left out."""
    table = mounts()
    places = {mount.place for mount in table}
    if storage(mount_of(home.path, table), table) == NETWORK:
        return
    folders = [home.path]
    while folders:
        for path, status in entries_of(folders.pop(), places):
            if status.st_uid not in (0, *home.owners):
                yield path
            if stat.S_ISDIR(status.st_mode):
                folders.append(path)


def entries_of(folder: str, places: Collection[str]) -> Iterator[tuple[str, os.stat_result]]:
    """The entries of a folder that are not mounted, each with its status; the rehearsal runs while files come and go."""
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            path = f"{folder}/{name}"
            if path not in places and os.path.lexists(path):
                yield path, os.lstat(path)
