# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_backup from options to result: predict, do, repeat; interrupted and finished; restored into the VM or next to it; removed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.modules import vm_backup

from tests.support.capture_values import DATA_DISK, OS_DISK, RUNNING_VM, VM_ID, in_subscription
from tests.support.fakes import FakeAzure
from tests.support.ids import ELSEWHERE, an_id
from tests.support.module_runner import ModuleRunner

OPTIONS = {"vm": "web1", "resource_group": "build"}
OS_NAME, DATA_NAME = "web1-before-generalize-aaaaaaaa-os", "web1-before-generalize-aaaaaaaa-lun5"


@pytest.fixture
def run(monkeypatch):
    return ModuleRunner(vm_backup, monkeypatch)


def azure_now(**options):
    return FakeAzure(vms=[RUNNING_VM], disks=[OS_DISK, DATA_DISK], **options)


def test_predict_do_repeat(run):
    predicted = run(azure_now(read_only=True), check=True, **OPTIONS)
    azure = azure_now()
    done = run(azure, **OPTIONS)
    again = run(azure, **OPTIONS)
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


def test_half_a_backup_is_finished(run):
    azure = azure_now()
    create, calls = azure.snapshots.create, []

    def once(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise Refused("could not create snapshot: (Busy) later.", code="Busy", status=409)
        return create(*arguments)

    azure.snapshots.create = once
    broken = run(azure, **OPTIONS)
    assert (broken["failed"], broken["changed"], broken["steps"]) == (True, True, [f"take snapshot {OS_NAME} of disk web1-os"])
    assert run(azure, **OPTIONS)["steps"] == [f"take snapshot {DATA_NAME} of disk web1-data"]


def test_a_restored_vm_has_the_disks_of_its_backup(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    writes = len(azure.writes)
    predicted = run(azure, check=True, state="restored", **OPTIONS)
    assert len(azure.writes) == writes
    done = run(azure, state="restored", **OPTIONS)
    assert predicted["steps"] == done["steps"]
    assert done["vm"]["power_state"] == "deallocated"
    assert done["vm"]["os_disk"]["id"] == done["os_disk"] == predicted["os_disk"]
    assert [(disk["lun"], disk["id"]) for disk in done["vm"]["data_disks"]] == [(5, done["data_disks"][0]["disk"])]
    assert run(azure, state="restored", **OPTIONS)["changed"] is False


def test_a_restored_vm_has_no_seal_and_is_backed_up_again(run):
    azure = azure_now()
    first = run(azure, **OPTIONS)["backup"]
    azure.machines.put(replace(RUNNING_VM, power="deallocated", tags={"owner": "me", tag.SEAL: "sealed"}))
    restored = run(azure, state="restored", **OPTIONS)
    assert restored["steps"][2] == "remove the seal of VM web1 from its tags"
    assert restored["vm"]["tags"] == {"owner": "me"}
    second = run.predict_do_repeat(azure, **OPTIONS)["backup"]
    assert (second["id"], second["complete"]) == (f"{first['id']}/2", True)
    assert run(azure, state="restored", **OPTIONS)["os_disk"].endswith("-os-2-disk")
    run(azure, state="absent", **OPTIONS)
    assert azure.snapshots.list() == ()


def test_an_old_backup_is_kept_next_to_a_new_one(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    for each in azure.snapshots.list():
        azure.snapshots.put(replace(each, time_created=parse_time("2026-11-01T10:00:00.000000Z")))
    assert run(azure, **OPTIONS)["changed"] is False
    taken = run.predict_do_repeat(azure, max_age=12, **OPTIONS)
    assert taken["steps"][0] == f"take snapshot {OS_NAME}-2 of disk web1-os"
    assert len(azure.snapshots.list()) == 4


def test_an_unfinished_snapshot_ends_the_run_and_is_predicted_in_check_mode(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    azure.snapshots.put(replace(azure.snapshots.list()[0], provisioning_state="Creating"))
    assert run(azure, check=True, **OPTIONS)["changed"] is False
    assert run.warnings == [f"Snapshot {OS_NAME} is Creating: planned as if that had succeeded."]
    result = run(azure, **OPTIONS)
    assert (result["failed"], result["msg"]) == (True, f"snapshot {OS_NAME} is still Creating; run again later, or raise wait_timeout.")


def test_a_generalized_vm_keeps_its_disks_and_the_others_are_returned(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    azure.machines.put(replace(RUNNING_VM, generalized=True))
    done = run(azure, state="restored", **OPTIONS)
    assert done["steps"] == [f"create disk {name}-disk from snapshot {name}" for name in (OS_NAME, DATA_NAME)]
    assert (done["vm"], done["os_disk"].rpartition("/")[2]) == (None, f"{OS_NAME}-disk")


def test_a_removed_backup_is_gone_and_stays_gone(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    assert run(azure, check=True, state="absent", **OPTIONS)["changed"] is True
    assert run(azure, state="absent", **OPTIONS)["backup"] is None
    assert azure.snapshots.list() == ()
    assert run(azure, state="absent", **OPTIONS)["changed"] is False


def test_a_backup_survives_its_vm(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    azure.machines.delete(RUNNING_VM.id)
    assert run(azure, state="restored", **OPTIONS)["changed"] is True


def test_tags_are_put_on_the_snapshots(run):
    azure = azure_now()
    run(azure, tags={"why": "release"}, **OPTIONS)
    assert {each.tags["why"] for each in azure.snapshots.list()} == {"release"}
    assert {each.tags[tag.PURPOSE] for each in azure.snapshots.list()} == {tag.BEFORE_GENERALIZE}


def test_a_list_that_lags_behind_hides_neither_a_backup_nor_a_restored_disk(run):
    azure = azure_now()
    azure.snapshots.list = azure.disks.list = lambda *place: ()
    backup = run.predict_do_repeat(azure, **OPTIONS)["backup"]
    assert (backup["complete"], len(backup["snapshots"])) == (True, 2)
    assert run(azure, max_age=12, **OPTIONS)["changed"] is False
    run.predict_do_repeat(azure, state="restored", **OPTIONS)
    assert run(azure, **OPTIONS)["backup"]["id"] == f"{backup['id']}/2"
    assert run(azure, state="restored", **OPTIONS)["os_disk"].endswith("-os-2-disk")
    assert len(run(azure, state="absent", **OPTIONS)["steps"]) == 4


def test_a_list_that_still_holds_a_deleted_snapshot_does_not_count_it(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    stale = azure.snapshots.list()
    run(azure, state="absent", **OPTIONS)
    azure.snapshots.list = lambda *place: stale
    assert run(azure, state="absent", **OPTIONS)["changed"] is False
    assert len(run(azure, **OPTIONS)["steps"]) == 2


def test_only_the_snapshots_of_the_vm_itself_are_waited_for(run):
    azure = azure_now()
    run(azure, **OPTIONS)
    part = azure.snapshots.list()[0]
    stranger = an_id(SNAPSHOT, "build", part.id.name.replace("web1", "web2"))
    tags = {**part.tags, tag.VM: str(an_id(VM, "build", "web2")), tag.BACKUP: "b" * 36 + "/before-generalize"}
    azure.snapshots.put(replace(part, id=stranger, provisioning_state="Creating", tags=tags))
    for state in ("present", "restored", "absent"):
        azure.reads.clear()
        assert run(azure, state=state, **OPTIONS)["failed"] is False
        assert f"snapshot {part.id.name}" in azure.reads
        assert f"snapshot {stranger.name}" not in azure.reads


def test_a_vm_of_another_subscription_is_backed_up_found_restored_and_cleaned_up_there(run):
    vm, disks = in_subscription(ELSEWHERE)
    azure, options = FakeAzure(vms=[vm], disks=disks), {"vm": str(vm.id), "resource_group": "build"}
    assert run.predict_do_repeat(azure, **options)["backup"]["complete"] is True
    assert {each.id.subscription for each in azure.snapshots.list(subscription=ELSEWHERE)} == {ELSEWHERE}
    restored = run.predict_do_repeat(azure, state="restored", **options)
    assert restored["os_disk"].startswith(f"/subscriptions/{ELSEWHERE}/")
    assert len(run.predict_do_repeat(azure, state="absent", **options)["steps"]) == 2
    assert azure.snapshots.list(subscription=ELSEWHERE) == azure.snapshots.list() == ()


@pytest.mark.parametrize(("options", "text"), [
    ({"vm": "web9"}, "no VM web9"),
    ({"state": "restored"}, "no backup before-generalize"),
    ({"name": "a/b"}, "not a valid name for a backup"),
    ({"resource_group": "a/b"}, "resource_group: 'a/b' is not a valid name for a resource group"),
    ({"vm": "a/b"}, "vm: 'a/b' is not a valid name for a resource"),
    ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0."),
    ({"max_age": 0}, "max_age: must be between 1 and 8760 hours, not 0"),
])  # fmt: skip
def test_invalid_options_are_refused(run, options, text):
    result = run(azure_now(read_only=True), **{**OPTIONS, **options})
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
def test_a_missing_group_is_named(run, options, text, check):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    gone = f"resource group nogroup was not found in subscription {azure.subscription}"
    assert run(azure, check=check, **{**OPTIONS, "resource_group": "nogroup", **options})["msg"] == text.format(gone=gone)


@pytest.mark.parametrize("options", [
    {"vm": "web1", "resource_group": "nogroup"},
    {"vm": {"name": "web1", "resource_group": "nogroup"}, "resource_group": "build"},
])  # fmt: skip
def test_removing_from_a_missing_group_warns(run, options):
    azure = azure_now(read_only=True)
    azure.groups.missing = {"nogroup"}
    assert run(azure, state="absent", **options)["changed"] is False
    assert run.warnings == [f"Nothing to delete: resource group nogroup was not found in subscription {azure.subscription}."]


def test_a_tag_with_our_prefix_is_left_out_with_a_warning(run):
    run(azure_now(), tags={"goldenimage.lun": "7"}, **OPTIONS)
    assert run.warnings == [
        "tags: goldenimage.lun is ignored, because names that begin with goldenimage. are reserved for this collection."
    ]
