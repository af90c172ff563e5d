# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's end of the progress pipe: it never blocks, never raises, and writes little."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.progress import PAUSE, ProgressPipe, progress_listener
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.progress import VARIABLE, Progress, Replication, Walked


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


@pytest.fixture
def reader(pipe: Path) -> Iterator[int]:
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    yield descriptor
    os.close(descriptor)


def written(reader: int) -> list[Progress | None]:
    """The messages in the pipe."""
    return [Progress.from_message(line) for line in os.read(reader, 65536).splitlines()]


def test_messages_reach_the_reader(pipe: Path, reader: int) -> None:
    listener = progress_listener(True, {VARIABLE: str(pipe)})
    listener.started("upload")
    listener.moved(1, 2, 3)
    listener.done("upload")
    assert written(reader) == [Progress(1, 2, 3)]
    assert isinstance(listener, ProgressPipe)
    listener.close()


def test_the_state_of_a_replica_reaches_the_reader(pipe: Path, reader: int) -> None:
    listener = progress_listener(True, {VARIABLE: str(pipe)})
    listener.replicated("westeurope", "Replicating", 40)
    assert Replication.from_message(os.read(reader, 65536)) == Replication("westeurope", "Replicating", 40)
    assert isinstance(listener, ProgressPipe)
    listener.close()
    listener.replicated("westeurope", "Completed", 100)


def test_messages_are_few_and_the_last_one_is_not_lost(pipe: Path, reader: int) -> None:
    now = [0.0]
    listener = ProgressPipe(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), lambda: now[0])
    for sent in range(1, 1001):
        now[0] += PAUSE / 100
        listener.moved(sent, 1000, 0)
    listener.close()
    found = written(reader)
    assert 10 <= len(found) <= 12
    assert found[-1] == Progress(1000, 1000, 0)


def test_a_full_pipe_loses_messages_and_does_not_block(pipe: Path, reader: int) -> None:
    listener = ProgressPipe(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    for sent in range(5000):
        listener.moved(sent, 0, 0)
    assert None not in written(reader)
    listener.moved(5000, 0, 0)
    listener.close()


def test_a_reader_that_has_gone_ends_the_messages(pipe: Path) -> None:
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    listener = ProgressPipe(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    os.close(reader)
    listener.moved(1, 1, 0)
    listener.moved(1, 1, 0)
    listener.close()


@pytest.mark.parametrize("case", ["omitted", "empty", "missing", "no reader", "a file", "a folder"])
def test_without_a_pipe_there_are_no_messages(tmp_path: Path, pipe: Path, case: str) -> None:
    file = tmp_path / "file"
    file.write_text("kept")
    paths = {"empty": "", "missing": "/nowhere/pipe", "no reader": str(pipe), "a file": str(file), "a folder": str(tmp_path)}
    listener = progress_listener(True, {VARIABLE: paths[case]} if case in paths else {})
    listener.moved(1, 1, 0)
    assert isinstance(listener, Silence)
    assert not isinstance(listener, ProgressPipe)
    assert file.read_text() == "kept"


def test_unwanted_progress_is_not_written(pipe: Path, reader: int) -> None:
    assert not isinstance(progress_listener(False, {VARIABLE: str(pipe)}), ProgressPipe)


def test_the_progress_of_a_walk_reaches_the_reader_in_few_messages(pipe: Path, reader: int) -> None:
    now = [0.0]
    listener = ProgressPipe(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), lambda: now[0])
    for done in range(1, 1001):
        now[0] += PAUSE / 100
        listener.walked(done, 1000)
    listener.close()
    found = [Walked.from_message(line) for line in os.read(reader, 65536).splitlines()]
    assert 10 <= len(found) <= 12
    assert found[-1] == Walked(1000, 1000)
