# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab without guests for the plays of a session, whose Windows VMs have simulated guests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azlab.settings import Settings

from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, azlab


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The session's lab."""
    state = tmp_path_factory.mktemp("azlab")
    azlab("--state", state, "up", "--no-guests", "--hurry")
    try:
        yield RunningLab(Settings.load(state))
    finally:
        azlab("--state", state, "down")


@pytest.fixture
def lab_group(lab: RunningLab) -> LabGroup:
    """A new resource group."""
    return LabGroup(lab, lab.put_group())
