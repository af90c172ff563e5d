# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that reads a disk: it has no secrets and no network, little memory, and asks its parent for every byte.

A disk may be damaged or made to mislead, and the libraries that read it may then crash, loop or take all memory.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import struct
import sys
from dataclasses import asdict
from typing import IO, Any

from ..._core.model.windows_disk import WindowsDisk
from .readings import read_windows

MEMORY = 2 * 1024 * 1024 * 1024
WANTED, FOUND, DONE = b"W", b"F", b"D"
"""The kinds of messages to the parent: bytes are wanted, readings so far, all readings."""
HEAD = struct.Struct("<cQQ")
"""The start of each message: its kind, and two numbers, which are a place and a length, or 0 and the length of the JSON that follows."""
LENGTH = struct.Struct("<Q")
REFUSED = 0xFFFFFFFFFFFFFFFF
"""In place of the length of an answer: the parent reads no more."""


class AskedDisk:
    """A disk whose bytes are asked of the parent."""

    def __init__(self, size: int, questions: IO[bytes], answers: IO[bytes]) -> None:
        self.size = size
        self._questions, self._answers = questions, answers

    def read(self, start: int, length: int) -> bytes:
        """The bytes at a place. Ends the process if the parent has ended, and raises OSError if it reads no more."""
        self._questions.write(HEAD.pack(WANTED, start, length))
        self._questions.flush()
        (answered,) = LENGTH.unpack(self._exactly(LENGTH.size))
        if answered == REFUSED:
            raise OSError("the disk is not read any further")
        return self._exactly(answered)

    def _exactly(self, length: int) -> bytes:
        content = self._answers.read(length)
        if len(content) < length:
            os._exit(1)
        return content


def send(pipe: IO[bytes], kind: bytes, disk: WindowsDisk) -> None:
    """Send readings to the parent."""
    # Names on a disk need not be valid Unicode.
    content = json.dumps(asdict(disk), default=str, ensure_ascii=False).encode(errors="replace")
    pipe.write(HEAD.pack(kind, 0, len(content)) + content)
    pipe.flush()


def main(size: int, seconds: int) -> None:
    """Read a disk of so many bytes, in at most so many seconds on a processor."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_AS, MEMORY)
    logging.disable()
    # Libraries may print: their output must not be taken for messages.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    disk = AskedDisk(size, pipe, sys.stdin.buffer)
    send(pipe, DONE, read_windows(disk, lambda found: send(pipe, FOUND, found)))
    # Without the cleaning up of libraries, which may crash over a damaged disk.
    os._exit(0)


def _limit(kind: int, most: Any) -> None:
    """Set a limit, unless the system has none of this kind or a lower one."""
    try:
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        return
