# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup from options to result: predict, do, repeat; interrupted and finished; restored into the VM or next to it; removed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.modules import vm_backup

from tests.support.fakes import FakeAzure
from tests.support.playing import Player
from tests.support.world import DATA_DISK, ON, OS_DISK, VM_ID

OPTIONS = {"vm": "web1", "resource_group": "build"}
OS_NAME, DATA_NAME = "web1-before-generalize-aaaaaaaa-os", "web1-before-generalize-aaaaaaaa-lun5"


@pytest.fixture
def play(monkeypatch):
    return Player(vm_backup, monkeypatch)


def azure_now(**options):
    return FakeAzure(vms=[ON], disks=[OS_DISK, DATA_DISK], **options)


def test_predict_do_repeat(play):
    predicted = play(azure_now(read_only=True), check=True, **OPTIONS)
    azure = azure_now()
    done = play(azure, **OPTIONS)
    again = play(azure, **OPTIONS)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert (
        predicted["steps"]
        == done["steps"]
        == [
            f"take snapshot {OS_NAME} of disk web1-os",
            f"take snapshot {DATA_NAME} of disk web1-data",
        ]
    )
    assert (predicted["backup"]["id"], done["backup"]["id"], again["backup"]["id"]) == (f"{VM_ID}/before-generalize",) * 3
    assert again["backup"]["complete"] is True
    assert [part["lun"] for part in again["backup"]["snapshots"]] == [None, 5]


