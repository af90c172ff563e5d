# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_boot: predict, do, repeat; refusals; the boot log of a guest that never came up; no secret in any result."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.modules import image_boot

from tests.support.capture_values import CAPTURED, RUNNING_VM
from tests.support.fakes import FakeAzure
from tests.support.ids import SUBSCRIPTION
from tests.support.module_runner import ModuleRunner

NEW = ResourceId.of(VM, "images", "t1", subscription=SUBSCRIPTION)
PASSWORD = "Correct-Horse-9"
OPTIONS = {
    "name": "t1",
    "resource_group": "images",
    "image": "web-1",
    "subnet": {"virtual_network": "net", "subnet": "default"},
    "admin_username": "me",
    "admin_password": PASSWORD,
    "custom_data": "#cloud-config",
}


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(image_boot, monkeypatch)


def azure_now(**options):
    return FakeAzure(images=[CAPTURED], **options)


def test_predict_do_repeat_remove(run):
    predicted = run(azure_now(read_only=True), check=True, **OPTIONS)
    azure = azure_now()
    done = run(azure, **OPTIONS)
    again = run(azure, **OPTIONS)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["steps"] == done["steps"] == ["create VM t1 from image web-1"]
    assert (predicted["vm"]["id"], done["vm"]["id"]) == (str(NEW), str(NEW))
    assert done["vm"]["tags"] == {tag.PURPOSE: tag.BOOT}
    assert run(azure, check=True, state="absent", name="t1", resource_group="images")["changed"] is True
    assert run(azure, state="absent", name="t1", resource_group="images")["vm"] is None
    assert run(azure, state="absent", name="t1", resource_group="images")["changed"] is False
    assert azure.written == ["create VM t1", "delete VM t1"]


def test_no_result_holds_a_secret(run):
    azure = azure_now()
    shown = json.dumps([run(azure_now(read_only=True), check=True, **OPTIONS), run(azure, **OPTIONS), run(azure, **OPTIONS)])
    assert PASSWORD not in shown
    assert "cloud-config" not in shown
    specification = image_boot.ARGUMENTS["argument_spec"]
    assert specification["admin_password"]["no_log"] is specification["custom_data"]["no_log"] is True


def test_an_error_of_provisioning_ends_with_the_boot_log(run):
    late = Failed("could not create VM t1: (OSProvisioningTimedOut) too late.", code="OSProvisioningTimedOut", status=200)
    azure = azure_now(break_at=("create VM", late), boot_logs={NEW: "Booting\r\nKernel panic\r\n"})
    result = run(azure, **OPTIONS)
    assert (result["failed"], result["code"]) == (True, "OSProvisioningTimedOut")
    assert result["boot_log"] == ["Booting", "Kernel panic"]


