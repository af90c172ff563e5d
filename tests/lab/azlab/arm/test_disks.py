"""Disks, snapshots and grants with the bare SDK: answers, headers, and requests that Azure refuses."""

from __future__ import annotations

import ssl
import struct
import time
from functools import partial
from typing import Any

import httpx
import pytest
from azlab.cli.disk import key as find_key
from azlab.storage import vhd
from azlab.storage.blobs import BlobStore
from azure.core.exceptions import ResourceNotFoundError

from tests.support.bodies import UPLOAD, copy_of, empty_disk, upload_disk, vm_of_disk
from tests.support.lab_group import LabGroup
from tests.support.refusals import refused
from tests.support.running_lab import GIB, LOCATION, MIB, RunningLab, done

WRITE = {"access": "Write", "durationInSeconds": 3600}
READ = {"access": "Read", "durationInSeconds": 3600}


def key(lab_group: LabGroup, id: str) -> str:
    """The key of the blob behind a resource."""
    return find_key(lab_group.lab.settings.state, id, "os")[1]


def put_page(lab_group: LabGroup, sas: str, offset: int, data: bytes) -> httpx.Response:
    """Write one page through the blob front."""
    headers = {"x-ms-page-write": "update", "x-ms-range": f"bytes={offset}-{offset + len(data) - 1}", "x-ms-version": "2021-08-06"}
    context = ssl.create_default_context(cafile=str(lab_group.lab.settings.bundle))
    return httpx.put(f"{sas}&comp=page", headers=headers, content=data, verify=context, trust_env=False)


def upload(lab_group: LabGroup, name: str = "up", footer: bool = True) -> str:
    """Upload a disk up to its last page, and return the SAS."""
    done(lab_group.compute.disks.begin_create_or_update(lab_group.name, name, upload_disk()))
    sas = str(done(lab_group.compute.disks.begin_grant_access(lab_group.name, name, WRITE)).access_sas)
    assert put_page(lab_group, sas, MIB, b"x" * 512).status_code == 201
    if footer:
        assert put_page(lab_group, sas, UPLOAD - 512, vhd.pack(UPLOAD - 512)).status_code == 201
    return sas


# --- what works -------------------------------------------------------------------------------------------------------------------
def test_an_empty_disk_is_filled_in_as_azure_does(lab_group: LabGroup) -> None:
    disk = lab_group.disk(size=4).as_dict()
    properties = disk["properties"]
    assert disk["sku"] == {"name": "Standard_LRS", "tier": "Standard"}
    assert (properties["diskState"], properties["diskSizeBytes"]) == ("Unattached", 4 * GIB)
    assert {"uniqueId", "timeCreated", "encryption", "networkAccessPolicy", "diskIOPSReadWrite"} <= properties.keys()
    assert "LastOwnershipUpdateTime" not in properties


def test_the_answer_to_a_copy_shows_what_it_has_from_its_source_until_2021_04_01(lab: RunningLab, lab_group: LabGroup) -> None:
    source = lab_group.os_disk()

    def answered(name: str, version: str) -> dict[str, Any]:
        return dict(lab.arm("PUT", lab_group.id("snapshots", name), copy_of(source.id), version).json()["properties"])

    first, last, older, newer = (answered(f"s-{when}", when) for when in ("2019-03-01", "2020-12-01", "2018-09-30", "2021-04-01"))
    for shown in (first, last):
        assert shown["hyperVGeneration"] == "V1"
        assert shown["creationData"]["sourceUniqueId"] == lab_group.properties("disks", "os")["uniqueId"]
    for hidden in (older, newer):
        assert "hyperVGeneration" not in hidden
        assert "sourceUniqueId" not in hidden["creationData"]


