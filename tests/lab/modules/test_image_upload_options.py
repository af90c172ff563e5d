# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each suboption of gallery_image_version in image_upload, against the lab. What is stored is read by plain HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_upload

from tests.support.disk_files import EFI_SYSTEM, make_disk
from tests.support.gallery_versions import LabVersions
from tests.support.option_cases import OptionCase, exercise, merged
from tests.support.options.image_upload import CASES, TARGET
from tests.support.running_lab import RunningLab
from tests.support.shown_versions import look_often, shown
from tests.support.tasks import LabTasks


@pytest.fixture
def base(group: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options of a task that uploads a disk as a version of a definition that is new."""
    look_often(monkeypatch)
    target = {"gallery": "g", "gallery_image": "i", "version": "1.0.0", "create_gallery": True, "create_gallery_image": True}
    disk = make_disk(tmp_path / "source.raw", kind=EFI_SYSTEM)
    return {"resource_group": group, "path": str(disk), TARGET: target}


@pytest.fixture
def hub(lab: RunningLab, group: str) -> LabVersions:
    """The gallery, which nothing has made yet."""
    return LabVersions(lab, group)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(
    tasks: LabTasks, base: dict[str, Any], hub: LabVersions, case: OptionCase
) -> None:
    def read() -> httpx.Response:
        return shown(hub, case)

    places = {"{sets}": f"{hub.id.partition('/galleries/')[0]}/diskEncryptionSets"}
    exercise(tasks, image_upload, base, case.filled(places), read)


def test_the_encryption_of_data_disks_is_refused_for_a_single_disk(tasks: LabTasks, base: dict[str, Any]) -> None:
    regions = [{"name": "westeurope", "encryption": {"data_disks": [{"lun": 0, "disk_encryption_set": "keys"}]}}]
    failed = tasks.fails(image_upload, **merged(base, {TARGET: {"target_regions": regions}}))
    assert "An invalid lun [0] was specified" in failed["msg"]


def test_regions_that_are_not_named_are_removed_on_request(tasks: LabTasks, base: dict[str, Any], hub: LabVersions) -> None:
    def regions(*names: str, **more: Any) -> dict[str, Any]:
        return merged(base, {TARGET: {"target_regions": [{"name": name} for name in names], **more}})

    tasks(image_upload, **regions("westeurope", "northeurope"))
    assert not tasks(image_upload, **regions("westeurope"))["changed"]
    tasks.predict_do_repeat(image_upload, **regions("westeurope", purge_target_regions=True))
    assert hub.replicas(f"{hub.id}/images/i/versions/1.0.0") == {"westeurope": "Completed"}
