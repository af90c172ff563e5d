# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own commands, in processes of their own, signed in to a running lab."""

from __future__ import annotations

import sys
from pathlib import Path

from demo.ansible import short_folder
from tests.support.running_lab import RunningLab

COLLECTIONS = Path(__file__).parents[2] / "build" / "collections"
TEMPORARY = short_folder()  # ansible-core opens sockets there; what a killed module leaves goes with the session


def environment(lab: RunningLab, folder: Path) -> dict[str, str]:
    """What a command needs."""
    return {**lab.env, **places(folder)}


def places(folder: Path) -> dict[str, str]:
    """Where a command finds the collection, and keeps what it keeps: in the folder."""
    return {"ANSIBLE_HOME": str(folder / "ansible"), "TMPDIR": TEMPORARY.name, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}


def command(name: str, *arguments: str | Path) -> list[str | Path]:
    """One of Ansible's commands; the modules run with this very Python."""
    return [Path(sys.executable).with_name(name), *arguments, "-e", f"ansible_python_interpreter={sys.executable}"]