def test_a_disk_put_answers_as_recorded(lab: RunningLab, group: str) -> None:
    path = f"resourceGroups/{group}/providers/Microsoft.Compute/disks/d"
    new, old = lab.arm("PUT", path, empty_disk(), "2022-07-02"), lab.arm("PUT", path, empty_disk(), "2020-12-01")
    assert new.status_code == old.status_code == 202
    assert {"azure-asyncoperation", "location", "retry-after"} <= new.headers.keys()
    assert "/DiskOperations/" in new.headers["location"]
    assert "monitor=true" in new.headers["location"]
    assert "id" in new.json()
    assert "isArmResource" not in new.json()["properties"]
    assert "id" not in old.json()
    assert old.json()["properties"]["isArmResource"] is True
    assert new.json()["properties"]["provisioningState"] == "Updating"


def test_an_old_version_does_not_show_newer_fields(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk("d")
    path = f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/disks/d"
    assert "networkAccessPolicy" not in lab.arm("GET", path, version="2018-09-30").json()["properties"]
    assert "networkAccessPolicy" in lab.arm("GET", path, version="2020-05-01").json()["properties"]


def test_a_disk_operation_shows_the_disk_and_ends_at_its_location(lab: RunningLab, group: str) -> None:
    answer = lab.arm("PUT", f"resourceGroups/{group}/providers/Microsoft.Compute/disks/d", empty_disk())
    while (poll := lab.http.get(answer.headers["azure-asyncoperation"]).json())["status"] == "InProgress":
        time.sleep(0.01)
    assert poll["properties"]["output"]["properties"]["diskState"] == "Unattached"
    assert poll["startTime"] < poll["endTime"]
    assert poll["name"] in answer.headers["location"]
    assert lab.http.get(answer.headers["location"]).json()["name"] == "d"


def test_growing_a_disk_grows_its_blob(lab: RunningLab, lab_group: LabGroup) -> None:
    disk = lab_group.disk("d")
    grown = done(lab.compute.disks.begin_update(lab_group.name, "d", {"properties": {"diskSizeGB": 2}}))
    assert grown.properties["diskSizeBytes"] == 2 * GIB == BlobStore(lab.settings).size(key(lab_group, disk.id))


def test_tags_change_in_any_state(lab: RunningLab, lab_group: LabGroup) -> None:
    done(lab.compute.disks.begin_create_or_update(lab_group.name, "up", upload_disk()))
    done(lab.compute.disks.begin_update(lab_group.name, "up", {"tags": {"a": "1"}}))
    assert lab.compute.disks.get(lab_group.name, "up").tags == {"a": "1"}
    assert lab_group.state("up") == "ReadyToUpload"
    done(lab.compute.disks.begin_grant_access(lab_group.name, "up", WRITE))
    done(lab.compute.disks.begin_update(lab_group.name, "up", {"tags": {"a": "2"}}))
    assert lab.compute.disks.get(lab_group.name, "up").tags == {"a": "2"}
    assert lab_group.state("up") == "ActiveUpload"


def test_a_copy_does_not_change_with_its_source(lab: RunningLab, lab_group: LabGroup) -> None:
    blobs, source = BlobStore(lab.settings), lab_group.disk("source")
    blobs.write(key(lab_group, source.id), 0, b"a" * 512)
    snapshot = lab_group.snapshot(source.id, incremental=True)
    copy = done(lab.compute.disks.begin_create_or_update(lab_group.name, "copy", copy_of(snapshot.id)))
    blobs.write(key(lab_group, source.id), 0, b"b" * 512)
    assert blobs.read(key(lab_group, snapshot.id), 0, 512) == blobs.read(key(lab_group, copy.id), 0, 512) == b"a" * 512
    assert snapshot.properties["creationData"]["sourceUniqueId"] == source.properties["uniqueId"]
    assert snapshot.properties["creationData"]["sourceResourceId"] == source.id
    assert snapshot.properties["incremental"] is True
    assert copy.properties["creationData"]["sourceUniqueId"] == snapshot.properties["uniqueId"]


@pytest.mark.parametrize("sku", ["UltraSSD_LRS", "PremiumV2_LRS"])
def test_a_snapshot_of_a_direct_drive_disk_is_incremental_and_copied_in_the_background(
    lab: RunningLab, lab_group: LabGroup, sku: str
) -> None:
    disks, body = lab.compute.disks, {**empty_disk(), "sku": {"name": sku}}
    source = done(disks.begin_create_or_update(lab_group.name, "source", body))
    refused(lambda: lab_group.snapshot(source.id), "BadRequest", f"Only incremental snapshots are supported for disks of Sku {sku}", 400)
    snapshot = lab_group.snapshot(source.id, incremental=True)
    assert snapshot.properties["completionPercent"] < 100

    def copy() -> Any:
        return done(disks.begin_create_or_update(lab_group.name, "copy", copy_of(snapshot.id)))

    refused(copy, "OperationNotAllowed", "cannot be used before its completionPercent is 100")
    time.sleep(1.1)
    assert copy().properties["diskState"] == "Unattached"


def test_a_snapshot_echoes_the_source_uri_and_shows_the_source_id(lab: RunningLab, lab_group: LabGroup) -> None:
    source = lab_group.disk("source")
    body = {"location": LOCATION, "properties": {"creationData": {"createOption": "Copy", "sourceUri": source.id}}}
    answer = lab.arm("PUT", f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/snapshots/s", body)
    assert answer.json()["properties"]["creationData"]["sourceUri"] == source.id
    while lab.http.get(answer.headers["azure-asyncoperation"]).json()["status"] == "InProgress":
        time.sleep(0.01)
    assert lab.compute.snapshots.get(lab_group.name, "s").properties["creationData"]["sourceResourceId"] == source.id


def test_a_snapshot_in_a_group_named_disks_is_a_snapshot(lab: RunningLab) -> None:
    lab_group = LabGroup(lab, lab.put_group("disks"))
    source = lab_group.disk("source")
    answer = lab.arm("PUT", "resourceGroups/disks/providers/Microsoft.Compute/snapshots/s", copy_of(source.id), "2022-07-02")
    assert answer.json()["type"] == "Microsoft.Compute/snapshots"


def test_deleting_a_missing_resource_succeeds(lab: RunningLab, lab_group: LabGroup) -> None:
    assert lab.arm("DELETE", f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/disks/none").status_code == 204
    disk = lab_group.disk("d")
    blob = key(lab_group, disk.id)
    done(lab.compute.disks.begin_delete(lab_group.name, "d"))
    assert not BlobStore(lab.settings).exists(blob)
    with pytest.raises(ResourceNotFoundError, match="ResourceNotFound"):
        lab.compute.disks.get(lab_group.name, "d")


# --- uploads and grants -----------------------------------------------------------------------------------------------------------
def test_revoking_access_completes_an_upload(lab: RunningLab, lab_group: LabGroup) -> None:
    sas = upload(lab_group)
    assert lab_group.state("up") == "ActiveUpload"
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "up"))
    disk = lab.compute.disks.get(lab_group.name, "up")
    assert (disk.properties["diskState"], disk.properties["diskSizeBytes"]) == ("Unattached", 20 * MIB)
    assert put_page(lab_group, sas, 0, b"y" * 512).status_code == 403
    assert BlobStore(lab.settings).read(key(lab_group, disk.id), MIB, 512) == b"x" * 512


def test_a_completed_upload_never_takes_data_again(lab: RunningLab, lab_group: LabGroup) -> None:
    upload(lab_group)
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "up"))
    refused(lambda: done(lab.compute.disks.begin_grant_access(lab_group.name, "up", WRITE)), "OperationNotAllowed", "ReadyToUpload state")


