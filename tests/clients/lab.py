# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab without guests for other clients of Azure, with a Marketplace, and Python environments for those clients."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "clients"
AZLAB = ROOT / ".venv" / "bin" / "azlab"
STATE = BUILD / "azlab"
SEED = int(os.environ.get("CATALOGUE_SEED", "7"))
"""The number from which the lab makes its Marketplace, and from which the random filters are drawn."""
OTHER_CLOUDS = ("AZURE_", "ARM_", "ANSIBLE_", "PYTHON", "VIRTUAL_ENV")


@contextlib.contextmanager
def running() -> Iterator[dict[str, str]]:
    """Start a lab in which nothing is the user's, yield its environment variables, and stop it at the end."""
    if STATE.exists():
        subprocess.run([AZLAB, "--state", STATE, "down"], check=True)
        shutil.rmtree(STATE)
    print(f"CATALOGUE_SEED={SEED}", flush=True)
    subprocess.run([AZLAB, "--state", STATE, "up", "--no-guests", "--catalogue-seed", str(SEED)], check=True)
    try:
        variables = subprocess.run([AZLAB, "--state", STATE, "env", "--json"], check=True, capture_output=True, text=True).stdout
        yield json.loads(variables)
    finally:
        subprocess.run([AZLAB, "--state", STATE, "down"], check=True)


def environment(extra: dict[str, str]) -> dict[str, str]:
    """The environment of the caller plus `extra`, without variables that could lead a client to a real subscription."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OTHER_CLOUDS)} | extra


def venv(name: str, *packages: str) -> Path:
    """The bin folder of a Python environment with these packages, created once."""
    folder = BUILD / name
    made = folder / "made-from"
    wanted = "\n".join(packages)
    if not made.exists() or made.read_text() != wanted:
        print(f"installing {name}: several hundred megabytes are downloaded, only once", flush=True)
        subprocess.run([ROOT / ".venv" / "bin" / "python", "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "-q", *packages], check=True)
        made.write_text(wanted)
    return folder / "bin"
