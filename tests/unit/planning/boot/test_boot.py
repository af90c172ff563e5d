# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary VMs: the request body, how an existing VM may differ from the options, and the errors."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest, Missing, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SUBNET, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.nic import Nic
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.provisioning import FAILED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.plan import plan_boot
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.provisioning import LOG_LINES, with_boot_log
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.request import BootRequest, DataDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.vm import DeleteVm, TagVm

from tests.support.capture_values import CAPTURED, TARGET
from tests.support.ids import NIC, SUBSCRIPTION, an_id

SUBNET_ID = ResourceId.of(SUBNET, "build", "net", "default", subscription=SUBSCRIPTION)
NEW = an_id(VM, "build", "t1")
OS, EXTRA = an_id(DISK, "build", "old-os"), an_id(DISK, "build", "extra")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1f9vYx8yQ0u6hM0m0q3o6e8m6yq7n0l2k1j0h9g8f7 me"
PASSWORD, DATA = "Correct-Horse-9", "#cloud-config"
REQUEST = BootRequest(vm=NEW, image=TARGET, subnet=SUBNET_ID, admin_username="me", ssh_public_keys=(KEY,))
ABSENT = replace(REQUEST, state="absent")
SPECIALIZED = BootRequest(vm=NEW, os_disk=OS, subnet=SUBNET_ID, data_disks=(DataDisk(3, disk=EXTRA),))
OS_DISK = Disk(OS, "westeurope", os_type="Linux", zones=("2",), tags={tag.PLAN: '{"name":"n","product":"o","publisher":"p"}'})
TAKEN_DISK = replace(OS_DISK, managed_by=an_id(VM, "build", "v9"))
EXTRA_DISK = Disk(EXTRA, "westeurope")
PLAIN_IMAGE = replace(CAPTURED, data_disks=())
SEEN = Observed(location="northeurope", image=CAPTURED)
SEEN_DISKS = Observed(location="northeurope", disks=(OS_DISK, EXTRA_DISK))
BOOTED = Vm(
    id=NEW,
    location="westeurope",
    vm_id="b",
    os_disk=AttachedDisk("os", an_id(DISK, "build", "os")),
    data_disks=(AttachedDisk("d", an_id(DISK, "build", "d"), 5, 8),),
    power="running",
    size="Standard_B2s",
    image=str(TARGET).upper(),
    admin_username="me",
    nics=(an_id(NIC, "build", "t1-nic"),),
    tags={tag.PURPOSE: tag.BOOT},
)
ADDRESS = Nic(an_id(NIC, "build", "t1-nic"), private_ip="10.0.0.4")
THERE = Observed(vm=BOOTED, nic=ADDRESS)
SKU = {"storageAccountType": "Standard_LRS"}
LINUX = CatalogImage(os_type="Linux", os_state="Generalized")
IN_CATALOG = Observed(location="northeurope", catalog=LINUX)


def body(request=REQUEST, seen=SEEN):
    (step,) = plan_boot(request, seen).steps
    return step.body


def test_a_vm_from_an_image_is_one_request():
    address = {"name": "primary", "properties": {"primary": True, "subnet": {"id": str(SUBNET_ID)}}}
    assert body() == {
        "location": "westeurope",
        "tags": {tag.PURPOSE: tag.BOOT},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {
                "imageReference": {"id": str(TARGET)},
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete", "caching": "ReadWrite", "managedDisk": SKU},
                "dataDisks": [{"lun": 5, "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": SKU}],
            },
            "networkProfile": {
                "networkApiVersion": "2020-11-01",
                "networkInterfaceConfigurations": [
                    {
                        "name": "t1-nic",
                        "properties": {"primary": True, "deleteOption": "Delete", "ipConfigurations": [address]},
                        "tags": {tag.PURPOSE: tag.BOOT},
                    }
                ],
            },
            "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
            "osProfile": {
                "computerName": "t1",
                "adminUsername": "me",
                "linuxConfiguration": {
                    "disablePasswordAuthentication": True,
                    "provisionVMAgent": True,
                    "ssh": {"publicKeys": [{"path": "/home/me/.ssh/authorized_keys", "keyData": KEY}]},
                },
            },
        },
    }


