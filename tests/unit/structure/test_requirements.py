# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution environments install everything that the modules import."""

from __future__ import annotations

from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import HIVE_READER, NTFS_READER

from tests.support.tree import ROOT

READERS = {NTFS_READER, HIVE_READER}


def lines(name: str) -> set[str]:
    """The packages in a requirements file, with their bounds."""
    return {line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))}


def names(name: str) -> set[str]:
    """The packages in a requirements file."""
    return {line.partition(">")[0] for line in lines(name)}


def test_the_execution_environment_has_all_that_users_install() -> None:
    assert lines("requirements.txt") <= lines("meta/ee-requirements.txt")


def test_the_execution_environment_has_the_readers_of_windows_disks_with_lower_bounds() -> None:
    assert names("meta/ee-requirements.txt") >= READERS
    assert [line for line in lines("meta/ee-requirements.txt") if ">=" not in line] == []


def test_what_users_install_for_azure_has_no_readers_of_windows_disks() -> None:
    assert names("requirements.txt") & READERS == set()
