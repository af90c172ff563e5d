# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups are found by the ids that they must have, and listed only where those do not suffice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import SNAPSHOT
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.plan import plan_capture

from tests.support.capture_values import BOOT_LOG, DATA_DISK, OS_DISK, REQUEST, STOPPED_VM, VM1, VM_ID, backup, in_subscription, observe
from tests.support.fakes import FakeAzure
from tests.support.ids import ELSEWHERE, an_id

DEFAULT = "before-generalize"
OLD = parse_time("2026-11-20T10:00:00.000000Z")
LISTED_FOREVER = Denied("could not list the snapshots of the subscription: (AuthorizationFailed) no right")


def numbered(number=1, name=DEFAULT, group="build", **changes):
    """The snapshots of a backup with a number, as vm_backup takes them."""
    found = []
    for disk, part in ((OS_DISK, "os"), (DATA_DISK, "lun5")):
        suffix = f"-{number}" if number > 1 else ""
        taken = backup(disk, name=name, **changes)
        place = an_id(SNAPSHOT, group, f"web1-{name}-{VM_ID[:8]}-{part}{suffix}")
        found.append(replace(taken, id=place, tags={**taken.tags, tag.BACKUP: f"{VM_ID}/{name}" + (f"/{number}" if number > 1 else "")}))
    return found


def azure_with(*snapshots, unlisted=(), listing=None) -> FakeAzure:
    """An Azure whose list lacks some snapshots, or is refused."""
    azure = FakeAzure(
        vms=[STOPPED_VM], disks=[OS_DISK, DATA_DISK], snapshots=[*snapshots, *unlisted], boot_logs={VM1: BOOT_LOG}, read_only=True
    )
    complete, hidden = azure.snapshots.list, {each.id for each in unlisted}

    def partial(resource_group=None, subscription=""):
        found = complete(resource_group, subscription)
        if listing:
            raise listing
        return tuple(each for each in found if each.id not in hidden)

    azure.snapshots.list = partial
    return azure


def captured(azure, request=REQUEST):
    return plan_capture(request, observe(azure, request, check_mode=False)).changed


@pytest.mark.parametrize(
    "snapshots",
    [numbered(), numbered(group="images"), [*numbered(time=OLD), *numbered(2)]],
    ids=["in the VM's group", "in the image's group", "the second one"],
)
def test_a_backup_of_the_default_name_needs_no_list(snapshots):
    azure = azure_with(unlisted=snapshots, listing=LISTED_FOREVER)
    assert captured(azure)
    assert "snapshots" not in azure.reads


@pytest.mark.parametrize(
    ("listed", "unlisted"),
    [
        (numbered(name="mine"), []),
        (numbered(name="mine", group="backups"), []),
        (numbered(name="mine")[:1], numbered(name="mine")[1:]),
        (numbered(name="mine", time=OLD), numbered(2, name="mine")),
        (numbered(2, name="mine", time=OLD), [*numbered(3, name="mine", time=OLD), *numbered(4, name="mine")]),
    ],
    ids=["another name", "another group", "one disk is not listed yet", "the second is not listed yet", "two are not listed yet"],
)
def test_a_backup_of_another_name_or_group_is_discovered_by_the_list_and_then_read_by_id(listed, unlisted):
    assert captured(azure_with(*listed, unlisted=unlisted))


def test_a_listed_snapshot_is_read_again_since_a_list_may_be_outdated():
    azure = azure_with(*numbered(name="mine"))
    current, outdated = azure.snapshots.list(), [replace(each, completion_percent=40.0) for each in numbered(name="mine")]
    azure.snapshots.list = lambda resource_group=None, subscription="": tuple(outdated)
    assert captured(azure)
    azure.snapshots.list = lambda resource_group=None, subscription="": current
    for each in outdated:
        azure.snapshots.put(each)
    with pytest.raises(InvalidRequest, match="no backup of disk web1-os"):
        captured(azure)


def test_a_refused_list_is_the_hint_of_a_missing_backup_and_no_error_of_its_own():
    azure = azure_with(*numbered(name="mine"), listing=LISTED_FOREVER)
    with pytest.raises(InvalidRequest) as raised:
        captured(azure)
    assert raised.value.message == (
        "VM web1 has no backup of disk web1-os from the 24 hours before its seal of 2026-11-22T10:30:00Z: run vm_backup before the guest is"
        " generalized, or set backup: none to capture without one. Some snapshots could not be looked for: could not list the snapshots of"
        " the subscription: (AuthorizationFailed) no right"
    )


def test_a_group_whose_snapshots_may_not_be_read_is_skipped():
    azure = azure_with(*numbered(name="mine"))
    find = azure.snapshots.find

    def denied(snapshot):
        if snapshot.resource_group == "images":
            raise Denied("could not read snapshot x: (AuthorizationFailed) no right")
        return find(snapshot)

    azure.snapshots.find = denied
    assert captured(azure)


def test_nothing_is_listed_if_the_capture_is_refused_anyway():
    azure = azure_with(*numbered(name="mine"))
    azure.machines.boot_logs = {VM1: "Linux version 6.1\n"}
    with pytest.raises(InvalidRequest, match="not known to be sealed"):
        captured(azure)
    assert "snapshots" not in azure.reads


def test_the_backups_of_a_vm_in_another_subscription_are_looked_for_there():
    vm, disks = in_subscription(ELSEWHERE)
    azure = FakeAzure(vms=[replace(vm, power="stopped")], disks=disks, boot_logs={vm.id: BOOT_LOG}, read_only=True)
    for each in numbered(name="mine"):
        there = replace(each.id, subscription=ELSEWHERE)
        azure.snapshots.put(replace(each, id=there, tags={**each.tags, tag.VM: str(vm.id)}))
    seen = observe(azure, replace(REQUEST, vm=vm.id), check_mode=False)
    assert [found.name for found in seen.backups] == ["mine"]


def test_a_copy_of_a_snapshot_is_not_part_of_a_backup():
    parts = numbered(name="mine")
    copied = [parts[0], replace(parts[1], id=an_id(SNAPSHOT, "build", "copy-of-data"))]
    with pytest.raises(InvalidRequest, match="no backup of disk web1-data"):
        captured(azure_with(*copied))
