# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest supported environment: ansible-core 2.16, its oldest Python, and the SDK versions that azure.azcollection pins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from .counts import Counts
from .paths import BIN, BUILD, ROOT
from .pythons import at_least
from .running import run

# What azure.azcollection 3.12.0 pins; both collections must import in one interpreter.
PINS = (
    "azure-core==1.31.0",
    "azure-identity==1.19.0",
    "azure-mgmt-compute==33.0.0",
    "azure-mgmt-core==1.4.0",
    "azure-storage-blob==12.23.0b1",
)
# What the tests themselves import, of the lab's source too.
TOOLS = ("pytest>=9.0", "pytest-xdist>=3.8", "psutil>=7.0", "cryptography", "httpx", "starlette", "uvicorn")
# The lower bounds in meta/ee-requirements.txt.
READERS = ("libfsntfs-python==20240501", "regipy==6.0.0")
PACKAGES = ("ansible-core==2.16.*", *TOOLS, *PINS, *READERS)
VENV = BUILD / "core-2.16"
SDK = BUILD / "azure-mgmt-compute-33"

_making = threading.Lock()


def with_oldest_environment(tier: str, run_tests: Callable[[Path], Counts]) -> Counts:
    """Make the environment if it is not there, then run `run_tests` with its Python.

    The lab runs on the newer Python of .venv, whose command this environment borrows; tests that look into a lab import its source.
    """
    python = VENV / "bin" / "python"
    with _making:
        made = _made(tier, python)
    return run_tests(python) if made else Counts(failed=1)


def _made(tier: str, python: Path) -> bool:
    stamp, wanted = VENV / "made-from", "\n".join([str(ROOT), *PACKAGES])
    if not stamp.exists() or stamp.read_text() != wanted:
        if run(tier, [at_least(3, 10)[0], "-m", "venv", "--clear", VENV]) or run(tier, [python, "-m", "pip", "install", "-q", *PACKAGES]):
            return False
        (VENV / "bin" / "azlab").symlink_to(BIN / "azlab")
        stamp.write_text(wanted)
    return True


def with_oldest_sdk(tier: str, run_tests: Callable[[Path], Counts]) -> Counts:
    """Unpack azure-mgmt-compute 33.0.0 into a folder of its own, then run `run_tests` with that folder."""
    if not (SDK / "azure" / "common").exists():
        target = ["--no-deps", "--target", str(SDK)]
        if run(tier, [BIN / "python", "-m", "pip", "install", "-q", *target, "azure-mgmt-compute==33.0.0", "azure-common"]):
            return Counts(failed=1)
    return run_tests(SDK)
