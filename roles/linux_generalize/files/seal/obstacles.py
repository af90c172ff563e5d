# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what is to be removed: nothing goes that lies elsewhere, that others use, or that the owner did not mean."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator
from typing import Any

from homes import OTHERS, OUTSIDE, OWNERLESS, SHARED, SYSTEM_FOLDERS, accounts_by_home, homes_to_decide, is_home, objections
from logs import log_links
from machine import Machine
from mounts import is_within, mounts
from report import WARN, Check, Finding, printable
from targets import EDIT, ELSEWHERE, IN_THE_WAY, LINKED, REMOTE, REMOVE, found_by, is_covered, is_kept, obstacles, removable, targets

SOURCE = "roles/linux_generalize/files/seal"
NEEDED = (*SYSTEM_FOLDERS, "/etc/fstab", "/etc/group", "/etc/passwd", "/etc/shadow", "/etc/sudoers", "/usr/bin/python3")
"""Paths that a listed path must not contain."""
KEPT_AS_A_WHOLE = ("/home", "/tmp", "/var/log", "/var/mail", "/var/spool", "/var/tmp")
"""Folders of the system that may be kept: the others hold what identifies the machine."""
EMPTIED_BY_OTHERS = ("/var/lib/waagent", "/var/lib/cloud", "/var/log/azure", "/var/lib/dhcp", "/var/lib/dhclient", "/var/lib/dhcpcd")
"""Folders that the agent and cloud-init empty themselves, so that nothing in them can be kept."""


def look_for(check_id: str) -> Callable[[Machine], Iterator[Finding]]:
    """The look of a check that reports the obstacles of all targets with its id."""

    def look(machine: Machine) -> Iterator[Finding]:
        table = mounts()
        found = (obstacle for target in targets(machine) for obstacle in obstacles(target, machine, table))
        return (Finding(what) for what in dict.fromkeys(obstacle.what for obstacle in found if obstacle.id == check_id))

    return look


def look_at_homes(check_id: str) -> Callable[[Machine], Iterator[Finding]]:
    """The look of a check that reports the objections to removing homes that are neither kept nor listed."""

    def look(machine: Machine) -> Iterator[Finding]:
        homes = (home for home in homes_to_decide(machine.users) if not is_kept(home.path, machine) and not is_covered(home.path, machine))
        accounts = accounts_by_home()
        return (Finding(objection.what) for home in homes for objection in objections(home, accounts) if objection.id == check_id)

    return look


def blocking(machine: Machine) -> list[str]:
    """The obstacles that no waiver covers, each as a phrase."""
    table = mounts()
    found = (obstacle for target in targets(machine) for obstacle in obstacles(target, machine, table))
    return [f"{obstacle.id}: {obstacle.what}" for obstacle in found if obstacle.id not in machine.waived]


def wrong_paths(machine: Machine) -> Iterator[Finding]:
    """Options that name nothing, or more than the owner can have meant."""
    yield from (finding for pattern in machine.extra for finding in wrong_removals(pattern))
    yield from (finding for folder in machine.keep_folders for finding in wrong_folders(folder))


def wrong_removals(pattern: str) -> Iterator[Finding]:
    """The objections to one path or pattern under remove."""
    if ".." in pattern.split("/"):
        yield Finding(f"{pattern}, listed under remove, must not contain ..")
        return
    paths = found_by([pattern])
    if not paths:
        yield Finding(f"{pattern}, listed under remove, matches nothing", WARN)
    for path in paths:
        held = [each for each in NEEDED if is_within(each, path)]
        if held or path.startswith(("/dev/", "/proc/", "/sys/")):
            yield Finding(f"{path}, listed under remove by {pattern}, is or holds {', '.join(held[:3]) or 'what the kernel shows'}")


def wrong_folders(folder: str) -> Iterator[Finding]:
    """The objections to one folder under keep."""
    if not os.path.isdir(folder):
        yield Finding(f"{folder}, listed under keep, is not a folder")
    elif os.path.realpath(folder) != folder:
        yield Finding(f"{folder}, listed under keep, is a link or reached through one: list {os.path.realpath(folder)}")
    elif folder in {*SYSTEM_FOLDERS} - {*KEPT_AS_A_WHOLE}:
        yield Finding(f"{folder}, listed under keep, holds what identifies this machine")
    elif any(is_within(folder, each) for each in EMPTIED_BY_OTHERS):
        yield Finding(f"{folder}, listed under keep, is emptied by the agent or by cloud-init")


