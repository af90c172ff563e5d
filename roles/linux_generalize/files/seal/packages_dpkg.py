# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that Debian packages own: where they are, and the content that the package installs."""

from __future__ import annotations

import glob
import hashlib
import re
from pathlib import Path

from system import read

FOLDERS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/share", "/usr/include", "/var/lib/dpkg", "/var/lib/apt", "/boot")
"""Folders that only packages write to."""


def unchanged(paths: set[str]) -> set[str]:
    """The files whose content is exactly what a package installed."""
    if not paths:
        return set()
    shipped = checksums()
    return {path for path in paths if hashlib.md5(Path(path).read_bytes()).hexdigest() in shipped}  # the checksum that dpkg keeps


def checksums() -> set[str]:
    """The MD5 checksums of all files and settings of the installed packages."""
    texts = (read(path) for path in ("/var/lib/dpkg/status", *glob.glob("/var/lib/dpkg/info/*.md5sums")))
    return {found for text in texts for found in re.findall(r"(?:^| )([0-9a-f]{32})(?: |$)", text, re.MULTILINE)}
