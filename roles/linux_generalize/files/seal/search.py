# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that checks the result: it looks for traces by wider patterns than those that removed them, and in the content of files."""

from __future__ import annotations

import glob
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import packages_dpkg
from accounts import ACCOUNT_FILES, account_files_with, password_hashes, people, root_is_locked
from machine import Machine
from mounts import os_mounts
from removed_files import connections_with_secrets
from system import NotSealed, run
from traces import EMPTIED, REMOVED

PATTERNS = Path("/run/goldenimage-seal/patterns")
"""The file from which grep reads its patterns; its folder is open to root alone."""


def check(machine: Machine) -> None:
    """Raise NotSealed if anything is left that identifies this machine."""
    left = [*accounts_left(machine), *files_left(machine), *mentions_left(machine)]
    if left:
        raise NotSealed(f"{len(left)} trace(s) left: {'; '.join(left[:5])}")


def accounts_left(machine: Machine) -> Iterator[str]:
    """Accounts and passwords that should be gone, each as a phrase for the verdict."""
    yield from (f"account {entry.pw_name}" for entry in people() if entry.pw_name not in machine.keep)
    yield from (f"the name of a removed account in {path}" for path in account_files_with(machine.users))
    yield from (f"password of {user}" for user in password_hashes(machine.keep))
    if not root_is_locked():
        yield "root can log in with a password"


def files_left(machine: Machine) -> Iterator[str]:
    """Files and folders that should be gone or empty, each as a phrase for the verdict."""
    kept_homes = tuple(f"{entry.pw_dir}/" for entry in people())
    yield from (f"{folder} is not empty" for folder in EMPTIED if os.path.isdir(folder) and os.listdir(folder))
    yield from (path for pattern in (*REMOVED, *machine.extra) for path in glob.glob(pattern))
    yield from connections_with_secrets()
    yield from (path for path in find("-type", "f", "-name", ".*_history") if os.path.getsize(path))
    keys = find("-type", "f", "-name", "authorized_keys*")
    yield from (path for path in keys if not path.startswith(("/usr/", *kept_homes)))
    yield from find("-path", "/var/log/*", "-type", "f", "-size", "+0")
    if os.path.getsize("/etc/machine-id"):
        yield "/etc/machine-id is not empty"


def mentions_left(machine: Machine) -> Iterator[str]:
    """Files that still mention this machine, each as a phrase for the verdict."""
    return (f"{path} still mentions this machine" for path in sorted({*files_with_marks(machine), *files_with_names(machine)}))


def files_with_marks(machine: Machine) -> set[str]:
    """Files in any folder that have a mark of this machine in their content or in their name.

    Only files that were changed in the life of this machine are read: no other can hold a mark.
    """
    PATTERNS.write_text("\n".join(machine.marks) + "\n")
    named = [test for mark in machine.marks if "/" not in mark for test in ("-o", "-name", f"*{mark}*")][1:]
    return {
        *grep(find("-type", "f", "-size", "+0", *changed_since_oldest_mark(machine)), "-F", "-f", str(PATTERNS)),
        *find("(", *named, ")"),
    }


def files_with_names(machine: Machine) -> set[str]:
    """Files that hold the name of a user or of the host as a word.

    Such a name can be a common word. So a file counts only if it was changed in the life of this machine, lies outside the folders of
    packages, and is not just as its package ships it. A host may also be called like one of the system's accounts; the names of people
    in the account files are looked for by their place in the line, see account_files_with.
    """
    if not machine.names:
        return set()
    words = "|".join(re.sub(r"[^\w-]", lambda sign: f"[{sign[0]}]", name) for name in machine.names)
    PATTERNS.write_text(f"(^|[^A-Za-z0-9_-])({words})([^A-Za-z0-9_-]|$)\n")
    skipped = [test for folder in packages_dpkg.FOLDERS for test in ("-path", folder, "-prune", "-o")]
    found = grep(find(*skipped, "-type", "f", *changed_since_oldest_mark(machine)), "-I", "-E", "-f", str(PATTERNS))
    candidates = {*found} - {*ACCOUNT_FILES}
    return candidates - packages_dpkg.unchanged(candidates)


def changed_since_oldest_mark(machine: Machine) -> tuple[str, str]:
    """The test of find for files that were changed since the oldest mark of this machine was made."""
    return ("-newerct", f"@{machine.oldest_mark}")


def find(*tests: str) -> list[str]:
    """The paths that pass these tests of find, on the file systems of the operating system's disk."""
    places = [place for _device, place in os_mounts()]
    return run("find", *places, "-xdev", *tests, "-print0", errors="surrogateescape").split("\0")[:-1]


def grep(paths: list[str], *options: str) -> list[str]:
    """Those of the files in which grep finds a match. Raises NotSealed if a file cannot be searched."""
    names = "\0".join(paths).encode(errors="surrogateescape")
    command = ["env", "LC_ALL=C", "xargs", "-0", "-r", "grep", "-lZ", *options, "--"]  # bytes, not characters: several times faster
    done = subprocess.run(command, input=names, capture_output=True, check=False)
    if done.returncode not in (0, 123) or done.stderr:  # 123: a grep found nothing, or could not read a file and reported it
        raise NotSealed(f"searching for traces failed: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
