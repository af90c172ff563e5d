# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks for what must not be left, with other eyes than those that removed it."""

from __future__ import annotations

import glob
import hashlib
import re
import subprocess
from pathlib import Path

from machine import ACCOUNT_PATHS, Machine
from system import Unsealed, os_mounts, read, run

PATTERNS = Path("/run/goldenimage-seal/patterns")


def holders_of_marks(machine: Machine) -> set[str]:
    """Files, anywhere, that hold or bear something that no other machine has. What was not written in its life cannot hold it."""
    PATTERNS.write_text("\n".join(machine.marks) + "\n")
    bearing = [test for mark in machine.marks if "/" not in mark for test in ("-o", "-name", f"*{mark}*")][1:]
    return {*grep(find("-type", "f", "-size", "+0", "-newerct", f"@{machine.born}"), "-F", "-f", str(PATTERNS)), *find("(", *bearing, ")")}


def holders_of_names(machine: Machine) -> set[str]:
    """Files that hold a user's or host's name as a word. Such names can be plain words, so a file counts only if it was written in the
    life of this machine, outside the realm of packages, and not just as its package ships it."""
    if not machine.names:
        return set()
    words = "|".join(re.sub(r"[^\w-]", lambda sign: f"[{sign[0]}]", name) for name in machine.names)
    PATTERNS.write_text(f"(^|[^A-Za-z0-9_-])({words})([^A-Za-z0-9_-]|$)\n")
    realms = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/include", "/var/lib/dpkg", "/var/lib/apt", "/boot")
    skipped = [test for realm in realms for test in ("-path", realm, "-prune", "-o")]
    found = grep(find(*skipped, "-type", "f", "-newerct", f"@{machine.born}"), "-I", "-E", "-f", str(PATTERNS))
    # A host may be called like one of the system's accounts; people's accounts are looked for by their place, see account_files_with.
    found = [path for path in found if path not in ACCOUNT_PATHS]
    known = shipped() if found else set()
    return {path for path in found if hashlib.md5(Path(path).read_bytes()).hexdigest() not in known}  # dpkg's own measure


def shipped() -> set[str]:
    """The checksums of all files as Debian packages brought them."""
    texts = (read(path) for path in ("/var/lib/dpkg/status", *glob.glob("/var/lib/dpkg/info/*.md5sums")))
    return {found for text in texts for found in re.findall(r"(?:^| )([0-9a-f]{32})(?: |$)", text, re.MULTILINE)}


def find(*tests: str) -> list[str]:
    """Paths on the file systems of the operating system's disk."""
    places = [place for device, place in os_mounts()]
    return run("find", *places, "-xdev", *tests, "-print0", errors="surrogateescape").split("\0")[:-1]


def grep(paths: list[str], *options: str) -> list[str]:
    """Those of the files that match."""
    told = "\0".join(paths).encode(errors="surrogateescape")
    command = ["env", "LC_ALL=C", "xargs", "-0", "-r", "grep", "-lZ", *options, "--"]  # bytes, not characters: several times faster
    done = subprocess.run(command, input=told, capture_output=True, check=False)
    if done.returncode not in (0, 123) or done.stderr:  # 123: some grep found nothing, or could not read a file and said so
        raise Unsealed(f"searching for traces failed: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
