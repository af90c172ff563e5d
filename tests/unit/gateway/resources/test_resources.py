# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of each resource class and its values, over prepared answers."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import (
    Denied,
    Failed,
    InvalidRequest,
    Missing,
    Refused,
    TimedOut,
    Unavailable,
)
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, SNAPSHOT, SUBNET, VM, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.client import Client

from tests.support.canned import ARM, CannedAzure, Sent, answer, error
from tests.support.ids import NIC, SUBSCRIPTION, an_id

GROUP = f"{ARM}/subscriptions/{SUBSCRIPTION}/resourceGroups/g"
PROVIDER = f"{GROUP}/providers/Microsoft.Compute"


IMG, D, S, V = an_id(IMAGE, "g", "i"), an_id(DISK, "g", "d"), an_id(SNAPSHOT, "g", "s"), an_id(VM, "g", "v")
IMAGE_JSON = {"id": str(IMG), "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
VM_JSON = {"id": str(V), "location": "westeurope", "properties": {"vmId": "ABC", "storageProfile": {"osDisk": {"name": "o"}}}}
DISK_JSON = {"id": str(D), "location": "westeurope", "properties": {}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1"
MONITOR = OPERATION + "?monitor=true"


def accepted(status: int = 202, body=None):
    """The first answer of a long-running operation."""
    location = {} if status == 201 else {"Location": MONITOR}
    return answer(status, body, Azure_AsyncOperation=OPERATION, **location)


def poll(status: str, **more):
    return answer(200, {"status": status, **more})


def granted():
    return [accepted(), poll("Succeeded"), answer(200, {"accessSAS": "https://disk?sig=1"})]


def test_create_sends_the_body_unchanged_and_reads_the_resource_at_the_end():
    canned = CannedAzure(accepted(201, IMAGE_JSON), poll("InProgress"), poll("Succeeded"), answer(200, IMAGE_JSON))
    body = {"location": "westeurope", "unknownToAnyModel": 1, "properties": {"nothing": None}}
    assert canned.azure.images.create(IMG, body).id == IMG
    assert canned.sent == [
        Sent("PUT", f"{PROVIDER}/images/i?api-version=2024-07-01", body, canned.sent[0].content),
        Sent("GET", OPERATION),
        Sent("GET", OPERATION),
        Sent("GET", f"{PROVIDER}/images/i?api-version=2024-07-01"),
    ]
    assert canned.sent[0].content == b'{"location":"westeurope","unknownToAnyModel":1,"properties":{"nothing":null}}'
    assert canned.sent[0].headers["Content-Type"] == "application/json"


def snapshot(percent: float | None = None, state: str = "Succeeded"):
    return answer(200, {"id": str(S), "location": "westeurope", "properties": {"provisioningState": state, "completionPercent": percent}})


def test_a_snapshot_is_waited_for_until_it_holds_all_bytes():
    canned = CannedAzure(snapshot(state="Creating"), snapshot(0.0), snapshot(40.0), snapshot(100.0))
    assert canned.azure.snapshots.find_copied(S).complete
    assert canned.clock.slept == [10.0] * 3
    late = CannedAzure(*[snapshot(1.0) for _ in range(4)], seconds=25)
    assert late.azure.snapshots.find_copied(S).complete is False
    assert CannedAzure(snapshot(0.0, "Failed")).azure.snapshots.find_copied(S).provisioning_state == "Failed"
    assert CannedAzure(error(404, "ResourceNotFound", "x")).azure.snapshots.find_copied(S) is None


@pytest.mark.parametrize(("reads", "waited"), [(0, 0), (2, 10), (24, 120)])
def test_the_ownership_time_of_a_disk_that_was_attached_is_waited_for(reads, waited):
    made = {"timeCreated": "2026-11-22T10:00:00Z", "LastOwnershipUpdateTime": "2026-11-22T10:00:00Z"}
    early, owned = ({**DISK_JSON, "properties": {**made, **more}} for more in ({}, {"LastOwnershipUpdateTime": "2026-11-22T11:00:00Z"}))
    canned = CannedAzure(*[answer(200, early) for _ in range(reads)], answer(200, owned))
    assert canned.azure.disks.get_owned(D).never_used is False
    assert sum(canned.clock.slept) == waited
    late = CannedAzure(*[answer(200, early) for _ in range(3)], seconds=12)
    assert late.azure.disks.get_owned(D).never_used


def test_a_creation_in_a_group_that_does_not_exist_is_not_read_again():
    canned = CannedAzure(error(404, "ResourceGroupNotFound", "Resource group 'g' could not be found."))
    with pytest.raises(Missing, match="could not create image i"):
        canned.azure.images.create(IMG, {})
    assert len(canned.sent) == 1


def test_tag_sends_a_patch_with_tags_only():
    canned = CannedAzure(accepted(200, DISK_JSON), poll("Succeeded"), answer(200, DISK_JSON))
    canned.azure.disks.tag(D, {"a": "b"})
    assert canned.sent[0] == Sent("PATCH", f"{PROVIDER}/disks/d?api-version=2024-03-02", {"tags": {"a": "b"}}, b'{"tags":{"a":"b"}}')


def test_a_vm_is_read_with_its_instance_view():
    canned = CannedAzure(answer(200, VM_JSON))
    assert canned.azure.machines.get(V).vm_id == "abc"
    assert canned.sent[0].query == {"$expand": "instanceView", "api-version": "2024-07-01"}


def test_a_vm_is_created_with_an_api_version_that_knows_the_tags_of_its_interface():
    canned = CannedAzure(accepted(201, VM_JSON), poll("Succeeded"), answer(200, VM_JSON))
    canned.azure.machines.create(V, {})
    assert (canned.sent[0].method, canned.sent[0].query) == ("PUT", {"api-version": "2025-04-01"})


def test_deallocate_is_one_post_that_waits():
    canned = CannedAzure(accepted(), poll("Succeeded"), answer(200))
    canned.azure.machines.deallocate(V, lambda: None)
    assert canned.sent[0] == Sent("POST", f"{PROVIDER}/virtualMachines/v/deallocate?api-version=2024-07-01")
    assert len(canned.sent) == 3


@pytest.mark.parametrize(
    "busy",
    [
        lambda: [error(409, "Conflict", "an extension is at work")],
        lambda: [accepted(), poll("Failed", error={"code": "OperationPreempted", "message": "later"})],
    ],
    ids=["refused", "failed"],
)
def test_a_vm_on_which_azure_works_is_deallocated_later_if_that_is_still_right(busy):
    canned, confirmed = CannedAzure(*busy(), *busy(), accepted(), poll("Succeeded"), answer(200)), []
    canned.azure.machines.deallocate(V, lambda: confirmed.append(len(canned.sent)))
    assert confirmed == [0, len(busy()), 2 * len(busy())]
    assert canned.clock.slept.count(15.0) == 2


@pytest.mark.parametrize(("seconds", "passed", "due"), [(3600, 3301, "300"), (60, 46, "15")])
def test_a_deallocation_is_not_begun_shortly_before_the_deadline(seconds, passed, due):
    """It may empty the boot log, whose verdict could then not be noted any more."""
    canned = CannedAzure(seconds=seconds)
    canned.clock.sleep(passed)
    with pytest.raises(TimedOut, match=f"could not deallocate VM v: a wait of {due} s is due"):
        canned.azure.machines.deallocate(V, lambda: pytest.fail("asked"))
    assert canned.sent == []


def test_a_vm_that_was_started_meanwhile_is_not_deallocated_later():
    canned, answers = CannedAzure(error(409, "Conflict", "busy")), iter([None])
    with pytest.raises(StopIteration):
        canned.azure.machines.deallocate(V, lambda: next(answers))
    assert len(canned.sent) == 1


@pytest.mark.parametrize(
    ("seconds", "code", "tries"), [(10, "Conflict", 1), (40, "Conflict", 3), (3600, "Conflict", 41), (3600, "ScopeLocked", 1)]
)
def test_the_last_refusal_to_deallocate_is_reported(seconds, code, tries):
    canned = CannedAzure(*[error(409, code, "no") for _ in range(tries)], seconds=seconds)
    with pytest.raises(Refused, match=f"could not deallocate VM v: .{code}. no"):
        canned.azure.machines.deallocate(V, lambda: None)
    assert len(canned.sent) == tries


@pytest.mark.parametrize(
    ("act", "path", "api"),
    [
        (lambda azure: azure.machines.delete(V), "virtualMachines/v", "2024-07-01"),
        (lambda azure: azure.images.delete(IMG), "images/i", "2024-07-01"),
        (lambda azure: azure.disks.delete(D), "disks/d", "2024-03-02"),
        (lambda azure: azure.snapshots.delete(S), "snapshots/s", "2024-03-02"),
    ],
)
def test_delete_waits_for_its_end(act, path, api):
    canned = CannedAzure(accepted(), poll("InProgress"), poll("Succeeded"))
    act(canned.azure)
    assert canned.sent[0] == Sent("DELETE", f"{PROVIDER}/{path}?api-version={api}")
    assert [sent.url for sent in canned.sent[1:]] == [OPERATION, OPERATION]


def test_generalize_does_not_poll():
    canned = CannedAzure(answer(200))
    canned.azure.machines.generalize(V)
    assert canned.sent == [Sent("POST", f"{PROVIDER}/virtualMachines/v/generalize?api-version=2024-07-01")]


def test_a_boot_log_is_downloaded_without_a_token():
    canned = CannedAzure(answer(200, {"serialConsoleLogBlobUri": "https://blob.example/log?sig=x"}), answer(200, b"Linux \xff version"))
    assert canned.azure.machines.boot_log(V) == "Linux \ufffd version"
    asked, fetched = canned.sent
    assert (asked.method, asked.path.rsplit("/", 1)[1]) == ("POST", "retrieveBootDiagnosticsData")
    assert asked.query == {"api-version": "2024-07-01", "sasUriExpirationTimeInMinutes": "10"}
    assert fetched.url == "https://blob.example/log?sig=x"
    assert "Authorization" in asked.headers
    assert "Authorization" not in fetched.headers


def test_a_boot_log_that_does_not_exist_yet_is_empty():
    assert CannedAzure(answer(200, {})).azure.machines.boot_log(V) == ""
    assert CannedAzure(answer(200, {"serialConsoleLogBlobUri": "https://b/l"}), answer(404, b"<Error/>")).azure.machines.boot_log(V) == ""


def test_lists_read_all_pages():
    following = f"{PROVIDER}/images?api-version=2024-07-01&$skiptoken=2"
    canned = CannedAzure(answer(200, {"value": [IMAGE_JSON], "nextLink": following}), answer(200, {"value": [IMAGE_JSON]}))
    assert len(canned.azure.images.list("g")) == 2
    assert canned.sent[0].url == f"{PROVIDER}/images?api-version=2024-07-01"
    assert canned.sent[1].query == {"api-version": "2024-07-01", "$skiptoken": "2"}


@pytest.mark.parametrize(
    ("act", "path"),
    [
        (lambda azure: azure.images.list(), "images"),
        (lambda azure: azure.disks.list(), "disks"),
        (lambda azure: azure.snapshots.list(), "snapshots"),
        (lambda azure: azure.machines.list(), "virtualMachines"),
    ],
)
def test_lists_without_a_group_read_the_subscription(act, path):
    canned = CannedAzure(answer(200, {"value": []}))
    assert act(canned.azure) == ()
    assert canned.sent[0].path == f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/{path}"


@pytest.mark.parametrize("kind", ["machines", "images", "disks", "snapshots", "galleries"])
@pytest.mark.parametrize("group", [None, "g"])
def test_lists_do_without_the_sdk(monkeypatch, kind, group):
    canned = CannedAzure(answer(200, {"value": []}))
    monkeypatch.delattr(Client, "compute")  # the only place that imports azure-mgmt-compute
    assert getattr(canned.azure, kind).list(group) == ()


def test_a_list_is_read_from_the_subscription_that_is_named():
    canned = CannedAzure(answer(200, {"value": []}))
    assert canned.azure.snapshots.list("g", "another") == ()
    assert canned.sent[0].path == "/subscriptions/another/resourceGroups/g/providers/Microsoft.Compute/snapshots"


def test_the_list_of_a_missing_group_is_empty():
    assert CannedAzure(error(404, "ResourceGroupNotFound", "no g")).azure.images.list("g") == ()


@pytest.mark.parametrize("code", ["ResourceNotFound", "ResourceGroupNotFound", "NotFound"])
def test_a_404_for_the_resource_or_its_group_means_missing(code):
    assert CannedAzure(error(404, code, "not there")).azure.images.find(IMG) is None
    with pytest.raises(Missing, match=rf"could not read image i: \({code}\) not there"):
        CannedAzure(error(404, code, "not there")).azure.images.get(IMG)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "InvalidResourceType", Refused),
        (400, "InvalidParameter", Refused),
        (409, "OperationNotAllowed", Refused),
        (403, "AuthorizationFailed", Denied),
    ],
)
def test_any_other_error_is_raised(status, code, kind):
    with pytest.raises(kind) as raised:
        CannedAzure(error(status, code, "no\n  way", x_ms_request_id="r-1")).azure.images.find(IMG)
    assert raised.value.message == f"could not read image i: ({code}) no way"
    assert raised.value.facts == {"code": code, "status": status, "request_id": "r-1"}


