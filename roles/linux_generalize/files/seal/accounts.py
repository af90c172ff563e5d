# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about the accounts of this machine; nothing here changes one."""

from __future__ import annotations

import pwd
import re
from collections.abc import Iterable, Iterator

from system import read

ACCOUNT_FILES = tuple(f"/etc/{name}" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid"))
GROUP_FILES = ("/etc/group", "/etc/gshadow")
LAST_SYSTEM_ID = 65535
"""The last of the ids above UID_MAX that Debian and systemd give to services (64055 is that of libvirt-qemu)."""


def local_accounts() -> Iterator[pwd.struct_passwd]:
    """The accounts in /etc/passwd: those of a directory (AD, LDAP) are not in it, and cannot be removed here."""
    lines = (line.split(":") for line in read("/etc/passwd").splitlines())
    complete = (line for line in lines if len(line) >= 7 and line[2].isdigit() and line[3].isdigit())
    return (pwd.struct_passwd((*line[:2], int(line[2]), int(line[3]), *line[4:7])) for line in complete)


def people() -> Iterator[pwd.struct_passwd]:
    """The local accounts of people: those in the range of ids that login.defs gives to them, and those above the ids of the system."""
    limits = dict(re.findall(r"^(UID_MIN|UID_MAX)\s+(\d+)", read("/etc/login.defs"), re.MULTILINE))
    low, high = int(limits.get("UID_MIN", 1000)), int(limits.get("UID_MAX", 60000))
    return (entry for entry in local_accounts() if low <= entry.pw_uid <= high or entry.pw_uid > LAST_SYSTEM_ID)


def shadow_lines() -> Iterator[list[str]]:
    """The fields of each line of /etc/shadow."""
    return (line.split(":") for line in read("/etc/shadow").splitlines())


def has_hash(secret: str) -> bool:
    """Whether the password field of /etc/shadow holds a hash; that of a locked account may hold one behind its mark."""
    return secret.lstrip("!").startswith("$")


def password_hashes(keep: Iterable[str] = ()) -> dict[str, str]:
    """The password hash by account, for all accounts that have one and are not kept."""
    return {fields[0]: fields[1] for fields in shadow_lines() if has_hash(fields[1]) and fields[0] not in keep}


def days_of_password_changes() -> list[int]:
    """The days, counted from 1970, on which the passwords of this machine were set."""
    return [int(fields[2]) for fields in shadow_lines() if has_hash(fields[1]) and fields[2].isdigit()]


def root_is_locked() -> bool:
    """Whether no password opens the account of root. An empty field would let anyone in."""
    return any(fields[1].startswith(("*", "!")) for fields in shadow_lines() if fields[0] == "root")


def account_files_with(names: Iterable[str]) -> list[str]:
    """The account files that hold one of these names as an account, a group or a member of a group.

    The same word in another field, such as the description of an account that stays, means something else.
    """
    wanted = set(names)
    return [path for path in ACCOUNT_FILES if any(wanted & names_in(line.split(":"), path) for line in read(path).splitlines())]


def names_in(fields: list[str], path: str) -> set[str]:
    """The names of accounts and groups in a line of an account file: the first field, and the members of a group."""
    lists = fields[2:] if path in GROUP_FILES else []
    return {fields[0], *(name for each in lists for name in each.split(","))}
