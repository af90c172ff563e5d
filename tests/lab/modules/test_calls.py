# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each flow sends the requests that calls.yml lists with their reasons, in that order and no other; an empty re-run writes nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version, image_capture, image_info, image_upload, vm_copy

from tests.support.bodies import vm_of_disk
from tests.support.call_lists import SIGN_IN, calls
from tests.support.disk_files import make_disk
from tests.support.gallery_versions import LabVersions, of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import MIB, RunningLab, done
from tests.support.tasks import LabTasks

FLOWS: dict[str, list[dict[str, str]]] = yaml.safe_load((Path(__file__).parent / "calls.yml").read_text())
AGAIN = " again"
READING = "list "
"""The beginning of the names of flows that only read."""
NEW = {"gallery": "g", "create_gallery": True, "create_gallery_image": True}
UNPROVEN = {"sealed": "assume", "backup": "none"}


class Flows:
    """Runs each module twice, and compares the requests of both runs with the lists of the flow and of its empty re-run."""

    def __init__(self, lab: RunningLab, tasks: LabTasks) -> None:
        self._lab, self._tasks = lab, tasks

    def __call__(self, flow: str, module: ModuleType, **options: Any) -> None:
        assert self._calls(module, **options) == listed(flow)
        assert self._calls(module, **options) == listed(f"{flow}{AGAIN}")

    def reads(self, flow: str, module: ModuleType, **options: Any) -> None:
        """Run a module that only reads, once."""
        assert self._calls(module, **options) == listed(flow)

    def _calls(self, module: ModuleType, **options: Any) -> list[str]:
        traffic = self._lab.traffic()
        self._tasks(module, **options)
        return calls(traffic)


def listed(flow: str) -> list[str]:
    """The requests that a flow must send."""
    return [call for entry in FLOWS[flow] for call in entry]


@pytest.fixture
def flows(lab: RunningLab, tasks: LabTasks) -> Flows:
    return Flows(lab, tasks)


@pytest.fixture
def hub(lab: RunningLab, group: str) -> LabVersions:
    """A gallery."""
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


@pytest.fixture
def vm(lab_group: LabGroup) -> None:
    """A VM with a data disk."""
    data = lab_group.disk("vm-data")
    body = vm_of_disk(lab_group.os_disk("vm-os", hyperVGeneration="V2").id, lab_group.subnet())
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}}]
    lab_group.put_vm(body)


def power_off(lab_group: LabGroup, vm: str) -> None:
    """Stop a VM as its guest does when it has sealed itself."""
    done(lab_group.compute.virtual_machines.begin_power_off(lab_group.name, vm))


def test_a_managed_image_is_published(flows: Flows, hub: LabVersions, lab_group: LabGroup) -> None:
    hub.image()
    lab_group.image("one")
    place = {"resource_group": hub.group, "gallery": hub.name, "gallery_image": "i"}
    flows("publish a managed image", gallery_image_version, source={"managed_image": "one"}, **place)


def test_a_disk_is_published_through_a_managed_image(flows: Flows, hub: LabVersions, lab_group: LabGroup) -> None:
    hub.image("trusted", "TrustedLaunchSupported", hyperVGeneration="V2")
    lab_group.os_disk("os", hyperVGeneration="V2")
    place = {"resource_group": hub.group, "gallery": hub.name, "gallery_image": "trusted"}
    flows("publish a disk through a managed image", gallery_image_version, source={"os_disk": {"disk": "os"}}, **UNPROVEN, **place)


def test_a_vm_is_captured_into_a_gallery(flows: Flows, lab_group: LabGroup, vm: None) -> None:
    power_off(lab_group, "vm")
    target = {"gallery_image_version": {"gallery_image": "i", **NEW}}
    flows("capture into a gallery", image_capture, vm="vm", resource_group=lab_group.name, **UNPROVEN, **target)


def test_a_disk_file_is_uploaded_into_a_gallery(flows: Flows, group: str, tmp_path: Path) -> None:
    path = str(make_disk(tmp_path / "source.raw", offsets=(MIB,)))
    flows("upload into a gallery", image_upload, resource_group=group, path=path, gallery_image_version={"gallery_image": "web", **NEW})


def test_a_vm_that_runs_is_captured_from_a_copy(flows: Flows, lab: RunningLab, lab_group: LabGroup, vm: None) -> None:
    lab.put_subnet(lab_group.name, network="closed")
    subnet = {"virtual_network": "closed", "subnet": "default"}
    flows("make a copy of a VM", vm_copy, vm="vm", resource_group=lab_group.name, subnet=subnet, confirm="vm")
    power_off(lab_group, "vm-copy")
    target = {"gallery_image_version": {"gallery_image": "i", **NEW}}
    flows("capture from a copy", image_capture, vm="vm-copy", resource_group=lab_group.name, sealed="assume", **target)
    flows("remove a copy", vm_copy, state="absent", vm="vm", resource_group=lab_group.name)


def test_images_of_galleries_are_listed(flows: Flows, hub: LabVersions, lab_group: LabGroup) -> None:
    storage = of_disk(lab_group.os_disk().id)
    image = hub.image()
    for number in ("1.0.0", "1.0.1"):
        hub.create(image, storage, number)
    hub.image("secured", "TrustedLaunchSupported", hyperVGeneration="V2")
    flows.reads("list galleries", image_info, sources="gallery", resource_group=hub.group, security_type="Standard")


@pytest.mark.parametrize("flow", FLOWS)
def test_each_request_has_a_reason_and_an_empty_re_run_writes_nothing(flow: str) -> None:
    assert all(len(entry) == 1 and all(entry.values()) for entry in FLOWS[flow])
    assert all(entry != after for entry, after in pairwise(FLOWS[flow]))
    written = [call for call in listed(flow) if not call.startswith("GET ") and call != SIGN_IN]
    assert (written == []) is (flow.endswith(AGAIN) or flow.startswith(READING))