@pytest.mark.parametrize(("status", "code"), [(404, "SubscriptionNotFound"), (400, "InvalidSubscriptionId")])
def test_an_error_for_the_subscription_names_the_options_to_check(status, code):
    with pytest.raises(Refused) as raised:
        CannedAzure(error(status, code, "The subscription 's' could not be found.")).azure.images.find(IMG)
    assert raised.value.message == (
        f"could not read image i: ({code}) The subscription 's' could not be found. "
        "Check subscription_id or AZURE_SUBSCRIPTION_ID, and that this identity has rights in the subscription."
    )


def test_a_failed_operation_raises_its_own_error_without_secrets():
    failed = answer(
        200, {"status": "Failed", "error": {"code": "Boom", "message": "a https://x/y?sv=1&sig=abc%2F&se=2"}}, x_ms_request_id="r-2"
    )
    with pytest.raises(Failed) as raised:
        CannedAzure(accepted(201, IMAGE_JSON), failed).azure.images.create(IMG, {})
    assert raised.value.message == "could not create image i: (Boom) a https://x/y?sv=1&sig=***&se=2"
    assert raised.value.facts == {"code": "Boom", "status": 200, "request_id": "r-2"}


def test_polls_pause_longer_if_retry_after_says_so():
    slow, quick = answer(200, {"status": "InProgress"}, Retry_After="7"), answer(200, {"status": "InProgress"}, Retry_After="1")
    canned = CannedAzure(accepted(201, IMAGE_JSON), poll("InProgress"), slow, quick, poll("Succeeded"), answer(200, IMAGE_JSON))
    canned.azure.images.create(IMG, {})
    assert canned.clock.slept == [1.0, 7.0, 2.0]
    throttled = CannedAzure(error(429, "TooManyRequests", "later", Retry_After="17"), answer(200, IMAGE_JSON))
    assert throttled.azure.images.get(IMG).id == IMG
    assert throttled.clock.slept == [17.0]


