# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oldest and the newest azure-mgmt-compute that the collection supports give the same results in the lab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract import sdk_scenario
from tests.contract.empty_lab import empty_lab
from tests.contract.sdks import Run, oldest, run


@pytest.fixture(scope="module")
def runs() -> Iterator[tuple[Run, Run]]:
    """The scenario through the oldest and the newest SDK, on one lab, in groups of their own."""
    packages = oldest()
    with empty_lab() as lab:
        for group in ("oldest", "newest"):
            lab.put_group(group)
        yield run(sdk_scenario.__file__, packages, lab.state, "oldest"), run(sdk_scenario.__file__, "", lab.state, "newest")


def test_both_give_the_same_results(runs: tuple[Run, Run]) -> None:
    oldest, newest = runs
    assert oldest.version == "33.0.0" != newest.version
    assert oldest.seen == newest.seen


def test_the_results_are_those_of_azure(runs: tuple[Run, Run]) -> None:
    assert runs[1].seen == {
        "disk created": ["disk", "westeurope", "Succeeded", "ReadyToUpload", "V1", "Standard_LRS"],
        "disk open for writing": "ActiveUpload",
        "first page and footer": [201, 201],
        "page after the revoke": 403,
        "disk uploaded": ["Unattached", 1, sdk_scenario.SIZE, "Linux"],
        "snapshot": ["Succeeded", False, sdk_scenario.SIZE, "Copy"],
        "snapshot's first bytes": "golden",
        "image": ["image", "Succeeded", "V1", {"Made": "here"}, 1],
        "lists": [["disk"], ["snapshot"], ["image"]],
        "gone": ["ResourceNotFound"] * 3,
    }
