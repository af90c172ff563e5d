# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's end of the pipe through which an action plugin learns of progress."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Mapping

from .._core.listener import Listener, Silence
from .._core.progress import VARIABLE, Progress, Replication, Walked

PAUSE = 0.5
"""Seconds between two messages: an upload must not wait for its own progress."""


def progress_listener(wanted: bool, environment: Mapping[str, str]) -> Listener:
    """A listener that writes to the pipe which the action plugin made.

    It ignores everything if progress is not wanted, or if the pipe does not exist or cannot be opened: the module then runs on another
    host, as another user, or without the action plugin.
    """
    path = environment.get(VARIABLE)
    descriptor = _open_pipe(path) if wanted and path else None
    return Silence() if descriptor is None else ProgressPipe(descriptor)


class ProgressPipe(Silence):
    """Writes the progress of an upload or a walk into a pipe. It never blocks: a message for which there is no room is lost."""

    def __init__(self, descriptor: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._descriptor: int | None = descriptor
        self._clock = clock
        self._written_at: float | None = None

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Write a message if the last one is old enough, or if all bytes were sent."""
        if self._is_due(sent >= total):
            self._write(Progress(sent, total, skipped).as_message())

    def walked(self, done: int, known: int) -> None:
        """Write a message if the last one is old enough, or if all known lists were read."""
        if self._is_due(done >= known):
            self._write(Walked(done, known).as_message())

    def _is_due(self, is_last: bool) -> bool:
        now = self._clock()
        recent = self._written_at is not None and now - self._written_at < PAUSE
        if recent and not is_last:
            return False
        self._written_at = now
        return True

    def replicated(self, region: str, state: str, progress: int | None) -> None:
        """Write a message about a replica, whose state changes seldom."""
        self._write(Replication(region, state, progress).as_message())

    def _write(self, message: bytes) -> None:
        if self._descriptor is None:
            return
        try:
            os.write(self._descriptor, message)
        except BlockingIOError:
            return
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the pipe: the reader has ended, or there is nothing more to write."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _open_pipe(path: str) -> int | None:
    """A descriptor for writing, or None if the path is not a pipe with a reader."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None
