# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway sends the same bytes through the oldest and the newest azure-mgmt-compute that the collection supports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.contract import sent

OLDEST = "AZURE_MGMT_COMPUTE_33"


def play(packages: str) -> dict[str, Any]:
    """Every scene in a process of its own, with these packages before all others."""
    done = subprocess.run(
        [sys.executable, sent.__file__], env={**os.environ, "PYTHONPATH": packages}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def plays() -> tuple[dict[str, Any], dict[str, Any]]:
    packages = os.environ.get(OLDEST)
    if not packages:
        pytest.fail(f"{OLDEST} must name a folder with azure-mgmt-compute 33.0.0 and azure-common: `make test TIERS=contract` makes it")
    return play(packages), play("")


def test_the_two_versions_differ(plays: tuple[dict[str, Any], dict[str, Any]]) -> None:
    oldest, newest = plays
    assert oldest["version"] == "33.0.0"
    assert int(newest["version"].split(".")[0]) > 33


@pytest.mark.parametrize("scene", sorted(sent.scenes()))
def test_both_send_the_same_bytes(plays: tuple[dict[str, Any], dict[str, Any]], scene: str) -> None:
    oldest, newest = plays
    assert oldest["sent"][scene] == newest["sent"][scene]


def test_every_key_is_sent(plays: tuple[dict[str, Any], dict[str, Any]]) -> None:
    body = bytes.fromhex(plays[0]["sent"]["images create"][0][3])
    assert json.loads(body) == sent.BODY