def test_the_users_tags_are_on_the_network_interface_too():
    (nic,) = body(replace(REQUEST, tags={"cost": "42"}))["properties"]["networkProfile"]["networkInterfaceConfigurations"]
    assert nic["tags"] == {"cost": "42", tag.PURPOSE: tag.BOOT}


def test_specialized_disks_are_attached_and_stay():
    asked = body(SPECIALIZED, SEEN_DISKS)
    assert asked["properties"]["storageProfile"] == {
        "osDisk": {"osType": "Linux", "createOption": "Attach", "deleteOption": "Detach", "managedDisk": {"id": str(OS)}},
        "dataDisks": [{"lun": 3, "createOption": "Attach", "deleteOption": "Detach", "managedDisk": {"id": str(EXTRA)}}],
    }
    assert "osProfile" not in asked["properties"]
    assert (asked["zones"], asked["plan"]) == (["2"], {"name": "n", "product": "o", "publisher": "p"})
    spoiled = replace(OS_DISK, tags={tag.PLAN: "gold"})
    assert "plan" not in body(SPECIALIZED, replace(SEEN_DISKS, disks=(spoiled, EXTRA_DISK)))


def test_new_disks_are_added_to_those_of_the_image():
    disks = body(replace(REQUEST, data_disks=(DataDisk(0, size_gib=4),)))["properties"]["storageProfile"]["dataDisks"]
    assert disks[0] == {"lun": 0, "createOption": "Empty", "deleteOption": "Delete", "diskSizeGB": 4, "managedDisk": SKU}
    assert [disk["lun"] for disk in disks] == [0, 5]


def test_a_password_and_custom_data_are_only_in_the_request():
    secret = replace(REQUEST, admin_password=PASSWORD, custom_data=DATA, computer_name="host", ssh_public_keys=())
    plan = plan_boot(secret, SEEN)
    profile = plan.steps[0].body["properties"]["osProfile"]
    assert (profile["adminPassword"], profile["customData"], profile["computerName"]) == (PASSWORD, "I2Nsb3VkLWNvbmZpZw==", "host")
    assert profile["linuxConfiguration"] == {"disablePasswordAuthentication": False, "provisionVMAgent": True}
    assert PASSWORD not in f"{plan!r} {secret!r} {plan.sentences} {plan.diff}"
    assert DATA not in f"{plan!r} {secret!r} {plan.sentences} {plan.diff}"


def test_windows_has_a_configuration_of_its_own():
    windows = replace(SEEN, image=replace(CAPTURED, os_type="Windows"))
    profile = body(replace(REQUEST, admin_password=PASSWORD), windows)["properties"]["osProfile"]
    assert profile["windowsConfiguration"] == {"provisionVMAgent": True}
    assert "linuxConfiguration" not in profile


