# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a disk into its page blob: ranges concurrently, the footer last.

A page write can be repeated without harm. ``sdk/retries.py`` says after which errors it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

from ..._core.errors import TimedOut
from ..._core.listener import Listener
from ..._core.model.disk_file import DiskContent
from ..._core.ranges import Range, total
from ..sdk.retries import DATA_PLANE_FIRST_TRIES, DATA_PLANE_TRIES, page_pause
from .answers import Deadline, failure, is_retried
from .connection import Answer, NoAnswer, PageConnection

WORKERS = 8
PAGE = 512
ANSWER_TIMEOUT = 180.0
"""In seconds, for one range: 4 MiB over each of eight connections take less at 2 Mbit/s. It never goes beyond the deadline."""


@dataclass(frozen=True)
class Sent:
    """The size of an upload: bytes sent, bytes of zeros that were not sent, and how often a range was sent again."""

    bytes: int
    skipped: int
    repeats: int


def write_pages(
    url: str,
    content: DiskContent,
    deadline: Deadline,
    listener: Listener,
    workers: int = WORKERS,
    pause: Callable[[float], object] | None = None,
) -> Sent:
    """Write every range that is not zero, then require that the file is unchanged, then write the footer.

    Without its footer the blob is not a VHD, so Azure refuses what an interrupted upload has left.
    The listener learns of every range that has arrived.
    Raises Denied, Refused, TimedOut or Unavailable, and never shows the URL, which holds a SAS.
    """
    disk = content.disk
    data = total(disk.ranges)
    footer = Range(disk.disk_bytes, disk.upload_bytes)
    skipped = disk.disk_bytes - data
    connection = PageConnection(url, workers)
    writer = _Writer(connection, deadline, pause, lambda sent: listener.moved(sent, data + footer.length, skipped))
    try:
        with content.opened() as read:
            writer.write(disk.ranges, read, workers)
        content.require_unchanged()
        writer.write([footer], lambda part: disk.footer, 1)
    finally:
        connection.close()
    return Sent(bytes=data + footer.length, skipped=skipped, repeats=writer.repeats)


class _Writer:
    """Hands ranges to worker threads; the first failure stops them all."""

    def __init__(
        self,
        connection: PageConnection,
        deadline: Deadline,
        pause: Callable[[float], object] | None,
        arrived: Callable[[int], object],
    ) -> None:
        self._connection, self._deadline = connection, deadline
        self._stop = threading.Event()
        self._pause = pause or self._stop.wait
        self._lock = threading.Lock()
        self._arrived = arrived
        self._sent = 0
        self.repeats = 0

    def write(self, ranges: Iterable[Range], read: Callable[[Range], bytes], workers: int) -> None:
        """Write all ranges, and return when the last one is written; raise the first failure."""
        waiting = iter(ranges)
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="pages") as pool:
            try:
                outcomes = [pool.submit(self._work, waiting, read) for _worker in range(workers)]
                failures = [failure for outcome in outcomes if (failure := outcome.exception()) is not None]
            except BaseException:  # an interrupt: the workers end after their current range
                self._stop.set()
                raise
        if failures:
            raise failures[0]

    def _work(self, waiting: Iterator[Range], read: Callable[[Range], bytes]) -> None:
        """Write ranges until none is left or another worker has failed."""
        try:
            while (part := self._take(waiting)) is not None:
                self._put(part, read(part))
                with self._lock:
                    self._sent += part.length
                    self._arrived(self._sent)
        except BaseException:
            self._stop.set()
            raise

    def _take(self, waiting: Iterator[Range]) -> Range | None:
        with self._lock:
            return None if self._stop.is_set() else next(waiting, None)

    def _put(self, part: Range, content: bytes) -> None:
        for tried in range(1, DATA_PLANE_TRIES + 1):
            answer = self._try(part, content)
            if isinstance(answer, Answer) and answer.status == HTTPStatus.CREATED:
                return
            if not is_retried(answer):
                raise failure(_failure(part), answer, tried)
            if self._stop.is_set():
                return
            if tried == (DATA_PLANE_TRIES if self._connection.answered else DATA_PLANE_FIRST_TRIES):
                raise failure(_failure(part), answer, tried)
            with self._lock:
                self.repeats += 1
            after = answer.retry_after if isinstance(answer, Answer) else 0.0
            self._pause(min(page_pause(tried, after), self._deadline.left))

    def _try(self, part: Range, content: bytes) -> Answer | NoAnswer:
        """Write a range once. If the connection breaks, the first page alone asks why.

        A service that refuses may answer and close before it has read the range, and such an answer is lost behind TLS.
        """
        answer = self._send(part, content)
        if isinstance(answer, Answer) or not answer.cut or part.length == PAGE:
            return answer
        asked = self._send(Range(part.start, part.start + PAGE), content[:PAGE])
        return asked if isinstance(asked, Answer) and asked.status != HTTPStatus.CREATED else answer

    def _send(self, part: Range, content: bytes) -> Answer | NoAnswer:
        if (left := self._deadline.left) <= 0:
            raise TimedOut(f"{_failure(part)}: wait_timeout has passed; raise it, or run again when the network is faster.")
        return self._connection.put(part, content, min(ANSWER_TIMEOUT, left))


def _failure(part: Range) -> str:
    return f"could not write bytes {part.start} to {part.end - 1} of the disk"
