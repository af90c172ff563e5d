# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsing REST JSON into values, also if Azure leaves keys out or sends null."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, SNAPSHOT, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image, ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.protection import Protection
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.disk import parse_disk
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.image import parse_image
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.snapshot import parse_snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.parsing.vm import parse_vm

from tests.support.ids import NIC, an_id

OS, DATA = an_id(DISK, "g", "os"), an_id(DISK, "g", "data")


def test_every_key_of_a_vm_is_parsed():
    raw = {
        "id": str(an_id(VM, "g", "web1")),
        "location": "westeurope",
        "tags": {"Owner": "Me"},
        "zones": ["1"],
        "plan": {"name": "n", "publisher": "p", "product": "o", "promotionCode": None},
        "properties": {
            "vmId": "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE",
            "provisioningState": "Succeeded",
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "securityProfile": {"securityType": "TrustedLaunch"},
            "osProfile": {"computerName": "web1", "adminUsername": "bob"},
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
            "networkProfile": {"networkInterfaces": [{"id": str(an_id(NIC, "g", "nic"))}]},
            "storageProfile": {
                "osDisk": {
                    "osType": "Linux",
                    "name": "os",
                    "caching": "ReadWrite",
                    "diskSizeGB": 30,
                    "deleteOption": "Detach",
                    "managedDisk": {"id": str(OS), "storageAccountType": "Standard_LRS"},
                },
                "dataDisks": [
                    {"lun": 5, "name": "late", "managedDisk": {"id": str(DATA)}},
                    {"lun": 0, "name": "early", "managedDisk": {"id": str(DATA)}},
                ],
            },
            "instanceView": {
                "vmAgent": {"statuses": [{"displayStatus": "Ready"}]},
                "statuses": [
                    {"code": "ProvisioningState/succeeded"},
                    {"code": "OSState/generalized"},
                    {"code": "PowerState/deallocated"},
                ],
            },
        },
    }
    assert parse_vm(raw) == Vm(
        id=an_id(VM, "g", "web1"),
        location="westeurope",
        vm_id="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        os_disk=AttachedDisk("os", OS, None, 30, "ReadWrite", "Standard_LRS", delete_option="Detach"),
        data_disks=(AttachedDisk("early", DATA, 0), AttachedDisk("late", DATA, 5)),
        power="deallocated",
        generalized=True,
        size="Standard_B2s",
        security_type="TrustedLaunch",
        nics=(an_id(NIC, "g", "nic"),),
        zones=("1",),
        plan={"name": "n", "publisher": "p", "product": "o"},
        computer_name="web1",
        admin_username="bob",
        agent_status="Ready",
        boot_diagnostics=True,
        tags={"Owner": "Me"},
    )


@pytest.mark.parametrize(
    ("diagnostics", "managed"),
    [(None, False), ({"enabled": False}, False), ({"enabled": True}, True), ({"enabled": True, "storageUri": "https://mine"}, False)],
)
def test_only_managed_storage_has_a_readable_boot_log(diagnostics, managed):
    properties = {"diagnosticsProfile": {"bootDiagnostics": diagnostics}, "storageProfile": None}
    assert parse_vm({"id": str(an_id(VM, "g", "v")), "location": "l", "properties": properties}).boot_diagnostics is managed


@pytest.mark.parametrize(("reference", "image"), [
    ({"id": "/i"}, "/i"),
    ({"communityGalleryImageId": "/CommunityGalleries/g"}, "/CommunityGalleries/g"),
    ({"publisher": "p", "offer": "o", "sku": "s", "version": "latest", "exactVersion": "1.0.0"}, "p:o:s:latest"),
    ({"exactVersion": "1.0.0"}, None),
])  # fmt: skip
def test_the_image_of_a_vm_is_an_id_or_a_urn(reference, image):
    properties = {"storageProfile": {"imageReference": reference}}
    assert parse_vm({"id": str(an_id(VM, "g", "v")), "location": "l", "properties": properties}).image == image


def test_an_ephemeral_os_disk_is_recognized():
    properties = {"storageProfile": {"osDisk": {"name": "o", "diffDiskSettings": {"option": "Local"}}}}
    assert parse_vm({"id": str(an_id(VM, "g", "v")), "location": "l", "properties": properties}).os_disk.ephemeral


def test_an_image_of_a_vm_and_one_of_disks_are_parsed():
    disks = {
        "osDisk": {
            "osType": "Linux",
            "osState": "Generalized",
            "managedDisk": {"id": str(OS)},
            "diskSizeGB": 30,
            "caching": "ReadWrite",
            "storageAccountType": "Standard_LRS",
            "diskEncryptionSet": {"id": "des"},
        },
        "dataDisks": [{"lun": 5, "snapshot": {"id": "snap"}}, {"lun": 0, "blobUri": "https://blob"}],
        "zoneResilient": True,
    }
    properties = {"provisioningState": "Succeeded", "hyperVGeneration": "V2", "storageProfile": disks}
    raw = {"id": str(an_id(IMAGE, "g", "i")), "location": "westeurope", "properties": properties, "tags": None}
    image = Image(
        id=an_id(IMAGE, "g", "i"),
        location="westeurope",
        os_type="Linux",
        os_state="Generalized",
        hyper_v_generation="V2",
        os_disk=ImageDisk(str(OS), None, 30, "ReadWrite", "Standard_LRS", "des"),
        data_disks=(ImageDisk("https://blob", 0), ImageDisk("snap", 5)),
        zone_resilient=True,
    )
    assert parse_image(raw) == image
    of_vm = {**raw, "properties": {**properties, "sourceVirtualMachine": {"id": str(an_id(VM, "g", "v"))}}}
    assert parse_image(of_vm).source == an_id(VM, "g", "v")


