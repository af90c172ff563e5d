# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on the readings of a Windows disk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.windows_disk import WindowsDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.disk_verdict import COMPLETE, SEALED, judge

SEALED_DISK = WindowsDisk(
    windows_found=True,
    image_state=SEALED,
    state_ini=SEALED,
    tag=True,
    setup_type=2,
    cmd_line="oobe\\windeploy.exe",
    start_types={"vmbus": 0, "storvsc": 0, "stornvme": 0},
)


def test_a_generalized_disk_has_nothing_to_warn_of() -> None:
    assert judge(SEALED_DISK)[::2] == ("generalized", ())


@pytest.mark.parametrize(
    "changes, verdict, reason",
    [
        ({"image_state": COMPLETE, "state_ini": COMPLETE}, "specialized", "not been generalized"),
        ({"image_state": COMPLETE}, "unproven", f"ImageState is {COMPLETE} in the registry and {SEALED} in State.ini"),
        ({"state_ini": None}, "unproven", "missing in State.ini"),
        ({"image_state": "IMAGE_STATE_UNDEPLOYABLE"}, "broken", "restore"),
        ({"state_ini": "IMAGE_STATE_UNDEPLOYABLE"}, "broken", "restore"),
        ({"image_state": "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE"}, "broken", "restore"),
        ({"image_state": "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT"}, "broken", "audit mode"),
        ({"flaws": ("the hive SOFTWARE cannot be read: it is damaged",)}, "unproven", "SOFTWARE"),
        ({"flaws": ("x",), "image_state": "IMAGE_STATE_UNDEPLOYABLE"}, "broken", "restore"),
        ({"windows_found": False}, "unreadable", "no partition holds it"),
        ({"windows_found": False, "flaws": ("both headers of the GPT are damaged",)}, "unreadable", "both headers"),
        ({"windows_found": False, "encrypted": True}, "encrypted", "BitLocker"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_documented_readings_decide(changes: dict[str, Any], verdict: str, reason: str) -> None:
    judged = judge(replace(SEALED_DISK, **changes))
    assert judged.verdict == verdict
    assert reason in judged.reason


@pytest.mark.parametrize(
    "changes, warning",
    [
        ({"tag": False}, "Sysprep_succeeded.tag does not exist"),
        ({"setup_type": 0}, "SetupType is 0"),
        ({"cmd_line": ""}, "CmdLine of setup is empty"),
        ({"start_types": {"vmbus": 4}}, "vmbus is disabled"),
        ({"start_types": {"stornvme": None}}, "stornvme does not exist"),
        ({"leftovers": ({"kind": "account", "path": "alice"}, {"kind": "account", "path": "bob"})}, "still holds account: alice, bob"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_other_readings_only_warn(changes: dict[str, Any], warning: str) -> None:
    judged = judge(replace(SEALED_DISK, **changes))
    assert judged.verdict == "generalized"
    assert [warning in each for each in judged.warnings] == [True]
