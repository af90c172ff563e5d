# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk file that is read must be released: nothing has it locked, open for writing, or changes it meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.local_bytes import opened_file

SIZE = 8192


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    return path


def test_any_place_of_a_file_can_be_read(raw: Path) -> None:
    with opened_file(str(raw)) as disk:
        assert disk.size == SIZE
        assert disk.read(257, 3) == b"\1\2\3"


def test_a_file_that_is_open_for_writing_is_refused(raw: Path) -> None:
    with raw.open("r+b"), pytest.raises(InvalidRequest, match=f"is in use by process {os.getpid()}"), opened_file(str(raw)):
        pass


def test_a_file_of_another_format_is_refused_for_that_even_while_it_is_in_use(tmp_path: Path) -> None:
    path = tmp_path / "disk.vhdx"
    path.write_bytes(b"vhdxfile".ljust(SIZE, b"\0"))
    with path.open("r+b"), pytest.raises(InvalidRequest, match="only raw disks and fixed VHDs are supported"), opened_file(str(path)):
        pass


def test_a_file_that_is_open_for_reading_is_accepted(raw: Path) -> None:
    with raw.open("rb"), opened_file(str(raw)) as disk:
        assert disk.size == SIZE


@pytest.mark.parametrize("lock", ["flock(f, LOCK_SH)", "lockf(f, LOCK_SH, 1, 100)"], ids=["whole", "one byte, as QEMU does"])
def test_a_locked_file_is_refused(raw: Path, lock: str) -> None:
    program = f"import sys; from fcntl import *; f = open(sys.argv[1], 'rb'); {lock}; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program, str(raw)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with pytest.raises(InvalidRequest, match=f"is in use by process {process.pid}"), opened_file(str(raw)):
            pass
        process.communicate()
    with opened_file(str(raw)):
        pass


def test_a_file_that_changes_meanwhile_is_refused(raw: Path) -> None:
    with pytest.raises(InvalidRequest, match="changed while it was being read"), opened_file(str(raw)):
        os.utime(raw, ns=(0, 0))


def test_a_file_that_gets_shorter_fails(raw: Path) -> None:
    with pytest.raises(Failed, match="truncated"), opened_file(str(raw)) as disk:
        os.truncate(raw, 512)
        disk.read(0, SIZE)
