# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of everything that is removed from this machine: the removal carries it out, and the check afterwards demands the same.

What has an obstacle (another disk, a network share, a mount, a link) is left alone; the rehearsal refuses it unless its check is waived.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import deletion
from accounts import local_accounts, people
from homes import real_home
from keys import authorized_keys
from logs import LOG_FOLDER, is_unlinked, log_files
from machine import Machine
from mounts import MEMORY, NETWORK, OS_DISK, OTHER_DISK, Mount, aliases, is_within, mount_of, mounts, storage
from removed_files import connections_with_secrets
from traces import ACCOUNT_TRACES, EMPTIED, HOME_TRACES, REMOVED

REMOVE, EMPTY, LOGS, EDIT = "to be removed", "to be emptied", "whose logs are to be emptied", "to be edited"
IN_THE_WAY, ELSEWHERE, REMOTE, LINKED = "mounts", "other_disk", "network_share", "linked_path"
EDITED = ("/etc/hostname", "/etc/hosts", "/etc/mailname", "/etc/fstab", "/etc/machine-id", "/etc/sudoers", "/etc/passwd", "/etc/shadow")
LISTED = "listed under remove"


class Target(NamedTuple):
    """A path, what is done there, and why it is in the table."""

    path: str
    action: str
    why: str = "a trace"


class Obstacle(NamedTuple):
    """A reason to leave a target alone: the id of a check, and a sentence."""

    id: str
    what: str


def removable(machine: Machine) -> list[Target]:
    """Everything that is removed now: the targets without an obstacle that are not left alone."""
    table = mounts()
    free = (target for target in targets(machine) if not any(obstacles(target, machine, table)))
    return [target for target in free if not is_left_alone(target, machine, table)]


def remains(machine: Machine) -> Iterator[str]:
    """The paths of the table at which something is left."""
    spared = paths_to_spare(machine)
    return (target.path for target in removable(machine) if is_left(target, spared))


def is_left(target: Target, spared: frozenset[str]) -> bool:
    """Whether there still is something to remove at a target."""
    if target.action == LOGS:
        return any(os.path.getsize(path) for path in log_files(target.path, spared))
    if target.action == EMPTY:
        return deletion.is_filled(target.path, spared)
    return target.action == REMOVE and deletion.is_left(target.path, spared)


def carry_out(target: Target, machine: Machine) -> None:
    """Remove what is at a target."""
    spared = paths_to_spare(machine)
    if target.action == REMOVE:
        deletion.remove(target.path, spared)
    elif target.action == EMPTY:
        deletion.empty(target.path, spared)
    elif target.action == LOGS:
        for path in log_files(target.path, spared):
            (deletion.remove(path, spared) if is_unlinked(path, machine.marks) else deletion.truncate(path))


def paths_to_spare(machine: Machine) -> frozenset[str]:
    """The paths that stay although a folder above them goes: kept folders, the homes of people who stay, and everything that is mounted."""
    homes = {real_home(entry) for entry in people() if entry.pw_name in machine.keep} - {""}
    return frozenset((*machine.keep_folders, *homes, *(mount.place for mount in mounts())))


def targets(machine: Machine) -> list[Target]:
    """All targets that exist, each once, with or without an obstacle."""
    found = {target.path: target for target in (*removals(machine), *folders_to_empty(machine), *files_to_edit())}
    return list(found.values())


def removals(machine: Machine) -> Iterator[Target]:
    """The files and folders that go. What lies in a kept folder stays, unless it is listed itself."""
    files = (*authorized_keys(machine.users), *connections_with_secrets())
    traces = (*account_traces(machine), *REMOVED, *traces_in_homes(machine), *map(glob.escape, files))
    yield from (Target(path, REMOVE, "a home") for path in machine.own_homes if os.path.lexists(path))
    yield from (Target(path, REMOVE) for path in found_by(traces) if not is_kept(path, machine))
    yield from (Target(path, REMOVE, LISTED) for path in found_by(machine.extra) if path not in machine.keep_folders)


def folders_to_empty(machine: Machine) -> Iterator[Target]:
    """The folders that stay without their content, and the folders of logs: /var/log and each captured file system below it.

    One of another disk is a target of its own, so that an obstacle there does not keep the other logs.
    """
    yield from (Target(path, EMPTY) for path in EMPTIED if os.path.isdir(path) and not is_kept(path, machine))
    for path in sorted({LOG_FOLDER, *file_systems_of_logs(machine)} - {*EMPTIED}):
        if os.path.isdir(path) and not is_kept(path, machine):
            yield Target(path, LOGS)


def file_systems_of_logs(machine: Machine) -> Iterator[str]:
    """The places below /var/log at which something is mounted that is captured and has logs to be emptied."""
    table = mounts()
    for mount in (each for each in table if is_within(each.place, LOG_FOLDER)):
        kind = storage(mount, table)
        if (kind == OS_DISK and mount.root == "/") or (kind == OTHER_DISK and not machine.os_only):
            yield mount.place


def files_to_edit() -> Iterator[Target]:
    """The files in which names are replaced."""
    return (Target(path, EDIT) for path in EDITED if os.path.lexists(path))


def found_by(patterns: Iterable[str]) -> list[str]:
    """The paths that match these patterns, without a slash at their end, each once."""
    return sorted({os.path.normpath(path) for pattern in patterns for path in glob.glob(pattern)})


def is_kept(path: str, machine: Machine) -> bool:
    """Whether a path lies in a folder that the options keep."""
    return any(is_within(path, folder) for folder in machine.keep_folders)


