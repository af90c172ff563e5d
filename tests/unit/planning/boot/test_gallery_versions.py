# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs from versions of a gallery: specialized ones, their purchase plan, and versions that are not in the region of the VM."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, InvalidRequest, Refused, TimedOut
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SUBNET, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import Replica
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import ImageDisk
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.observe import Observed
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.plan import BOOT, plan_boot
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.boot.request import BootRequest

from tests.support.fakes import FakeAzure
from tests.support.ids import SUBSCRIPTION, an_id

NEW = an_id(VM, "build", "t1")
NET = ResourceId.of(SUBNET, "build", "net", "default", subscription=SUBSCRIPTION)
VERSION = "/subscriptions/hub/resourceGroups/images/providers/Microsoft.Compute/galleries/g/images/web/versions/1.0.0"
PLAN = {"name": "n", "publisher": "p", "product": "o"}
SOURCE = CatalogImage(
    os_type="Linux", os_state="Generalized", version="1.0.0", os_size_gib=30, regions=("northeurope", "westeurope"),
    replica=Replica("westeurope", "Completed"), data_disks=(ImageDisk(None, 3, 8),),
)  # fmt: skip
KEEPS = BootRequest(vm=NEW, other_image=VERSION, subnet=NET, location="West Europe")
LOGIN = replace(KEEPS, admin_username="me", admin_password="Correct-Horse-9")


def seen(check_mode=False, **image):
    return Observed(location="westeurope", catalog=replace(SOURCE, **image), check_mode=check_mode)


def body(request, **image):
    (step,) = plan_boot(request, seen(**image)).steps
    return step.body


def test_a_vm_from_a_specialized_version_has_no_login_and_the_disks_of_the_version():
    planned = plan_boot(KEEPS, seen(os_state="Specialized"))
    properties = planned.steps[0].body["properties"]
    assert "osProfile" not in properties
    sku = {"storageAccountType": "Standard_LRS"}
    assert properties["storageProfile"] == {
        "imageReference": {"id": VERSION},
        "osDisk": {"createOption": "FromImage", "deleteOption": "Delete", "caching": "ReadWrite", "managedDisk": sku},
        "dataDisks": [{"lun": 3, "createOption": "FromImage", "deleteOption": "Delete", "managedDisk": sku}],
    }
    vm = planned.after["vm"]
    assert (vm["computer_name"], vm["os_disk"]["size_gib"], vm["data_disks"][0]["size_gib"]) == (None, 30, 8)


def test_a_login_for_a_specialized_version_is_refused_and_a_generalized_one_needs_it():
    with pytest.raises(InvalidRequest, match=f"^admin_username: image {VERSION} is specialized, .*'osProfile' is not allowed"):
        plan_boot(LOGIN, seen(os_state="Specialized"))
    with pytest.raises(InvalidRequest, match="^admin_username: a VM from a generalized image must have a first user.$"):
        plan_boot(KEEPS, seen())
    assert body(LOGIN)["properties"]["osProfile"]["adminUsername"] == "me"


def test_the_name_of_a_specialized_vm_need_not_be_a_host_name():
    odd = replace(KEEPS, vm=an_id(VM, "build", "my_vm"))
    assert plan_boot(odd, seen(os_state="Specialized")).steps
    os = an_id(DISK, "build", "os")
    assert plan_boot(replace(odd, other_image=None, os_disk=os), Observed(disks=(Disk(os, "westeurope", os_type="Linux"),))).steps


def test_a_specialized_version_for_trusted_launch_makes_such_a_vm():
    made = body(KEEPS, os_state="Specialized", security_type="TrustedLaunch")["properties"]
    assert made["securityProfile"]["securityType"] == "TrustedLaunch"
    with pytest.raises(InvalidRequest, match="^security_type: image .* can be used for VMs of type Standard only, not TrustedLaunch"):
        plan_boot(replace(LOGIN, security_type="TrustedLaunch"), seen(security_type="Standard"))