def test_half_a_backup_is_finished(play):
    azure = azure_now()
    create, calls = azure.snapshots.create, []

    def once(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise Refused("could not create snapshot: (Busy) later.", code="Busy", status=409)
        return create(*arguments)

    azure.snapshots.create = once
    broken = play(azure, **OPTIONS)
    assert (broken["failed"], broken["changed"], broken["steps"]) == (True, True, [f"take snapshot {OS_NAME} of disk web1-os"])
    assert play(azure, **OPTIONS)["steps"] == [f"take snapshot {DATA_NAME} of disk web1-data"]


def test_a_restored_vm_has_the_disks_of_its_backup(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    writes = len(azure.writes)
    predicted = play(azure, check=True, state="restored", **OPTIONS)
    assert len(azure.writes) == writes
    done = play(azure, state="restored", **OPTIONS)
    assert predicted["steps"] == done["steps"]
    assert done["vm"]["power_state"] == "deallocated"
    assert done["vm"]["os_disk"]["id"] == done["os_disk"] == predicted["os_disk"]
    assert [(disk["lun"], disk["id"]) for disk in done["vm"]["data_disks"]] == [(5, done["data_disks"][0]["disk"])]
    assert play(azure, state="restored", **OPTIONS)["changed"] is False


def test_a_restored_vm_has_no_seal_and_is_backed_up_again(play):
    azure = azure_now()
    first = play(azure, **OPTIONS)["backup"]
    azure.machines.put(replace(ON, power="deallocated", tags={"owner": "me", tag.SEAL: "sealed"}))
    restored = play(azure, state="restored", **OPTIONS)
    assert restored["steps"][2] == "remove the seal of VM web1 from its tags"
    assert restored["vm"]["tags"] == {"owner": "me"}
    second = play.predict_do_repeat(azure, **OPTIONS)["backup"]
    assert (second["id"], second["complete"]) == (f"{first['id']}/2", True)
    assert play(azure, state="restored", **OPTIONS)["os_disk"].endswith("-os-2-disk")
    play(azure, state="absent", **OPTIONS)
    assert azure.snapshots.list() == ()


def test_an_old_backup_is_kept_next_to_a_new_one(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    for each in azure.snapshots.list():
        azure.snapshots.put(replace(each, time_created=parse_time("2026-11-01T10:00:00.000000Z")))
    assert play(azure, **OPTIONS)["changed"] is False
    taken = play.predict_do_repeat(azure, max_age=12, **OPTIONS)
    assert taken["steps"][0] == f"take snapshot {OS_NAME}-2 of disk web1-os"
    assert len(azure.snapshots.list()) == 4


def test_an_unfinished_snapshot_ends_the_run_and_is_predicted_in_check_mode(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    azure.snapshots.put(replace(azure.snapshots.list()[0], provisioning_state="Creating"))
    assert play(azure, check=True, **OPTIONS)["changed"] is False
    assert play.warnings == [f"Snapshot {OS_NAME} is Creating: planned as if that had succeeded."]
    result = play(azure, **OPTIONS)
    assert (result["failed"], result["msg"]) == (True, f"snapshot {OS_NAME} is still Creating; run again later, or raise wait_timeout.")


def test_a_generalized_vm_keeps_its_disks_and_the_others_are_returned(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    azure.machines.put(replace(ON, generalized=True))
    done = play(azure, state="restored", **OPTIONS)
    assert done["steps"] == [f"create disk {name}-disk from snapshot {name}" for name in (OS_NAME, DATA_NAME)]
    assert (done["vm"], done["os_disk"].rpartition("/")[2]) == (None, f"{OS_NAME}-disk")


def test_a_removed_backup_is_gone_and_stays_gone(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    assert play(azure, check=True, state="absent", **OPTIONS)["changed"] is True
    assert play(azure, state="absent", **OPTIONS)["backup"] is None
    assert azure.snapshots.list() == ()
    assert play(azure, state="absent", **OPTIONS)["changed"] is False


def test_a_backup_survives_its_vm(play):
    azure = azure_now()
    play(azure, **OPTIONS)
    azure.machines.delete(ON.id)
    assert play(azure, state="restored", **OPTIONS)["changed"] is True


def test_tags_are_put_on_the_snapshots(play):
    azure = azure_now()
    play(azure, tags={"why": "release"}, **OPTIONS)
    assert {each.tags["why"] for each in azure.snapshots.list()} == {"release"}
    assert {each.tags[tag.PURPOSE] for each in azure.snapshots.list()} == {tag.BEFORE_GENERALIZE}


@pytest.mark.parametrize(("options", "text"), [
    ({"vm": "web9"}, "no VM web9"),
    ({"state": "restored"}, "no backup before-generalize"),
    ({"name": "a/b"}, "not a valid name for a backup"),
    ({"resource_group": "a/b"}, "resource_group: 'a/b' is not a valid name for a resource group"),
    ({"vm": "a/b"}, "vm: 'a/b' is not a valid name for a resource"),
    ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0."),
    ({"max_age": 0}, "max_age: must be between 1 and 8760 hours, not 0"),
])  # fmt: skip
def test_invalid_options_are_refused(play, options, text):
    result = play(azure_now(read_only=True), **{**OPTIONS, **options})
    assert result["failed"]
    assert text in result["msg"]


@pytest.mark.parametrize(("options", "text"), [
    ({"vm": "web9"}, "{gone}, so there is no VM web9 in it: check resource_group."),
    ({"vm": {"name": "web1", "resource_group": "build"}}, "snapshots of VM web1 cannot be taken: {gone}."),
    ({"state": "restored"}, "there is no backup before-generalize of VM web1: {gone}."),
    (
        {"state": "restored", "resource_group": "build", "vm": {"name": "web1", "resource_group": "nogroup"}},
        "there is no backup before-generalize of VM web1: {gone}.",
    ),
])  # fmt: skip
@pytest.mark.parametrize("check", [True, False])
def test_a_missing_group_is_named(play, options, text, check):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    gone = f"resource group nogroup was not found in subscription {azure.subscription}"
    assert play(azure, check=check, **{**OPTIONS, "resource_group": "nogroup", **options})["msg"] == text.format(gone=gone)


@pytest.mark.parametrize("options", [
    {"vm": "web1", "resource_group": "nogroup"},
    {"vm": {"name": "web1", "resource_group": "nogroup"}, "resource_group": "build"},
])  # fmt: skip
def test_removing_from_a_missing_group_warns(play, options):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    assert play(azure, state="absent", **options)["changed"] is False
    assert play.warnings == [f"Nothing to delete: resource group nogroup was not found in subscription {azure.subscription}."]


def test_a_tag_with_our_prefix_is_left_out_with_a_warning(play):
    play(azure_now(), tags={"goldenimage.lun": "7"}, **OPTIONS)
    assert play.warnings == [
        "tags: goldenimage.lun is ignored, because names that begin with goldenimage. are reserved for this collection."
    ]
