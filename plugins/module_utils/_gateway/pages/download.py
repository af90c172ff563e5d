# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a disk from its page blob, block by block, when its bytes are asked for.

A read can be repeated without harm. ``sdk/retries.py`` says after which errors it is.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus

from ..._core.errors import Failed, GoldenImageError, TimedOut
from ..._core.limits import MIB
from ..._core.ranges import Range
from ..sdk.retries import DATA_PLANE_FIRST_TRIES, DATA_PLANE_TRIES, page_pause
from .answers import Deadline, failure, is_retried
from .connection import Answer, NoAnswer, PageConnection

FOOTER = 512
"""The length of the footer of a VHD, which follows the disk in its blob."""
BLOCK = MIB
"""A file system is read in many small pieces, which are often neighbours; each request takes as long as a block."""
KEPT_BLOCKS = 64
ANSWER_TIMEOUT = 60.0


class RemoteDisk:
    """The bytes of a disk behind a SAS. Blocks that were read last are kept in memory.

    Raises Denied, Refused, TimedOut or Unavailable, and never shows the URL, which holds the SAS. Such a ``failure`` is kept, because a
    reader of file systems may take it for damage of the disk; every later read raises it again.
    """

    def __init__(self, url: str, title: str, deadline: Deadline, pause: Callable[[float], object] = time.sleep) -> None:
        """``title`` names the disk in sentences. Nothing is read yet."""
        self._connection = PageConnection(url, 1)
        self._title, self._deadline, self._pause = title, deadline, pause
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._size: int | None = None
        self.failure: GoldenImageError | None = None

    @property
    def size(self) -> int:
        """The number of bytes of the disk, without the footer."""
        if self._size is None:
            self._size = self._find_size()
        return self._size

    def read(self, start: int, length: int) -> bytes:
        """Exactly so many bytes from a place in the disk."""
        end = start + length
        if start < 0 or length < 0 or end > self.size:
            raise Failed(f"{self._title} has {self.size} bytes, so bytes {start} to {end - 1} cannot be read.")
        numbers = range(start // BLOCK, -(-end // BLOCK))
        content = b"".join(self._block(number) for number in numbers)
        first = start - numbers.start * BLOCK
        return content[first : first + length]

    def close(self) -> None:
        """Close the connection and forget all blocks."""
        self._connection.close()
        self._blocks.clear()

    def _find_size(self) -> int:
        """The size that the service tells with the first page of the blob, which holds a footer after the disk."""
        answer = self._get(Range(0, FOOTER))
        if answer.total is None or answer.total <= FOOTER:
            raise Failed(f"could not read {self._title}: the storage service does not say how large it is.")
        return answer.total - FOOTER

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            start = number * BLOCK
            self._blocks[number] = self._get(Range(start, min(start + BLOCK, self.size))).content
        self._blocks.move_to_end(number)
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return self._blocks[number]

    def _get(self, part: Range) -> Answer:
        if self.failure:
            raise self.failure
        try:
            return self._insist(part)
        except GoldenImageError as error:
            self.failure = error
            raise

    def _insist(self, part: Range) -> Answer:
        """Read a range, as often as it takes."""
        tried = 1
        while not (isinstance(answer := self._try(part), Answer) and answer.status == HTTPStatus.PARTIAL_CONTENT):
            tries = DATA_PLANE_TRIES if self._connection.answered else DATA_PLANE_FIRST_TRIES
            if tried == tries or not is_retried(answer):
                raise failure(self._failure(part), answer, tried)
            after = answer.retry_after if isinstance(answer, Answer) else 0.0
            self._pause(min(page_pause(tried, after), self._deadline.left))
            tried += 1
        return answer

    def _try(self, part: Range) -> Answer | NoAnswer:
        if (left := self._deadline.left) <= 0:
            raise TimedOut(f"{self._failure(part)}: the time limit has passed; raise it, or run again when the network is faster.")
        return self._connection.get(part, min(ANSWER_TIMEOUT, left))

    def _failure(self, part: Range) -> str:
        return f"could not read bytes {part.start} to {part.end - 1} of {self._title}"
