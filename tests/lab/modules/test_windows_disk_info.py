# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""windows_disk_info against the lab: a managed disk with a rendered Windows is read as its file is, and access to it ends."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_upload, windows_disk_info

from tests.support.windows.disks import COMPLETE, SEALED, machine
from tests.support.windows.render import render


@pytest.mark.parametrize("state, verdict", [(SEALED, "generalized"), (COMPLETE, "specialized")])
def test_a_managed_disk_is_read_like_its_file(lab, tasks, group, tmp_path, state, verdict):
    path = render(machine(state), tmp_path / "disk.raw", accounts={"alice": 1001})
    tasks(image_upload, resource_group=group, name="windows", path=str(path), os_type="Windows", disk="os", keep_disk=True)
    of_file = tasks(windows_disk_info, path=str(path))
    of_disk = tasks(windows_disk_info, disk="os", resource_group=group)
    assert of_file["verdict"] == verdict
    assert {key: of_disk[key] for key in ("verdict", "reason", "findings", "readings")} == {
        key: of_file[key] for key in ("verdict", "reason", "findings", "readings")
    }
    assert lab.compute.disks.get(group, "os").disk_state == "Unattached"


def test_a_disk_that_does_not_exist_is_named(tasks, group):
    assert "nowhere" in tasks.fails(windows_disk_info, disk="nowhere", resource_group=group)["msg"]


def test_invalid_input_is_refused(tasks):
    assert "Give exactly one of path, disk and snapshot" in tasks.fails(windows_disk_info)["msg"]
