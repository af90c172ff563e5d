# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_copy: the requests of a copy, of one that was interrupted, and of its removal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SNAPSHOT, SUBNET, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.lock import Lock
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._core.tag_limits import total_length
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.backup.sources import Source
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.copy.body import disk_body, vm_body, vm_tags
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.copy.observe import observe
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.copy.plan import plan_copy
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.copy.request import CopyRequest

from tests.support.capture_values import DATA_DISK, DEALLOCATED_DISK, OS_DISK, RUNNING_VM, STAMPED, VM1, VM_ID
from tests.support.fakes import FakeAzure
from tests.support.ids import SUBSCRIPTION, an_id

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
CLOSED = replace(an_id(SUBNET, "build", "x"), names=("net", "closed"))
PARAMS = {
    "vm": "web1",
    "resource_group": "build",
    "name": None,
    "state": "present",
    "subnet": str(CLOSED),
    "confirm": "web1",
    "size": None,
    "max_age": 12,
    "keep_snapshots": False,
    "tags": None,
    "append_tags": True,
    "wait_timeout": 3600,
}
REQUEST = CopyRequest.from_params(PARAMS).within(SUBSCRIPTION)
OURS = {tag.PURPOSE: tag.COPIED, tag.COPY: "web1-copy", tag.COPY_OF: str(VM1), tag.COPY_OF_VM_ID: VM_ID}
TAKEN = NOW - timedelta(hours=1)
OS_SNAPSHOT = Snapshot(
    an_id(SNAPSHOT, "build", "web1-copy-os"),
    "westeurope",
    unique_id="u-s1",
    source_unique_id="u-os",
    time_created=TAKEN,
    tags=OURS | {tag.LUN: "os"},
)
DATA_SNAPSHOT = replace(
    OS_SNAPSHOT, id=an_id(SNAPSHOT, "build", "web1-copy-lun5"), unique_id="u-s2", source_unique_id="u-data", tags=OURS | {tag.LUN: "5"}
)
MADE = Disk(
    an_id(DISK, "build", "web1-copy-os-disk"), "westeurope", source=OS_SNAPSHOT.id, source_unique_id="u-s1", tags=OURS | {tag.LUN: "os"}
)
ALL = [
    "take snapshot web1-copy-os of disk web1-os",
    "take snapshot web1-copy-lun5 of disk web1-data",
    "wait for the bytes of snapshot web1-copy-os",
    "wait for the bytes of snapshot web1-copy-lun5",
    "create disk web1-copy-os-disk from snapshot web1-copy-os",
    "create disk web1-copy-lun5-disk from snapshot web1-copy-lun5",
    "create VM web1-copy from the copied disks of VM web1",
]


def steps(request=REQUEST, **more):
    azure = FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, DATA_DISK, *more.pop("copied", ())], **more)
    return plan_copy(request, observe(azure, request, True), NOW).sentences


def test_all_disks_are_copied_from_snapshots_that_are_taken_before_any_is_waited_for():
    assert steps() == ALL


def test_recent_snapshots_and_disks_of_an_interrupted_run_are_used():
    waits = ["wait for the bytes of snapshot web1-copy-os", "wait for the bytes of snapshot web1-copy-lun5"]
    assert steps(snapshots=[OS_SNAPSHOT, DATA_SNAPSHOT], copied=[MADE]) == [*waits, ALL[5], ALL[6]]


@pytest.mark.parametrize(
    "other",
    [
        replace(DATA_SNAPSHOT, time_created=NOW - timedelta(hours=13)),
        replace(DATA_SNAPSHOT, source_unique_id="u-former"),
        replace(DATA_SNAPSHOT, tags=DATA_SNAPSHOT.tags | {tag.COPY_OF_VM_ID: "former"}),
        replace(DATA_SNAPSHOT, provisioning_state="Failed"),
    ],
    ids=["old", "other disk", "other VM", "failed"],
)
def test_one_snapshot_that_cannot_be_used_means_that_all_are_taken_again(other):
    found = steps(snapshots=[OS_SNAPSHOT, other], copied=[MADE])
    assert found[:2] == ["delete snapshot web1-copy-os", ALL[0]]
    assert [each for each in found if each.startswith("delete")] == [
        "delete snapshot web1-copy-os",
        "delete snapshot web1-copy-lun5",
        "delete disk web1-copy-os-disk",
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"encrypted": True}, "is encrypted with Azure Disk Encryption"),
        ({"storage_account_type": "UltraSSD_LRS"}, "which no image can hold"),
    ],
)
def test_disks_whose_copy_could_not_be_used_are_refused(change, text):
    azure = FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, replace(DATA_DISK, **change)])
    with pytest.raises(InvalidRequest, match=text):
        plan_copy(REQUEST, observe(azure, REQUEST, True), NOW)


def test_a_copy_of_a_vm_that_was_created_again_is_refused():
    copy = replace(RUNNING_VM, id=REQUEST.copy, tags=OURS | {tag.COPY_OF_VM_ID: "former"})
    azure = FakeAzure(vms=[RUNNING_VM, copy])
    with pytest.raises(InvalidRequest, match="is a copy of another VM"):
        plan_copy(REQUEST, observe(azure, REQUEST, True), NOW)