PROTECTED = {
    "networkAccessPolicy": "AllowPrivate",
    "diskAccessId": "/access",
    "publicNetworkAccess": "Disabled",
    "dataAccessAuthMode": "AzureActiveDirectory",
    "encryption": {"type": "EncryptionAtRestWithCustomerKey", "diskEncryptionSetId": "/set"},
}
PROTECTION = Protection("AllowPrivate", "/access", "Disabled", "AzureActiveDirectory", "EncryptionAtRestWithCustomerKey", "/set")


@pytest.mark.parametrize("more", [{}, {"dataDisks": None}, {"dataDisks": []}])
def test_an_image_without_data_disks_is_parsed(more):
    storage = {"osDisk": {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": str(OS)}}, **more}
    found = parse_image({"id": str(an_id(IMAGE, "g", "i")), "location": "westeurope", "properties": {"storageProfile": storage}})
    assert (found.data_disks, found.as_result()["data_disks"]) == ((), [])


def test_a_protection_is_requested_as_it_is_shown():
    assert PROTECTION.as_body() == PROTECTED
    assert Protection(encryption="EncryptionAtRestWithPlatformKey").as_body() == {}


@pytest.mark.parametrize("key", ["LastOwnershipUpdateTime", "lastOwnershipUpdateTime"])
def test_every_key_of_a_disk_is_parsed(key):
    raw = {
        "id": str(OS),
        "location": "westeurope",
        "managedBy": str(an_id(VM, "g", "v")),
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "properties": {
            "uniqueId": "u",
            "diskState": "Reserved",
            "provisioningState": "Succeeded",
            "osType": "Linux",
            "hyperVGeneration": "V2",
            "supportedCapabilities": {"architecture": "x64"},
            "securityProfile": {"securityType": "TrustedLaunch"},
            "diskSizeGB": 1,
            "creationData": {"createOption": "Copy", "sourceResourceId": str(DATA), "sourceUniqueId": "s", "logicalSectorSize": 512},
            "timeCreated": "2026-11-22T10:00:00+00:00",
            "tier": "P30",
            "burstingEnabled": True,
            "maxShares": 2,
            "diskIOPSReadWrite": 120,
            "diskMBpsReadWrite": 25,
            "supportsHibernation": True,
            **PROTECTED,
            key: "2026-11-22T11:00:00.1234567Z",
        },
    }
    assert parse_disk(raw) == Disk(
        id=OS,
        location="westeurope",
        unique_id="u",
        state="Reserved",
        os_type="Linux",
        hyper_v_generation="V2",
        architecture="x64",
        capabilities={"architecture": "x64"},
        hibernation=True,
        protection=PROTECTION,
        tier="P30",
        bursting=True,
        max_shares=2,
        iops=120,
        mbps=25,
        sector_size=512,
        security_type="TrustedLaunch",
        size_gib=1,
        storage_account_type="Premium_LRS",
        source=DATA,
        source_unique_id="s",
        managed_by=an_id(VM, "g", "v"),
        ownership_time=parse_time("2026-11-22T11:00:00.123456Z"),
        time_created=parse_time("2026-11-22T10:00:00.000000Z"),
    )


def test_every_key_of_a_snapshot_is_parsed():
    creation = {"createOption": "Copy", "sourceResourceId": str(OS), "sourceUniqueId": "u"}
    properties = {"provisioningState": "Succeeded", "creationData": creation, "incremental": True, "timeCreated": "2026-11-22T10:00:00Z"}
    properties |= {"uniqueId": "s", "supportsHibernation": True, "supportedCapabilities": {"architecture": "Arm64"}, **PROTECTED}
    properties["securityProfile"] = {"securityType": "TrustedLaunch"}
    raw = {"id": str(an_id(SNAPSHOT, "g", "s")), "location": "l", "properties": properties, "tags": {"a": "b"}}
    assert parse_snapshot(raw) == Snapshot(
        id=an_id(SNAPSHOT, "g", "s"),
        location="l",
        unique_id="s",
        source=OS,
        source_unique_id="u",
        incremental=True,
        protection=PROTECTION,
        capabilities={"architecture": "Arm64"},
        hibernation=True,
        security_type="TrustedLaunch",
        time_created=parse_time("2026-11-22T10:00:00.000000Z"),
        tags={"a": "b"},
    )


def test_the_extensions_of_a_vm_are_known_by_their_names():
    vm = str(an_id(VM, "g", "v"))
    resources = [{"id": f"{vm}/extensions/Monitor", "name": "Monitor"}, {"id": f"{vm}/extensions/Antimalware"}]
    assert parse_vm({"id": vm, "location": "l", "properties": {}, "resources": resources}).extensions == ("Monitor", "Antimalware")