@pytest.mark.parametrize(("encryption", "named"), [
    (None, "VMGuestStateOnly"), ("EncryptedVMGuestStateOnlyWithPmk", "VMGuestStateOnly"), ("EncryptedWithPmk", "DiskWithVMGuestState"),
    ("NonPersistedTPM", "NonPersistedTPM"),
])  # fmt: skip
def test_a_confidential_vm_is_encrypted_as_its_version(encryption, named):
    made = body(LOGIN, security_type="ConfidentialVM", encryption=encryption)["properties"]["storageProfile"]["osDisk"]["managedDisk"]
    assert made["securityProfile"] == {"securityEncryptionType": named}


def test_the_purchase_plan_of_the_definition_goes_to_the_vm():
    assert body(LOGIN, plan=PLAN)["plan"] == PLAN
    assert "plan" not in body(LOGIN)


@pytest.mark.parametrize(("image", "text"), [
    ({"regions": ("northeurope", "eastus")}, "^location: version 1.0.0 of .* not replicated to westeurope, only to eastus, northeurope:"),
    ({"provisioning_state": "Failed"}, "^version 1.0.0 of image .* is Failed, so no VM can be made from it"),
    ({"replica": Replica("westeurope", "Failed", details="quota")}, r"^the replication of .* to westeurope has failed \(quota\): remove"),
])  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_a_version_that_is_not_in_the_region_is_refused(image, text, check):
    with pytest.raises(InvalidRequest, match=text):
        plan_boot(LOGIN, seen(check, **image))


@pytest.mark.parametrize("image", [{"regions": (), "replica": None}, {"replica": None}, {"replica": Replica("westeurope", "Unknown")}])
def test_a_version_whose_replicas_are_not_known_is_tried(image):
    assert plan_boot(LOGIN, seen(**image)).warnings == ()


COMING = replace(SOURCE, replica=Replica("westeurope", "Replicating", 40))


@pytest.mark.parametrize(
    ("image", "progress"), [(COMING, r" \(40 %\)"), (replace(SOURCE, provisioning_state="Creating", replica=None), "")]
)
def test_a_version_that_has_not_arrived_is_a_warning_in_check_mode_and_an_error_after_the_wait(image, progress):
    late = Observed(location="westeurope", catalog=image)
    with pytest.raises(TimedOut, match=f"^version 1.0.0 of .* has not arrived in westeurope yet{progress}; run again later, or raise wait"):
        plan_boot(LOGIN, late)
    (warning,) = plan_boot(LOGIN, replace(late, check_mode=True)).warnings
    assert warning.endswith(": planned as if it had.")


@pytest.mark.parametrize(("check", "reads"), [(True, 1), (False, 3)])
def test_the_arrival_of_a_version_is_waited_for(check, reads):
    azure, answers, asked = FakeAzure(), [COMING, COMING, SOURCE], []
    azure.catalog.find = lambda image, location: (asked.append((image, location)), answers[len(asked) - 1])[1]
    assert BOOT.plan(azure, LOGIN, check).steps
    assert asked == [(VERSION, "West Europe")] * reads


TERMS = r"accept them once with the module marketplace_terms \(publisher: p, offer: o, plan: n\)"


@pytest.mark.parametrize(("code", "plan", "hint"), [
    ("MarketplacePurchaseEligibilityFailed", PLAN, TERMS),
    ("ResourcePurchaseValidationFailed", PLAN, TERMS),
    ("VMMarketplaceInvalidInput", {}, "its plan is not known: give this identity the right to read the image definition"),
])  # fmt: skip
@pytest.mark.parametrize("kind", [Refused, Failed])
def test_an_error_about_the_marketplace_says_what_to_do(code, plan, hint, kind):
    refused = kind(f"could not create VM t1: ({code}) no.", code=code, status=400)
    (step,) = plan_boot(LOGIN, seen(plan=plan)).steps
    with pytest.raises(kind, match=hint) as raised:
        step.run(FakeAzure(break_at=("create VM", refused)), None)
    assert raised.value.facts == {"code": code, "status": 400}


@pytest.mark.parametrize("code", ["MarketplacePurchaseEligibilityFailed", "QuotaExceeded"])
def test_other_errors_stay_as_they_are(code):
    refused = Refused(f"could not create VM t1: ({code}) no.", code=code, status=400)
    (step,) = plan_boot(LOGIN, seen()).steps
    with pytest.raises(Refused, match="no.$"):
        step.run(FakeAzure(break_at=("create VM", refused)), None)
