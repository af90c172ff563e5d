# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture finds in the lab, before it changes anything, what the lab like Azure would have refused later."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.bodies import empty_disk, image_of_vm, vm_of_disk
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import done
from tests.support.tasks import LabTasks


class Source:
    """A running VM with one data disk, and runs of image_capture on it."""

    def __init__(self, lab_group: LabGroup, tasks: LabTasks) -> None:
        self.lab_group, self.tasks = lab_group, tasks
        self.options = {"name": "golden", "vm": "vm", "resource_group": lab_group.name, "wait_timeout": 30}

    def vm(self, disk: dict[str, Any] | None = None, **properties: Any) -> Any:
        """Create the VM with this data disk."""
        lab_group = self.lab_group
        os_disk = lab_group.os_disk("vm-os")
        data = done(lab_group.compute.disks.begin_create_or_update(lab_group.name, "vm-data", disk or empty_disk()))
        body = vm_of_disk(os_disk.id, lab_group.subnet(), **properties)
        body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 5, "createOption": "Attach", "managedDisk": {"id": data.id}}]
        return lab_group.put_vm(body)

    def refuses(self, *ids: str, **options: Any) -> str:
        """The message that check mode and the real run have in common, which name these checks and write nothing."""
        messages = set()
        for check in (True, False):
            with self.tasks.writes() as writes:
                result = self.tasks.fails(image_capture, check=check, **{**self.options, **options})
            assert ([row["id"] for row in result["checks"] if row["verdict"] == "block"], writes) == (list(ids), [])
            messages.add(str(result["msg"]))
        (message,) = messages
        return message

    def image(self) -> Any:
        """Deallocate and generalize the VM, and send the request that makes the image."""
        self.lab_group.generalize()
        images = self.lab_group.compute.images
        vm = self.lab_group.id("virtualMachines", "vm")
        return done(images.begin_create_or_update(self.lab_group.name, "late", image_of_vm(vm, hyperVGeneration="V1")))


@pytest.fixture
def source(lab_group: LabGroup, tasks: LabTasks) -> Source:
    return Source(lab_group, tasks)


@pytest.mark.parametrize("diagnostics", [{}, {"enabled": False}, {"enabled": True, "storageUri": "https://a.blob.core.windows.net/"}])
def test_a_running_vm_without_a_boot_log_is_refused_before_its_guest_is_sealed(source: Source, diagnostics: dict[str, Any]) -> None:
    source.vm(diagnosticsProfile={"bootDiagnostics": diagnostics})
    assert "VM vm has no boot log" in source.refuses("boot_diagnostics")
    assert source.tasks(image_capture, check=True, **source.options, sealed="assume")["checks"]


@pytest.mark.parametrize(
    ("sku", "code", "late"),
    [
        ("UltraSSD_LRS", "OperationNotAllowed", "cannot contain UltraSSD"),
        ("PremiumV2_LRS", "OperationNotAllowed", "Snapshots of PremiumV2_LRS disks are not supported."),
    ],
)
def test_a_disk_that_images_cannot_hold_is_found_before_azure_refuses_it(source: Source, sku: str, code: str, late: str) -> None:
    source.vm({**empty_disk(), "sku": {"name": sku}})
    assert "disk vm-data of VM vm is " in source.refuses("disk_types")
    assert source.tasks(image_capture, check=True, **source.options, disks="os")["changed"]
    refused(source.image, code, late)


def test_azure_disk_encryption_is_found_before_azure_refuses_it(source: Source) -> None:
    source.vm(empty_disk(encryptionSettingsCollection={"enabled": True, "encryptionSettings": []}))
    assert "disk vm-data of VM vm is encrypted by Azure Disk Encryption" in source.refuses("disk_encryption")
    refused(source.image, "OperationNotAllowed", "encrypted by Azure Disk Encryption")


def test_the_tags_of_a_vm_have_room_for_the_stamped_seal(source: Source) -> None:
    """Before the seal is stamped, 1900 characters leave room; with the stamp they do not."""
    source.vm()
    machines, name = source.lab_group.compute.virtual_machines, source.lab_group.name
    tags = {f"t{number}": "x" * 254 for number in range(7)} | {"u": "x" * 107}
    done(machines.begin_update(name, "vm", {"tags": tags}))
    assert "more than the 2048 that Azure allows on a VM" in source.refuses("vm_tags_total")
    refused(
        lambda: machines.begin_update(name, "vm", {"tags": tags | {"goldenimage.seal": "x" * 161}}),
        "InvalidParameter",
        "limited to a total of 2048 characters",
        400,
    )
    refused(lambda: machines.begin_update(name, "vm", {"tags": {"Cost": "1", "cost": "2"}}), "InvalidTags", "Cost,cost", 400)


def test_a_hibernated_vm_is_not_at_rest(source: Source) -> None:
    source.vm(additionalCapabilities={"hibernationEnabled": True})
    done(source.lab_group.compute.virtual_machines.begin_deallocate(source.lab_group.name, "vm", hibernate=True))
    assert source.refuses("hibernation", sealed="assume", backup="none").startswith("VM vm is hibernated: start the VM")
    done(source.lab_group.compute.virtual_machines.begin_start(source.lab_group.name, "vm"))
    assert source.tasks(image_capture, check=True, **source.options)["changed"]


def test_a_vm_with_nvme_controllers_is_captured_with_a_warning(source: Source) -> None:
    body = vm_of_disk(source.lab_group.os_disk("vm-os").id, source.lab_group.subnet())
    body["properties"]["storageProfile"]["diskControllerType"] = "NVMe"
    source.lab_group.put_vm(body)
    source.tasks(image_capture, check=True, **source.options)
    assert source.tasks.warnings[-1].startswith("VM vm has the disk controller type NVMe")


def test_missing_rights_are_found_where_they_would_be_missed_too_late(source: Source) -> None:
    vm = source.vm()
    group = vm.id.partition("/providers/")[0]
    reads = {"scope": group, "actions": ["*/read"]}
    works = {"scope": vm.id, "actions": ["Microsoft.Compute/virtualMachines/*"]}
    with source.lab_group.lab.rights(reads, works):
        assert "lacks the right Microsoft.Compute/images/write on resource group" in source.refuses("rights")
        waived = source.tasks(image_capture, check=True, **source.options, waive=["rights"])
        assert {row["verdict"] for row in waived["checks"] if row["id"] == "rights"} == {"waived"}
    with source.lab_group.lab.rights(reads, works, {"scope": group, "actions": ["Microsoft.Compute/images/write"]}):
        assert source.tasks(image_capture, check=True, **source.options)["changed"]
    with source.lab_group.lab.rights({"scope": group, "actions": ["*"], "notActions": ["Microsoft.Authorization/*/read"]}):
        source.tasks(image_capture, check=True, **source.options)
    assert any("rights of this identity on VM vm were not read" in each for each in source.tasks.warnings)


def test_everything_that_forbids_a_capture_is_reported_in_one_run(source: Source) -> None:
    source.vm({**empty_disk(), "sku": {"name": "PremiumV2_LRS"}}, diagnosticsProfile=None)
    message = source.refuses(
        "resource_group",
        "boot_diagnostics",
        "disk_types",
        vm={"name": "vm", "resource_group": source.lab_group.name},
        resource_group="no-such-group",
    )
    assert message.startswith("3 things forbid capturing VM vm: resource group no-such-group was not found in subscription")


def test_the_clock_of_azure_is_compared_with_ours(source: Source) -> None:
    source.vm()
    offset = source.tasks(image_capture, check=True, **source.options)["azure_clock_offset"]
    assert abs(offset) <= 5
