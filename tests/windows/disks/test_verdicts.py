# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks of Windows machines with real NTFS volumes and real hives, from their bytes to the verdict."""

from __future__ import annotations

import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.windows_disk import WindowsDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.partitions import find_partitions
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.disk_verdict import judge

from tests.support.windows import second_reader
from tests.support.windows.disks import COMPLETE, FAILED, SEALED, STATE_INI, DiskFile, machine, opened, unfinished
from tests.support.windows.render import CONFIG, SECTOR, STATE_KEY, hives, render

SEALED_AT = datetime(2026, 11, 28, 9, 12, 44, tzinfo=timezone.utc)


def inspected(path: Path, guest: dict[str, Any], **options: Any) -> WindowsDisk:
    """The readings of the disk of a machine."""
    return inspect(opened(render(guest, path, **options)))


@pytest.mark.parametrize("table", ["gpt", "mbr"])
@pytest.mark.parametrize(
    "state, ini, verdict",
    [
        (SEALED, SEALED, "generalized"),
        (COMPLETE, COMPLETE, "specialized"),
        (FAILED, FAILED, "broken"),
        ("IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE", "broken"),
        (SEALED, COMPLETE, "unproven"),
        (COMPLETE, SEALED, "unproven"),
    ],
)
def test_the_image_state_decides_and_a_second_reader_agrees(tmp_path: Path, table: str, state: str, ini: str, verdict: str) -> None:
    path = tmp_path / "disk"
    found = inspected(path, machine(state, ini), table=table, sealed_at=SEALED_AT)
    assert judge(found).verdict == verdict
    assert (found.partition_table, found.flaws, found.leftovers) == (table, (), ())
    assert second_reader.readings(path) == {name: getattr(found, name) for name in second_reader.readings(path)}


def test_a_generalized_disk_has_nothing_to_warn_of_and_keeps_the_time_of_its_seal(tmp_path: Path) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), sealed_at=SEALED_AT)
    assert judge(found).warnings == ()
    assert found.generalized_at == SEALED_AT


def test_an_encrypted_volume_is_encrypted(tmp_path: Path) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), bitlocker=True)
    assert judge(found).verdict == "encrypted"


@pytest.mark.parametrize(
    "spoiled, flaw",
    [
        ({f"{CONFIG}\\SOFTWARE": b"regf"}, "hive SOFTWARE"),
        ({f"{CONFIG}\\SYSTEM": None}, "hive SYSTEM cannot be read: it does not exist"),
        ({f"{CONFIG}\\SAM": bytes(8192)}, "hive SAM"),
    ],
)
def test_a_hive_that_cannot_be_read_leaves_the_seal_unproven(tmp_path: Path, spoiled: dict[str, bytes | None], flaw: str) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), replaced=spoiled)
    assert judge(found).verdict == "unproven"
    assert flaw in judge(found).reason


def test_a_missing_state_ini_leaves_the_seal_unproven(tmp_path: Path) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), replaced={STATE_INI.removeprefix("C:\\"): None})
    assert (judge(found).verdict, found.state_ini) == ("unproven", None)


def test_a_state_ini_in_utf_16_is_read(tmp_path: Path) -> None:
    content = f"[State]\r\nImageState={SEALED}\r\n".encode("utf-16")
    found = inspected(tmp_path / "disk", machine(SEALED), replaced={STATE_INI.removeprefix("C:\\"): content})
    assert judge(found).verdict == "generalized"


@pytest.mark.parametrize("text, state", [
    (f"[Old]\nImageState={SEALED}\n[State]\nImageState=IMAGE_STATE_COMPLETE\n", "IMAGE_STATE_COMPLETE"),
    (f"[State]\nImageState={SEALED}-x\n", f"{SEALED}-x"),
    (f"[State]\nImageState={SEALED}\nImageState=IMAGE_STATE_COMPLETE\n", f"{SEALED} and IMAGE_STATE_COMPLETE"),
    (f"ImageState={SEALED}\n", None),
], ids=["other section", "longer value", "two values", "no section"])  # fmt: skip
def test_only_the_whole_value_in_its_section_counts_in_state_ini(tmp_path: Path, text: str, state: str | None) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), replaced={STATE_INI.removeprefix("C:\\"): text.encode()})
    assert (judge(found).verdict, found.state_ini) == ("unproven", state)


