# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make windows GUEST=FILE`: the findings about a guest that somebody describes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.windows.mutations import UNDEPLOYABLE, course, server, step
from tests.support.windows.stranger import UnusableGuest, judge, read


def test_a_strangers_guest_is_judged_by_preflight_sysprep_and_disk(tmp_path: Path) -> None:
    described = server()
    described["commands"]["Get-BitLockerVolume"][1]["VolumeStatus"] = "FullyEncrypted"
    course(step(1, UNDEPLOYABLE, exit_code=0))(described)
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(described))
    lines = judge(read(file), tmp_path / "run").splitlines()
    assert [line.strip() for line in lines if line.strip().startswith("block")] == [
        "block bitlocker: the volume D: is not decrypted: its VolumeStatus is FullyEncrypted"
    ]
    assert "Sysprep, whatever the preflight says: broken" in lines
    assert "Disk: broken" in lines


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in server().items() if key != name}


@pytest.mark.parametrize("text, said", [
    (json.dumps({**server(), "regstry": {}}), "has unknown sections: regstry."),
    (json.dumps(without("registry")), "lacks the sections registry."),
    (json.dumps(without("vm_id")), "lacks the sections vm_id."),
    (json.dumps({**server(), "platform": "aws"}), "platform must be azure or other, not aws."),
    (json.dumps({**server(), "name": 3}), "the section name must be a str, not a int."),
    (json.dumps({**server(), "users": {}}), "the section users must be a list, not a dict."),
    ("[]", "is not a dictionary of sections, but list."),
    ("{", "is not a JSON file"),
], ids=["unknown", "registry", "vm_id", "platform", "name", "users", "list", "text"])  # fmt: skip
def test_a_file_of_another_format_is_refused_by_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.json"
    file.write_text(text)
    with pytest.raises(UnusableGuest, match=re.escape(said)):
        read(file)


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableGuest, match="cannot be read: No such file or directory"):
        read(tmp_path / "none.json")
