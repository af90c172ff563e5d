# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress as a message and as a line, with a clock that a test sets."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.limits import GIB, MIB
from ansible_collections.goldenimage.azure.plugins.module_utils._core.progress import Progress, ProgressLines, Replication, Walked, size

from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(now=100.0)


@pytest.fixture
def lines(clock: Clock) -> ProgressLines:
    return ProgressLines(clock)


def test_a_message_can_be_read_back() -> None:
    progress = Progress(4 * MIB, GIB, 7)
    assert Progress.from_message(progress.as_message()) == progress
    assert progress.as_message().endswith(b"}\n")
    assert len(Progress(2**63, 2**63, 2**63).as_message()) < 512


@pytest.mark.parametrize("message", [b"", b"{", b"7", b"{}", b'{"sent": 1}', b'{"sent": "x", "total": 1, "skipped": 1}', b"\xff"])
def test_a_damaged_message_is_ignored(message: bytes) -> None:
    assert Progress.from_message(message) is None


@pytest.mark.parametrize(
    ("progress", "line"), [(40, "replication to westeurope: Replicating, 40 %"), (None, "replication to westeurope: Replicating")]
)
def test_a_replica_has_a_message_and_a_line(progress: int | None, line: str) -> None:
    found = Replication.from_message(Replication("westeurope", "Replicating", progress).as_message())
    assert found is not None
    assert found.line == line
    assert Replication.from_message(Progress(1, 2, 3).as_message()) is None
    assert Progress.from_message(found.as_message()) is None


@pytest.mark.parametrize("message", [b"", b"{", b"7", b'{"region": "x", "state": "y"}', b'{"region": "x", "state": "y", "progress": "z"}'])
def test_a_damaged_message_about_a_replica_is_ignored(message: bytes) -> None:
    assert Replication.from_message(message) is None


def test_at_most_one_line_comes_in_five_seconds_and_one_at_the_end(clock: Clock, lines: ProgressLines) -> None:
    shown = []
    for second in range(13):
        clock.now = 100.0 + second
        shown.append(lines.line(Progress(second * MIB, 12 * MIB, 0)) is not None)
    assert [second for second, line in enumerate(shown) if line] == [5, 10]
    assert lines.last() is not None
    assert lines.last() is None


def test_a_line_that_was_shown_is_not_repeated_at_the_end(clock: Clock, lines: ProgressLines) -> None:
    lines.line(Progress(1, 2, 0))
    clock.now += 5
    assert lines.line(Progress(2, 2, 0)) is not None
    assert lines.last() is None
    assert ProgressLines(clock).last() is None


def test_a_line_has_per_cent_bytes_rate_and_time_left(clock: Clock, lines: ProgressLines) -> None:
    lines.line(Progress(0, 1000 * MIB, 3 * GIB))
    clock.now += 10
    assert lines.line(Progress(255 * MIB, 1000 * MIB, 3 * GIB)) == (
        "25 %, 255.0 MiB of 1000.0 MiB sent, 3.0 GiB skipped, 25.5 MiB/s, 0:00:29 left"
    )


def test_the_rate_is_that_of_the_last_half_minute(clock: Clock, lines: ProgressLines) -> None:
    for second in range(101):
        clock.now = 100.0 + second
        line = lines.line(Progress((second if second < 50 else 50 + 10 * (second - 50)) * MIB, 1000 * MIB, 0))
    assert line == "55 %, 550.0 MiB of 1000.0 MiB sent, 0.0 KiB skipped, 10.0 MiB/s, 0:00:45 left"


def test_a_rate_needs_two_reports(lines: ProgressLines) -> None:
    lines.line(Progress(512, 512, 20 * MIB))
    assert lines.last() == "100 %, 0.5 KiB of 0.5 KiB sent, 20.0 MiB skipped"


@pytest.mark.parametrize(("count", "text"), [(0, "0.0 KiB"), (1536, "1.5 KiB"), (MIB, "1.0 MiB"), (2.25 * GIB, "2.2 GiB")])
def test_a_size_has_a_unit_that_suits_it(count: float, text: str) -> None:
    assert size(count) == text


def test_a_walk_has_a_message_and_a_line() -> None:
    walked = Walked(1200, 3980)
    assert Walked.from_message(walked.as_message()) == walked
    assert walked.line(25.3) == "1200 of 3980 lists read, 25/s"
    assert walked.line(0.0) == "1200 of 3980 lists read"
    assert Progress.from_message(walked.as_message()) is None
    assert Walked.from_message(Progress(1, 2, 3).as_message()) is None


@pytest.mark.parametrize("message", [b"", b"{", b"7", b'{"done": 1}', b'{"done": "x", "known": 1}'])
def test_a_damaged_message_about_a_walk_is_ignored(message: bytes) -> None:
    assert Walked.from_message(message) is None


def test_a_walk_has_a_line_every_five_seconds_and_one_at_the_end(clock: Clock, lines: ProgressLines) -> None:
    shown = []
    for second in range(13):
        clock.now = 100.0 + second
        shown.append(lines.line(Walked(25 * second, 1000)))
    assert [line for line in shown if line] == ["125 of 1000 lists read, 25/s", "250 of 1000 lists read, 25/s"]
    assert lines.last() == "300 of 1000 lists read, 25/s"


def test_a_short_walk_has_no_line(clock: Clock, lines: ProgressLines) -> None:
    for second in range(4):
        clock.now = 100.0 + second
        assert lines.line(Walked(second, 3)) is None
    assert lines.last() is None