def missing_accounts(machine: Machine) -> Iterator[Finding]:
    """Accounts to keep that do not exist: with a wrong letter, the account that was meant would go."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return (Finding(f"there is no account {name} to keep") for name in sorted(machine.keep - known))


def links_of_logs(machine: Machine) -> Iterator[Finding]:
    """The links in /var/log to logs elsewhere, which are not emptied."""
    found = ((path, target) for path, target in log_links() if not is_covered(target, machine) and not is_kept(target, machine))
    return (Finding(f"{path} leads to {target}, which is left as it is", WARN) for path, target in found)


def summary(machine: Machine) -> dict[str, Any]:
    """The list of what will be removed: accounts, homes, and folders that are removed or emptied, if there is anything in them."""
    found = removable(machine)
    folders = [target.path for target in found if target.action != EDIT and os.path.isdir(target.path) and not os.path.islink(target.path)]
    homes = [path for path in folders if path in (*machine.own_homes, *machine.homes) or (path.startswith("/home/") and is_home(path))]
    others = [target.path for target in found if target.action == REMOVE and target.path in folders and target.path not in homes]
    filled = [path for path in folders if path not in (*others, *homes) and os.listdir(path)]
    return {
        "accounts": list(machine.users),
        "homes": sorted(map(printable, homes)),
        "folders": sorted(map(printable, (*others, *filled))),
    }


CHECKS = (
    Check(
        id=IN_THE_WAY,
        fine="nothing is mounted in what is to be removed",
        why="deleting never goes on into another mount, so the folder could not be removed",
        mend="unmount it, or list the mount point under linux_generalize_keep to leave it and what is mounted there as they are",
        source=f"{SOURCE}/targets.py",
        look=look_for(IN_THE_WAY),
    ),
    Check(
        id=ELSEWHERE,
        fine="nothing that is to be removed lies on another disk",
        why="other disks are captured as they are, so accounts, keys or logs would stay in their images",
        mend="list the files there under linux_generalize_remove (as /place/* and /place/.*), or their folder under linux_generalize_keep",
        source=f"{SOURCE}/targets.py",
        look=look_for(ELSEWHERE),
    ),
    Check(
        id=REMOTE,
        fine="nothing that is to be removed lies on a network share",
        why="a share belongs to other machines too, and no backup of this one holds it, so nothing is ever deleted there",
        mend="unmount it, or list the folder under linux_generalize_keep",
        source=f"{SOURCE}/targets.py",
        look=look_for(REMOTE),
    ),
    Check(
        id=LINKED,
        fine="nothing that is to be removed or changed is reached through a link",
        why="no link is followed, so what it leads to would stay as it is",
        mend="replace the link by what it leads to, or list that under linux_generalize_remove",
        source=f"{SOURCE}/targets.py",
        look=look_for(LINKED),
    ),
    Check(
        id="listed_path",
        fine="the paths under linux_generalize_remove and linux_generalize_keep are usable",
        why="clones would not start, or would keep what identifies this machine",
        mend="correct linux_generalize_remove or linux_generalize_keep",
        source=f"{SOURCE}/obstacles.py",
        look=wrong_paths,
    ),
    Check(
        id="kept_account",
        fine="all accounts under linux_generalize_keep_users exist",
        why="if a name is misspelled, the account that was meant is removed with its home",
        mend="correct linux_generalize_keep_users",
        source=f"{SOURCE}/obstacles.py",
        look=missing_accounts,
    ),
    *(
        Check(
            id=check_id,
            fine=fine,
            why="the image would silently lack an application or its data",
            mend="list the account under linux_generalize_keep_users, or the folder under linux_generalize_keep or linux_generalize_remove",
            source=f"{SOURCE}/homes.py",
            look=look_at_homes(check_id),
        )
        for check_id, fine in (
            (OUTSIDE, "the homes of all accounts to remove are in /home"),
            (SHARED, "no account shares its home with one that is to be removed"),
            (OTHERS, "the homes to remove hold no files of other accounts"),
            (OWNERLESS, "all folders in /home are homes"),
        )
    ),
    Check(
        id="log_links",
        fine="all logs are in /var/log itself",
        why="logs elsewhere are neither emptied nor removed",
        mend="list them under linux_generalize_remove if they must not be in the image",
        source=f"{SOURCE}/logs.py",
        look=links_of_logs,
    ),
)