def account_traces(machine: Machine) -> Iterator[str]:
    """Patterns of the files that are named after an account to remove: its mail, its jobs."""
    return (glob.escape(f"{folder}/{user}") for folder in ACCOUNT_TRACES for user in machine.users)


def traces_in_homes(machine: Machine) -> Iterator[str]:
    """Patterns of traces in the homes of root and of the people who stay, and of keys and histories in those of the system's accounts.

    Keys in the home of a system account let people in just as those of a person do.
    """
    staying = [entry for entry in people() if entry.pw_name not in machine.users]
    yield from (f"{home}/{trace}" for home in sorted({"/root", *map(real_home, staying)} - {""}) for trace in HOME_TRACES)
    others = {*machine.users, *machine.keep, *(entry.pw_name for entry in staying)}
    system_homes = {real_home(entry) for entry in local_accounts() if entry.pw_name not in others} - {""}
    yield from (f"{home}/{trace}" for home in sorted(system_homes) for trace in (".ssh", ".*_history"))


def is_left_alone(target: Target, machine: Machine, table: list[Mount]) -> bool:
    """Whether a target stays although nothing is wrong with it.

    What a link leads to is a target itself if it goes. Other disks that the image will not hold keep what is not listed.
    """
    if linked_to(target):
        return True
    is_elsewhere = storage(mount_of(folder_of(target), table), table) == OTHER_DISK
    return is_elsewhere and machine.os_only and not is_covered(target.path, machine)


def folder_of(target: Target) -> str:
    """The folder in which something is removed or changed."""
    return target.path if target.action in (EMPTY, LOGS) else os.path.dirname(target.path)


def linked_to(target: Target) -> str:
    """The path to which a target leads that is a link or reached through one; empty if it is not. A link that goes is removed itself."""
    path = target.path if target.action == EDIT else folder_of(target)
    real = os.path.realpath(path)
    return "" if real == path else real


def obstacles(target: Target, machine: Machine, table: list[Mount]) -> Iterator[Obstacle]:
    """The reasons to leave a target alone."""
    whose = f"{target.path} ({target.why}{'' if target.why == LISTED else f' {target.action}'})"
    folder, real = folder_of(target), linked_to(target)
    if real:
        if real not in EMPTIED and not is_covered(real, machine):
            yield Obstacle(LINKED, f"{whose} is a link or reached through one: it leads to {real}")
        return
    holder = mount_of(folder, table)
    yield from obstacles_of_holder(whose, target, holder, machine, table)
    for mount in table:
        if mount.place != folder and is_within(mount.place, target.path) and not is_kept(mount.place, machine):
            yield from obstacles_of_mount(whose, target, mount, machine, table)


def obstacles_of_holder(whose: str, target: Target, holder: Mount, machine: Machine, table: list[Mount]) -> Iterator[Obstacle]:
    """The reasons that lie in the file system that holds a target."""
    kind = storage(holder, table)
    where = f"{whose} lies on {kind} ({holder.kind} of {holder.source} at {holder.place})"
    if kind == NETWORK:
        yield Obstacle(REMOTE, where)
    elif kind == OTHER_DISK and not machine.os_only and not is_covered(target.path, machine):
        yield Obstacle(ELSEWHERE, where)
    elif kind not in (NETWORK, OTHER_DISK, OS_DISK, MEMORY):
        yield Obstacle(IN_THE_WAY, where)
    elif holder.place == target.path and kind == OS_DISK and not is_of_its_own(holder, machine, table):
        yield Obstacle(IN_THE_WAY, f"{whose} is a bind mount of something that is not ({holder.root} of {holder.source})")


def is_of_its_own(mount: Mount, machine: Machine, table: list[Mount]) -> bool:
    """Whether the content of a mount is seen at no other place but at those that are emptied too."""
    others = list(aliases(mount, table))
    if not others:
        return mount.root == "/" or mount.kind == "btrfs"
    return all(any(is_within(other, folder) for folder in EMPTIED) or is_covered(other, machine) for other in others)


def obstacles_of_mount(whose: str, target: Target, mount: Mount, machine: Machine, table: list[Mount]) -> Iterator[Obstacle]:
    """The reasons that lie in what is mounted at a target or below it."""
    kind = storage(mount, table)
    what = f"{mount.place}, {kind} ({mount.kind} of {mount.source}), is mounted {'at' if mount.place == target.path else 'below'} {whose}"
    if kind == NETWORK:
        yield Obstacle(REMOTE, what)
    elif kind == OTHER_DISK and target.action != LOGS and target.why != LISTED:
        if not machine.os_only and not is_covered(mount.place, machine):
            yield Obstacle(ELSEWHERE, what)
    elif target.action != LOGS or not is_log_folder(mount, kind):
        yield Obstacle(IN_THE_WAY, what)


def is_log_folder(mount: Mount, kind: str) -> bool:
    """Whether a mount below the logs is a target of its own, or holds nothing that is captured."""
    return mount.place in EMPTIED or kind in (MEMORY, OTHER_DISK) or (kind == OS_DISK and mount.root == "/")


def is_covered(path: str, machine: Machine) -> bool:
    """Whether the options list a path for removal, or everything that is in it."""
    listed = {*found_by(machine.extra)}
    if any(is_within(path, each) for each in listed):
        return True
    return os.path.isdir(path) and all(f"{path.rstrip('/')}/{name}" in listed for name in os.listdir(path))
