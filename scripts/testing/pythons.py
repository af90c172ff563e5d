# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python interpreters of this machine."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path

MINORS = range(10, 20)


@functools.cache
def at_least(major: int, minor: int) -> list[Path]:
    """One interpreter for each minor version from this one on, oldest first: on PATH, or among pyenv's."""
    found = {version: path for path in reversed(_candidates()) if (version := _version(path)) and version >= (major, minor)}
    return [found[version] for version in sorted(found)]


def _candidates() -> list[Path]:
    roots = [Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser(), Path("~/.pyenv").expanduser()]
    named = [f"python3.{minor}" for minor in MINORS]
    on_path = [Path(path) for name in named if (path := shutil.which(name))]
    return on_path + [path for root in roots for name in named for path in sorted(root.glob(f"versions/*/bin/{name}"))]


def _version(path: Path) -> tuple[int, int] | None:
    """Its version, or None if it does not run (a pyenv shim of a version that is not active) or cannot make environments."""
    code = "import sys, ensurepip, venv; print(*sys.version_info[:2])"
    run = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    if run.returncode:
        return None
    major, minor = run.stdout.split()
    return int(major), int(minor)
