# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that Debian packages own: where they are, and the content that the package installs."""

from __future__ import annotations

import glob
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from system import read

FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/include", "/var/lib/dpkg", "/var/lib/apt", "/boot")
"""Folders that only packages write to."""
SHORT = 3  # letters of a name that can be part of any text


def unchanged(paths: set[str]) -> set[str]:
    """The files whose content is exactly what a package installed."""
    if not paths:
        return set()
    shipped = checksums()
    return {path for path in paths if md5(Path(path).read_bytes()) in shipped}


def md5(content: bytes) -> str:
    """The checksum that dpkg keeps. In FIPS mode it is computed only if it protects nothing; Python before 3.9 has no word for that."""
    try:
        return hashlib.md5(content, usedforsecurity=False).hexdigest()
    except TypeError:
        return hashlib.md5(content).hexdigest()


def checksums() -> set[str]:
    """The MD5 checksums of all files and settings of the installed packages."""
    texts = (read(path) for path in ("/var/lib/dpkg/status", *glob.glob("/var/lib/dpkg/info/*.md5sums")))
    return {found for text in texts for found in re.findall(r"(?:^| )([0-9a-f]{32})(?: |$)", text, re.MULTILINE)}


def ordinary_words(names: Iterable[str]) -> set[str]:
    """Those of the names that are ordinary words: so short, or used by the packages themselves, in descriptions or in names of files."""
    left, found = {*names}, {name for name in names if len(name) <= SHORT}
    for path in ("/var/lib/dpkg/status", *glob.glob("/var/lib/dpkg/info/*.list")):
        text = read(path).lower()
        left -= found
        found |= {name for name in left if re.search(rf"(?<![a-z0-9_-]){re.escape(name.lower())}(?![a-z0-9_-])", text)}
    return found