def most_in_a_minute(moments):
    return max(sum(begin <= each < begin + 60 for each in moments) for begin in moments)


@pytest.mark.parametrize("after", [{}, {"Retry_After": "0"}, {"Retry_After": "2"}], ids=str)
def test_an_operation_is_polled_at_most_fifteen_times_in_a_minute(after):
    polls = [answer(200, {"status": "InProgress"}, **after) for _ in range(200)]
    canned = CannedAzure(accepted(201, IMAGE_JSON), *polls, seconds=600)
    with pytest.raises(TimedOut):
        canned.azure.images.create(IMG, {})
    moments = canned.moments[1:]
    assert (len(moments) > 100, most_in_a_minute(moments) <= 15) == (True, True)
    assert moments[:4] == ([0, 2, 4, 6] if "2" in after.values() else [0, 1, 2, 4])


def test_a_vm_is_read_at_most_six_times_in_a_minute_so_that_its_boot_log_can_be_read_as_often():
    waits = [lambda azure: azure.machines.find_stopped(V, lambda vm: False), lambda azure: azure.machines.find_settled(V)]
    for wait in waits:
        busy = {**VM_JSON, "properties": {**VM_JSON["properties"], "provisioningState": "Updating"}}
        canned = CannedAzure(*[answer(200, busy) for _ in range(200)], seconds=600)
        wait(canned.azure)
        assert (len(canned.moments) > 50, most_in_a_minute(canned.moments)) == (True, 6)