def test_an_incomplete_upload_never_becomes_a_disk(lab: RunningLab, lab_group: LabGroup) -> None:
    sas = upload(lab_group, footer=False)
    text = "Disk is expected to have cookie value 'conectix'"
    refused(lambda: done(lab.compute.disks.begin_revoke_access(lab_group.name, "up")), "InvalidVhd", text, 400)
    assert lab_group.state("up") == "ReadyToUpload"
    assert put_page(lab_group, sas, 0, b"y" * 512).status_code == 403
    image = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": lab_group.id("disks", "up")}}
    body = {"location": LOCATION, "properties": {"hyperVGeneration": "V1", "storageProfile": {"osDisk": image}}}
    refused(lambda: lab.compute.images.begin_create_or_update(lab_group.name, "i", body), "OperationNotAllowed", "ReadyToUpload")
    done(lab.compute.disks.begin_delete(lab_group.name, "up"))


@pytest.mark.parametrize(
    "offset, form, value, text",
    [
        (60, ">I", vhd.DYNAMIC, "is of Dynamic VHD type. Please retry with fixed VHD type."),
        (60, ">I", vhd.DIFFERENCING, "is of Differencing VHD type. Please retry with fixed VHD type."),
        (48, ">Q", 20 * MIB + 512, "has an unsupported virtual size of 20972032 bytes. The size must be a whole number (in MBs)."),
        (48, ">Q", 19 * MIB, "has a virtual size of 19922944 bytes, but the blob holds 20971520 bytes before its footer."),
    ],
    ids=["dynamic", "differencing", "odd size", "wrong size"],
)
def test_a_wrong_footer_makes_the_revoke_fail(lab: RunningLab, lab_group: LabGroup, offset: int, form: str, value: int, text: str) -> None:
    sas, footer = upload(lab_group, footer=False), bytearray(vhd.pack(UPLOAD - 512))
    struct.pack_into(form, footer, offset, value)
    assert put_page(lab_group, sas, UPLOAD - 512, bytes(footer)).status_code == 201
    refused(lambda: done(lab.compute.disks.begin_revoke_access(lab_group.name, "up")), "InvalidVhd", text, 400)
    assert lab_group.state("up") == "ReadyToUpload"


