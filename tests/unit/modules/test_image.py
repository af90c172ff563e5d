# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image: make, repeat, change and delete a managed image of disks, snapshots and blobs, and refuse sources before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, SNAPSHOT, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.modules import image

from tests.support.capture_values import BACKUPS, DATA_DISK, DEALLOCATED_DISK, RUNNING_VM, SEAL, STAMPED_VM, VM1, VM_ID
from tests.support.fakes import DEALLOCATED_AT, FakeAzure
from tests.support.ids import SUBSCRIPTION, an_id
from tests.support.module_runner import ModuleRunner

TARGET = an_id(IMAGE, "images", "golden")
UPLOADED = Disk(
    an_id(DISK, "images", "os"),
    "westeurope",
    unique_id="u-1",
    os_type="Linux",
    hyper_v_generation="V2",
    size_gib=30,
    tags={tag.DIGEST: "d"},
)
SNAPSHOT_ID = an_id(SNAPSHOT, "images", "os")
OPTIONS: dict[str, Any] = {"name": "golden", "resource_group": "images"}
OF_DISK: dict[str, Any] = {**OPTIONS, "os_disk": {"source": {"type": "disk", "name": "os"}}}
BLOB = "https://a.blob.core.windows.net/b/os.vhd"
OF_BLOB: dict[str, Any] = {**OPTIONS, "os_disk": {"source": BLOB}, "os_type": "Linux", "hyper_v_generation": "V1"}
ASSUMED = {"sealed": "assume", "backup": "none"}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(image, monkeypatch)


def refused(run: Run, azure: FakeAzure, **options: Any) -> str:
    """The message of a task that fails and writes nothing."""
    azure.read_only = True
    result = run(azure, **options)
    azure.read_only = False
    assert (result["failed"], result["changed"], result["steps"]) == (True, False, [])
    return str(result["msg"])


def body(azure: FakeAzure) -> dict[str, Any]:
    """The body of the request that created the image."""
    return next(write[3] for write in azure.writes if write[:2] == ("create", "image"))


