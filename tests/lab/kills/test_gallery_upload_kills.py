# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads into a gallery that are killed at every step which an upload of a managed image does not have."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_upload

from tests.support.disk_files import make_disk, same_bytes
from tests.support.killed_runs import AFTER, BEFORE, DURING
from tests.support.module_runs import ModuleRun
from tests.support.running_lab import LOCATION

KILLED = [
    *((op, moment) for op in ("gallery.put", "gallery_image.put") for moment in (AFTER, DURING)),
    *((op, moment) for op in ("image.put", "gallery_version.put", "image.delete") for moment in (BEFORE, AFTER, DURING)),
]
TARGET = {"gallery": "g", "gallery_image": "web", "create_gallery": True, "create_gallery_image": True}
EFI_SYSTEM = 0xEF


@pytest.mark.parametrize(("op", "moment"), KILLED, ids=[f"{op} {moment}" for op, moment in KILLED])
def test_a_killed_upload_into_a_gallery_is_completed_by_the_next_run(lab, tasks, group, tmp_path, op, moment):
    disk = make_disk(tmp_path / "source.raw", offsets=(1024 * 1024,))
    with open(disk, "r+b") as file:
        file.seek(446 + 4)
        file.write(bytes([EFI_SYSTEM]))
    target = {**TARGET, "security_type": "TrustedLaunchSupported"}
    options = {"resource_group": group, "path": str(disk), "gallery_image_version": target}
    ModuleRun(lab, tmp_path, "image_upload", **options).kill_at(op, moment, path=group)

    version = tasks(image_upload, **options)["gallery_image_version"]

    assert (version["name"], version["provisioning_state"]) == ("1.0.0", "Succeeded")
    assert list(lab.compute.disks.list_by_resource_group(group)) == list(lab.compute.images.list_by_resource_group(group)) == []
    assert tasks(image_upload, **options)["changed"] is False
    lab.put_subnet(group)
    place = {"name": "t1", "resource_group": group, "subnet": {"virtual_network": "net", "subnet": "default"}, "location": LOCATION}
    login = {"admin_username": "builder", "admin_password": "Correct-Horse-9"}
    assert same_bytes(lab, tasks(image_boot, image=version["id"], **login, **place)["vm"]["os_disk"]["id"], disk)