def late(code: str = "ResourceNotFound"):
    return error(404, code, "not found")


def test_a_resource_that_was_just_made_is_read_again_while_azure_does_not_find_it():
    made = [accepted(201, IMAGE_JSON), poll("Succeeded"), late(), answer(200, IMAGE_JSON)]
    canned = CannedAzure(*made, late(), late("NotFound"), answer(200, IMAGE_JSON), answer(200, IMAGE_JSON))
    assert canned.azure.images.create(IMG, {}).id == IMG
    assert canned.azure.images.get(IMG).id == IMG
    assert canned.azure.images.find(an_id(IMAGE, "G", "I")).id == IMG
    assert canned.clock.slept == [1.0, 1.0, 2.0]


def test_an_action_on_a_resource_that_was_just_made_is_sent_again_while_azure_does_not_find_it():
    canned = CannedAzure(accepted(202, DISK_JSON), poll("Succeeded"), answer(200, DISK_JSON), late(), *granted())
    canned.azure.disks.create(D, {})
    with canned.azure.disks.write_access(D) as sas:
        assert sas == "https://disk?sig=1"
        canned.adapter._answers += [accepted(), poll("Succeeded"), answer(200)]


def test_a_resource_that_was_made_and_never_found_is_missing():
    made = [accepted(201, IMAGE_JSON), poll("Succeeded"), answer(200, IMAGE_JSON)]
    canned = CannedAzure(*made, *[late() for _ in range(6)])
    canned.azure.images.create(IMG, {})
    with pytest.raises(Missing, match="could not read image i"):
        canned.azure.images.get(IMG)
    assert sum(canned.clock.slept) < 60


