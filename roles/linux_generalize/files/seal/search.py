# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that checks the result: it looks for traces by wider patterns than those that removed them, and in the content of files."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import packages_dpkg
from accounts import ACCOUNT_FILES, GROUP_FILES, account_files_with, password_hashes, people, root_is_locked
from hosts import without_own_names
from machine import Machine
from mounts import mounts
from system import NotSealed, read
from targets import remains
from treated import treated_mounts

PATTERNS = Path(__file__).with_name("patterns")
"""The file from which grep reads its patterns; it is in memory like this file, in a folder that is open to root alone."""
GONE = ": No such file or directory"
"""How grep and find end their message about a file that is gone."""
AUTHORIZED_KEY = r"^[^#]*(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA"


def check(machine: Machine) -> None:
    """Raise NotSealed if anything is left that identifies this machine."""
    left = [*accounts_left(machine), *files_left(machine), *mentions_left(machine)]
    if left:
        raise NotSealed(f"{len(left)} trace(s) left: {'; '.join(left[:5])}")


def accounts_left(machine: Machine) -> Iterator[str]:
    """Accounts and passwords that should be gone, each as a phrase for the verdict."""
    yield from (f"account {entry.pw_name}" for entry in people() if entry.pw_name not in machine.keep)
    named = (path for path in account_files_with(machine.users) if "leftover_group" not in machine.waived or path not in GROUP_FILES)
    yield from (f"the name of a removed account in {path}" for path in named)
    if "system_passwords" not in machine.waived:
        yield from (f"password of {user}" for user in password_hashes(machine.keep))
    if not root_is_locked():
        yield "root can log in with a password"


def files_left(machine: Machine) -> Iterator[str]:
    """Files and folders that should be gone or empty, each as a phrase for the verdict."""
    yield from remains(machine)
    yield from history_files(machine)
    yield from files_with_authorized_keys(machine)
    if os.path.getsize("/etc/machine-id"):
        yield "/etc/machine-id is not empty"


def history_files(machine: Machine) -> list[str]:
    """The files with what was typed into shells and clients, in any folder."""
    return [] if "history_files" in machine.waived else find(machine, "-type", "f", "-name", ".*_history", "-size", "+0")


def files_with_authorized_keys(machine: Machine) -> list[str]:
    """Files with keys that open an account, outside the homes of accounts to keep."""
    if "authorized_keys" in machine.waived:
        return []
    kept_homes = tuple(f"{entry.pw_dir}/" for entry in pwd.getpwall() if entry.pw_name in machine.keep)
    named = find(machine, "-type", "f", "(", "-name", "authorized_keys", "-o", "-name", "authorized_keys2", ")")
    return [path for path in grep(named, "-E", "-e", AUTHORIZED_KEY) if not path.startswith(("/usr/share/", *kept_homes))]


def mentions_left(machine: Machine) -> Iterator[str]:
    """Files that still mention this machine, each as a phrase for the verdict."""
    found = {*files_with_marks(machine), *files_with_names(machine, distinctive_names(machine))}
    yield from (f"{path} still mentions this machine" for path in sorted(found))
    if any(without_own_names(line, machine.own_names, machine.own_addresses) != line for line in read("/etc/hosts").splitlines()):
        yield "/etc/hosts still mentions this machine"


def files_with_marks(machine: Machine) -> set[str]:
    """Files in any folder that have a mark of this machine in their content or in their name.

    Only files that were changed in the life of this machine are read: no other can hold a mark.
    """
    if "marks" in machine.waived:
        return set()
    named = [test for mark in machine.marks if "/" not in mark for test in ("-o", "-name", f"*{mark}*")][1:]
    files = find(machine, "-type", "f", "-size", "+0", *changed_since_oldest_mark(machine))
    return {*grep_patterns(files, "\n".join(machine.marks), "-F"), *find(machine, "(", *named, ")")}


def distinctive_names(machine: Machine) -> set[str]:
    """The names of users and of the host that are not ordinary words: where they are found, this machine is meant."""
    return set() if "names" in machine.waived else {*machine.names} - packages_dpkg.ordinary_words(machine.names)


def files_with_names(machine: Machine, names: Iterable[str]) -> set[str]:
    """Files that hold one of these names of users or of the host as a word.

    A file counts only if it was changed in the life of this machine, lies outside the folders of packages, and is not just as its package
    ships it. Names in the account files and in /etc/hosts are looked for by their place in the line.
    """
    if not names:
        return set()
    words = "|".join(re.sub(r"[^\w-]", lambda sign: f"[{sign[0]}]", name) for name in sorted(names))
    skipped = [test for folder in packages_dpkg.FOLDERS for test in ("-path", folder, "-prune", "-o")]
    files = find(machine, *skipped, "-type", "f", *changed_since_oldest_mark(machine))
    found = grep_patterns(files, f"(^|[^A-Za-z0-9_-])({words})([^A-Za-z0-9_-]|$)", "-I", "-E")
    candidates = {*found} - {*ACCOUNT_FILES, "/etc/hosts"}
    return candidates - packages_dpkg.unchanged(candidates)


def changed_since_oldest_mark(machine: Machine) -> tuple[str, str]:
    """The test of find for files that were changed since the oldest mark of this machine was made."""
    return ("-newerct", f"@{machine.oldest_mark}")


def find(machine: Machine, *tests: str) -> list[str]:
    """The paths that pass these tests of find, on all file systems that the seal treats. The rehearsal runs while files come and go.

    Raises NotSealed if a folder cannot be searched, unless it is gone, or another mount whose owner or server does not let root see it.
    """
    places = [place for _device, place in treated_mounts(machine)]
    command = ["env", "LC_ALL=C", "find", *places, "-xdev", "-ignore_readdir_race", *tests, "-print0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    elsewhere = tuple(f"find: '{mount.place}': " for mount in mounts() if mount.place not in places)
    lines = done.stderr.decode(errors="replace").splitlines()
    errors = [line for line in lines if not line.endswith(GONE) and not line.startswith(elsewhere)]
    if errors or done.returncode not in (0, 1):  # 1: find could not look at a file, and reported it
        raise NotSealed(f"searching for traces failed: {' '.join(errors)[-200:]}")
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]


def grep_patterns(paths: list[str], patterns: str, *options: str) -> list[str]:
    """Those of the files in which grep finds one of the patterns, one in each line; they are secret, so no command line holds them."""
    try:
        PATTERNS.write_text(f"{patterns}\n")
        return grep(paths, *options, "-f", str(PATTERNS))
    finally:
        PATTERNS.unlink()


def grep(paths: list[str], *options: str) -> list[str]:
    """Those of the files in which grep finds a match. Raises NotSealed if a file cannot be searched, unless it is gone."""
    names = "\0".join(paths).encode(errors="surrogateescape")
    command = ["env", "LC_ALL=C", "xargs", "-0", "-r", "grep", "-lZ", *options, "--"]  # bytes, not characters: several times faster
    done = subprocess.run(command, input=names, capture_output=True, check=False)
    errors = [line for line in done.stderr.decode(errors="replace").splitlines() if not line.endswith(GONE)]
    if done.returncode not in (0, 123) or errors:  # 123: a grep found nothing, or could not read a file and reported it
        raise NotSealed(f"searching for traces failed: {' '.join(errors)[-200:]}")
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
