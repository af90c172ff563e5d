# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VM that changes between planning and a request that cannot be undone is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.vm import DEALLOCATED, RUNNING, STOPPED
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import parse_time
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.recheck import NotStarted, NotUsed, SameVm

from tests.support.capture_values import (
    BOOT_LOG,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED,
    OS_DISK,
    RUNNING_VM,
    SEAL,
    STAMPED,
    STAMPED_VM,
    STOPPED_VM,
    VM1,
)
from tests.support.fakes import FakeAzure

LATER = replace(OS_DISK, ownership_time=parse_time("2026-11-22T12:00:00.000000Z"))
AGAIN = BOOT_LOG + "Linux version 6.1\n"
KEPT_VM = replace(STAMPED_VM, tags={tag.SEAL: SEAL.as_tag()})
ASSUMED_VM = replace(STAMPED_VM, tags={})


def now(vm=STOPPED_VM, disk=OS_DISK, log=BOOT_LOG) -> FakeAzure:
    return FakeAzure(vms=[vm] if vm else [], disks=[disk, DATA_DISK], boot_logs={VM1: log}, read_only=True)


@pytest.mark.parametrize(
    ("azure", "text"),
    [
        (now(RUNNING_VM), "it is running now. It is left as it is"),
        (now(replace(STOPPED_VM, power="starting")), "it is starting now"),
        (now(replace(STOPPED_VM, power="")), "it is not stopped now"),
        (now(log=AGAIN), "its boot log goes on after the verdict of 2026-11-22T10:30:00Z"),
        (now(log=BOOT_LOG.replace("10:30", "10:40")), "its boot log holds another verdict now"),
        (now(log=""), "holds no verdict"),
        (now(disk=LATER), "the ownership of its OS disk has changed, as it does when a VM starts"),
        (now(replace(STOPPED_VM, vm_id="ffffffff")), "it was created again, and has the vmId ffffffff now instead of aaaaaaaa-"),
        (now(replace(STOPPED_VM, data_disks=())), "it has other disks now"),
        (now(None), "it was deleted"),
    ],
    ids=["running", "starting", "unknown", "started and stopped", "sealed again", "log emptied", "used", "new VM", "disk gone", "deleted"],
)
def test_a_vm_that_was_started_is_not_deallocated(azure, text):
    with pytest.raises(InvalidRequest, match=f"VM web1 has changed while it was being captured: .*{text}"):
        NotStarted(STOPPED_VM, OS_DISK, SEAL).require(azure)


def test_a_vm_that_is_still_stopped_is_deallocated():
    NotStarted(STOPPED_VM, OS_DISK, SEAL).require(now())
    NotStarted(STOPPED_VM, OS_DISK, None).require(now(disk=LATER, log=AGAIN))
    with pytest.raises(InvalidRequest, match="it is running now"):
        NotStarted(STOPPED_VM, OS_DISK, None).require(now(RUNNING_VM))


def test_a_vm_that_somebody_else_has_deallocated_meanwhile_is_accepted():
    NotStarted(STOPPED_VM, OS_DISK, SEAL).require(now(replace(STOPPED_VM, power=DEALLOCATED), DEALLOCATED_DISK))


@pytest.mark.parametrize(
    ("azure", "text"),
    [
        (now(replace(STAMPED_VM, power=RUNNING), LATER), "the ownership of its OS disk has changed since the seal of 2026-11-22T10:30:00Z"),
        (now(replace(STAMPED_VM, power=RUNNING), DEALLOCATED_DISK), "it is running now"),
        (now(replace(STAMPED_VM, power=STOPPED), DEALLOCATED_DISK), "it is stopped now"),
        (now(replace(KEPT_VM, power=RUNNING)), "it is running now"),
        (now(STAMPED_VM, LATER), "the ownership of its OS disk has changed"),
        (now(KEPT_VM, log=AGAIN), "its boot log goes on after the verdict"),
        (now(KEPT_VM, log="Linux version 6.1\n"), "its boot log holds no verdict"),
        (now(replace(STAMPED_VM, vm_id="ffffffff"), DEALLOCATED_DISK), "it was created again"),
        (now(None, DEALLOCATED_DISK), "it was deleted"),
    ],
    ids=["started", "starting", "stopped again", "unstamped, started", "used", "unstamped, used", "log begun anew", "new VM", "deleted"],
)
def test_a_vm_that_was_used_is_not_marked_as_generalized(azure, text):
    with pytest.raises(InvalidRequest, match=text):
        NotUsed(STAMPED_VM, OS_DISK, SEAL).require(azure)


@pytest.mark.parametrize(
    ("seal", "azure"),
    [
        (SEAL, now(STAMPED_VM, DEALLOCATED_DISK, log="")),
        (STAMPED, now(STAMPED_VM, DEALLOCATED_DISK, log=AGAIN)),
        (SEAL, now(KEPT_VM)),
        (SEAL, now(KEPT_VM, log="\r\n")),
        (None, now(ASSUMED_VM, LATER, log="")),
    ],
    ids=["stamped", "stamped earlier", "unstamped", "unstamped, log emptied by the deallocation", "assumed"],
)
def test_a_vm_that_was_not_used_is_marked_as_generalized(seal, azure):
    NotUsed(STAMPED_VM, OS_DISK, seal).require(azure)


def test_an_image_is_made_from_the_vm_that_was_examined():
    SameVm(GENERALIZED).require(now(GENERALIZED))
    with pytest.raises(InvalidRequest, match="it was created again"):
        SameVm(GENERALIZED).require(now(replace(RUNNING_VM, vm_id="ffffffff")))
    with pytest.raises(InvalidRequest, match="it is running now"):
        SameVm(GENERALIZED).require(now(RUNNING_VM))
