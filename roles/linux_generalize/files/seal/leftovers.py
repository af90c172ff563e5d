# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that predict the result of the last search: they look for everything that it demands and that no step removes."""

from __future__ import annotations

import grp
import pwd
import re
from collections.abc import Iterable, Iterator
from itertools import islice

import packages_dpkg
from accounts import password_hashes
from machine import Machine
from plan import staying
from report import WARN, Check, Finding
from search import distinctive_names, files_with_authorized_keys, files_with_marks, files_with_names, history_files
from swap import swap_areas
from system import read

OURS = "roles/linux_generalize/files/seal/search.py"
LISTED = 10  # places that one sentence names


def system_passwords(machine: Machine) -> Iterator[Finding]:
    """Passwords of accounts that stay without being kept; the one of root is removed."""
    going = {"root", *machine.users}
    return (Finding(f"the account {name} has a password") for name in password_hashes(machine.keep) if name not in going)


def leftover_groups(machine: Machine) -> Iterator[Finding]:
    """Groups named like a user to remove that will stay: others use them, or userdel is set up to remove no groups."""
    together = re.search(r"^\s*USERGROUPS_ENAB\s+yes\b", read("/etc/login.defs"), re.MULTILINE)
    gids = {entry.pw_name: entry.pw_gid for entry in pwd.getpwall()}
    for group in grp.getgrall():
        if group.gr_name in machine.users:
            others = {*group.gr_mem, *(name for name, gid in gids.items() if gid == group.gr_gid)} - {group.gr_name}
            if others:
                yield Finding(f"the group {group.gr_name} is also used by {', '.join(sorted(others))}")
            elif gids[group.gr_name] != group.gr_gid:
                yield Finding(f"the group {group.gr_name} is not the primary group of the user {group.gr_name}, so it would stay")
            elif not together:
                yield Finding(f"the group {group.gr_name} would stay, since USERGROUPS_ENAB in /etc/login.defs is not yes")


def histories(machine: Machine) -> Iterator[Finding]:
    """Histories outside the homes of accounts."""
    return listed("histories stay", staying(history_files(machine), machine))


def authorized_keys(machine: Machine) -> Iterator[Finding]:
    """Keys that let people in, outside the homes of accounts."""
    return listed("keys of people stay", staying(files_with_authorized_keys(machine), machine))


def marks(machine: Machine) -> Iterator[Finding]:
    """Files with an id, an address, a key or a hash of this machine. Swap areas are wiped before the last search."""
    found = files_with_marks(machine) - {area.path for area in swap_areas()}
    return listed("an id, an address or a key of this machine is in", staying(sorted(found), machine))


def names(machine: Machine) -> Iterator[Finding]:
    """Files with the name of the host or of a removed user. That of an ordinary word may mean anything, so it is not demanded."""
    distinctive = distinctive_names(machine)
    ordinary = packages_dpkg.ordinary_words(machine.names)
    yield from listed(f"the name {' or '.join(sorted(distinctive))} is in", places(machine, distinctive))
    yield from listed(f"the word {' or '.join(sorted(ordinary))}, which is also a name here, is in", places(machine, ordinary), WARN)


def places(machine: Machine, wanted: Iterable[str]) -> list[str]:
    """The files with one of these names that no step removes or changes."""
    return staying(sorted(files_with_names(machine, wanted)), machine)


def listed(sentence: str, paths: list[str], verdict: str = "block") -> Iterator[Finding]:
    """One finding about all these paths, if there are any."""
    if paths:
        more = f" and {len(paths) - LISTED} more" if len(paths) > LISTED else ""
        yield Finding(f"{sentence}: {', '.join(islice(paths, LISTED))}{more}", verdict)


CHECKS = (
    Check(
        id="system_passwords",
        fine="no account that stays has a password, except those to keep",
        why="everybody who knows the password could log in to every clone",
        mend="lock the account (usermod --password '*' NAME), or list it under linux_generalize_keep_users",
        source=OURS,
        look=system_passwords,
    ),
    Check(
        id="leftover_group",
        fine="no group with the name of a removed user stays",
        why="the name would stay in the image",
        mend="give the group another name, set USERGROUPS_ENAB yes, list the user under linux_generalize_keep_users, or waive this check",
        source="https://manpages.debian.org/stable/passwd/userdel.8.en.html",
        look=leftover_groups,
    ),
    Check(
        id="history_files",
        fine="all histories of shells and clients will be removed",
        why="what was typed on this machine, passwords included, would be in the image",
        mend="delete them, or list them under linux_generalize_remove",
        source=OURS,
        look=histories,
    ),
    Check(
        id="authorized_keys",
        fine="all keys that let people in will be removed, except those of accounts to keep",
        why="their owners could log in to every clone",
        mend="delete them, list them under linux_generalize_remove, or list their account under linux_generalize_keep_users",
        source=OURS,
        look=authorized_keys,
    ),
    Check(
        id="marks",
        fine="every file with an id, an address or a key of this machine will be removed",
        why="clones would pass for this machine",
        mend="list the files under linux_generalize_remove if the program makes them again; otherwise reset or uninstall the program",
        source=OURS,
        look=marks,
    ),
    Check(
        id="names",
        fine="every file with the name of the host or of a removed user will be removed or changed",
        why="clones would carry the name of this machine or of its users",
        mend="change the files, list them under linux_generalize_remove, or waive this check if the name may stay there",
        source=OURS,
        look=names,
    ),
)
