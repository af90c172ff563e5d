# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about the processes of this machine; nothing here ends one."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def process_ids() -> list[int]:
    """The ids of all processes."""
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]


def of_process(pid: int, name: str) -> bytes:
    """One of the files about a process; empty if the process has ended."""
    try:
        return (PROC / str(pid) / name).read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def command_line(pid: int) -> bytes:
    """The command line of a process, its words separated by spaces; empty if the process has ended. It can hold secrets."""
    return of_process(pid, "cmdline").replace(b"\0", b" ")


def command(pid: int) -> str:
    """The name of a process, as the kernel has it: at most 15 characters of the program's name."""
    return of_process(pid, "comm").decode(errors="replace").strip()


def process_name(pid: int) -> str:
    """The name and the id of a process, for messages."""
    return f"{command(pid)}, process {pid}"


def parent(pid: int) -> int:
    """The id of the process that started this one; 0 if there is none, or if the process has ended."""
    after_the_name = of_process(pid, "stat").rpartition(b")")[2].split()  # the name can hold anything
    return int(after_the_name[1]) if after_the_name else 0
