# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest world the collection promises to run in: ansible-core 2.16, its oldest Python, and azure.azcollection's SDK pins."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from .counts import Counts
from .paths import BIN, BUILD, ROOT
from .pythons import at_least
from .running import run

# What azure.azcollection 3.12.0 pins; both collections must import in one interpreter.
PINS = ("azure-core==1.31.0", "azure-mgmt-core==1.4.0", "azure-identity==1.19.0", "azure-mgmt-compute==33.0.0")
PACKAGES = ("ansible-core==2.16.*", "pytest>=9.0", *PINS)
VENV = BUILD / "core-2.16"
SDK = BUILD / "azure-mgmt-compute-33"


def ready(tier: str, then: Callable[[Path], Counts]) -> Counts:
    """Make the environment if it is not there, then do `then` with its Python."""
    python = VENV / "bin" / "python"
    wanted = hashlib.sha256("\n".join([str(ROOT), *PACKAGES, (ROOT / "lab" / "pyproject.toml").read_text()]).encode()).hexdigest()
    stamp = VENV / "made-from.sha256"
    if not stamp.exists() or stamp.read_text() != wanted:
        oldest = at_least(3, 10)[0]
        if run(tier, [oldest, "-m", "venv", "--clear", VENV]) or run(tier, [python, "-m", "pip", "install", "-q", *PACKAGES, "-e", "lab"]):
            return Counts(failed=1)
        stamp.write_text(wanted)
    return then(python)


def sdk(tier: str, then: Callable[[Path], Counts]) -> Counts:
    """Unpack azure-mgmt-compute 33.0.0 beside the environment's newest, then do `then` with that folder."""
    if not (SDK / "azure" / "common").exists():
        install = [BIN / "python", "-m", "pip", "install", "-q", "--no-deps", "--target", SDK, "azure-mgmt-compute==33.0.0", "azure-common"]
        if run(tier, install):
            return Counts(failed=1)
    return then(SDK)
