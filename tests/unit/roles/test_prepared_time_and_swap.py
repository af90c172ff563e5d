# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The treatment of the clock and of swap areas by linux_prepare."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.roles.linux_prepare import loaded, rendered, task


@pytest.mark.parametrize(("device", "directives"), [(True, 1), (False, 0)], ids=["host's clock", "no such clock"])
def test_chrony_gets_the_hosts_clock_only_where_there_is_one(tmp_path: Path, device: bool, directives: int) -> None:
    command = rendered("__linux_prepare_chrony_clock", __linux_prepare_chrony_folder=str(tmp_path / "chrony"))
    if device:
        (tmp_path / "ptp_hyperv").touch()
    subprocess.run(["sh", "-c", command.replace("[ -e /dev/", f"[ -e {tmp_path}/")], check=True)
    text = (tmp_path / "chrony/goldenimage-azure.conf").read_text()
    assert text.count("refclock PHC /dev/ptp_hyperv ") == len(text.splitlines()) == directives


def test_chrony_runs_without_the_hosts_clock() -> None:
    drop_in = task("time", "Name the host's clock to chrony at each start if there is one")["ansible.builtin.blockinfile"]["block"]
    assert "Condition" not in drop_in
    assert "'" not in rendered("__linux_prepare_chrony_clock")  # the drop-in puts it in these quotes


def test_another_time_service_is_kept() -> None:
    assert all("__linux_prepare_other_clocks.matched == 0" in each["when"] for each in loaded("tasks/time.yml")[1:])
    assert "__linux_prepare_other_clocks" in task("packages", "Install the packages that Azure needs")["vars"]["__linux_prepare_missing"]
    assert "__linux_prepare_other_clocks" in task("services", "Enable the services that a clone needs")["vars"]["__linux_prepare_needed"]


def test_swap_stays_unless_the_user_says_otherwise() -> None:
    assert loaded("defaults/main.yml")["linux_prepare_remove_swap"] is False
    assert task("filesystems", "Remove swap entries that are not on the temporary disk")["when"] == "linux_prepare_remove_swap | bool"