@pytest.mark.parametrize(("gallery", "key"), [
    (f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0", "id"),
    ("/CommunityGalleries/g/Images/i/Versions/1.0.0", "communityGalleryImageId"),
    ("/SharedGalleries/g/Images/i", "sharedGalleryImageId"),
    ("/subscriptions/hub/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i", "id"),
])  # fmt: skip
def test_images_of_galleries_go_to_azure_as_they_are(gallery, key):
    request = BootRequest.from_params({**PARAMS, "image": gallery}).within(SUBSCRIPTION)
    asked = body(request, IN_CATALOG)
    assert asked["properties"]["storageProfile"]["imageReference"] == {key: gallery}
    assert asked["location"] == "northeurope"


def from_catalog(image="/CommunityGalleries/g/Images/i", **options):
    """A request for a VM from an image of a gallery."""
    return replace(REQUEST, image=None, other_image=image, **options)


def test_the_data_disks_of_an_image_in_a_gallery_are_deleted_with_the_vm():
    holding = replace(IN_CATALOG, catalog=replace(LINUX, data_disks=(ImageDisk(None, 0, 4, "ReadOnly"), ImageDisk(None, 3))))
    planned = plan_boot(from_catalog(data_disks=(DataDisk(1, size_gib=2),)), holding)
    assert planned.steps[0].body["properties"]["storageProfile"]["dataDisks"] == [
        {"lun": 0, "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": SKU},
        {"lun": 1, "createOption": "Empty", "deleteOption": "Delete", "diskSizeGB": 2, "managedDisk": SKU},
        {"lun": 3, "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": SKU},
    ]
    assert [(disk["lun"], disk["size_gib"]) for disk in planned.after["vm"]["data_disks"]] == [(0, 4), (1, 2), (3, None)]
    with pytest.raises(InvalidRequest, match="LUN 3 is taken by a data disk of image /CommunityGalleries/g/Images/i: choose another LUN"):
        plan_boot(from_catalog(data_disks=(DataDisk(3, size_gib=2),)), holding)


def test_the_operating_system_of_an_image_in_a_gallery_is_asked_of_the_image():
    windows = replace(IN_CATALOG, catalog=CatalogImage(os_type="Windows"))
    profile = body(from_catalog(admin_password=PASSWORD), windows)["properties"]["osProfile"]
    assert profile["windowsConfiguration"] == {"provisionVMAgent": True}
    assert "linuxConfiguration" not in profile
    with pytest.raises(InvalidRequest, match="os_type: image /CommunityGalleries/g/Images/i holds Windows, not Linux: omit os_type"):
        plan_boot(from_catalog(os_type="Linux"), windows)


def test_the_operating_system_must_be_given_if_nothing_says_it():
    unknown = Observed(location="northeurope")
    with pytest.raises(InvalidRequest, match="os_type: it is not known which operating system image .* holds: give Linux or Windows"):
        plan_boot(from_catalog(), unknown)
    assert plan_boot(from_catalog(os_type="Linux"), unknown).steps
    with pytest.raises(InvalidRequest, match="os_type: it is not known which operating system disk old-os holds"):
        plan_boot(SPECIALIZED, replace(SEEN_DISKS, disks=(replace(OS_DISK, os_type=None), EXTRA_DISK)))


@pytest.mark.parametrize(("request_", "seen", "text"), [
    (replace(REQUEST, size="Standard_D2s_v6"), SEEN, "Image web-1 is a managed image, which cannot say that its guest supports NVMe"),
    (replace(REQUEST, size="standard_e4ads_V10"), SEEN, "Image web-1 is a managed image"),
    (from_catalog(size="Standard_D2s_v6"), IN_CATALOG, "Image /CommunityGalleries/g/Images/i does not say that its guest supports NVMe"),
])  # fmt: skip
def test_a_size_with_nvme_only_is_a_warning_if_the_image_does_not_support_it(request_, seen, text):
    (warning,) = plan_boot(request_, seen).warnings
    assert warning.startswith(text)
    assert f"sizes like {request_.size} usually have only NVMe disks" in warning


@pytest.mark.parametrize(("request_", "seen"), [
    (replace(REQUEST, size="Standard_D2s_v5"), SEEN),
    (from_catalog(size="Standard_D2s_v6"), replace(IN_CATALOG, catalog=replace(LINUX, controllers=frozenset({"SCSI", "NVMe"})))),
    (from_catalog(size="Standard_D2s_v6", os_type="Linux"), Observed(location="northeurope")),
    (replace(SPECIALIZED, size="Standard_D2s_v6"), SEEN_DISKS),
], ids=["v5", "image with NVMe", "unknown image", "disk"])  # fmt: skip
def test_other_sizes_and_images_have_no_warning(request_, seen):
    assert plan_boot(request_, seen).warnings == ()


def test_the_plan_of_an_image_goes_to_the_vm():
    bought = replace(PLAIN_IMAGE, tags={tag.PLAN: '{"name":"n"}'})
    assert body(seen=replace(SEEN, image=bought))["plan"] == {"name": "n"}


@pytest.mark.parametrize(("request_", "steps"), [
    (REQUEST, ()),
    (replace(REQUEST, tags={"a": "b"}), (TagVm(NEW, {tag.PURPOSE: tag.BOOT, "a": "b"}),)),
    (replace(REQUEST, data_disks=(DataDisk(5, size_gib=8),)), ()),
], ids=["as asked", "other tags", "disks as asked"])  # fmt: skip
def test_an_existing_vm(request_, steps):
    assert plan_boot(request_, THERE).steps == steps


def test_a_vm_that_came_from_disks_is_known_by_its_os_disk():
    vm = replace(BOOTED, image=None, os_disk=AttachedDisk("old-os", OS), data_disks=(AttachedDisk("extra", EXTRA, 3),))
    assert plan_boot(SPECIALIZED, Observed(vm=vm)).steps == ()


def test_the_result_has_the_address():
    assert plan_boot(REQUEST, THERE).after["vm"]["private_ip"] == "10.0.0.4"


@pytest.mark.parametrize(("request_", "vm", "text"), [
    (REQUEST, replace(BOOTED, tags={}), "not made by image_boot"),
    (REQUEST, replace(BOOTED, image="/other"), "was made from /other"),
    (REQUEST, replace(BOOTED, provisioning_state=FAILED), "provisioning state is Failed.*state: absent"),
    (replace(REQUEST, size="Standard_D2s_v5"), BOOTED, "size is Standard_B2s"),
    (replace(REQUEST, location="northeurope"), BOOTED, "it is in westeurope"),
    (replace(REQUEST, admin_username="you"), BOOTED, "first user is me"),
    (replace(REQUEST, computer_name="a"), replace(BOOTED, computer_name="b"), "computer name is b"),
    (replace(REQUEST, data_disks=(DataDisk(7, size_gib=1),)), BOOTED, "no disk at LUN 7"),
    (replace(REQUEST, data_disks=(DataDisk(5, size_gib=1),)), BOOTED, "LUN 5 has 8 GiB"),
    (replace(REQUEST, data_disks=(DataDisk(5, disk=EXTRA),)), BOOTED, "disk at LUN 5 is"),
    (SPECIALIZED, BOOTED, "its OS disk is"),
])  # fmt: skip
def test_what_cannot_be_changed_is_refused(request_, vm, text):
    with pytest.raises(InvalidRequest, match=text):
        plan_boot(request_, Observed(vm=vm))


@pytest.mark.parametrize(("seen", "steps", "warning"), [
    (replace(THERE, vm=replace(BOOTED, provisioning_state="Creating")), (), "VM t1 is Creating"),
    (replace(SEEN, image=replace(CAPTURED, provisioning_state="Creating")), plan_boot(REQUEST, SEEN).steps, "Image web-1 is Creating"),
    (replace(SEEN, vm=replace(BOOTED, provisioning_state="Deleting")), plan_boot(REQUEST, SEEN).steps, "VM t1 is Deleting"),
], ids=["VM made", "image made", "VM deleted"])  # fmt: skip
def test_a_running_operation_is_waited_for_and_assumed_to_succeed_in_check_mode(seen, steps, warning):
    with pytest.raises(TimedOut, match="is still (Creating|Deleting); run again later"):
        plan_boot(REQUEST, seen)
    predicted = plan_boot(REQUEST, replace(seen, check_mode=True))
    assert (predicted.steps, predicted.warnings) == (steps, (f"{warning}: planned as if that had succeeded.",))


@pytest.mark.parametrize(("request_", "text"), [
    (replace(REQUEST, zone="1"), "it is in zone 2"),
    (replace(REQUEST, os_type="Windows"), "its operating system is Linux"),
    (replace(REQUEST, storage_account_type="Premium_LRS"), "its storage_account_type is Standard_LRS"),
    (replace(REQUEST, subnet=replace(SUBNET_ID, names=("net", "other"))), "it is in subnet .*/net/subnets/default"),
])  # fmt: skip
def test_place_and_properties_of_an_existing_vm_are_compared(request_, text):
    vm = replace(BOOTED, zones=("2",), os_disk=replace(BOOTED.os_disk, storage_account_type="Standard_LRS"))
    seen = Observed(vm=vm, nic=replace(ADDRESS, subnet=SUBNET_ID))
    assert plan_boot(REQUEST, seen).steps == ()
    with pytest.raises(InvalidRequest, match=text):
        plan_boot(request_, seen)


def test_an_image_of_the_marketplace_is_a_urn():
    urn = "Debian:debian-12:12-gen2:latest"
    request = BootRequest.from_params({**PARAMS, "image": urn}).within(SUBSCRIPTION)
    plan = plan_boot(request, IN_CATALOG)
    assert plan.steps[0].body["properties"]["storageProfile"]["imageReference"] == {
        "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest",
    }  # fmt: skip
    assert plan.sentences == [f"create VM t1 from image {urn}"]
    assert plan_boot(request, Observed(vm=replace(BOOTED, image=urn))).steps == ()
    with pytest.raises(InvalidRequest, match="made from debian:debian-11:11:latest"):
        plan_boot(request, Observed(vm=replace(BOOTED, image="debian:debian-11:11:latest")))


@pytest.mark.parametrize(("request_", "seen", "error", "text"), [
    (REQUEST, Observed(location="x"), Missing, "no managed image web-1 in .*[.] Name an image in a gallery by its .* it[.]$"),
    (REQUEST, replace(SEEN, image=replace(CAPTURED, provisioning_state=FAILED)), InvalidRequest, "image web-1 is Failed"),
    (replace(REQUEST, location="North Europe"), SEEN, InvalidRequest, "image web-1 is in westeurope"),
    (replace(REQUEST, data_disks=(DataDisk(5, size_gib=1),)), SEEN, InvalidRequest, "LUN 5 is taken"),
    (replace(REQUEST, admin_username=None), SEEN, InvalidRequest, "admin_username"),
    (replace(REQUEST, ssh_public_keys=()), SEEN, InvalidRequest, "no one could log in"),
    (REQUEST, replace(SEEN, image=replace(CAPTURED, os_type="Windows")), InvalidRequest, "Windows VM must have one"),
    (replace(REQUEST, os_type="Windows"), SEEN, InvalidRequest, "os_type: image web-1 holds Linux, not Windows: omit os_type"),
    (SPECIALIZED, replace(SEEN_DISKS, disks=(EXTRA_DISK,)), Missing, "no disk old-os"),
    (SPECIALIZED, replace(SEEN_DISKS, disks=(OS_DISK,)), Missing, "no disk extra"),
    (SPECIALIZED, replace(SEEN_DISKS, disks=(TAKEN_DISK, EXTRA_DISK)), InvalidRequest, "attached to VM v9"),
    (SPECIALIZED, replace(SEEN_DISKS, disks=(OS_DISK, replace(EXTRA_DISK, location="eastus"))), InvalidRequest, "disk extra is in eastus"),
])  # fmt: skip
def test_what_azure_would_refuse_is_refused_before(request_, seen, error, text):
    with pytest.raises(error, match=text):
        plan_boot(request_, seen)


def test_absent_deletes_a_vm_that_this_module_made():
    assert plan_boot(ABSENT, THERE).steps == (DeleteVm(NEW),)
    assert plan_boot(ABSENT, Observed()).steps == ()


def test_absent_leaves_other_vms_alone():
    with pytest.raises(InvalidRequest, match="left alone"):
        plan_boot(ABSENT, Observed(vm=replace(BOOTED, tags={"owner": "somebody"})))


def test_an_error_of_provisioning_ends_with_the_boot_log():
    late = Failed("could not create VM t1: (OSProvisioningTimedOut) text.", code="OSProvisioningTimedOut", status=200)
    quoted = with_boot_log(late, "\r\n".join(f"line {number}" for number in range(100)))
    assert quoted.facts["boot_log"] == [f"line {number}" for number in range(100 - LOG_LINES, 100)]
    assert quoted.facts["code"] == "OSProvisioningTimedOut"
    assert quoted.message.endswith(f"The last line of its boot log is: line 99 (boot_log holds the last {LOG_LINES}).")
    assert "is empty" in with_boot_log(late, "").message


PARAMS = {
    "state": "present",
    "name": "t1", "resource_group": "build", "image": str(TARGET), "os_disk": None, "data_disks": None, "location": None, "zone": None,
    "subnet": {"virtual_network": "net", "subnet": "default"}, "size": "Standard_B2s", "storage_account_type": "Standard_LRS",
    "os_type": None, "security_type": None, "secure_boot": True, "computer_name": None, "admin_username": "me", "admin_password": None,
    "ssh_public_keys": [KEY],
    "custom_data": None, "tags": None, "append_tags": True, "wait_timeout": 3600,
}  # fmt: skip


def test_options_become_a_request():
    assert BootRequest.from_params(PARAMS).within(SUBSCRIPTION) == REQUEST
    login = {"admin_username": None, "ssh_public_keys": None}
    disks = [{"lun": 3, "disk": "extra", "size_gib": None}]
    given = BootRequest.from_params({**PARAMS, **login, "image": None, "os_disk": "old-os", "data_disks": disks, "subnet": str(SUBNET_ID)})
    assert given.within(SUBSCRIPTION) == SPECIALIZED


@pytest.mark.parametrize(("params", "text"), [
    ({"data_disks": [{"lun": 64, "size_gib": 1}]}, "^data_disks: lun: must be between 0 and 63, not 64.$"),
    ({"data_disks": [{"lun": 1, "size_gib": 1}, {"lun": 1, "size_gib": 1}]}, "^data_disks: LUN 1 is given twice: "),
    ({"data_disks": [{"lun": 1, "size_gib": 1, "disk": "d"}]}, "either size_gib"),
    ({"data_disks": [{"lun": 1}]}, "either size_gib"),
    ({"custom_data": {"packages": ["secret"]}}, "^custom_data: must be text, not a value of type dict: write it as text, for example"),
    ({"custom_data": ["secret"]}, "^custom_data: must be text, not a value of type list"),
    ({"custom_data": "ö" * 32768}, "^custom_data: its length: must be between 0 and 65535 bytes, not 65536.$"),
    ({"subnet": "default"}, "subnet: give a resource id"),
    ({"image": None, "os_disk": "d"}, "keeps its users"),
    ({"image": f"{OS}"}, "not of a Microsoft.Compute/images"),
    ({"image": "/CommunityGalleries/g/Images/i/Versions"}, "^image: '/CommunityGalleries/.*' is not the id of an image in a gallery"),
    ({"image": {"gallery": "g", "gallery_image": "i"}}, "^image: a name stands for a managed image. Name an image in a gallery by"),
    ({"image": "/SharedGalleries/g"}, "^image: '/SharedGalleries/g' is not the id of an image in a gallery: give "),
    ({"image": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/galleries/g"}, "without a version, the latest"),
    ({"image": "/subscriptions/s/providers/Microsoft.Compute/locations/l/communityGalleries/g/images/i"}, "is not a resource id"),
    ({"image": None, "os_disk": "a/b"}, "os_disk: .a/b. is not a valid name for a resource"),
])  # fmt: skip
def test_options_that_are_refused(params, text):
    with pytest.raises(InvalidRequest, match=text):
        BootRequest.from_params({**PARAMS, **params})


def test_check_mode_knows_how_azure_caches_the_disks():
    made = plan_boot(replace(REQUEST, data_disks=(DataDisk(7, 4),)), SEEN).after["vm"]
    assert [(disk["caching"], disk["storage_account_type"]) for disk in (made["os_disk"], *made["data_disks"])] == [
        ("ReadWrite", "Standard_LRS"), ("None", "Standard_LRS"), ("None", "Standard_LRS"),
    ]  # fmt: skip
    given = plan_boot(SPECIALIZED, SEEN_DISKS).after["vm"]
    assert [disk["caching"] for disk in (given["os_disk"], *given["data_disks"])] == ["ReadWrite", "None"]
