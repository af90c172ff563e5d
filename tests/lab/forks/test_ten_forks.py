# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play with ten forks captures ten VMs into one image definition, each as its next version."""

from __future__ import annotations

import json
import re
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from azlab.storage.blobs import BlobStore

from tests.support.ansible_runs import command, environment
from tests.support.bodies import vm_of_disk
from tests.support.disk_files import page_blobs
from tests.support.gallery_versions import LabVersions
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, MIB, RunningLab, done

FORKS = 10
REGIONS = ("northeurope", "eastus", "eastus2", "westus2", "uksouth") * 2
NAMES = [f"vm{number}" for number in range(FORKS)]
SECTOR = 512
TOGETHER = 3.0
"""Seconds by which each PUT arrives late, so that several forks send the same number.

A version takes longer than that, as in Azure: there, a PUT arrives in less than a second, and a version takes minutes. If Azure accepts the
PUT of another source silently, the first fork finds its tags replaced when its version is made, and takes them back.
"""


def marker(name: str, disk: str) -> bytes:
    """The bytes that only this disk of this VM has."""
    return f"{disk} disk of {name}".encode().ljust(SECTOR, b".")


class Fleet:
    """Ten stopped VMs with a marker on each of their two disks, and a play that captures them all at the same time."""

    def __init__(self, lab_group: LabGroup, folder: Path) -> None:
        self.lab, self.group, self.folder = lab_group.lab, lab_group, folder
        self.hub = LabVersions(self.lab, lab_group.name)
        subnet = lab_group.subnet()
        self.vms = {name: self._vm(name, subnet) for name in NAMES}

    def _vm(self, name: str, subnet: str) -> str:
        os_disk = self.group.os_disk(f"{name}-os", hyperVGeneration="V2")
        data = self.group.disk(f"{name}-data")
        for disk, what in ((os_disk, "OS"), (data, "data")):
            BlobStore(self.lab.settings).write(page_blobs(self.lab, disk.id)["os"], MIB, marker(name, what))
        body = vm_of_disk(os_disk.id, subnet)
        body["properties"]["networkProfile"]["networkInterfaceConfigurations"][0]["name"] = f"{name}-nic"
        body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}}]
        self.group.put_vm(body, name)
        done(self.group.compute.virtual_machines.begin_power_off(self.group.name, name))
        return self.group.id("virtualMachines", name)

    def capture(self, **target: Any) -> dict[str, dict[str, Any]]:
        """Run the play, and return the result of each VM."""
        task = {
            "goldenimage.azure.image_capture": {
                "vm": "{{ inventory_hostname }}",
                "resource_group": self.group.name,
                "sealed": "assume",
                "backup": "none",
                "tags": {"owner": "{{ inventory_hostname }}"},
                "gallery_image_version": {
                    "gallery": self.hub.name,
                    "gallery_image": "i",
                    "target_regions": [{"name": LOCATION}, {"name": "{{ region }}"}],
                    **target,
                },
            },
            "register": "made",
        }
        keep = {"ansible.builtin.copy": {"content": "{{ made | to_json }}", "dest": f"{self.folder}/{{{{ inventory_hostname }}}}.json"}}
        inventory, play = self.folder / "hosts.yml", self.folder / "play.yml"
        hosts = {name: {"region": region} for name, region in zip(NAMES, REGIONS, strict=True)}
        inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}))
        play.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task, keep]}]))
        arguments = command("ansible-playbook", play, "-i", inventory, "-f", str(FORKS))
        run = subprocess.run(arguments, env=environment(self.lab, self.folder), capture_output=True, text=True, check=False)
        assert run.returncode == 0, re.findall(r"(?:Module failed|FAILED)[^\n]{0,600}", run.stdout) or run.stderr
        return {name: json.loads((self.folder / f"{name}.json").read_text()) for name in NAMES}

    def require_own(self, name: str, version: str) -> None:
        """Check that a version has the tags, the regions and the bytes of its VM."""
        shown = self.hub.show(version)
        vm_id = self.group.properties("virtualMachines", name)["vmId"].lower()
        assert shown["properties"]["storageProfile"]["source"] == {"virtualMachineId": self.vms[name]}
        assert {key: value for key, value in shown["tags"].items() if key != "goldenimage.run"} == {
            "owner": name,
            "goldenimage.vm": self.vms[name],
            "goldenimage.vm_id": vm_id,
            "goldenimage.sealed": "assume",
            "goldenimage.source": vm_id,
        }
        region = REGIONS[NAMES.index(name)]
        assert self.hub.replicas(version) == {LOCATION: "Completed", region: "Completed"}
        blobs, keys = BlobStore(self.lab.settings), page_blobs(self.lab, version)
        assert blobs.read(keys["os"], MIB, SECTOR) == marker(name, "OS")
        assert blobs.read(keys["5"], MIB, SECTOR) == marker(name, "data")


@pytest.fixture
def fleet(lab_group: LabGroup, tmp_path: Path) -> Fleet:
    return Fleet(lab_group, tmp_path)


@pytest.mark.parametrize("switch", ["", "silent_sources"], ids=["as usual", "the source of another writer is accepted silently"])
def test_ten_forks_make_ten_versions_and_a_second_run_changes_nothing(lab: RunningLab, fleet: Fleet, switch: str) -> None:
    with ExitStack() as stack:
        if switch:
            stack.enter_context(lab.switched(switch, on=True))
        traffic = lab.traffic()
        stack.enter_context(lab.fault(op="gallery_version.put", delay=TOGETHER))
        stack.enter_context(lab.setting("replication_seconds", {"*": 2 * TOGETHER}))
        made = fleet.capture(create_gallery=True, create_gallery_image=True)
        versions = {name: made[name]["gallery_image_version"]["id"] for name in NAMES}
        assert sorted(id.rpartition("/")[2] for id in versions.values()) == [f"1.0.{number}" for number in range(FORKS)]
        for name, version in versions.items():
            fleet.require_own(name, version)
        assert sum(entry["op"] == "gallery_version.put" for entry in traffic.written("arm")) > FORKS
        traffic = lab.traffic()
        again = fleet.capture(create_gallery=True, create_gallery_image=True)
    assert traffic.writes() == []
    assert {name: (again[name]["changed"], again[name]["gallery_image_version"]["id"]) for name in NAMES} == {
        name: (False, version) for name, version in versions.items()
    }