def test_check_mode_assumes_that_the_operations_of_an_interrupted_run_succeed(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    vm = azure.machines.get(NEW)
    for state, steps in (("Creating", []), ("Deleting", ["create VM t1 from image web-1"])):
        azure.machines.put(replace(vm, provisioning_state=state))
        run.warnings.clear()
        assert run(azure, check=True, **OPTIONS)["steps"] == steps
        assert run.warnings == [f"VM t1 is {state}: planned as if that had succeeded."]
        assert "run again later" in run(azure, **OPTIONS)["msg"]


def test_other_failures_stay_as_they_are(run):
    azure = azure_now(break_at=("create VM", Failed("could not create VM t1: (QuotaExceeded) no.", code="QuotaExceeded", status=200)))
    assert "boot_log" not in run(azure, **OPTIONS)


@pytest.mark.parametrize(("options", "text"), [
    ({"image": "web-9"}, "no managed image web-9"),
    ({"os_disk": "d"}, "mutually exclusive"),
    ({"name": "v" * 65}, "name: the name of a VM must have 1 to 64 characters, not 65."),
    ({"name": "my_vm"}, "name: 'my_vm' cannot be the host name of a Linux VM: use 1 to 64 characters, "),
    ({"admin_username": "Admin"}, "admin_username: 'Admin' is a name that Azure does not allow for the first user; choose another one."),
    ({"admin_password": "weak-but-long"}, "admin_password: Azure accepts 6 to 72 characters for Linux, of at least three of the four"),
    ({"custom_data": {"packages": ["nginx"]}}, "custom_data: must be text, not a value of type dict"),
    ({"ssh_public_keys": ["~/.ssh/id_ed25519.pub"]}, "ssh_public_keys: key 1 is not an SSH public key"),
    ({"admin_password": None, "ssh_public_keys": ""}, "ssh_public_keys: give ssh_public_keys or admin_password"),
    ({"image": ""}, "image: a new VM t1 needs image or os_disk, and neither is given."),
    ({"subnet": ""}, "subnet: a new VM t1 needs one, and none is given."),
    ({"subnet": "default"}, "subnet: give a resource id"),
    ({"data_disks": [{"lun": 5, "size_gib": 1}]}, "LUN 5 is taken"),
    ({"data_disks": [{"lun": 1, "size_gib": 0}]}, "data_disks: size_gib at LUN 1: must be between 1 and 32767, not 0."),
    ({"data_disks": [{"lun": 1, "disk": "a/b"}]}, "data_disks: 'a/b' is not a valid name for a resource"),
    ({"image": "a/b"}, "image: 'a/b' is not a valid name for a resource"),
    ({"subnet": {"virtual_network": "net", "subnet": "default", "group": "x"}}, "subnet: unknown key group; known are virtual_network, "),
    ({"subnet": {"virtual_network": "a/b", "subnet": "default"}}, "subnet: 'a/b' is not a valid name for a resource"),
    ({"subnet": {"virtual_network": "net"}}, "subnet: give a resource id"),
    ({"subnet": {"id": "x"}}, "subnet: 'x' is not a resource id; one looks like "),
    ({"subnet": "/subscriptions/x/foo"}, "subnet: '/subscriptions/x/foo' is not a resource id"),
    ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0."),
    ({"resource_group": "a/b"}, "resource_group: 'a/b' is not a valid name for a resource group"),
    ({"name": RUNNING_VM.id.name, "resource_group": "build", "image": str(CAPTURED.id)}, "not made by image_boot"),
])  # fmt: skip
def test_bad_input_is_refused_before_anything_is_written(run, options, text):
    result = run(azure_now(vms=[RUNNING_VM], read_only=True), **{**OPTIONS, **options})
    assert result["failed"]
    assert text in result["msg"]


def test_absent_needs_a_name_only_and_leaves_other_vms_alone(run):
    result = run(azure_now(vms=[RUNNING_VM], read_only=True), state="absent", name="web1", resource_group="build")
    assert "left alone" in result["msg"]


def test_removing_from_a_group_that_is_not_there_warns(run):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    assert run(azure, state="absent", name="t1", resource_group="nogroup")["changed"] is False
    assert run.warnings == [f"Nothing to delete: resource group nogroup was not found in subscription {azure.subscription}."]


@pytest.mark.parametrize(("options", "text"), [
    ({"resource_group": "nogroup", "location": "westeurope", "image": str(CAPTURED.id)}, "{gone}: create it first, or name another one."),
    ({"resource_group": "nogroup", "image": str(CAPTURED.id)}, "{gone}: create it first, or name another one."),
    ({"image": {"name": "web-1", "resource_group": "nogroup"}}, "{gone}, so there is no managed image web-1 in it: check resource_group."),
])  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_a_group_that_does_not_exist_is_named(run, options, text, check):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    gone = f"resource group nogroup was not found in subscription {azure.subscription}"
    assert run(azure, check=check, **{**OPTIONS, **options})["msg"] == text.format(gone=gone)


@pytest.mark.parametrize("check", [True, False])
def test_a_subnet_that_does_not_exist_is_named_before_anything_is_written(run, check):
    azure = azure_now(read_only=True)
    azure.subnets.missing = frozenset({"default"})
    text = "there is no virtual network net with a subnet default in resource group images."
    assert run(azure, check=check, **OPTIONS)["msg"] == text


URN = "Debian:debian-12:12-gen2:latest"


@pytest.mark.parametrize("check", [True, False])
def test_regions_are_read_only_if_no_image_or_disk_decides_the_region(run, check):
    refused = run(azure_now(read_only=True), check=check, **{**OPTIONS, "image": URN, "location": "marsnorth"})
    assert refused["msg"] == "location: 'marsnorth' is not a region that has virtual machines; these have: northeurope, westeurope."
    azure = azure_now()
    run(azure, check=check, **{**OPTIONS, "location": "West Europe"})
    assert azure.regions.asked == []
    known = azure_now()
    known.catalog.images[URN] = CatalogImage(os_type="Linux")
    assert run(known, check=check, **{**OPTIONS, "image": URN, "location": "West Europe", "name": "t2"})["changed"] is True


def test_a_tag_of_the_collection_is_left_out_with_a_warning(run):
    run(azure_now(), tags={"goldenimage.purpose": "mine"}, **OPTIONS)
    assert run.warnings == [
        "tags: goldenimage.purpose is ignored, because names that begin with goldenimage. are reserved for this collection."
    ]
