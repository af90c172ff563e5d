# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines and environment variables for Ansible's own commands, signed in to a running lab."""

from __future__ import annotations

import sys
from pathlib import Path

from demo.ansible import short_folder
from tests.support.running_lab import RunningLab

COLLECTIONS = Path(__file__).parents[2] / "build" / "collections"
TEMPORARY = short_folder()  # ansible-core opens sockets there; removed at the end of the session with what killed modules leave


def environment(lab: RunningLab, folder: Path) -> dict[str, str]:
    """The environment variables of a command that signs in to the lab and keeps its files in `folder`."""
    return {**lab.env, **places(folder)}


def places(folder: Path) -> dict[str, str]:
    """The environment variables by which a command finds the collection and keeps its files in `folder`."""
    return {"ANSIBLE_HOME": str(folder / "ansible"), "TMPDIR": TEMPORARY.name, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}


def command(name: str, *arguments: str | Path) -> list[str | Path]:
    """The command line of one of Ansible's commands, whose modules run with the Python of this process."""
    return [Path(sys.executable).with_name(name), *arguments, "-e", f"ansible_python_interpreter={sys.executable}"]
