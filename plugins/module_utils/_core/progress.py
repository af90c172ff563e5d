# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of an upload, of a replication and of a walk through the catalogue of the Marketplace.

Each is a message from a module to its action plugin, and a line for the user.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from .limits import GIB, MIB

VARIABLE = "GOLDENIMAGE_PROGRESS"
"""The environment variable with the path of the pipe that takes messages."""
PAUSE = 5.0
"""Seconds between two lines."""
WINDOW = 30.0
"""Seconds over which the rate is measured."""


class Progress(NamedTuple):
    """Bytes that were sent so far, bytes that will be sent in total, and bytes that need not be sent."""

    sent: int
    total: int
    skipped: int

    @classmethod
    def from_message(cls, message: bytes) -> Progress | None:
        """Read one message; None if it is damaged."""
        try:
            values = json.loads(message)
            return cls(int(values["sent"]), int(values["total"]), int(values["skipped"]))
        except (ValueError, TypeError, KeyError):
            return None

    def as_message(self) -> bytes:
        """One line of JSON. It is shorter than 512 bytes, so that a pipe takes it completely or not at all."""
        return json.dumps(self._asdict()).encode() + b"\n"

    @property
    def finished(self) -> int:
        """The number that grows."""
        return self.sent

    def line(self, rate: float) -> str:
        """The line for the user; the rate in bytes per second is 0 if it is not known."""
        percent = 100 * self.sent // self.total if self.total else 100
        parts = [f"{percent} %, {size(self.sent)} of {size(self.total)} sent", f"{size(self.skipped)} skipped"]
        if rate:
            parts += [f"{size(rate)}/s", f"{timedelta(seconds=round((self.total - self.sent) / rate))} left"]
        return ", ".join(parts)


class Walked(NamedTuple):
    """The lists of the catalogue that were read so far, and those that are known to be read in total."""

    done: int
    known: int

    @classmethod
    def from_message(cls, message: bytes) -> Walked | None:
        """Read one message; None if it is damaged, or about something else."""
        try:
            values = json.loads(message)
            return cls(int(values["done"]), int(values["known"]))
        except (ValueError, TypeError, KeyError):
            return None

    def as_message(self) -> bytes:
        """One line of JSON."""
        return json.dumps(self._asdict()).encode() + b"\n"

    @property
    def finished(self) -> int:
        """The number that grows."""
        return self.done

    def line(self, rate: float) -> str:
        """The line for the user; the rate in lists per second is 0 if it is not known."""
        return f"{self.done} of {self.known} lists read" + (f", {rate:.0f}/s" if rate else "")


class Replication(NamedTuple):
    """The state of the replica of a version in a region; ``progress`` is in percent, None if it is not known."""

    region: str
    state: str
    progress: int | None

    @classmethod
    def from_message(cls, message: bytes) -> Replication | None:
        """Read one message; None if it is damaged, or about bytes."""
        try:
            values = json.loads(message)
            progress = values["progress"]
            return cls(str(values["region"]), str(values["state"]), None if progress is None else int(progress))
        except (ValueError, TypeError, KeyError):
            return None

    def as_message(self) -> bytes:
        """One line of JSON."""
        return json.dumps(self._asdict()).encode() + b"\n"

    @property
    def line(self) -> str:
        """The line for the user."""
        percent = "" if self.progress is None else f", {self.progress} %"
        return f"replication to {self.region}: {self.state}{percent}"


class ProgressLines:
    """Makes a line for the user from some of the progress reports, so that at least ``PAUSE`` lies between two lines.

    All reports are about one upload, or one walk. A walk that is shorter than the pause has no line at all.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._reports: deque[tuple[float, Progress | Walked]] = deque()
        self._shown_at: float | None = None
        self._unshown = self._was_shown = False

    def line(self, progress: Progress | Walked) -> str | None:
        """The line for a report; None if the last line, or the start of the work, is too recent."""
        now = self._clock()
        self._remember(now, progress)
        if self._shown_at is None:
            self._shown_at = now
        if now - self._shown_at < PAUSE:
            self._unshown = isinstance(progress, Progress) or self._was_shown
            return None
        self._shown_at, self._unshown, self._was_shown = now, False, True
        return self._format()

    def last(self) -> str | None:
        """The line for the last report, if it was not shown yet."""
        unshown, self._unshown = self._unshown, False
        return self._format() if unshown else None

    def _remember(self, now: float, progress: Progress | Walked) -> None:
        """Keep the reports of the window, and the last one before it."""
        self._reports.append((now, progress))
        while len(self._reports) > 2 and self._reports[1][0] <= now - WINDOW:
            self._reports.popleft()

    def _format(self) -> str:
        (began, first), (ended, last) = self._reports[0], self._reports[-1]
        return last.line((last.finished - first.finished) / (ended - began) if ended > began else 0.0)


def size(count: float) -> str:
    """A number of bytes in a unit that suits it."""
    unit, name = (GIB, "GiB") if count >= GIB else (MIB, "MiB") if count >= MIB else (1024, "KiB")
    return f"{count / unit:.1f} {name}"