def test_an_image_of_an_uploaded_disk(run: ModuleRunner) -> None:
    azure = FakeAzure(disks=[UPLOADED])
    predicted = run(FakeAzure(disks=[UPLOADED], read_only=True), check=True, **OF_DISK)
    made = run.predict_do_repeat(azure, **OF_DISK)
    assert made["steps"] == ["create image golden from disk os"]
    assert body(azure) == {
        "location": "westeurope",
        "tags": {tag.DISK: "u-1", tag.DIGEST: "d"},
        "properties": {
            "hyperVGeneration": "V2",
            "storageProfile": {"osDisk": {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": str(UPLOADED.id)}}},
        },
    }
    assert (predicted["image"]["tags"], predicted["diff"]["before"], predicted["sealed"]) == (made["image"]["tags"], {"image": None}, None)


def test_every_option_of_a_disk_is_sent(run: ModuleRunner) -> None:
    data = Snapshot(an_id(SNAPSHOT, "other", "data"), "westeurope", size_gib=8)
    azure = FakeAzure(disks=[UPLOADED], snapshots=[data])
    more = {"caching": "ReadOnly", "size_gib": 64, "storage_account_type": "Premium_LRS", "disk_encryption_set": "des"}
    run(
        azure,
        **OF_DISK | {"os_disk": {**OF_DISK["os_disk"], **more}},
        data_disks=[
            {"lun": 3, "source": "https://a.blob.core.windows.net/b/d.vhd", "caching": "None"},
            {"lun": 1, "source": {"type": "snapshot", "name": "data", "resource_group": "other"}, **more},
        ],
        zone_resilient=True,
        **ASSUMED,
    )
    encryption = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.Compute/diskEncryptionSets/des"
    shared = {"caching": "ReadOnly", "diskSizeGB": 64, "storageAccountType": "Premium_LRS", "diskEncryptionSet": {"id": encryption}}
    assert body(azure)["properties"]["storageProfile"] == {
        "osDisk": {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": str(UPLOADED.id)}, **shared},
        "dataDisks": [
            {"lun": 1, "snapshot": {"id": str(data.id)}, **shared},
            {"lun": 3, "blobUri": "https://a.blob.core.windows.net/b/d.vhd", "caching": "None"},
        ],
        "zoneResilient": True,
    }


def test_a_blob_is_in_the_region_of_the_group_unless_the_task_says_another(run: ModuleRunner) -> None:
    here, there = FakeAzure(), FakeAzure()
    assert run(here, **OF_BLOB)["image"]["location"] == "westeurope"
    run(there, location="North Europe", **OF_BLOB)
    assert body(there)["location"] == "northeurope"
    assert body(here)["properties"]["storageProfile"]["osDisk"]["blobUri"] == BLOB


@pytest.mark.parametrize("missing", ["os_type", "hyper_v_generation"])
def test_what_a_blob_does_not_say_must_be_given(run: ModuleRunner, missing: str) -> None:
    options = {key: value for key, value in OF_BLOB.items() if key != missing}
    assert f"give {missing}." in refused(run, FakeAzure(), **options)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("os", "'os' does not say whether it is a disk or a snapshot"),
        ("", "os_disk.source: must not be empty."),
        (7, "not a value of type int"),
        ({"name": "os"}, "type must be disk or snapshot, not None"),
        ({"type": "image", "name": "os"}, "type must be disk or snapshot, not 'image'"),
        ({"type": "disk", "name": "os", "resourcegroup": "x"}, "unknown key resourcegroup; known are type, name"),
        ({"type": "disk"}, "the dictionary has no name"),
        ({"type": "vm", "name": "web1"}, "a VM becomes a managed image by image_capture only"),
        (str(VM1), "a VM becomes a managed image by image_capture only"),
        ({"id": str(VM1)}, "a VM becomes a managed image by image_capture only"),
        (str(TARGET), "is the id of a Microsoft.Compute/images; an image is made from managed disks, snapshots and VHD blobs"),
        ("/subscriptions/x", "is not a resource id"),
        ("http://a.blob.core.windows.net/b/os.vhd", "must begin with https:// and end with .vhd"),
        ("https://a.blob.core.windows.net/b/os.vhdx", "must begin with https:// and end with .vhd"),
    ],
)
def test_a_source_that_is_not_clear_is_refused_before_azure_is_asked(run: ModuleRunner, source: Any, text: str) -> None:
    azure = FakeAzure()
    for options in ({"os_disk": {"source": source}}, {"os_disk": {"source": BLOB}, "data_disks": [{"lun": 0, "source": source}]}):
        message = refused(run, azure, **OPTIONS, **options)
        assert text.replace("os_disk", "data_disks[0]" if "data_disks" in options else "os_disk") in message
    assert azure.reads == []


def test_a_sas_is_refused_and_not_repeated(run: ModuleRunner) -> None:
    message = refused(run, FakeAzure(), **OPTIONS, os_disk={"source": f"{BLOB}?sv=1&sig=topsecret"})
    assert "must not have a query such as a SAS" in message
    assert "topsecret" not in message


@pytest.mark.parametrize(
    ("data_disks", "text"),
    [
        ([{"lun": 64, "source": BLOB}], "data_disks[0].lun: must be between 0 and 63, not 64"),
        ([{"lun": 0, "source": BLOB, "size_gib": 0}], "data_disks[0].size_gib: must be between 1 and 32767 GiB, not 0"),
        ([{"lun": 1, "source": BLOB}, {"lun": 1, "source": str(UPLOADED.id)}], "LUN 1 is given twice"),
        ([{"lun": 1, "source": {"type": "disk", "name": "OS"}}], "data_disks[0].source: disk OS is the source of os_disk already"),
        ([{"lun": 1, "source": BLOB}, {"lun": 2, "source": BLOB}], "is the source of data_disks[0] already"),
    ],
)
def test_data_disks_that_cannot_be_are_refused(run: ModuleRunner, data_disks: list[dict[str, Any]], text: str) -> None:
    assert text in refused(run, FakeAzure(disks=[UPLOADED]), **OF_DISK, data_disks=data_disks)


def test_data_disks_alone_do_not_make_an_image(run: ModuleRunner) -> None:
    assert "give os_disk" in refused(run, FakeAzure(), **OPTIONS, data_disks=[{"lun": 0, "source": BLOB}])


@pytest.mark.parametrize(
    ("state", "options", "text"),
    [
        ({"location": "northeurope"}, {"location": "westeurope"}, "disk os is in northeurope, not in westeurope"),
        ({"security_type": "TrustedLaunch"}, {}, "'Creation of managed images are not supported for virtual machine with TrustedLaunch"),
        ({"security_type": "ConfidentialVM_DiskEncryptedWithPlatformKey"}, {}, "security type ConfidentialVM, of which Azure makes no"),
        ({"architecture": "Arm64"}, {}, "is for Arm64 machines"),
        ({"storage_account_type": "PremiumV2_LRS"}, {}, "has the type PremiumV2_LRS, which images cannot hold"),
        ({"encrypted": True}, {}, "is encrypted by Azure Disk Encryption"),
        ({"state": "ActiveUpload"}, {}, "waits for an upload (its state is ActiveUpload)"),
        ({"provisioning_state": "Failed"}, {}, "has the provisioning state Failed"),
        ({"hyper_v_generation": "V1"}, {"hyper_v_generation": "V2"}, "disk os has hyper_v_generation V1, not V2"),
        ({"hyper_v_generation": None}, {}, "Azure does not say which generation disk os is for: give hyper_v_generation."),
        ({"os_type": "Windows"}, {"os_type": "Linux"}, "disk os has os_type Windows, not Linux"),
        ({"os_type": None}, {}, "give os_type."),
        ({}, {"os_disk": {"source": {"type": "disk", "name": "os"}, "size_gib": 8}}, "size_gib must be at least 30, not 8"),
    ],
)
def test_a_source_that_azure_would_refuse_is_refused_first(
    run: ModuleRunner, state: dict[str, Any], options: dict[str, Any], text: str
) -> None:
    assert text in refused(run, FakeAzure(disks=[replace(UPLOADED, **state)]), **OF_DISK | options)


def test_a_source_in_another_subscription_is_refused(run: ModuleRunner) -> None:
    other = replace(UPLOADED, id=ResourceId.of(DISK, "images", "os", subscription="other"))
    message = refused(run, FakeAzure(disks=[other]), **OPTIONS, os_disk={"source": str(other.id)})
    assert "is in subscription other, and an image is made in the subscription of its sources" in message


def test_a_missing_source_or_group_is_named(run: ModuleRunner) -> None:
    azure = FakeAzure()
    assert "there is no disk os in resource group images" in refused(run, azure, **OF_DISK)
    assert "there is no snapshot os" in refused(run, azure, **OPTIONS, os_disk={"source": str(SNAPSHOT_ID)})
    azure.disks.put(UPLOADED)
    assert "there is no snapshot os" in refused(run, azure, **OF_DISK, data_disks=[{"lun": 0, "source": str(SNAPSHOT_ID)}])
    azure.groups.missing = {"images"}
    assert "resource group images was not found" in refused(run, azure, **OF_BLOB)


def test_a_disk_of_a_running_vm_is_refused_even_if_its_seal_is_assumed(run: ModuleRunner) -> None:
    azure = FakeAzure(vms=[RUNNING_VM], disks=[replace(DEALLOCATED_DISK, managed_by=VM1), DATA_DISK])
    options = {**OPTIONS, "os_disk": {"source": str(DEALLOCATED_DISK.id)}}
    assert "is attached to VM web1, which is running" in refused(run, azure, **options, **ASSUMED)


def of_vm(**state: Any) -> FakeAzure:
    """A sealed, deallocated VM with its disks and their backup."""
    disks = [replace(DEALLOCATED_DISK, managed_by=VM1), replace(DATA_DISK, managed_by=VM1)]
    return FakeAzure(vms=[replace(STAMPED_VM, **state)], disks=disks, snapshots=BACKUPS)


OF_VM = {**OPTIONS, "os_disk": {"source": str(DEALLOCATED_DISK.id)}}


def test_the_disk_of_a_sealed_vm_needs_nothing_more(run: ModuleRunner) -> None:
    made = run.predict_do_repeat(of_vm(), **OF_VM)
    assert made["sealed"] == "verified"
    assert made["image"]["tags"] == {
        tag.VM_ID: VM_ID,
        tag.VM: str(VM1),
        tag.SEAL_DIGEST: SEAL.digest,
        tag.DISK: DEALLOCATED_DISK.unique_id,
    }


def test_the_disk_of_a_vm_without_a_seal_is_refused(run: ModuleRunner) -> None:
    message = refused(run, of_vm(tags={}), **OF_VM)
    assert "disk web1-os is not known to be sealed: VM web1 has no seal in its tags" in message
    made = run(of_vm(tags={}), **OF_VM, **ASSUMED)
    assert (made["sealed"], made["image"]["tags"][tag.SEALED]) == ("assume", "assume")


def test_every_disk_needs_evidence(run: ModuleRunner) -> None:
    azure = of_vm(tags={})
    azure.disks.put(UPLOADED)
    options = {**OF_DISK, "data_disks": [{"lun": 0, "source": str(DATA_DISK.id)}]}
    assert "disk web1-data is not known to be sealed" in refused(run, azure, **options)


def test_a_sealed_vm_without_a_backup_is_refused(run: ModuleRunner) -> None:
    azure = of_vm()
    for each in BACKUPS:
        azure.snapshots.delete(each.id)
    assert "has no backup of disk web1-os" in refused(run, azure, **OF_VM)
    assert run(azure, **OF_VM, backup="none")["changed"] is True


@pytest.mark.parametrize(("later", "sealed"), [(timedelta(minutes=1), True), (-timedelta(minutes=1), False)])
def test_a_snapshot_counts_if_it_was_taken_after_the_vm_was_deallocated(run: ModuleRunner, later: timedelta, sealed: bool) -> None:
    azure = of_vm()
    taken = Snapshot(
        SNAPSHOT_ID,
        "westeurope",
        source=DEALLOCATED_DISK.id,
        source_unique_id=DEALLOCATED_DISK.unique_id,
        os_type="Linux",
        hyper_v_generation="V2",
        time_created=DEALLOCATED_AT + later,
    )
    azure.snapshots.put(taken)
    options = {**OPTIONS, "os_disk": {"source": {"type": "snapshot", "name": "os"}}}
    if sealed:
        assert run(azure, **options)["image"]["os_disk"]["source"] == str(SNAPSHOT_ID)
    else:
        assert "snapshot os is not known to be sealed" in refused(run, azure, **options)


def existing(**state: Any) -> Image:
    """The image that OF_DISK makes."""
    azure = FakeAzure(disks=[UPLOADED])
    found = azure.images.put(azure.images._translate({"id": str(TARGET), "location": "westeurope", **IMAGE_JSON}))
    made: Image = replace(found, **state)
    return made


IMAGE_JSON = {
    "tags": {tag.DISK: "u-1", tag.DIGEST: "d", "kept": "1"},
    "properties": {
        "provisioningState": "Succeeded",
        "hyperVGeneration": "V2",
        "storageProfile": {
            "osDisk": {
                "osType": "Linux",
                "osState": "Generalized",
                "managedDisk": {"id": str(UPLOADED.id).upper()},
                "caching": "ReadOnly",
                "diskSizeGB": 30,
                "storageAccountType": "Standard_LRS",
            },
            "dataDisks": [],
            "zoneResilient": False,
        },
    },
}


def test_tags_are_changed_without_the_source(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()])
    for options in (OF_DISK, OPTIONS):
        tagged = run.predict_do_repeat(azure, **options, tags={"release": options.get("os_disk", {}) and "1" or "2"})
        assert (tagged["steps"], tagged["image"]["tags"]["kept"]) == (["set the tags of image golden"], "1")
    assert [write[:2] for write in azure.writes] == [("tag", "image")] * 2
    run(azure, **OPTIONS, tags={}, append_tags=False)
    assert azure.images.find(TARGET).tags == {tag.DISK: "u-1", tag.DIGEST: "d"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"location": "northeurope"}, "location is westeurope, not northeurope"),
        ({"os_type": "Windows"}, "os_type is Linux, not Windows"),
        ({"hyper_v_generation": "V1"}, "hyper_v_generation is V2, not V1"),
        ({"zone_resilient": True}, "zone_resilient is False, not True"),
        ({"os_disk": {"source": BLOB}}, f"not {BLOB}, which cannot be changed"),
        ({"os_disk": {"source": str(SNAPSHOT_ID)}}, f"not {SNAPSHOT_ID}, which cannot be changed"),
        ({"os_disk": {"source": str(UPLOADED.id), "caching": "None"}}, "os_disk.caching is ReadOnly, not None"),
        ({"os_disk": {"source": str(UPLOADED.id), "size_gib": 40}}, "os_disk.size_gib is 30, not 40"),
        (
            {"os_disk": {"source": str(UPLOADED.id), "storage_account_type": "Premium_LRS"}},
            "os_disk.storage_account_type is Standard_LRS, not Premium_LRS",
        ),
        ({"os_disk": {"source": str(UPLOADED.id), "disk_encryption_set": "des"}}, "os_disk.disk_encryption_set is None, not /sub"),
        ({"data_disks": [{"lun": 4, "source": BLOB}]}, "the list of LUNs in data_disks is [], not [4]"),
    ],
)
def test_a_change_that_azure_cannot_make_is_refused(run: ModuleRunner, options: dict[str, Any], text: str) -> None:
    azure = FakeAzure(images=[existing()], disks=[UPLOADED], snapshots=[Snapshot(SNAPSHOT_ID, "westeurope")])
    message = refused(run, azure, **OF_DISK | options)
    assert "image golden in resource group images exists, but " in message
    assert text in message
    assert "set recreate: true" in message


