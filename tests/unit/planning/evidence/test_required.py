# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about VMs, disks and snapshots of which a generalized image is to be made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk import Disk
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.snapshot import Snapshot
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.evidence.origin import MOST_COPIES, observe_origin
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.evidence.required import (
    Evidence,
    inherited,
    require_sealed_source,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.evidence.rules import Rules

from tests.support.capture_values import (
    BACKUPS,
    DATA_DISK,
    DATA_DISK_ID,
    DEALLOCATED_DISK,
    GENERALIZED,
    IMAGE_TAGS,
    ORIGIN_TAGS,
    OS_DISK,
    OS_DISK_ID,
    RUNNING_VM,
    STAMPED,
    STAMPED_VM,
    VM1,
    backup,
)
from tests.support.fakes import DEALLOCATED_AT, FakeAzure
from tests.support.ids import ELSEWHERE, an_id

LATER, EARLIER = DEALLOCATED_AT + timedelta(minutes=5), DEALLOCATED_AT - timedelta(minutes=5)
DISKS = (replace(DEALLOCATED_DISK, managed_by=VM1), replace(DATA_DISK, managed_by=VM1, ownership_time=DEALLOCATED_AT))
SNAPSHOT_ID, COPY_ID = an_id(SNAPSHOT, "build", "later"), an_id(DISK, "build", "copy")
VERIFY, ASSUME = Rules(), Rules(assume=True)


def snapshot(made: datetime | None = LATER, of: Disk | Snapshot = DISKS[0]) -> Snapshot:
    """A snapshot of the OS disk or of another resource."""
    return Snapshot(
        SNAPSHOT_ID, "westeurope", unique_id="u-later", source=of.id, source_unique_id=of.unique_id, time_created=made, os_type="Linux"
    )


def copy(of: Disk | Snapshot, made: datetime = LATER + timedelta(minutes=5)) -> Disk:
    """A disk that was copied and never used since."""
    return Disk(
        COPY_ID,
        "westeurope",
        unique_id="u-copy",
        source=of.id,
        source_unique_id=of.unique_id,
        os_type="Linux",
        time_created=made,
        ownership_time=made,
    )


def evidence(source, rules=VERIFY, vm=GENERALIZED, disks=DISKS, snapshots=(), backups=BACKUPS) -> Evidence:
    azure = FakeAzure(vms=[vm] if vm else [], disks=disks, snapshots=[*backups, *snapshots], read_only=True)
    return require_sealed_source(observe_origin(azure, source, rules), rules)


@pytest.mark.parametrize(
    ("source", "unique_id"),
    [(VM1, None), (OS_DISK_ID, "u-os"), (DATA_DISK_ID, "u-data"), (SNAPSHOT_ID, "u-later"), (COPY_ID, "u-copy")],
    ids=["VM", "OS disk", "data disk", "snapshot", "disk from a snapshot"],
)
def test_a_source_is_sealed_while_the_stamp_of_its_vm_stands(source, unique_id):
    found = evidence(source, snapshots=[snapshot()], disks=(*DISKS, copy(snapshot())))
    own = {tag.DISK: unique_id} if unique_id else {}
    assert (found.seal, found.tags, found.result) == (STAMPED, {**IMAGE_TAGS, **own}, "verified")


USED = replace(DISKS[0], ownership_time=LATER)


@pytest.mark.parametrize(
    ("source", "changed", "text"),
    [
        (OS_DISK_ID, {"vm": replace(STAMPED_VM, tags={})}, "disk web1-os is not known to be sealed: VM web1 has no seal in its tags"),
        (SNAPSHOT_ID, {"vm": RUNNING_VM}, "snapshot later is not known to be sealed: VM web1 has no seal"),
        (VM1, {"vm": replace(STAMPED_VM, power="running")}, "VM web1 is running, so its seal of 2026-11-22T10:30:00Z does not count"),
        (VM1, {"disks": (USED, DISKS[1])}, "the OS disk of VM web1 may have been used since its seal"),
        (SNAPSHOT_ID, {"disks": (USED, DISKS[1])}, "the OS disk of VM web1 may have been used since its seal"),
        (DATA_DISK_ID, {"disks": (DISKS[0], replace(DISKS[1], ownership_time=LATER))}, "the ownership of disk web1-data changed at"),
        (SNAPSHOT_ID, {"snapshots": [snapshot(EARLIER)]}, "snapshot later was made at .*, and the VM was sealed at 2026-11-22T10:30:00Z"),
        (SNAPSHOT_ID, {"snapshots": [snapshot(None)]}, "snapshot later does not say when it was made"),
        (SNAPSHOT_ID, {"snapshots": [replace(snapshot(), completion_percent=40)]}, "snapshot later is not complete"),
        (SNAPSHOT_ID, {"snapshots": [replace(snapshot(), source_unique_id="u-former")]}, "no VM has its original disk"),
        (SNAPSHOT_ID, {"snapshots": [replace(snapshot(), source_unique_id="")]}, "no VM has its original disk"),
        (SNAPSHOT_ID, {"vm": None, "disks": ()}, "no VM has its original disk"),
        (OS_DISK_ID, {"disks": (replace(DISKS[0], managed_by=None), DISKS[1])}, "no VM has its original disk"),
        (COPY_ID, {"disks": (*DISKS, replace(copy(snapshot()), ownership_time=LATER))}, "no VM has its original disk"),
        (COPY_ID, {"snapshots": [snapshot(EARLIER)]}, "snapshot later was made at"),
    ],
    ids=[
        "no seal", "no seal, snapshot", "running", "used", "snapshot of a used disk", "data disk used elsewhere", "too early", "no time",
        "incomplete", "of a former disk", "of unknown source", "disk gone", "detached", "copy that was used", "copy of an early snapshot",
    ],
)  # fmt: skip
def test_a_source_without_a_standing_stamp_is_refused_unless_its_seal_is_assumed(source, changed, text):
    given = {"snapshots": [snapshot()], "disks": (*DISKS, copy(snapshot()))} | changed
    with pytest.raises(InvalidRequest, match=text) as raised:
        evidence(source, **given)
    assert "set sealed: assume if you know that its guest is generalized" in raised.value.message
    assumed = evidence(source, Rules(assume=True, backup=False), **given)
    assert (assumed.seal, assumed.tags[tag.SEALED], assumed.result) == (None, "assume", "assume")


def test_a_source_needs_the_backup_of_its_original_disk_from_before_the_seal():
    after = (backup(OS_DISK, LATER), backup(DATA_DISK, LATER))
    for found in ((), after, BACKUPS[1:]):
        with pytest.raises(InvalidRequest, match="VM web1 has no backup of disk web1-os from the 24 hours before its seal"):
            evidence(SNAPSHOT_ID, snapshots=[snapshot()], backups=found)
        assert evidence(SNAPSHOT_ID, Rules(backup=False), snapshots=[snapshot()], backups=found).seal
    with pytest.raises(InvalidRequest, match="has no backup of disk web1-data"):
        evidence(VM1, backups=BACKUPS[:1])
    assert evidence(OS_DISK_ID, backups=BACKUPS[:1]).seal


def test_an_unknown_vm_has_no_backup_that_could_be_found():
    with pytest.raises(InvalidRequest, match="snapshot later: the VM that it comes from is not known, .* set backup: none"):
        evidence(SNAPSHOT_ID, ASSUME, vm=None, disks=(), snapshots=[snapshot()])


def uploaded(**changes) -> Disk:
    """A disk that was filled by an upload."""
    return replace(Disk(COPY_ID, "westeurope", unique_id="u-copy", tags={tag.DIGEST: "sha256-4m:d"}), **changes)


def test_a_disk_that_was_uploaded_and_never_used_needs_no_evidence():
    assert evidence(COPY_ID, disks=[uploaded()]) == Evidence(tags={tag.DISK: "u-copy", tag.DIGEST: "sha256-4m:d"})


@pytest.mark.parametrize(
    "changes",
    [{"tags": {}}, {"ownership_time": LATER, "time_created": EARLIER}, {"source_unique_id": "u-other"}],
    ids=["imported by others", "used", "copied, with the tags of its source"],
)
def test_any_other_disk_without_a_vm_needs_an_assumed_seal(changes):
    with pytest.raises(InvalidRequest, match="disk copy is not known to be sealed: no VM has its original disk"):
        evidence(COPY_ID, disks=[uploaded(**changes)])
    assert evidence(COPY_ID, Rules(assume=True, backup=False), disks=[uploaded(**changes)]).result == "assume"


def test_a_disk_that_never_had_a_vm_has_nothing_to_back_up():
    assert evidence(COPY_ID, ASSUME, disks=[uploaded(tags={})]).tags == {tag.DISK: "u-copy", tag.SEALED: "assume"}


def test_copies_that_name_each_other_end_the_search():
    turned = replace(snapshot(), source=COPY_ID, source_unique_id="u-copy")
    azure = FakeAzure(disks=[copy(turned)], snapshots=[turned])
    assert len(observe_origin(azure, COPY_ID, ASSUME).copies) == MOST_COPIES


def test_what_is_made_of_an_image_inherits_its_evidence():
    kept = {**IMAGE_TAGS, tag.DIGEST: "d"}
    assert inherited({**kept, "owner": "me", tag.RUN: "r"}) == Evidence(tags=kept)
    assert inherited({**ORIGIN_TAGS, tag.SEALED: "assume"}).result == "assume"
    assert inherited(ORIGIN_TAGS).result is None


def test_the_vm_of_another_subscription_is_looked_up_there():
    other = replace(VM1, subscription=ELSEWHERE)
    disks = tuple(replace(each, id=replace(each.id, subscription=other.subscription), managed_by=other) for each in DISKS)
    attached = [
        replace(each, disk=replace(each.disk, subscription=other.subscription)) for each in (GENERALIZED.os_disk, *GENERALIZED.data_disks)
    ]
    vm = replace(GENERALIZED, id=other, os_disk=attached[0], data_disks=tuple(attached[1:]))
    assert evidence(disks[0].id, Rules(backup=False), vm=vm, disks=disks).tags[tag.VM] == str(other)