def test_what_was_deleted_or_never_made_is_absent_at_once():
    made = [accepted(201, IMAGE_JSON), poll("Succeeded"), answer(200, IMAGE_JSON), answer(204)]
    canned = CannedAzure(late(), *made, late(), late())
    assert canned.azure.images.find(IMG) is None
    canned.azure.images.create(IMG, {})
    canned.azure.images.delete(IMG)
    assert canned.azure.images.find(IMG) is None
    assert canned.azure.images.find(an_id(IMAGE, "g", "i2")) is None


def test_retries_and_polls_end_at_the_deadline():
    canned = CannedAzure(error(503, "Busy", "later", Retry_After="170"), seconds=60)
    with pytest.raises(TimedOut, match=r"could not read image i: a wait of 170 s is due, 60 s are left"):
        canned.azure.images.get(IMG)
    endless = CannedAzure(accepted(201, IMAGE_JSON), *[poll("InProgress") for _ in range(20)], seconds=5)
    with pytest.raises(TimedOut, match="could not create image i: a wait of 3 s is due"):
        endless.azure.images.create(IMG, {})
    assert endless.clock.now < 5


def test_a_missing_answer_is_one_sentence_without_secrets():
    broken = requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] at /log?sig=abc")
    with pytest.raises(Unavailable, match=r"no answer: .*sig=\*\*\* Set REQUESTS_CA_BUNDLE to a file that holds its CA"):
        CannedAzure(*[broken] * 20, seconds=5000).azure.images.get(IMG)


def test_write_access_is_revoked_only_after_success_and_even_after_the_deadline():
    canned = CannedAzure(*granted(), accepted(), poll("Succeeded"), answer(200))
    with canned.azure.disks.write_access(D) as sas:
        assert (sas, len(canned.sent)) == ("https://disk?sig=1", 3)
        canned.clock.now = 10_000
    assert canned.sent[3].path.endswith("/disks/d/endGetAccess")
    halted = CannedAzure(*granted())
    with pytest.raises(ZeroDivisionError), halted.azure.disks.write_access(D):
        raise ZeroDivisionError
    assert not any(sent.path.endswith("endGetAccess") for sent in halted.sent)