def test_all_differences_are_named_at_once(run: ModuleRunner) -> None:
    message = refused(run, FakeAzure(images=[existing()], disks=[UPLOADED]), **OPTIONS, os_type="Windows", hyper_v_generation="V1")
    assert "os_type is Linux, not Windows; hyper_v_generation is V2, not V1, which cannot be changed: give os_disk and recreate" in message


def test_recreate_replaces_what_differs_and_nothing_else(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()], disks=[UPLOADED])
    assert run(azure, **OF_DISK, recreate=True)["changed"] is False
    made = run(azure, **OF_DISK, zone_resilient=True, recreate=True)
    assert made["steps"] == ["delete image golden", "create image golden from disk os"]
    assert made["image"]["tags"] == {tag.DISK: "u-1", tag.DIGEST: "d", "kept": "1"}


def test_an_image_is_not_replaced_if_its_successor_cannot_be_made(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()], disks=[replace(UPLOADED, security_type="TrustedLaunch")])
    assert "TrustedLaunch" in refused(run, azure, **OF_DISK, zone_resilient=True, recreate=True)


def test_a_source_that_was_made_again_under_its_name_is_another_source(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()], disks=[replace(UPLOADED, unique_id="u-2")])
    assert "the unique id of os_disk.source is u-1, not u-2" in refused(run, azure, **OF_DISK)
    assert run(azure, **OF_DISK, recreate=True)["image"]["tags"][tag.DISK] == "u-2"


