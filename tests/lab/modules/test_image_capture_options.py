# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each suboption of gallery_image_version in image_capture, against the lab. What is stored is read by plain HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.bodies import vm_of_disk
from tests.support.gallery_versions import LabVersions
from tests.support.lab_group import LabGroup
from tests.support.option_cases import OptionCase, exercise, merged
from tests.support.options.image_capture import CASES, TARGET
from tests.support.running_lab import RunningLab, done
from tests.support.shown_versions import look_often, shown
from tests.support.tasks import LabTasks


@pytest.fixture
def base(lab_group: LabGroup, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The options of a task that captures a VM, with a data disk at LUN 0 and powered off, as a version of a definition that is new."""
    look_often(monkeypatch)
    body = vm_of_disk(lab_group.os_disk("vm-os", hyperVGeneration="V2").id, lab_group.subnet())
    data = {"lun": 0, "createOption": "Attach", "managedDisk": {"id": lab_group.disk("vm-data").id}}
    body["properties"]["storageProfile"]["dataDisks"] = [data]
    lab_group.put_vm(body)
    done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, "vm"))
    new = {"create_gallery": True, "create_gallery_image": True}
    target = {"gallery": "g", "gallery_image": "i", "version": "1.0.0", **new}
    return {"resource_group": lab_group.name, "vm": "vm", "sealed": "assume", "backup": "none", TARGET: target}


@pytest.fixture
def hub(lab: RunningLab, group: str) -> LabVersions:
    """The gallery, which nothing has made yet."""
    return LabVersions(lab, group)


def given(base: dict[str, Any], **target: Any) -> dict[str, Any]:
    """The options with other suboptions."""
    return merged(base, {TARGET: target})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(
    tasks: LabTasks, base: dict[str, Any], hub: LabVersions, lab_group: LabGroup, case: OptionCase
) -> None:
    def read() -> httpx.Response:
        return shown(hub, case)

    exercise(tasks, image_capture, base, case.filled({"{sets}/": lab_group.id("diskEncryptionSets", "")}), read)


def test_the_encryption_of_a_disk_that_does_not_exist_is_refused(tasks: LabTasks, base: dict[str, Any]) -> None:
    regions = [{"name": "westeurope", "encryption": {"data_disks": [{"lun": 7, "disk_encryption_set": "keys"}]}}]
    assert "An invalid lun [7] was specified" in tasks.fails(image_capture, **given(base, target_regions=regions))["msg"]


def test_regions_that_are_not_named_are_removed_on_request(tasks: LabTasks, base: dict[str, Any], hub: LabVersions) -> None:
    tasks(image_capture, **given(base, target_regions=[{"name": "westeurope"}, {"name": "northeurope"}]))
    assert not tasks(image_capture, **given(base, target_regions=[{"name": "westeurope"}]))["changed"]
    tasks.predict_do_repeat(image_capture, **given(base, target_regions=[{"name": "westeurope"}], purge_target_regions=True))
    assert hub.replicas(f"{hub.id}/images/i/versions/1.0.0") == {"westeurope": "Completed"}


def test_a_gallery_and_a_definition_are_created_only_on_request(tasks: LabTasks, base: dict[str, Any], hub: LabVersions) -> None:
    with tasks.writes() as writes:
        assert "there is no gallery g" in tasks.fails(image_capture, **given(base, create_gallery=False))["msg"]
        assert "there is no image definition i" in tasks.fails(image_capture, **given(base, create_gallery_image=False))["msg"]
    assert writes == []
    tasks.predict_do_repeat(image_capture, **base)
    assert hub.ask("GET", "images/i").is_success
