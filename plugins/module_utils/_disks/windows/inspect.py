# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the OS disk of a Windows machine: which Windows it holds, and whether it was generalized."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any, cast

from ..._core.errors import InvalidRequest
from ..._core.model.windows_disk import WindowsDisk
from . import child

if TYPE_CHECKING:
    from ..._core.model.disk_bytes import DiskBytes

NTFS_READER, HIVE_READER = "libfsntfs-python", "regipy"
"""The packages that read disks of Windows machines."""
MIB = 1024 * 1024
MOST_MIB, MOST_SECONDS = 2048, 600
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME", "TMPDIR")
"""The environment that a Python may need to start. All else may hold secrets."""
_LONGEST_MESSAGE = 64 * MIB
_PROGRAM = f"""
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from {child.__name__} import main
main(*map(int, sys.argv[2:]))
"""


class _Stopped(Exception):
    """The disk is not read any further, and why."""


def require_readers() -> None:
    """Refuse if a library is missing."""
    if missing := list(_missing()):
        raise InvalidRequest(
            f"Reading the disk of a Windows machine needs the Python package{'s'[: len(missing) - 1]} {' and '.join(missing)}: install what"
            f" is missing for the Python that runs the task ({sys.executable}): pip install {' '.join(missing)}."
        )


def _missing() -> Iterator[str]:
    """The packages of the libraries that cannot be imported."""
    try:
        import pyfsntfs  # noqa: F401
    except ImportError:
        yield NTFS_READER
    try:
        import regipy  # noqa: F401
    except ImportError:
        yield HIVE_READER


def inspect(disk: DiskBytes, most_mib: int = MOST_MIB, seconds: int = MOST_SECONDS) -> WindowsDisk:
    """The readings of a disk, of which at most so many MiB are read in at most so many seconds. What is not read by then is a flaw.

    Raises InvalidRequest if a library is missing, and what the disk raises if its bytes cannot be read.
    """
    require_readers()
    arguments = [json.dumps(sys.path), str(disk.size), str(seconds)]
    # run_command of Ansible waits for a process to end; this one asks for bytes of the disk.
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd="/",
        env={name: value for name, value in os.environ.items() if name in _KEPT},
    )
    try:
        return _Conversation(disk, process, most_mib * MIB, seconds).readings()
    finally:
        process.kill()
        process.wait()
        for pipe in filter(None, (process.stdin, process.stdout)):
            pipe.close()


class _Conversation:
    """Answers the questions of the process that reads a disk, within limits."""

    def __init__(self, disk: DiskBytes, process: subprocess.Popen[bytes], most: int, seconds: int) -> None:
        self._disk, self._process = disk, process
        # Both are pipes: `inspect` starts the process with them.
        self._stdin: IO[bytes] = cast("IO[bytes]", process.stdin)
        self._stdout: IO[bytes] = cast("IO[bytes]", process.stdout)
        self._left, self._most = most, most
        self._seconds, self._end = seconds, time.monotonic() + seconds
        self._found = WindowsDisk()

    def readings(self) -> WindowsDisk:
        """All readings; if the process did not finish, those so far and a flaw."""
        try:
            while self._next() != child.DONE:
                pass
        except _Stopped as stopped:
            return replace(self._found, flaws=(*self._found.flaws, str(stopped)))
        if self._left < 0:
            limit = f"more than {self._most // MIB} MiB would have to be read"
            return replace(self._found, flaws=(limit,))
        return self._found

    def _next(self) -> bytes:
        """Handle the next message; its kind."""
        kind, start, length = child.HEAD.unpack(self._received(child.HEAD.size))
        if kind == child.WANTED:
            self._answer(start, length)
        elif kind in (child.FOUND, child.DONE) and length <= _LONGEST_MESSAGE:
            self._found = _parse(json.loads(self._received(length)))
        else:
            raise _Stopped("the program that reads it was misled by its content")
        return bytes(kind)

    def _answer(self, start: int, length: int) -> None:
        """Read what is wanted, as long as the limit allows."""
        wanted = max(min(start + length, self._disk.size) - start, 0)
        self._left -= wanted
        if self._left < 0:
            return self._send(child.LENGTH.pack(child.REFUSED))
        content = self._disk.read(start, wanted) if wanted else b""
        return self._send(child.LENGTH.pack(len(content)) + content)

    def _send(self, content: bytes) -> None:
        try:
            place = 0
            while place < len(content):
                place += self._stdin.write(content[place:]) or 0
        except OSError as error:
            raise self._ended() from error

    def _received(self, length: int) -> bytes:
        """So many bytes from the process."""
        content, pipe = bytearray(), self._stdout
        while len(content) < length:
            if not select.select([pipe], [], [], max(self._end - time.monotonic(), 0))[0]:
                raise _Stopped(f"reading it took longer than {self._seconds} seconds")
            more = pipe.read(length - len(content))
            if not more:
                raise self._ended()
            content += more
        return bytes(content)

    def _ended(self) -> _Stopped:
        """The process ended before it was done."""
        return _Stopped(f"the program that reads it ended with {self._process.wait()}, because the disk is damaged or made to mislead")


def _parse(found: Mapping[str, Any]) -> WindowsDisk:
    """Readings from JSON."""
    sequences = {name: tuple(found[name]) for name in ("leftovers", "replayed", "flaws")}
    written = found["generalized_at"]
    return WindowsDisk(**{**found, **sequences, "generalized_at": datetime.fromisoformat(written) if written else None})