def test_a_grant_without_a_sas_is_an_error():
    with (
        pytest.raises(Refused, match="holds no SAS"),
        CannedAzure(accepted(), poll("Succeeded"), answer(200, {})).azure.disks.write_access(D),
    ):
        pass


def test_waiting_for_a_vm_to_stop_only_reads():
    def at(power: str):
        view = {"instanceView": {"statuses": [{"code": f"PowerState/{power}"}]}}
        return answer(200, {**VM_JSON, "properties": {**VM_JSON["properties"], **view}})

    canned = CannedAzure(at("running"), at("stopping"), at("stopped"))
    assert canned.azure.machines.find_stopped(V, lambda vm: False).power == "stopped"
    assert canned.clock.slept == [10.0, 10.0]
    assert {sent.method for sent in canned.sent} == {"GET"}
    late = CannedAzure(*[at("running") for _ in range(9)], seconds=22)
    assert late.azure.machines.find_stopped(V, lambda vm: False).power == "running"
    lost = CannedAzure(at("running"), at("running"))
    assert lost.azure.machines.find_stopped(V, lambda vm: len(lost.sent) == 2).power == "running"


@pytest.mark.parametrize(("status", "code", "missing"), [
    (404, "ResourceGroupNotFound", True), (404, "SubscriptionNotFound", True), (403, "AuthorizationFailed", False),
])  # fmt: skip
def test_a_resource_whose_group_or_subscription_does_not_exist_is_without_group(status, code, missing):
    assert CannedAzure(error(status, code, "x")).azure.groups.without_group(None, IMG) == (frozenset({IMG}) if missing else frozenset())


@pytest.mark.parametrize(("reply", "there"), [
    (answer(200, {"id": "x"}), True), (error(404, "NotFound", "x"), False), (error(403, "AuthorizationFailed", "x"), True),
])  # fmt: skip
def test_a_subnet_that_may_not_be_read_is_assumed_to_exist(reply, there):
    canned = CannedAzure(reply)
    assert canned.azure.subnets.exists(ResourceId.of(SUBNET, "g", "n", "u")) is there
    assert canned.sent[0].path.endswith("/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/u")


def test_groups_interfaces_and_other_subscriptions_are_read_by_their_paths():
    canned = CannedAzure(answer(200, {"location": "westeurope"}))
    assert canned.azure.groups.location("g") == "westeurope"
    assert CannedAzure(error(404, "ResourceGroupNotFound", "x")).azure.groups.location("g") == ""
    assert canned.sent[0].url == f"{ARM}/subscriptions/{SUBSCRIPTION}/resourcegroups/g?api-version=2021-04-01"
    nic = {
        "id": str(an_id(NIC, "g", "n")),
        "location": "l",
        "properties": {"ipConfigurations": [{"properties": {"privateIPAddress": "10.0.0.4"}}]},
    }
    assert CannedAzure(answer(200, nic)).azure.nics.find(an_id(NIC, "g", "n")).private_ip == "10.0.0.4"
    assert CannedAzure(error(404, "ResourceNotFound", "x")).azure.nics.find(an_id(NIC, "g", "n")) is None
    elsewhere = CannedAzure(answer(200, VM_JSON))
    elsewhere.azure.machines.get(ResourceId.of(VM, "g", "v", subscription="another"))
    assert elsewhere.sent[0].path.startswith("/subscriptions/another/")


def test_the_only_subscription_is_used_and_several_are_refused():
    canned = CannedAzure(answer(200, {"value": [{"subscriptionId": "one"}]}), subscription_id=None)
    assert canned.azure.locate(ResourceId.of(VM, "g", "v")).subscription == "one"
    with pytest.raises(InvalidRequest, match="sees 2 subscriptions"):
        _ = CannedAzure(answer(200, {"value": [{"subscriptionId": "1"}, {"subscriptionId": "2"}]}), subscription_id=None).azure.subscription