def test_a_difference_is_named_although_the_source_is_gone(run: ModuleRunner) -> None:
    assert "zone_resilient is False, not True" in refused(run, FakeAzure(images=[existing()]), **OF_DISK, zone_resilient=True)


def test_check_mode_plans_the_successor_of_an_image_that_is_being_deleted(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing(provisioning_state="Deleting")], disks=[UPLOADED])
    azure.read_only = True
    assert run(azure, check=True, **OF_DISK)["steps"] == ["create image golden from disk os"]
    assert run(azure, check=True, **OPTIONS, state="absent")["steps"] == []
    assert "image golden is still Deleting" in refused(run, azure, **OF_DISK)


def test_an_image_of_a_vm_is_another_image(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing(source=VM1)], disks=[UPLOADED])
    assert f"its source is {VM1}, not single disks" in refused(run, azure, **OF_DISK)


def test_a_failed_image_is_made_again(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing(provisioning_state="Failed")], disks=[UPLOADED])
    assert "has the provisioning state Failed: give os_disk" in refused(run, azure, **OPTIONS)
    assert run(azure, **OF_DISK)["steps"] == ["delete image golden", "create image golden from disk os"]


def test_a_broken_run_is_repaired_by_the_next_one(run: ModuleRunner) -> None:
    azure = FakeAzure(
        images=[existing()], disks=[UPLOADED], break_at=("create image", Refused("could not do it: (Busy) later.", code="Busy", status=409))
    )
    broken = run(azure, **OF_DISK, zone_resilient=True, recreate=True)
    azure.break_at = None
    assert (broken["failed"], broken["steps"]) == (True, ["delete image golden"])
    assert run(azure, **OF_DISK, zone_resilient=True)["steps"] == ["create image golden from disk os"]