def test_an_upload_is_not_resized(lab: RunningLab, lab_group: LabGroup) -> None:
    done(lab.compute.disks.begin_create_or_update(lab_group.name, "up", upload_disk()))
    grow = {"properties": {"diskSizeGB": 2}}
    refused(lambda: lab.compute.disks.begin_update(lab_group.name, "up", grow), "OperationNotAllowed", "while it is in state ReadyToUpload")


def test_a_read_sas_works_until_it_is_revoked(lab: RunningLab, lab_group: LabGroup) -> None:
    disk = lab_group.disk("d")
    BlobStore(lab.settings).write(key(lab_group, disk.id), 512, b"z" * 512)
    sas = str(done(lab.compute.disks.begin_grant_access(lab_group.name, "d", READ)).access_sas)
    assert lab_group.state("d") == "ActiveSAS"

    def read() -> httpx.Response:
        context = ssl.create_default_context(cafile=str(lab.settings.bundle))
        return httpx.get(sas, headers={"Range": "bytes=512-1023", "x-ms-version": "2021-08-06"}, verify=context, trust_env=False)

    assert read().content == b"z" * 512
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "d"))
    assert read().status_code == 403
    assert lab_group.state("d") == "Unattached"
    done(lab.compute.disks.begin_revoke_access(lab_group.name, "d"))


