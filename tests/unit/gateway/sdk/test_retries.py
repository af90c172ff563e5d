# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of what is sent again, on both planes."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk import retries
from azure.core.exceptions import ServiceRequestError

from tests.support.canned import CannedAzure, answer, error
from tests.support.ids import an_id
from tests.unit.gateway.sdk.test_client import refusing

D = an_id(DISK, "g", "d")


def test_the_control_plane_retries_the_named_statuses_and_those_from_506_on():
    retried = retries.control_plane_policy()._retry_on_status_codes
    assert {status for status in retried if status < 506} == retries.CONTROL_PLANE_STATUSES


@pytest.mark.parametrize("status", [*sorted(retries.CONTROL_PLANE_STATUSES), 412])
def test_a_status_added_to_the_set_is_retried(monkeypatch, status):
    monkeypatch.setattr(retries, "CONTROL_PLANE_STATUSES", retries.CONTROL_PLANE_STATUSES | {412})
    canned = CannedAzure(error(status, "Busy", "later"), answer(200, {"value": []}))
    assert canned.azure.images.list() == ()
    assert len(canned.sent) == 2


@pytest.mark.parametrize(("status", "code", "retried"), [
    (503, "ServerBusy", True), (500, "OperationTimedOut", True), (400, "Md5Mismatch", True), (412, "ConditionNotMet", False),
    (403, "AuthenticationFailed", False),
])  # fmt: skip
def test_a_page_is_retried_after_a_status_or_a_code(status, code, retried):
    assert retries.is_page_retried(status, code) is retried


def test_the_pause_before_a_page_is_retried_doubles_unless_the_service_asks_for_more():
    assert [retries.page_pause(tried, 0.0) for tried in (1, 2, 3, 7, 19)] == [1.0, 2.0, 4.0, 60.0, 60.0]
    assert retries.page_pause(2, 90.0) == 90.0


@pytest.mark.parametrize(("cause", "retried"), [
    (socket.gaierror(socket.EAI_AGAIN, "try again"), True), (socket.gaierror(socket.EAI_NONAME, "no name"), False),
    (refusing("/x"), False), (ConnectionResetError(), True),
])  # fmt: skip
def test_a_first_connection_is_retried_unless_its_address_is_likely_to_be_wrong(cause, retried):
    failure = ServiceRequestError("x")
    failure.__cause__ = cause
    assert retries.is_first_connection_retried(failure) is retried


BUSY = {
    "AnotherOperationInProgress": "Another operation on this or dependent resource is in progress.",
    "AttachDiskWhileBeingDetached": "Cannot attach data disk 'd' to VM 'v' because the disk is currently being detached.",
    "Conflict": "The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog",
    "RetryableError": "A retryable error occurred.",
    "OperationNotAllowed": "Another operation on the VM is in progress.",
}
LASTING = {
    "Conflict": "Disk resizing is allowed only when creating a VM or when the VM is deallocated.",
    "OperationNotAllowed": "There is an active shared access signature outstanding for disk d.",
    "InvalidResourceLocation": "The resource 'd' already exists in location 'x'.",
}


@pytest.mark.parametrize("code", BUSY)
def test_a_conflict_with_a_running_operation_is_retried(code):
    canned = CannedAzure(*[error(409, code, BUSY[code]) for _ in range(3)], answer(204))
    canned.azure.disks.delete(D)
    assert (len(canned.sent), canned.clock.slept) == (4, [5.0, 10.0, 15.0])


@pytest.mark.parametrize("code", LASTING)
def test_any_other_conflict_is_final(code):
    canned = CannedAzure(error(409, code, LASTING[code]))
    with pytest.raises(Refused, match=f"could not delete disk d: .{code}. {LASTING[code]}"):
        canned.azure.disks.delete(D)


@pytest.mark.parametrize(("seconds", "tries"), [(20, 3), (3600, 22)])
def test_a_conflict_that_lasts_is_shown_as_azure_names_it(seconds, tries):
    canned = CannedAzure(*[error(409, "Conflict", BUSY["Conflict"]) for _ in range(40)], seconds=seconds)
    with pytest.raises(Refused, match="could not delete disk d: .Conflict. The request failed due to conflict with a concurrent request"):
        canned.azure.disks.delete(D)
    assert len(canned.sent) == tries
    assert canned.clock.now <= min(seconds, 300)


def test_an_action_is_not_repeated_after_a_conflict():
    canned = CannedAzure(error(409, "Conflict", BUSY["Conflict"]))
    with pytest.raises(Refused, match="could not generalize VM v"):
        canned.azure.machines.generalize(an_id(VM, "g", "v"))