def test_an_image_without_sources_must_exist(run: ModuleRunner) -> None:
    assert "there is no image golden in resource group images, and os_disk is omitted" in refused(run, FakeAzure(), **OPTIONS)


def test_an_image_that_is_as_requested_is_the_only_thing_that_is_read(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()])
    assert run(azure, **OPTIONS)["changed"] is False
    assert azure.reads == ["image golden"]


def test_absence_reads_the_image_only(run: ModuleRunner) -> None:
    azure = FakeAzure(images=[existing()])
    gone = run.predict_do_repeat(azure, **OPTIONS, state="absent")
    assert (gone["steps"], gone["image"], gone["diff"]["before"]["image"]["name"]) == (["delete image golden"], None, "golden")
    assert set(azure.reads) == {"image golden"}
    azure.groups.missing = {"images"}
    assert run(azure, **OPTIONS, state="absent", os_disk={"source": "nonsense"})["changed"] is False


def meddle(azure: FakeAzure, monkeypatch: pytest.MonkeyPatch, change: Callable[[], Any]) -> None:
    """Change Azure after the plan was made, when the image is read once more before it is deleted."""
    find = azure.images.find

    def found(resource: ResourceId) -> Any:
        change()
        return find(resource)

    monkeypatch.setattr(azure.images, "find", found)


def test_a_disk_that_a_vm_has_got_meanwhile_keeps_the_image_that_was_to_be_replaced(
    run: ModuleRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure = FakeAzure(images=[existing()], disks=[UPLOADED])
    meddle(azure, monkeypatch, lambda: azure.disks.put(replace(UPLOADED, managed_by=VM1, ownership_time=DEALLOCATED_AT)))
    message = refused(run, azure, **OF_DISK, zone_resilient=True, recreate=True)
    assert "disk os has changed its owner meanwhile" in message


def test_an_image_that_another_run_has_changed_meanwhile_is_left_alone(run: ModuleRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    azure = FakeAzure(images=[existing()], disks=[UPLOADED])
    meddle(azure, monkeypatch, lambda: azure.images.put(existing(zone_resilient=True)))
    assert "was changed by another run meanwhile" in refused(
        run, azure, **OF_DISK, hyper_v_generation="V2", zone_resilient=True, recreate=True
    )
