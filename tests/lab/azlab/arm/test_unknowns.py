# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switches of the lab for what Azure may do or not."""

from __future__ import annotations

import ssl

import httpx
import pytest
from azlab.faults import LATE

from tests.support.bodies import upload_disk
from tests.support.consoles import write_console
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, done
from tests.support.waiting import wait_until


def boot_log(lab: RunningLab, lab_group: LabGroup) -> str:
    """The boot log as a client reads it."""
    found = lab.compute.virtual_machines.retrieve_boot_diagnostics_data(lab_group.name, "vm")
    context = ssl.create_default_context(cafile=str(lab.settings.bundle))
    return httpx.get(found.serial_console_log_blob_uri, verify=context, trust_env=False).text


def ownership(lab_group: LabGroup) -> str:
    return str(lab_group.properties("disks", "vm-os")["LastOwnershipUpdateTime"])


@pytest.mark.parametrize("late", [False, True])
def test_the_ownership_time_moves_with_the_deallocation_or_later(lab: RunningLab, lab_group: LabGroup, late: bool) -> None:
    lab_group.vm()
    before = ownership(lab_group)
    with lab.switched("late_ownership", late):
        lab_group.stop()
        assert (ownership(lab_group) == before) is late
        wait_until(lambda: ownership(lab_group) != before, "the ownership time has moved", LATE + 5)


@pytest.mark.parametrize("late", [False, True])
def test_the_boot_log_holds_the_last_line_at_once_or_later(lab: RunningLab, lab_group: LabGroup, late: bool) -> None:
    lab_group.vm()
    with lab.switched("late_boot_log", late):
        write_console(lab_group, "first\r\nlast\r\n")
        assert boot_log(lab, lab_group) == ("first\r\n" if late else "first\r\nlast\r\n")
        write_console(lab_group, "first\r\nlast\r\n", seconds_ago=LATE)
        assert boot_log(lab, lab_group) == "first\r\nlast\r\n"


@pytest.mark.parametrize("short", [False, True])
def test_the_boot_log_outlives_a_deallocation_or_not(lab: RunningLab, lab_group: LabGroup, short: bool) -> None:
    lab_group.vm()
    write_console(lab_group, "first\r\n")
    with lab.switched("short_boot_log", short):
        lab_group.stop()
        assert boot_log(lab, lab_group) == ("" if short else "first\r\n")
        write_console(lab_group, "first\r\nsecond\r\n")
        assert boot_log(lab, lab_group) == ("second\r\n" if short else "first\r\nsecond\r\n")


@pytest.mark.parametrize("refused", [False, True])
def test_a_disk_that_is_open_for_an_upload_is_tagged_or_not(lab: RunningLab, lab_group: LabGroup, refused: bool) -> None:
    id = done(lab.compute.disks.begin_create_or_update(lab_group.name, "up", upload_disk())).id
    with lab.switched("no_patch_in_upload", refused):
        assert lab.arm("PATCH", id, {"tags": {"when": "before"}}).status_code == 202
        wait_until(lambda: lab_group.properties("disks", "up")["provisioningState"] == "Succeeded", "the disk is tagged", 10)
        done(lab.compute.disks.begin_grant_access(lab_group.name, "up", {"access": "Write", "durationInSeconds": 3600}))
        assert lab.arm("PATCH", id, {"tags": {"when": "open"}}).status_code == (409 if refused else 202)


@pytest.mark.parametrize("late", [False, True])
def test_a_list_holds_a_new_resource_at_once_or_later(lab: RunningLab, lab_group: LabGroup, late: bool) -> None:
    def names() -> list[str]:
        return [each.name for each in lab_group.compute.disks.list_by_resource_group(lab_group.name)]

    with lab.switched("late_lists", late):
        lab_group.disk()
        assert names() == ([] if late else ["disk"])
        assert lab_group.compute.disks.get(lab_group.name, "disk").name == "disk"
        wait_until(lambda: names() == ["disk"], "the disk is listed", LATE + 5)
