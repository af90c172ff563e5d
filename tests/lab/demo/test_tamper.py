# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SPOIL=...: the sealed disks are changed while the lab delays `deallocate`."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from demo import tamper
from demo.tamper import NAMES, Tampering, resolve
from tests.support.waiting import wait_until


def test_resolve_accepts_a_name_or_an_executable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    program = Path("change.sh")
    program.write_text("#!/bin/sh\n")
    assert [resolve(name) for name in NAMES] == list(NAMES)
    assert [resolve(how) for how in ("change.sh", str(tmp_path), "nothing", "sh")] == [None] * 4
    program.chmod(0o755)
    assert resolve("change.sh") == str(tmp_path / "change.sh")


@pytest.fixture
def tampering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tampering:
    """A Tampering whose lab is a folder: `azlab disk get ID FILE` and `put` copy the file `disk`."""
    (tmp_path / "logs").mkdir()
    for name in ("disk", "data"):
        (tmp_path / name).write_text("sealed")
    azlab = tmp_path / "azlab"
    azlab.write_text('#!/bin/sh\n[ "$4" = get ] && exec cp "$2/$5" "$6"\nexec cp "$6" "$2/$5"\n')
    program = tmp_path / "change.sh"
    program.write_text('#!/bin/sh\nprintf changed >"$1"\nprintf "changed too" >"$2"\n')
    for file in (azlab, program):
        file.chmod(0o755)
    monkeypatch.setattr(tamper, "AZLAB", azlab)
    return Tampering(str(program), tmp_path, "vm", ["disk", "data"], tmp_path, {})


def rules(folder: Path) -> list[dict]:
    return json.loads((folder / "faults.json").read_text())["rules"]


def test_the_sealed_disks_are_changed_while_deallocate_is_delayed(tmp_path: Path, tampering: Tampering) -> None:
    with tampering:
        assert [rule["hang"] for rule in rules(tmp_path)] == [True]
        line = {"phase": "in", "method": "POST", "path": "/subscriptions/s/virtualmachines/VM/deallocate?api-version=1"}
        (tmp_path / "logs/arm.jsonl").write_text(json.dumps(line) + "\n")
        wait_until(lambda: rules(tmp_path) == [])
    assert [(tmp_path / name).read_text() for name in ("disk", "data")] == ["changed", "changed too"]


def test_tampering_ends_with_a_capture_that_never_deallocates(tmp_path: Path, tampering: Tampering) -> None:
    with tampering:
        pass
    assert rules(tmp_path) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "tampering"]
    assert (tmp_path / "disk").read_text() == "sealed"
