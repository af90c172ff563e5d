# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks that are damaged or made to mislead: the answer is a verdict, in limited time and with limited reading."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.windows_disk import VERDICTS, WindowsDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows import inspect as inspect_module
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.disk_verdict import judge

from tests.support.windows.disks import COMPLETE, SEALED, DiskFile, machine, opened
from tests.support.windows.render import CONFIG, render

SEEDS = range(12)
STRUCTURES = (b"NTFS    ", b"FILE0", b"INDX(", b"regf", b"hbin", b"nk ", b"lf", b"lh", b"vk")
"""The first bytes of structures of NTFS and of hives."""
SECONDS = 20
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> DiskFile:
    """The disk of a machine that was not generalized."""
    return opened(render(machine(COMPLETE), tmp_path_factory.mktemp("disk") / "disk"))


def spoiled(disk: DiskFile, chance: random.Random, places: Callable[[], int], changes: int) -> DiskFile:
    """The disk with some of its bytes replaced."""
    content = bytearray(disk.content)
    for _ in range(changes):
        content[places()] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
    return DiskFile(bytes(content))


def judged(disk: DiskFile) -> str:
    """The verdict on a disk, which must come in time."""
    begin = time.monotonic()
    found = judge(inspect(disk, seconds=SECONDS)).verdict
    assert time.monotonic() - begin < 3 * SECONDS
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disk_with_changed_bytes_is_never_taken_for_generalized(disk: DiskFile, seed: int) -> None:
    chance = random.Random(seed)
    used = [place for place in range(0, disk.size, 512) if any(disk.content[place : place + 512])]
    assert judged(spoiled(disk, chance, lambda: chance.choice(used) + chance.randrange(512), 2000)) in set(VERDICTS) - {"generalized"}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("mark", STRUCTURES, ids=lambda mark: mark.decode().strip())
def test_structures_with_changed_bytes_are_survived(disk: DiskFile, mark: bytes, seed: int) -> None:
    chance = random.Random(f"{mark!r} {seed}")
    places = [found.start() for found in re.finditer(re.escape(mark), disk.content)]
    assert places
    assert judged(spoiled(disk, chance, lambda: chance.choice(places) + chance.randrange(96), 40)) != "generalized"


@pytest.mark.parametrize("size", [0, 1, 511, 512, 1024, MIB, MIB + 1, 5 * MIB + 513])
def test_a_truncated_disk_gets_a_verdict(disk: DiskFile, size: int) -> None:
    assert judged(DiskFile(disk.content[:size])) in ("unreadable", "unproven")


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_unreadable(seed: int) -> None:
    assert judged(DiskFile(random.Random(seed).randbytes(MIB))) == "unreadable"


def test_a_limit_of_bytes_is_kept_and_named(disk: DiskFile) -> None:
    found = inspect(disk, most_mib=1)
    assert judge(found).verdict in ("unproven", "unreadable")
    assert found.flaws == ("more than 1 MiB would have to be read",)


def test_the_limit_of_bytes_bounds_what_is_read(disk: DiskFile) -> None:
    counted = Counting(disk.content)
    inspect(counted, most_mib=2)
    assert counted.read_bytes <= 2 * MIB


def test_a_limit_of_time_is_kept_and_named(disk: DiskFile, monkeypatch: pytest.MonkeyPatch) -> None:
    looping = "import time, sys; time.sleep(60)"
    monkeypatch.setattr(inspect_module, "_PROGRAM", looping)
    begin = time.monotonic()
    found = inspect(disk, seconds=1)
    assert time.monotonic() - begin < 30
    assert found == WindowsDisk(flaws=("reading it took longer than 1 seconds",))


@pytest.mark.parametrize(
    "program, flaw",
    [
        ("import os; os.abort()", "ended with -6"),
        ("raise SystemExit(3)", "ended with 3"),
        ("print('a line that a library prints, and no message', flush=True); input()", "misled"),
    ],
)
def test_a_reader_that_crashes_or_misbehaves_is_a_flaw(disk: DiskFile, monkeypatch: pytest.MonkeyPatch, program: str, flaw: str) -> None:
    monkeypatch.setattr(inspect_module, "_PROGRAM", program)
    found = inspect(disk)
    assert judge(found).verdict == "unreadable"
    assert [flaw in each for each in found.flaws] == [True]


def test_a_disk_that_cannot_be_read_any_more_fails_with_its_own_reason(disk: DiskFile) -> None:
    with pytest.raises(Failed, match="the connection was lost"):
        inspect(Lost(disk.content))


def test_the_reader_gets_no_secrets_from_the_environment(disk: DiskFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SECRET", "s3cret")
    monkeypatch.setattr(inspect_module, "_PROGRAM", "import os; raise SystemExit(9 if 'AZURE_SECRET' in os.environ else 4)")
    assert "ended with 4" in inspect(disk).flaws[0]


def test_a_hive_of_nonsense_is_a_flaw(tmp_path: Path) -> None:
    hive = b"regf".ljust(4096, b"\0") + b"hbin" + b"\xff" * 4092
    found = inspect(opened(render(machine(SEALED), tmp_path / "disk", replaced={f"{CONFIG}\\SOFTWARE": hive})))
    assert (judge(found).verdict, found.image_state) == ("unproven", None)


class Counting(DiskFile):
    """Counts the bytes that are read."""

    read_bytes = 0

    def read(self, start: int, length: int) -> bytes:
        object.__setattr__(self, "read_bytes", self.read_bytes + length)
        return super().read(start, length)


class Lost(DiskFile):
    """Cannot be read behind its first sectors."""

    def read(self, start: int, length: int) -> bytes:
        if start > MIB:
            raise Failed("the connection was lost.")
        return super().read(start, length)
