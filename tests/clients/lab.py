# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab without guests for as long as clients talk to it."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "clients"
AZLAB = ROOT / ".venv" / "bin" / "azlab"
OUR_WORDS = ("AZURE_", "ARM_", "ANSIBLE_", "PYTHON", "VIRTUAL_ENV")


@contextlib.contextmanager
def running() -> Iterator[dict[str, str]]:
    """What `azlab env` prints, as a mapping; the lab stops at the end."""
    state = BUILD / "azlab"
    if state.exists():
        subprocess.run([AZLAB, "--state", state, "down"], check=True)
        shutil.rmtree(state)
    subprocess.run([AZLAB, "--state", state, "up", "--no-guests"], check=True)
    try:
        printed = subprocess.run([AZLAB, "--state", state, "env"], check=True, capture_output=True, text=True).stdout
        words = (word for line in printed.splitlines() for word in shlex.split(line))
        yield dict(word.split("=", 1) for word in words if "=" in word)
    finally:
        subprocess.run([AZLAB, "--state", state, "down"], check=True)


def environment(extra: dict[str, str]) -> dict[str, str]:
    """The caller's environment without anything that could point a client to a real subscription."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OUR_WORDS)} | extra


def venv(name: str, *packages: str) -> Path:
    """The bin folder of an environment of its own with these packages, made once."""
    folder = BUILD / name
    made = folder / "made-from"
    wanted = "\n".join(packages)
    if not made.exists() or made.read_text() != wanted:
        print(f"installing {name}: this downloads several hundred megabytes, once", flush=True)
        subprocess.run([ROOT / ".venv" / "bin" / "python", "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", *packages], check=True)
        made.write_text(wanted)
    return folder / "bin"
