"""Requests about virtual machines that Azure refuses, sent with the bare SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.bodies import inline_nic, os_profile, vm_of_disk, vm_of_image
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import LOCATION, RunningLab, done


def test_a_running_vm_is_not_generalized(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    refused(
        lambda: lab.compute.virtual_machines.generalize(lab_group.name, "vm"),
        "OperationNotAllowed",
        "Operation 'generalize' is not allowed on VM 'vm' since the VM is running. Please power off explicitly in case you shut down the VM"
        " from inside the guest operating system.",
    )


def test_a_generalized_vm_does_not_start(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    lab_group.generalize()
    machines = lab.compute.virtual_machines
    text = "Operation 'start' is not allowed on VM 'vm' since the VM is generalized."
    refused(lambda: machines.begin_start(lab_group.name, "vm"), "OperationNotAllowed", text)
    refused(lambda: machines.begin_restart(lab_group.name, "vm"), "OperationNotAllowed", "'restart'")


def test_a_stopped_vm_does_not_restart(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    lab_group.stop()
    refused(lambda: lab.compute.virtual_machines.begin_restart(lab_group.name, "vm"), "OperationNotAllowed", "restart")


def test_a_vm_with_a_grant_on_a_disk_does_not_start(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    lab_group.stop()
    done(lab.compute.disks.begin_grant_access(lab_group.name, "vm-os", {"access": "Read", "durationInSeconds": 600}))
    text = "There is an active shared access signature outstanding for disk vm-os"
    refused(lambda: lab.compute.virtual_machines.begin_start(lab_group.name, "vm"), "OperationNotAllowed", text)
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "vm-os"))
    done(lab.compute.virtual_machines.begin_start(lab_group.name, "vm"))


def test_a_disk_with_a_grant_or_an_owner_is_not_attached(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    body = vm_of_disk(lab_group.id("disks", "vm-os"), lab_group.subnet())
    refused(lambda: lab_group.put_vm(body, "vm2"), "ConflictingUserInput", "already owned by VM")
    free = lab_group.os_disk("free")
    done(lab.compute.disks.begin_grant_access(lab_group.name, "free", {"access": "Read", "durationInSeconds": 600}))
    refused(lambda: lab_group.put_vm(vm_of_disk(free.id, lab_group.subnet()), "vm2"), "OperationNotAllowed", "before attaching")


def test_osprofile_is_accepted_only_for_generalized_images(lab: RunningLab, lab_group: LabGroup) -> None:
    body = vm_of_disk(lab_group.os_disk().id, lab_group.subnet(), osProfile=os_profile())
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "Parameter 'osProfile' is not allowed.", 400)
    body = vm_of_image(lab_group.image().id, lab_group.subnet())
    del body["properties"]["osProfile"]
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "Required parameter 'osProfile' is missing (null).", 400)


@pytest.mark.parametrize(
    "profile, text",
    [
        ({"adminUsername": "root"}, "Admin Username specified is not allowed"),
        ({"adminUsername": None}, "adminUsername"),
        ({"adminPassword": "simple"}, "password complexity"),
        ({"adminPassword": None}, "either SSH or by user name and password"),
        ({"linuxConfiguration": {"disablePasswordAuthentication": True}}, "either SSH or by user name and password"),
        ({"linuxConfiguration": {"ssh": {"publicKeys": [{"path": "/root/.ssh/authorized_keys", "keyData": "k"}]}}}, "/home/ada/.ssh"),
        ({"computerName": "under_score"}, "Linux host name"),
        ({"customData": "not base64!"}, "Base64"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_bad_os_profiles_are_refused(lab: RunningLab, lab_group: LabGroup, profile: dict[str, Any], text: str) -> None:
    given = {key: value for key, value in os_profile(**profile).items() if value is not None}
    body = vm_of_image(lab_group.image().id, lab_group.subnet(), osProfile=given)
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", text, 400)


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        holder = body["properties"]
        for name in path[:-1]:
            holder = holder[name]
        del holder[path[-1]]

    return change


@pytest.mark.parametrize(
    "change, code, text, status",
    [
        (_without("hardwareProfile"), "InvalidParameter", "vmSize", 400),
        (_without("storageProfile"), "InvalidParameter", "storageProfile", 400),
        (_without("storageProfile", "osDisk", "createOption"), "InvalidParameter", "createOption", 400),
        (_without("storageProfile", "osDisk", "managedDisk"), "InvalidParameter", "managedDisk.id", 400),
        (_without("networkProfile"), "InvalidParameter", "networkInterfaces", 400),
        (_without("networkProfile", "networkApiVersion"), "InvalidParameter", "networkApiVersion", 400),
        (lambda body: body["properties"].update(userData="eA=="), "OperationNotAllowed", "leave 'userData' out", 409),
    ],
    ids=["size", "storage", "createOption", "disk", "network", "networkApiVersion", "userData"],
)
def test_incomplete_or_unsupported_vms_are_refused(
    lab: RunningLab, lab_group: LabGroup, change: Callable[..., None], code: str, text: str, status: int
) -> None:
    body = vm_of_disk(lab_group.os_disk().id, lab_group.subnet())
    change(body)
    refused(lambda: lab_group.put_vm(body), code, text, status)


def test_references_must_exist(lab: RunningLab, lab_group: LabGroup) -> None:
    subnet = lab_group.subnet()
    missing = vm_of_disk(lab_group.id("disks", "none"), subnet)
    refused(lambda: lab_group.put_vm(missing), "ResourceNotFound", "none", 404)
    imageless = vm_of_image(lab_group.id("images", "none"), subnet)
    refused(lambda: lab_group.put_vm(imageless), "NotFound", "cannot be found in 'westeurope' region", 404)
    nowhere = vm_of_disk(lab_group.os_disk().id, subnet, networkProfile=inline_nic(subnet.replace("/default", "/none")))
    refused(lambda: lab_group.put_vm(nowhere), "InvalidResourceReference", "none", 400)
    nic = lab_group.id("x", "y").replace("Microsoft.Compute/x", "Microsoft.Network/networkInterfaces")
    no_nic = vm_of_disk(lab_group.id("disks", "os"), subnet, networkProfile={"networkInterfaces": [{"id": nic}]})
    refused(lambda: lab_group.put_vm(no_nic), "InvalidResourceReference", "networkInterfaces/y", 400)
    platform = vm_of_image("", subnet)
    platform["properties"]["storageProfile"]["imageReference"] = {"publisher": "p", "offer": "o", "sku": "s", "version": "latest"}
    refused(lambda: lab_group.put_vm(platform), "PlatformImageNotFound", "The platform image 'p:o:s:latest' is not available.", 404)


def test_an_interface_is_of_the_vms_region(lab: RunningLab, lab_group: LabGroup) -> None:
    far = lab.put_subnet(lab.put_group(), "uksouth")
    refused(lambda: lab_group.put_vm(vm_of_disk(lab_group.os_disk().id, far)), "InvalidResourceReference", "in the same region", 400)


def test_placement_is_refused(lab: RunningLab, lab_group: LabGroup) -> None:
    placed = {"proximityPlacementGroup": {"id": "/none"}}
    refused(
        lambda: lab_group.put_vm(vm_of_disk(lab_group.os_disk().id, lab_group.subnet(), **placed)), "InvalidResourceReference", "/none", 400
    )
    lab_group.vm()
    update = lab.compute.virtual_machines.begin_update
    refused(lambda: update(lab_group.name, "vm", {"properties": placed}), "OperationNotAllowed", "while the VM is running")


def test_an_image_of_another_region_is_not_found(lab: RunningLab, lab_group: LabGroup) -> None:
    body = {**vm_of_image(lab_group.image().id, lab_group.subnet()), "location": "uksouth"}
    refused(lambda: lab_group.put_vm(body), "NotFound", "'uksouth' region", 404)


def test_security_types_of_vm_and_disk_must_match(lab: RunningLab, lab_group: LabGroup) -> None:
    security = {"securityProfile": {"securityType": "TrustedLaunch"}}
    refused(
        lambda: lab_group.put_vm(vm_of_image(lab_group.image().id, lab_group.subnet(), **security)),
        "BadRequest",
        "Use of TrustedLaunch",
        400,
    )
    refused(
        lambda: lab_group.put_vm(vm_of_disk(lab_group.os_disk().id, lab_group.subnet(), **security)), "BadRequest", "Security type", 400
    )


def test_ephemeral_disks_have_their_own_rules(lab: RunningLab, lab_group: LabGroup) -> None:
    image, local = lab_group.image(), {"diffDiskSettings": {"option": "Local"}}
    refused(lambda: lab_group.put_vm(vm_of_image(image.id, lab_group.subnet(), local)), "InvalidParameter", "'ReadOnly'", 400)
    attach = vm_of_disk(lab_group.os_disk().id, lab_group.subnet())
    attach["properties"]["storageProfile"]["osDisk"].update(local)
    refused(lambda: lab_group.put_vm(attach), "InvalidParameter", "FromImage", 400)
    lab_group.put_vm(vm_of_image(image.id, lab_group.subnet(), {"caching": "ReadOnly", **local}))
    machines = lab.compute.virtual_machines
    text = "is not supported for VMs or VM Scale Set instances using an ephemeral OS disk"
    refused(lambda: machines.begin_deallocate(lab_group.name, "vm"), "OperationNotAllowed", text)
    refused(lambda: machines.begin_power_off(lab_group.name, "vm"), "OperationNotAllowed", text)


def test_luns_are_unique(lab: RunningLab, lab_group: LabGroup) -> None:
    body = vm_of_disk(lab_group.os_disk().id, lab_group.subnet())
    body["properties"]["storageProfile"]["dataDisks"] = [{"lun": 1, "createOption": "Empty", "diskSizeGB": 1}] * 2
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "A disk with LUN 1 already exists", 400)


@pytest.mark.parametrize(
    "properties, code, text",
    [
        ({"osProfile": {"computerName": "other"}}, "PropertyChangeNotAllowed", "osProfile.computerName"),
        ({"storageProfile": {"imageReference": {"id": "/other"}}}, "PropertyChangeNotAllowed", "imageReference"),
        ({"networkProfile": {"networkInterfaces": [{"id": "/other"}]}}, "PropertyChangeNotAllowed", "networkInterfaces"),
        ({"priority": "Spot"}, "PropertyChangeNotAllowed", "Changing property 'priority' is not allowed."),
        ({"securityProfile": {"securityType": "TrustedLaunch"}}, "PropertyChangeNotAllowed", "securityType"),
        ({"userData": "eA=="}, "OperationNotAllowed", "leave 'userData' out"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_some_properties_never_change(lab: RunningLab, lab_group: LabGroup, properties: dict[str, Any], code: str, text: str) -> None:
    lab_group.vm()
    refused(lambda: lab.compute.virtual_machines.begin_update(lab_group.name, "vm", {"properties": properties}), code, text)


def test_a_vm_has_one_region(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    body = {**vm_of_disk(lab_group.id("disks", "vm-os"), lab_group.subnet()), "location": "uksouth"}
    refused(lambda: lab_group.put_vm(body), "InvalidResourceLocation", LOCATION)


def test_actions_for_unmanaged_disks_are_refused(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    machines = lab.compute.virtual_machines
    how = {"vhdPrefix": "p", "destinationContainerName": "c", "overwriteVhds": True}
    text = "The Capture action is only supported on a Virtual Machine with blob based disks."
    refused(lambda: machines.begin_capture(lab_group.name, "vm", how), "OperationNotAllowed", text)
    convert = machines.begin_convert_to_managed_disks
    refused(lambda: convert(lab_group.name, "vm"), "OperationNotAllowed", "VM 'vm' is already using managed disks.")


def test_the_boot_log_needs_managed_boot_diagnostics(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm(diagnosticsProfile={"bootDiagnostics": {"enabled": False}})
    read = lab.compute.virtual_machines.retrieve_boot_diagnostics_data
    refused(lambda: read(lab_group.name, "vm"), "OperationNotAllowed", "Boot diagnostics")


def test_blobs_and_disks_named_twice_are_refused(lab: RunningLab, lab_group: LabGroup) -> None:
    data, body = lab_group.disk("data"), vm_of_disk(lab_group.os_disk().id, lab_group.subnet())
    profile = body["properties"]["storageProfile"]
    profile["dataDisks"] = [{"lun": lun, "createOption": "Attach", "managedDisk": {"id": data.id}} for lun in (0, 1)]
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "Disk 'data' is named more than once", 400)
    profile["dataDisks"] = [{"lun": lun, "name": "new", "createOption": "Empty", "diskSizeGB": 1} for lun in (0, 1)]
    refused(lambda: lab_group.put_vm(body), "InvalidParameter", "more than one new disk with the name 'new'", 400)
    profile["dataDisks"] = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 1, "vhd": {"uri": "https://a/b.vhd"}}]
    refused(lambda: lab_group.put_vm(body), "OperationNotAllowed", "is a blob ('vhd')")
    del profile["dataDisks"]
    lab_group.put_vm(body)
    update = lab.compute.virtual_machines.begin_update
    twice = [{"lun": lun, "createOption": "Attach", "managedDisk": {"id": data.id}} for lun in (0, 1)]
    change = {"properties": {"storageProfile": {"dataDisks": twice}}}
    refused(lambda: update(lab_group.name, "vm", change), "InvalidParameter", "Disk 'data' is named more than once", 400)


def test_extensions_can_be_forbidden(lab_group: LabGroup) -> None:
    vm = lab_group.put_vm(vm_of_image(lab_group.image().id, lab_group.subnet(), osProfile=os_profile(allowExtensionOperations=False)))
    assert vm.os_profile.allow_extension_operations is False