def test_an_encrypted_volume_next_to_a_sealed_windows_leaves_the_seal_unproven(tmp_path: Path) -> None:
    content = bytearray(opened(render(machine(SEALED), tmp_path / "disk")).content)
    parts = find_partitions(DiskFile(bytes(content))).partitions
    other = next(part for part in parts if content[part.start + 3 : part.start + 11] != b"NTFS    ")
    content[other.start + 3 : other.start + 11] = b"-FVE-FS-"
    verdict = judge(inspect(DiskFile(bytes(content))))
    assert (verdict.verdict, "encrypted with BitLocker, and could hold a Windows too" in verdict.reason) == ("unproven", True)


def test_a_truncated_disk_is_never_taken_for_generalized(tmp_path: Path) -> None:
    content = opened(render(machine(SEALED), tmp_path / "disk", table="mbr")).content
    verdict = judge(inspect(DiskFile(content[: -3 * 1024 * 1024])))
    assert (verdict.verdict, "which is truncated" in verdict.reason) == ("unproven", True)


def test_a_disk_without_windows_is_unreadable(tmp_path: Path) -> None:
    found = inspected(tmp_path / "disk", machine(SEALED), replaced={f"{CONFIG}\\SOFTWARE": None})
    assert judge(found).verdict == "unreadable"
    assert judge(inspect(DiskFile(bytes(1 << 20)))).verdict == "unreadable"
    assert judge(inspect(DiskFile(b""))).verdict == "unreadable"


@pytest.mark.parametrize("damaged, verdict", [((SECTOR,), "generalized"), ((SECTOR, -SECTOR), "unreadable")])
def test_the_second_header_of_a_gpt_serves_if_the_first_is_damaged(tmp_path: Path, damaged: tuple[int, ...], verdict: str) -> None:
    content = bytearray(opened(render(machine(SEALED), tmp_path / "disk")).content)
    for place in damaged:
        content[place % len(content) + 24] ^= 1
    assert judge(inspect(DiskFile(bytes(content)))).verdict == verdict


@pytest.fixture(scope="module")
def hives_before_and_after() -> tuple[bytes, bytes]:
    """The SOFTWARE hive before and after Sysprep."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = (hives(machine(state)["registry"], Path(folder))[f"{CONFIG}\\SOFTWARE"] for state in (COMPLETE, SEALED))
    assert before != after
    return before, after


@pytest.mark.parametrize("log", ["LOG1", "LOG2"])
def test_a_dirty_hive_is_completed_by_its_log(tmp_path: Path, hives_before_and_after: tuple[bytes, bytes], log: str) -> None:
    hive, written = unfinished(*hives_before_and_after)
    replaced = {f"{CONFIG}\\SOFTWARE": hive, f"{CONFIG}\\SOFTWARE.{log}": written}
    found = inspected(tmp_path / "disk", machine(COMPLETE, SEALED), replaced=replaced)
    assert (judge(found).verdict, found.image_state, found.replayed) == ("generalized", SEALED, ("SOFTWARE",))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: None,
        lambda log: b"",
        lambda log: log[:700],
        lambda log: log[: 512 + 100] + b"\xff" + log[512 + 101 :],
    ],
    ids=["missing", "empty", "truncated", "changed"],
)
def test_a_dirty_hive_without_its_log_is_unproven(tmp_path: Path, hives_before_and_after: tuple[bytes, bytes], spoil: Any) -> None:
    hive, written = unfinished(*hives_before_and_after)
    replaced = {f"{CONFIG}\\SOFTWARE": hive, f"{CONFIG}\\SOFTWARE.LOG1": spoil(written)}
    found = inspected(tmp_path / "disk", machine(SEALED), replaced=replaced)
    assert (judge(found).verdict, found.image_state) == ("unproven", None)
    assert "not written it completely" in judge(found).reason


def test_a_state_that_is_not_a_text_is_unproven(tmp_path: Path) -> None:
    guest = machine(SEALED, registry={STATE_KEY: {"ImageState": 7}})
    assert judge(inspected(tmp_path / "disk", guest)).verdict == "unproven"
