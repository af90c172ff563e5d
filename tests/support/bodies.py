"""Request bodies for tests of the control plane, as a caller of the REST API would write them."""

from __future__ import annotations

from typing import Any

from tests.support.running_lab import LOCATION, MIB, RunningLab, done

UPLOAD = 20 * MIB + 512


def empty_disk(size: int = 1, **more: Any) -> dict[str, Any]:
    """An empty disk."""
    return {"location": LOCATION, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": size, **more}}


def copy_of(id: str, **more: Any) -> dict[str, Any]:
    """A copy or snapshot of a disk or snapshot."""
    return {"location": LOCATION, "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": id}, **more}}


def upload_disk(size: int = UPLOAD, **more: Any) -> dict[str, Any]:
    """A disk that waits for an upload."""
    creation = {"createOption": "Upload", "uploadSizeBytes": size}
    return {"location": LOCATION, "properties": {"creationData": creation, "osType": "Linux", "hyperVGeneration": "V1", **more}}


def image_of_disk(id: str, **more: Any) -> dict[str, Any]:
    """An image of one managed disk."""
    os_disk = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": id}}
    return {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": os_disk}, **more}}


def image_of_vm(id: str, **more: Any) -> dict[str, Any]:
    """An image of a whole VM."""
    return {"location": LOCATION, "properties": {"sourceVirtualMachine": {"id": id}, **more}}


def os_profile(**more: Any) -> dict[str, Any]:
    """A Linux OS profile with a password."""
    return {"computerName": "host", "adminUsername": "ada", "adminPassword": "Correct-horse-7", **more}


def inline_nic(subnet: str, delete: str = "Delete") -> dict[str, Any]:
    """A network profile whose interface is made with the VM."""
    ip = {"name": "ip", "properties": {"subnet": {"id": subnet}}}
    nic = {"name": "nic", "properties": {"primary": True, "deleteOption": delete, "ipConfigurations": [ip]}}
    return {"networkApiVersion": "2020-11-01", "networkInterfaceConfigurations": [nic]}


def vm_of_disk(disk: str, subnet: str, **more: Any) -> dict[str, Any]:
    """A VM on a specialized disk."""
    properties = {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "storageProfile": {"osDisk": {"createOption": "Attach", "osType": "Linux", "managedDisk": {"id": disk}}},
        "networkProfile": inline_nic(subnet),
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        **more,
    }
    return {"location": LOCATION, "properties": properties}


def vm_of_image(image: str, subnet: str, os_disk: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A VM made from a generalized image."""
    body = vm_of_disk("", subnet, **{"osProfile": os_profile(), **more})
    body["properties"]["storageProfile"] = {
        "imageReference": {"id": image},
        "osDisk": {"createOption": "FromImage", "caching": "ReadWrite", "deleteOption": "Delete", **(os_disk or {})},
        **more.get("storageProfile", {}),
    }
    return body


class World:
    """Things that a test needs before its own subject begins."""

    def __init__(self, lab: RunningLab, group: str) -> None:
        self.lab, self.group, self.compute = lab, group, lab.compute

    def id(self, type: str, name: str) -> str:
        """The id of a resource in the test's group."""
        return f"/subscriptions/{self.lab.settings.subscription}/resourceGroups/{self.group}/providers/Microsoft.Compute/{type}/{name}"

    def disk(self, name: str = "disk", **more: Any) -> Any:
        """An empty disk that exists."""
        return done(self.compute.disks.begin_create_or_update(self.group, name, empty_disk(**more)))

    def os_disk(self, name: str = "os", **more: Any) -> Any:
        """An empty disk that says it holds Linux."""
        return self.disk(name, osType="Linux", **{"hyperVGeneration": "V1", **more})

    def snapshot(self, source: str, name: str = "snapshot", **more: Any) -> Any:
        """A snapshot that exists."""
        return done(self.compute.snapshots.begin_create_or_update(self.group, name, copy_of(source, **more)))

    def image(self, name: str = "image") -> Any:
        """An image of an empty disk."""
        disk = self.os_disk(f"{name}-source")
        return done(self.compute.images.begin_create_or_update(self.group, name, image_of_disk(disk.id)))

    def subnet(self) -> str:
        """A subnet's id."""
        return self.lab.put_subnet(self.group)

    def vm(self, name: str = "vm", **more: Any) -> Any:
        """A running VM on a specialized disk."""
        return self.put_vm(vm_of_disk(self.os_disk(f"{name}-os").id, self.subnet(), **more), name)

    def put_vm(self, body: dict[str, Any], name: str = "vm") -> Any:
        """A VM created or replaced."""
        return done(self.compute.virtual_machines.begin_create_or_update(self.group, name, body))

    def stop(self, name: str = "vm") -> None:
        """Deallocate a VM."""
        done(self.compute.virtual_machines.begin_deallocate(self.group, name))

    def generalize(self, name: str = "vm") -> None:
        """Deallocate and generalize a VM."""
        self.stop(name)
        self.compute.virtual_machines.generalize(self.group, name)

    def properties(self, type: str, name: str) -> dict[str, Any]:
        """The properties of a resource as they travel: the SDKs name them differently."""
        version = "2024-03-02" if type == "disks" else "2024-07-01"
        return dict(self.lab.arm("GET", self.id(type, name), version=version).raise_for_status().json()["properties"])

    def state(self, name: str = "disk") -> str:
        """The state of a disk."""
        return str(self.properties("disks", name)["diskState"])

    def power(self, name: str = "vm") -> list[str]:
        """The status codes of a VM's instance view."""
        return [status.code for status in self.compute.virtual_machines.instance_view(self.group, name).statuses]
