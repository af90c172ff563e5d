# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that linux_prepare writes for cloud-init, and the files of earlier platforms that it removes."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import yaml

from tests.unit.roles.linux_prepare import loaded, rendered


def test_the_data_source_is_in_one_line() -> None:
    text = rendered("__linux_prepare_cloud_init_text")
    assert "datasource_list: [ Azure ]" in text.splitlines()
    assert yaml.safe_load(text) == loaded("defaults/main.yml")["linux_prepare_cloud_init"]


@pytest.mark.parametrize("settings", [{"datasource_list": ["Azure", "None"]}, {"growpart": {"mode": "auto"}}])
def test_settings_of_the_user_are_written_as_they_are(settings: dict[str, Any]) -> None:
    assert yaml.safe_load(rendered("__linux_prepare_cloud_init_text", linux_prepare_cloud_init=settings)) == settings


@pytest.mark.parametrize("other", ["05_logging.cfg", "90_dpkg.cfg", "91-azure.cfg", "99_pve.cfg", "99-zz.cfg", "z-vendor.cfg"])
def test_the_file_is_read_after_all_others(other: str) -> None:
    name = os.path.basename(loaded("vars/main.yml")["__linux_prepare_cloud_init_file"])
    assert sorted([other, name]) == [other, name]


@pytest.mark.parametrize("text", [
    "network: {config: disabled}\n",
    "network:\n  # by hand\n  config: 'disabled'\n",
    '{"network": {"config": "disabled"}}',
    "---\n# written by Proxmox\nnetwork: { config: disabled } # no network\n",
])  # fmt: skip
def test_a_file_that_only_disables_the_network_is_found(text: str) -> None:
    assert re.search(loaded("vars/main.yml")["__linux_prepare_network_disabled"], text)


@pytest.mark.parametrize("text", [
    "network: {config: disabled}\nusers: []\n", "# network: {config: disabled}\n", "network:\n  version: 2\n", "config: disabled\n", "",
])  # fmt: skip
def test_a_file_that_says_anything_else_stays(text: str) -> None:
    assert not re.search(loaded("vars/main.yml")["__linux_prepare_network_disabled"], text)
