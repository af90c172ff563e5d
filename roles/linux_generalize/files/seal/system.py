# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and files: the few ways in which the finalizer acts on the system."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

CONTAINER = "/run/systemd/container"
"""This file exists in a container, which has the kernel of its host, and sees its swap areas."""


class NotSealed(Exception):
    """The reason why this machine must not be captured; it becomes the reason of the verdict."""


def read(path: str) -> str:
    """The text of a file; empty if there is no such file."""
    return Path(path).read_text(errors="replace") if os.path.exists(path) else ""


def run(*command: str) -> str:
    """The output of a command. Raises NotSealed if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise NotSealed(f"{' '.join(command)[:80]} failed: {done.stderr.strip()[-200:]}")
    return done.stdout


def succeeds(*command: str, timeout: float | None = None) -> bool:
    """Run a command that may fail; whether it succeeded."""
    return subprocess.run(command, capture_output=True, timeout=timeout, check=False).returncode == 0


def output(*command: str) -> str:
    """The output of a command that may be missing, may fail, or may hang; empty then."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def rewrite(path: str, change: Callable[[str], str | None]) -> None:
    """Change lines of a file, or drop those for which `change` returns None."""
    lines = (change(line) for line in read_exactly(path).splitlines())
    replace_text(path, "".join(f"{line}\n" for line in lines if line is not None))


def read_exactly(path: str) -> str:
    """The text of a file that can be written back without loss: bytes that are not UTF-8 are kept. Empty if there is no such file."""
    return Path(path).read_text(errors="surrogateescape") if os.path.exists(path) else ""


def replace_text(path: str, text: str) -> None:
    """Write a file if its text differs; in place, so that owner and mode stay, and through no link."""
    if text == read_exactly(path):
        return
    if os.path.islink(path):
        raise NotSealed(f"{path} is a link, so it is not changed")
    with open(path, "r+", errors="surrogateescape") as file:
        file.write(text)
        file.truncate()
