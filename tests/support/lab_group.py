# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that a test of the lab or of a module needs before its own subject begins."""

from __future__ import annotations

from typing import Any

from tests.support.bodies import copy_of, empty_disk, image_of_disk, vm_of_disk
from tests.support.running_lab import RunningLab, done


class LabGroup:
    """The resource group of a test: creates resources in it, and reads their state."""

    def __init__(self, lab: RunningLab, name: str) -> None:
        self.lab, self.name, self.compute = lab, name, lab.compute

    def id(self, type: str, name: str) -> str:
        """The id of a compute resource in the group."""
        return f"/subscriptions/{self.lab.settings.subscription}/resourceGroups/{self.name}/providers/Microsoft.Compute/{type}/{name}"

    def disk(self, name: str = "disk", **more: Any) -> Any:
        """Create an empty disk."""
        return done(self.compute.disks.begin_create_or_update(self.name, name, empty_disk(**more)))

    def os_disk(self, name: str = "os", **more: Any) -> Any:
        """Create an empty disk with the OS type Linux."""
        return self.disk(name, osType="Linux", **{"hyperVGeneration": "V1", **more})

    def snapshot(self, source: str, name: str = "snapshot", **more: Any) -> Any:
        """Create a snapshot of a disk or snapshot."""
        return done(self.compute.snapshots.begin_create_or_update(self.name, name, copy_of(source, **more)))

    def image(self, name: str = "image") -> Any:
        """Create an image of an empty disk."""
        disk = self.os_disk(f"{name}-source")
        return done(self.compute.images.begin_create_or_update(self.name, name, image_of_disk(disk.id)))

    def subnet(self) -> str:
        """Create a subnet and return its id."""
        return self.lab.put_subnet(self.name)

    def vm(self, name: str = "vm", **more: Any) -> Any:
        """Create a running VM on a specialized disk."""
        return self.put_vm(vm_of_disk(self.os_disk(f"{name}-os").id, self.subnet(), **more), name)

    def put_vm(self, body: dict[str, Any], name: str = "vm") -> Any:
        """Create or change a VM."""
        return done(self.compute.virtual_machines.begin_create_or_update(self.name, name, body))

    def stop(self, name: str = "vm") -> None:
        """Deallocate a VM."""
        done(self.compute.virtual_machines.begin_deallocate(self.name, name))

    def generalize(self, name: str = "vm") -> None:
        """Deallocate and generalize a VM."""
        self.stop(name)
        self.compute.virtual_machines.generalize(self.name, name)

    def properties(self, type: str, name: str) -> dict[str, Any]:
        """The properties of a resource with the names of the REST API, which the SDKs change."""
        version = "2024-03-02" if type == "disks" else "2024-07-01"
        return dict(self.lab.arm("GET", self.id(type, name), version=version).raise_for_status().json()["properties"])

    def state(self, name: str = "disk") -> str:
        """The state of a disk."""
        return str(self.properties("disks", name)["diskState"])

    def power(self, name: str = "vm") -> list[str]:
        """The status codes of a VM's instance view."""
        return [str(status.code) for status in self.compute.virtual_machines.instance_view(self.name, name).statuses or []]
