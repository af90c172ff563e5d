# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The security type of a new VM: requested, or the only one that its source allows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SUBNET, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import AttachedDisk, Vm
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.plan import plan_boot
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.request import BootRequest

from tests.support.capture_values import CAPTURED, TARGET
from tests.support.ids import SUBSCRIPTION, an_id

NEW, OS = an_id(VM, "build", "t1"), an_id(DISK, "build", "os")
NET = ResourceId.of(SUBNET, "build", "net", "default", subscription=SUBSCRIPTION)
IMAGE = BootRequest(vm=NEW, image=TARGET, subnet=NET, admin_username="me", admin_password="Correct-Horse-9")
GALLERY = replace(IMAGE, image=None, other_image="/SharedGalleries/g/Images/i")
DISK_REQUEST = BootRequest(vm=NEW, os_disk=OS, subnet=NET)
ON = {"secureBootEnabled": True, "vTpmEnabled": True}
TRUSTED, CONFIDENTIAL = ({"securityType": each, "uefiSettings": ON} for each in ("TrustedLaunch", "ConfidentialVM"))


def properties(request, **seen):
    (step,) = plan_boot(request, Observed(location="westeurope", **seen)).steps
    return step.body["properties"]


def gallery(security_type):
    return {"catalog": CatalogImage(os_type="Linux", security_type=security_type)}


def os_disk(security_type):
    return {"disks": (Disk(OS, "westeurope", os_type="Linux", security_type=security_type),)}


@pytest.mark.parametrize(("request_", "seen", "profile"), [
    (DISK_REQUEST, os_disk("TrustedLaunch"), TRUSTED),
    (DISK_REQUEST, os_disk("ConfidentialVM_DiskEncryptedWithPlatformKey"), CONFIDENTIAL),
    (DISK_REQUEST, os_disk("Standard"), None),
    (DISK_REQUEST, os_disk(None), None),
    (GALLERY, gallery("TrustedLaunch"), TRUSTED),
    (GALLERY, gallery("ConfidentialVM"), CONFIDENTIAL),
    (GALLERY, gallery("TrustedLaunchSupported"), None),
    (GALLERY, gallery("Standard"), None),
    (GALLERY, gallery(None), None),
    (replace(GALLERY, os_type="Linux"), {}, None),
    (IMAGE, {"image": CAPTURED}, None),
    (replace(GALLERY, security_type="TrustedLaunch"), gallery("TrustedLaunchSupported"), TRUSTED),
    (replace(GALLERY, security_type="Standard"), gallery("TrustedLaunchSupported"), {"securityType": "Standard"}),
    (replace(IMAGE, security_type="Standard"), {"image": CAPTURED}, {"securityType": "Standard"}),
    (replace(GALLERY, os_type="Linux", security_type="ConfidentialVM"), {}, CONFIDENTIAL),
    (
        replace(DISK_REQUEST, secure_boot=False), os_disk("TrustedLaunch"),
        {"securityType": "TrustedLaunch", "uefiSettings": {"secureBootEnabled": False, "vTpmEnabled": True}},
    ),
])  # fmt: skip
def test_the_security_type_of_a_new_vm(request_, seen, profile):
    assert properties(request_, **seen).get("securityProfile") == profile


@pytest.mark.parametrize(("request_", "seen", "encryption"), [
    (DISK_REQUEST, os_disk("ConfidentialVM_DiskEncryptedWithCustomerKey"), "DiskWithVMGuestState"),
    (DISK_REQUEST, os_disk("ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey"), "VMGuestStateOnly"),
    (GALLERY, gallery("ConfidentialVM"), "VMGuestStateOnly"),
])  # fmt: skip
def test_the_os_disk_of_a_confidential_vm_names_its_encryption(request_, seen, encryption):
    disk = properties(request_, **seen)["storageProfile"]["osDisk"]["managedDisk"]
    assert disk["securityProfile"] == {"securityEncryptionType": encryption}
    assert "securityProfile" not in properties(DISK_REQUEST, **os_disk("TrustedLaunch"))["storageProfile"]["osDisk"]["managedDisk"]


@pytest.mark.parametrize(("request_", "seen", "text"), [
    (replace(DISK_REQUEST, security_type="Standard"), os_disk("TrustedLaunch"), "disk os can be used for VMs of type TrustedLaunch only"),
    (replace(DISK_REQUEST, security_type="TrustedLaunch"), os_disk(None), "disk os can be used for VMs of type Standard only"),
    (replace(IMAGE, security_type="TrustedLaunch"), {"image": CAPTURED}, "image web-1 can be used for VMs of type Standard only"),
    (replace(GALLERY, security_type="ConfidentialVM"), gallery("TrustedLaunchSupported"), "of type Standard or TrustedLaunch only"),
])  # fmt: skip
def test_a_security_type_that_the_source_does_not_allow_is_refused(request_, seen, text):
    with pytest.raises(InvalidRequest, match=f"^security_type: .*{text}, not {request_.security_type}: omit security_type"):
        plan_boot(request_, Observed(location="westeurope", **seen))


@pytest.mark.parametrize(("asked", "has", "text"), [
    ("Standard", "TrustedLaunch", "security type is TrustedLaunch"), ("TrustedLaunch", None, "security type is Standard"),
    ("Standard", None, None), (None, "TrustedLaunch", None),
])  # fmt: skip
def test_the_security_type_of_an_existing_vm_is_compared(asked, has, text):
    vm = Vm(
        id=NEW, location="westeurope", vm_id="b", os_disk=AttachedDisk("os", OS), size="Standard_B2s", image=str(TARGET),
        security_type=has, tags={"goldenimage.purpose": "boot"},
    )  # fmt: skip
    request = replace(IMAGE, security_type=asked)
    if text is None:
        assert plan_boot(request, Observed(vm=vm)).steps == ()
    else:
        with pytest.raises(InvalidRequest, match=text):
            plan_boot(request, Observed(vm=vm))
