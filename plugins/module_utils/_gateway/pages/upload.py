# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a disk into its page blob: ranges concurrently, the footer last. Standard library only, so that it runs anywhere.

A page write can be repeated without harm, so everything that looks like congestion or a broken line is tried again, slower.
"""

from __future__ import annotations

import http.client
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from ..._core.errors import Denied, GoldenImageError, Refused, TimedOut, Unavailable
from ..._core.listener import Listener
from ..._core.model.disk_file import DiskContent
from ..._core.ranges import Range, total
from .connection import BUNDLES, Answer, Blob, Line, trust

LINES = 8
TRIES = 20
ANSWER_TIMEOUT = 180.0
"""For one range, and never longer than the deadline: 4 MiB over each of eight lines still pass at 2 Mbit/s."""
LONGEST_PAUSE = 60.0

REPEATED = frozenset({408, 429, 500, 502, 503, 504})
"""Congestion, in the words of a disk: an overloaded partition says 503 ServerBusy or 500 OperationTimedOut."""
REPEATED_CODES = frozenset({"Md5Mismatch"})
"""The range was damaged on its way."""


class Deadline(Protocol):
    """When the task has to be done."""

    @property
    def left(self) -> float:
        """Seconds that are left, never less than none."""


@dataclass(frozen=True)
class Sent:
    """What an upload took."""

    bytes: int
    skipped: int
    repeats: int


def write_pages(
    url: str,
    content: DiskContent,
    deadline: Deadline,
    listener: Listener,
    lines: int = LINES,
    pause: Callable[[float], object] | None = None,
) -> Sent:
    """Write every range that is not zero, then make sure that the file is still the same, then write the footer.

    The blob is a VHD only with its footer: whatever stops this function earlier leaves something that Azure refuses.
    The listener learns of every range that has arrived.
    """
    disk = content.disk
    data = total(disk.ranges)
    end = Range(disk.disk_bytes, disk.upload_bytes)

    def arrived(sent: int) -> None:
        listener.moved(sent, data + end.length, disk.disk_bytes - data)

    writer = _Writer(Blob.parse(url), deadline, pause, arrived)
    with content.opened() as read:
        writer.write(disk.ranges, read, lines)
    content.require_unchanged()
    writer.write([end], lambda part: disk.footer, 1)
    return Sent(bytes=data + end.length, skipped=disk.disk_bytes - data, repeats=writer.repeats)


class _Writer:
    """Hands ranges to lines; the first failure stops them all."""

    def __init__(self, blob: Blob, deadline: Deadline, pause: Callable[[float], object] | None, arrived: Callable[[int], object]) -> None:
        self._blob, self._deadline = blob, deadline
        self._context = trust() if blob.scheme == "https" else None
        self._stop = threading.Event()
        self._pause = pause or self._stop.wait
        self._lock = threading.Lock()
        self._arrived = arrived
        self._sent = 0
        self.repeats = 0

    def write(self, ranges: Iterable[Range], read: Callable[[Range], bytes], lines: int) -> None:
        waiting = iter(ranges)

        def take() -> Range | None:
            with self._lock:
                return None if self._stop.is_set() else next(waiting, None)

        def work() -> None:
            line = Line(self._blob, self._context)
            try:
                while (part := take()) is not None:
                    self._put(line, part, read(part))
                    with self._lock:
                        self._sent += part.length
                        self._arrived(self._sent)
            except BaseException:
                self._stop.set()
                raise
            finally:
                line.close()

        with ThreadPoolExecutor(max_workers=lines, thread_name_prefix="pages") as pool:
            try:
                outcomes = [pool.submit(work) for _line in range(lines)]
                failures = [failure for outcome in outcomes if (failure := outcome.exception()) is not None]
            except BaseException:  # an interrupt: let the lines end after the range they are at
                self._stop.set()
                raise
        if failures:
            raise failures[0]

    def _put(self, line: Line, part: Range, content: bytes) -> None:
        for tried in range(1, TRIES + 1):
            if (left := self._deadline.left) <= 0:
                raise TimedOut(f"{_deed(part)}: the wait_timeout passed; raise it, or run again when the network is faster.")
            problem, after = _attempt(line, part, content, min(ANSWER_TIMEOUT, left))
            if problem is None:
                return
            if self._stop.is_set():
                return
            if tried == TRIES:
                raise problem
            with self._lock:
                self.repeats += 1
            self._pause(min(max(after, min(2.0 ** (tried - 1), LONGEST_PAUSE)), self._deadline.left))


def _attempt(line: Line, part: Range, content: bytes, timeout: float) -> tuple[GoldenImageError | None, float]:
    """One put: nothing when it worked, what went wrong when it is worth another try, and an error when it is not."""
    try:
        answer = line.put(part, content, timeout)
    except ssl.SSLCertVerificationError as error:
        line.close()
        raise Unavailable(
            f"{_deed(part)}: the certificate of the storage service is not trusted ({error.verify_message}); "
            f"name a file with its authority in {BUNDLES[0]}."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        line.close()
        return Unavailable(f"{_deed(part)}: the connection broke {TRIES} times ({_reason(error)})."), 0.0
    if answer.status == 201:
        return None, 0.0
    if answer.status in REPEATED or answer.code in REPEATED_CODES:
        return _refusal(Refused, part, answer), answer.retry_after
    raise _refusal(Denied if answer.status in (401, 403) else Refused, part, answer)


def _refusal(kind: type[GoldenImageError], part: Range, answer: Answer) -> GoldenImageError:
    code = answer.code or http.client.responses.get(answer.status, "error")
    message = f"{_deed(part)}: the storage service answered {answer.status} {code}."
    return kind(message, code=code, status=answer.status, request_id=answer.request_id)


def _deed(part: Range) -> str:
    return f"could not write bytes {part.start} to {part.end - 1} of the disk"


def _reason(error: Exception) -> str:
    """What broke, in words that hold nothing of the address."""
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