def test_access_to_a_snapshot_works_like_access_to_a_disk(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.snapshot(lab_group.disk().id)
    assert "si=" in str(done(lab.compute.snapshots.begin_grant_access(lab_group.name, "snapshot", READ)).access_sas)
    refused(lambda: done(lab.compute.snapshots.begin_delete(lab_group.name, "snapshot")), "OperationNotAllowed", "shared access signature")
    done(lab.compute.snapshots.begin_revoke_access(lab_group.name, "snapshot"))
    done(lab.compute.snapshots.begin_delete(lab_group.name, "snapshot"))


def test_an_expired_grant_does_not_count(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk()
    done(lab.compute.disks.begin_grant_access(lab_group.name, "disk", {"access": "Read", "durationInSeconds": 1}))
    time.sleep(1.1)
    assert lab_group.state() == "Unattached"


def test_access_is_refused_as_azure_refuses_it(lab: RunningLab, lab_group: LabGroup) -> None:
    disks, group = lab.compute.disks, lab_group.name
    lab_group.disk()
    refused(lambda: disks.begin_grant_access(group, "disk", WRITE), "OperationNotAllowed", "ReadyToUpload state")
    refused(lambda: disks.begin_grant_access(group, "disk", {"access": "Read"}), "InvalidParameter", "durationInSeconds", 400)
    refused(lambda: disks.begin_grant_access(group, "disk", {"access": "All", "durationInSeconds": 5}), "InvalidParameter", "All", 400)
    done(disks.begin_create_or_update(group, "up", upload_disk()))
    refused(lambda: disks.begin_grant_access(group, "up", READ), "OperationNotAllowed", "ReadyToUpload")
    done(disks.begin_grant_access(group, "up", WRITE))
    refused(lambda: disks.begin_grant_access(group, "up", READ), "OperationNotAllowed", "another kind")


def test_a_disk_with_a_grant_is_not_deleted(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk()
    done(lab.compute.disks.begin_grant_access(lab_group.name, "disk", READ))
    refused(
        lambda: lab.compute.disks.begin_delete(lab_group.name, "disk"),
        "OperationNotAllowed",
        "There is an active shared access signature outstanding for disk disk. Call EndGetAccess before deleting the disk.",
    )


def test_access_to_the_disk_of_a_running_vm_is_refused(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    refused(lambda: lab.compute.disks.begin_grant_access(lab_group.name, "vm-os", READ), "OperationNotAllowed", "running")
    lab_group.stop()
    done(lab.compute.disks.begin_grant_access(lab_group.name, "vm-os", READ))


@pytest.mark.parametrize("closed", [{"networkAccessPolicy": "DenyAll"}, {"publicNetworkAccess": "Disabled"}], ids=str)
def test_access_that_the_network_settings_forbid_is_refused(lab: RunningLab, lab_group: LabGroup, closed: dict[str, str]) -> None:
    disk = lab_group.disk(**closed)
    lab_group.snapshot(disk.id, **closed)
    for operations, name in ((lab.compute.disks, "disk"), (lab.compute.snapshots, "snapshot")):
        grant = partial(operations.begin_grant_access, lab_group.name, name, READ)
        refused(grant, "OperationNotAllowed", "is not allowed, because")


def test_a_private_endpoint_keeps_others_out(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk(networkAccessPolicy="AllowPrivate", publicNetworkAccess="Disabled")

    def status() -> tuple[int, str]:
        sas = str(done(lab.compute.disks.begin_grant_access(lab_group.name, "disk", READ)).access_sas)
        context = ssl.create_default_context(cafile=str(lab.settings.bundle))
        answer = httpx.get(sas, headers={"Range": "bytes=0-511", "x-ms-version": "2021-08-06"}, verify=context, trust_env=False)
        done(lab.compute.disks.begin_revoke_access(lab_group.name, "disk"))
        return answer.status_code, answer.headers.get("x-ms-error-code", "")

    assert status() == (403, "AuthorizationFailure")
    opened = {"properties": {"networkAccessPolicy": "AllowAll", "publicNetworkAccess": "Enabled"}}
    done(lab.compute.disks.begin_update(lab_group.name, "disk", opened))
    assert status() == (206, "")


# --- what is refused --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["_x", "x-", "x.", "x" * 81, "a b"])
def test_bad_names_are_refused(lab_group: LabGroup, name: str) -> None:
    refused(lambda: lab_group.disk(name), "InvalidParameter", "is invalid according to its validation rule", 400)


@pytest.mark.parametrize(
    "properties, code, text",
    [
        ({}, "InvalidParameter", "creationData"),
        ({"creationData": {}}, "InvalidParameter", "creationData"),
        ({"creationData": {"createOption": "Guess"}}, "InvalidParameter", "Guess"),
        ({"creationData": {"createOption": "Empty"}}, "InvalidParameter", "diskSizeGB"),
        ({"creationData": {"createOption": "Empty"}, "diskSizeGB": 0}, "InvalidParameter", "out of range"),
        ({"creationData": {"createOption": "Empty"}, "diskSizeGB": 32768}, "InvalidParameter", "out of range"),
        ({"creationData": {"createOption": "Upload"}}, "InvalidParameter", "uploadSizeBytes"),
        ({"creationData": {"createOption": "Upload", "uploadSizeBytes": 512}}, "InvalidParameter", "between '20972032'"),
        ({"creationData": {"createOption": "Upload", "uploadSizeBytes": 35183298347521}}, "InvalidParameter", "35183298347520"),
        (
            {"creationData": {"createOption": "Upload", "uploadSizeBytes": UPLOAD + 512}},
            "BadRequest",
            "The upload size in bytes 20972544 - 512 bytes for the VHD footer (20972032 in this case) must be a multiple of MiB.",
        ),
        ({"creationData": {"createOption": "Copy"}}, "InvalidParameter", "sourceResourceId"),
        (
            {"creationData": {"createOption": "Import", "sourceUri": "https://a.blob.core.windows.net/b/c.vhd"}},
            "BadRequest",
            "does not belong to the same region as the disk",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bad_disks_are_refused(lab: RunningLab, group: str, properties: dict[str, Any], code: str, text: str) -> None:
    body = {"location": LOCATION, "properties": properties}
    refused(lambda: lab.compute.disks.begin_create_or_update(group, "d", body), code, text, 400)


def test_a_copy_needs_its_source(lab: RunningLab, lab_group: LabGroup) -> None:
    missing = lab_group.id("disks", "none")
    refused(lambda: lab.compute.disks.begin_create_or_update(lab_group.name, "d", copy_of(missing)), "ResourceNotFound", "none", 404)
    done(lab.compute.disks.begin_create_or_update(lab_group.name, "up", upload_disk()))
    unfinished = lab_group.id("disks", "up")
    refused(lambda: lab_group.snapshot(unfinished), "OperationNotAllowed", "upload must be completed")


def test_a_copy_stays_in_its_region(lab: RunningLab, lab_group: LabGroup) -> None:
    source = lab_group.disk()
    body = {**copy_of(source.id), "location": "uksouth"}
    refused(lambda: lab.compute.disks.begin_create_or_update(lab_group.name, "d", body), "InvalidParameter", LOCATION, 400)


def test_a_disk_has_one_region(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk()
    body = {**empty_disk(), "location": "uksouth"}
    refused(lambda: lab.compute.disks.begin_create_or_update(lab_group.name, "disk", body), "InvalidResourceLocation", LOCATION)


def test_disks_do_not_shrink(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.disk(size=2)
    answer = lab.arm("PATCH", f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/disks/disk", {"properties": {"diskSizeGB": 1}})
    assert answer.status_code == 202
    refused(lambda: lab_group.disk(size=1), "InvalidParameter", "Disks or snapshot cannot be resized down.")
    assert lab.compute.disks.get(lab_group.name, "disk").disk_size_gb == 2


def test_the_source_of_a_disk_does_not_change(lab: RunningLab, lab_group: LabGroup) -> None:
    disk = lab_group.disk()
    refused(lambda: lab_group.snapshot(lab_group.snapshot(disk.id).id), "PropertyChangeNotAllowed", "sourceResourceId")
    refused(
        lambda: lab.compute.disks.begin_create_or_update(lab_group.name, "disk", upload_disk()), "PropertyChangeNotAllowed", "createOption"
    )


def test_attached_disks_are_not_deleted_or_grown_while_the_vm_runs(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.vm()
    refused(lambda: lab.compute.disks.begin_delete(lab_group.name, "vm-os"), "OperationNotAllowed", "is attached to VM")
    grow = {"properties": {"diskSizeGB": 2}}
    refused(lambda: lab.compute.disks.begin_update(lab_group.name, "vm-os", grow), "OperationNotAllowed", "running VM")
    lab_group.stop()
    assert done(lab.compute.disks.begin_update(lab_group.name, "vm-os", grow)).disk_size_gb == 2


def test_an_unfinished_upload_is_not_attached(lab: RunningLab, lab_group: LabGroup) -> None:
    upload(lab_group)
    body = vm_of_disk(lab_group.id("disks", "up"), lab_group.subnet())
    refused(lambda: lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", body), "OperationNotAllowed", "ActiveUpload")
