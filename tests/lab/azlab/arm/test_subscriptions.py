# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The subscription of the lab: the kind of its contract, by default and as a start or a test chooses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azlab.settings import Settings

from tests.support.running_lab import RunningLab, azlab

VERSION = "2022-12-01"


def policies(lab: RunningLab) -> dict[str, Any]:
    """The policies of the subscription."""
    path = f"/subscriptions/{lab.settings.subscription}"
    return dict(lab.arm("GET", path, version=VERSION).raise_for_status().json()["subscriptionPolicies"])


def test_a_subscription_shows_the_kind_of_its_contract(lab: RunningLab) -> None:
    assert policies(lab) == {"locationPlacementId": "Public_2014-09-01", "quotaId": "PayAsYouGo_2014-09-01", "spendingLimit": "Off"}
    [listed] = lab.arm("GET", "/subscriptions", version=VERSION).json()["value"]
    assert listed["subscriptionPolicies"] == policies(lab)


@pytest.mark.parametrize(
    ("quota_id", "limit"), [("MSDN_2014-09-01", "On"), ("EnterpriseAgreement_2014-09-01", "Off"), ("FreeTrial_2014-09-01", "On")]
)
def test_a_test_changes_the_kind_of_the_contract(lab: RunningLab, quota_id: str, limit: str) -> None:
    with lab.setting("quota_id", quota_id):
        assert policies(lab) == {"locationPlacementId": "Public_2014-09-01", "quotaId": quota_id, "spendingLimit": limit}
    assert policies(lab)["quotaId"] == "PayAsYouGo_2014-09-01"


def test_the_kind_of_the_contract_is_said_at_each_start(tmp_path: Path) -> None:
    azlab("--state", tmp_path, "up", "--no-guests", "--quota-id", "MSDN_2014-09-01")
    try:
        assert policies(RunningLab(Settings.load(tmp_path)))["quotaId"] == "MSDN_2014-09-01"
    finally:
        azlab("--state", tmp_path, "down")
    azlab("--state", tmp_path, "up", "--no-guests")
    try:
        assert policies(RunningLab(Settings.load(tmp_path)))["quotaId"] == "PayAsYouGo_2014-09-01"
    finally:
        azlab("--state", tmp_path, "down")