def test_the_copy_has_the_traits_of_its_source_but_no_way_out():
    source = replace(RUNNING_VM, security_type="TrustedLaunch", secure_boot=False, zones=("2",), plan={"name": "p"}, disk_controller="NVMe")
    body = vm_body(REQUEST, source, OS_DISK)
    properties = body["properties"]
    assert (body["zones"], body["plan"], body["tags"]["owner"]) == (["2"], {"name": "p"}, "me")
    assert properties["securityProfile"] == {
        "securityType": "TrustedLaunch",
        "uefiSettings": {"secureBootEnabled": False, "vTpmEnabled": True},
    }
    assert properties["storageProfile"]["diskControllerType"] == "NVMe"
    (nic,) = properties["networkProfile"]["networkInterfaceConfigurations"]
    (address,) = nic["properties"]["ipConfigurations"]
    assert address["properties"] == {"primary": True, "subnet": {"id": str(CLOSED)}}
    assert "osProfile" not in properties


@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_copy_of_another_vm_is_neither_used_nor_removed_nor_are_its_parts(state):
    request = replace(REQUEST, state=state)
    other = OURS | {tag.COPY_OF: str(an_id(VM, "build", "web2"))}
    copy = replace(RUNNING_VM, id=REQUEST.copy, tags=other)
    with pytest.raises(InvalidRequest, match="not a copy of VM web1 in resource group build, but, by its tags, of .*web2"):
        plan_copy(request, observe(FakeAzure(vms=[RUNNING_VM, copy]), request, True), NOW)
    parts = {"snapshots": [replace(OS_SNAPSHOT, tags=other)], "disks": [OS_DISK, DATA_DISK, replace(MADE, tags=other)]}
    azure = FakeAzure(vms=[RUNNING_VM], **parts)
    if state == "absent":
        assert plan_copy(request, observe(azure, request, True), NOW).sentences == []
    else:
        with pytest.raises(InvalidRequest, match="is not a free part of copy web1-copy"):
            plan_copy(request, observe(azure, request, True), NOW)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"generalized": True}, "is marked as generalized, so it cannot be started again"),
        ({"hibernated": True, "power": "deallocated"}, "is hibernated: its memory is on its OS disk"),
        ({"provisioning_state": "Deleting"}, "is being deleted"),
    ],
)
def test_a_vm_that_could_not_be_used_again_is_refused(change, text):
    azure = FakeAzure(vms=[replace(RUNNING_VM, **change)], disks=[OS_DISK, DATA_DISK])
    with pytest.raises(InvalidRequest, match=text):
        plan_copy(REQUEST, observe(azure, REQUEST, True), NOW)


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_a_place_from_which_the_copy_could_not_be_removed_is_refused(level):
    azure = FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, DATA_DISK])
    azure.locks.found = (Lock("keep", level, f"/subscriptions/{SUBSCRIPTION}/resourceGroups/BUILD"),)
    with pytest.raises(InvalidRequest, match=f"the {level} lock keep on .* forbids to delete VM web1-copy"):
        plan_copy(REQUEST, observe(azure, REQUEST, True), NOW)


def test_a_subnet_without_a_subscription_is_in_that_of_the_copy():
    params = PARAMS | {"vm": str(replace(VM1, subscription="other")), "subnet": {"virtual_network": "net", "subnet": "closed"}}
    assert CopyRequest.from_params(params).within(SUBSCRIPTION).subnet == replace(CLOSED, subscription="other")


@pytest.mark.parametrize(
    "theirs",
    [{f"t{number}": "v" for number in range(50)}, {f"t{number}": "v" * 250 for number in range(9)}],
    ids=["many", "long"],
)
def test_the_tags_of_a_copy_leave_room_for_its_seal(theirs):
    of_copy = {tag.COPY_OF: "the source of the source", "mine": "0"}
    tags = vm_tags(replace(REQUEST, tags={"mine": "1"}), replace(RUNNING_VM, tags=theirs | of_copy))
    assert {**OURS, "mine": "1"}.items() <= tags.items()
    assert 0 < len(set(theirs) & set(tags)) < len(theirs)
    sealed = {**tags, tag.SEAL: STAMPED.as_tag()}
    assert len(sealed) <= 50
    assert total_length(sealed) <= 2048


def test_the_copy_of_a_shared_disk_is_not_shared():
    shared = replace(DATA_DISK, max_shares=2, storage_account_type="Premium_LRS", tier="P30")
    body = disk_body(REQUEST, RUNNING_VM, Source(RUNNING_VM.data_disks[0], shared), DATA_SNAPSHOT.id)
    assert "maxShares" not in body["properties"]
    assert body["properties"]["tier"] == "P30"


def test_the_snapshot_of_the_os_disk_is_the_last_one_that_is_kept_or_deleted():
    request = replace(REQUEST, state="absent")
    for numbers in ([5], [1, 2, 5, 9], range(20)):
        others = [
            replace(DATA_SNAPSHOT, id=an_id(SNAPSHOT, "build", f"web1-copy-lun{number}"), tags=OURS | {tag.LUN: str(number)})
            for number in numbers
        ]
        azure = FakeAzure(snapshots=[OS_SNAPSHOT, *others])
        for keep, sentence in ((True, "set the tags of snapshot web1-copy-os"), (False, "delete snapshot web1-copy-os")):
            wanted = replace(request, keep_snapshots=keep)
            assert plan_copy(wanted, observe(azure, wanted, True), NOW).sentences[-1] == sentence


def test_a_vm_whose_guest_is_sealed_is_refused():
    sealed = replace(RUNNING_VM, power="deallocated", tags={tag.SEAL: STAMPED.as_tag()})
    azure = FakeAzure(vms=[sealed], disks=[DEALLOCATED_DISK, DATA_DISK])
    with pytest.raises(InvalidRequest, match="the guest of VM web1 was sealed at"):
        plan_copy(REQUEST, observe(azure, REQUEST, True), NOW)
    restarted = FakeAzure(vms=[sealed], disks=[OS_DISK, DATA_DISK])
    assert plan_copy(REQUEST, observe(restarted, REQUEST, True), NOW).sentences == ALL
