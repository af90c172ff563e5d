"""The control plane as an application: metadata, tokens, routing, paging, groups, faults and the request log."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest
from azlab import faults
from azlab.arm.tenant import identity
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.identity import ClientSecretCredential

from tests.support.bodies import empty_disk, vm_of_disk
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab, done


def code(answer: httpx.Response) -> tuple[int, str]:
    """Status and error code of an answer."""
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("version, shape", [("2015-01-01", dict), ("2019-05-01", list), ("2022-09-01", dict)])
def test_metadata_has_the_shape_of_its_version(lab: RunningLab, version: str, shape: type) -> None:
    found = lab.http.get("/metadata/endpoints", params={"api-version": version}, headers={"Authorization": ""}).json()
    assert isinstance(found, shape)
    cloud = found[0] if isinstance(found, list) else found
    assert cloud["authentication"]["audiences"][0] == lab.settings.arm_url
    assert ("galleryEndpoint" in cloud) == (version == "2015-01-01")
    assert version == "2015-01-01" or {"name", "resourceManager", "suffixes"} <= cloud.keys()


@pytest.mark.parametrize("path", ["v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"])
def test_openid_configuration_names_a_token_endpoint(lab: RunningLab, path: str) -> None:
    found = lab.http.get(f"/{lab.settings.tenant}/{path}").json()
    assert found["token_endpoint"].startswith(f"{lab.settings.arm_url}/{lab.settings.tenant}/oauth2")
    assert found["issuer"] == f"{lab.settings.arm_url}/{lab.settings.tenant}/v2.0"


@pytest.mark.parametrize("wrong, number", [("secret", "AADSTS7000215"), ("client", "AADSTS700016"), ("tenant", "AADSTS90002")])
def test_wrong_credentials_get_no_token(lab: RunningLab, wrong: str, number: str) -> None:
    settings = lab.settings
    other = "11111111-2222-3333-4444-555555555555"
    tenant = other if wrong == "tenant" else settings.tenant
    answer = lab.http.post(
        f"/{tenant}/oauth2/v2.0/token",
        data={
            "client_id": other if wrong == "client" else settings.client_id,
            "client_secret": "wrong" if wrong == "secret" else settings.client_secret,
            "grant_type": "client_credentials",
            "scope": f"{settings.arm_url}/.default",
        },
    )
    assert number in answer.json()["error_description"]
    assert answer.status_code == (401 if wrong == "secret" else 400)
    assert settings.client_secret not in answer.text


def test_azure_identity_reports_a_wrong_secret(lab: RunningLab) -> None:
    settings = lab.settings
    credential = ClientSecretCredential(
        settings.tenant,
        settings.client_id,
        "wrong",
        authority=settings.arm_url,
        disable_instance_discovery=True,
        connection_verify=str(settings.bundle),
    )
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        credential.get_token(f"{settings.arm_url}/.default")


def test_the_older_token_endpoint_answers_in_its_own_shape(lab: RunningLab) -> None:
    form = {"client_id": lab.settings.client_id, "client_secret": lab.settings.client_secret, "grant_type": "client_credentials"}
    found = lab.http.post(f"/{lab.settings.tenant}/oauth2/token", data={**form, "resource": "https://management.azure.com/"}).json()
    assert found["resource"] == "https://management.azure.com/"
    assert int(found["expires_on"]) > time.time()


@pytest.mark.parametrize("token, expected", [(None, "AuthenticationFailed"), ("Bearer a.b.c", "InvalidAuthenticationToken")])
def test_every_call_needs_the_labs_own_token(lab: RunningLab, token: str | None, expected: str) -> None:
    headers = {"Authorization": token} if token else {"Authorization": ""}
    answer = lab.http.get("/subscriptions", params={"api-version": "2022-12-01"}, headers=headers)
    assert code(answer) == (401, expected)
    assert answer.headers["WWW-Authenticate"].startswith(f'Bearer authorization_uri="{lab.settings.arm_url}/{lab.settings.tenant}"')


def test_the_api_version_must_be_given(lab: RunningLab) -> None:
    assert code(lab.http.get("/subscriptions")) == (400, "MissingApiVersionParameter")


def test_unknown_things_are_refused_as_azure_does(lab: RunningLab, group: str) -> None:
    root = f"resourceGroups/{group}/providers"
    assert code(lab.arm("GET", "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups")) == (404, "SubscriptionNotFound")
    assert code(lab.arm("GET", "resourceGroups/nowhere")) == (404, "ResourceGroupNotFound")
    assert code(lab.arm("GET", "resourceGroups/nowhere/providers/Microsoft.Compute/disks")) == (404, "ResourceGroupNotFound")
    assert code(lab.arm("PUT", f"{root}/Microsoft.Compute/availabilitySets/a", {"location": LOCATION})) == (404, "InvalidResourceType")
    assert code(lab.arm("GET", f"{root}/Microsoft.Compute/nonsense/a")) == (404, "InvalidResourceType")
    assert code(lab.arm("GET", f"{root}/Microsoft.Nonsense/things/a")) == (404, "InvalidResourceNamespace")
    assert code(lab.arm("GET", f"{root}/Microsoft.Compute/disks/none")) == (404, "ResourceNotFound")
    assert code(lab.arm("POST", f"{root}/Microsoft.Compute/disks/none")) == (405, "HttpMethodNotAllowed")


def test_a_refusal_by_arm_itself_is_marked_in_a_header(lab: RunningLab) -> None:
    assert lab.arm("GET", "resourceGroups/nowhere").headers["x-ms-failure-cause"] == "gateway"


def test_every_answer_has_azures_headers(lab: RunningLab) -> None:
    answer = lab.arm("GET", "resourceGroups")
    assert {"x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id"} <= answer.headers.keys()
    assert int(answer.headers["x-ms-ratelimit-remaining-subscription-reads"]) > 0
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "body, expected",
    [
        ({}, (400, "LocationRequired")),
        ({"location": "atlantis"}, (400, "LocationNotAvailableForResourceType")),
        ({"location": LOCATION, "tags": {"a<b": "c"}}, (400, "InvalidTagNameCharacters")),
        ({"location": LOCATION, "tags": {"a": "x" * 257}}, (400, "InvalidTagValueLength")),
        ({"location": LOCATION, "tags": {str(number): "" for number in range(51)}}, (400, "InvalidTags")),
    ],
)
def test_bad_bodies_are_refused(lab: RunningLab, group: str, body: dict[str, Any], expected: tuple[int, str]) -> None:
    answer = lab.arm("PUT", f"resourceGroups/{group}/providers/Microsoft.Compute/disks/d", {**empty_disk(), "location": None, **body})
    assert code(answer) == expected


@pytest.mark.parametrize(
    "body",
    [
        empty_disk() | {"tags": ["a"]},
        empty_disk() | {"sku": "Standard_LRS"},
        {"location": LOCATION, "properties": []},
        empty_disk(size="x"),  # type: ignore[arg-type]
        {"location": LOCATION, "properties": {"creationData": {"createOption": "Upload", "uploadSizeBytes": "x"}}},
        {"location": LOCATION, "properties": {"creationData": "Upload"}},
        {"location": LOCATION, "properties": {"storageProfile": {"dataDisks": [{"lun": "x"}]}}},
        {"location": LOCATION, "properties": {"storageProfile": {"dataDisks": {}}}},
        {"location": LOCATION, "properties": {"addressSpace": {"addressPrefixes": [1]}}},
        {"location": LOCATION, "properties": {"sourceVirtualMachine": {"id": 5}}},
    ],
    ids=str,
)
@pytest.mark.parametrize("type", ["disks", "virtualMachines", "images"])
def test_values_of_a_wrong_kind_are_refused(lab: RunningLab, group: str, type: str, body: dict[str, Any]) -> None:
    answer = lab.arm("PUT", f"resourceGroups/{group}/providers/Microsoft.Compute/{type}/x", body)
    assert code(answer) == (400, "InvalidRequestContent")


def test_resources_are_filtered_by_type_only(lab: RunningLab, lab_group: LabGroup) -> None:
    lab_group.snapshot(lab_group.disk().id)
    path = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{lab_group.name}/resources"

    def ask(filter: str) -> httpx.Response:
        return lab.http.get(path, params={"api-version": "2021-04-01", "$filter": filter})

    found = ask("resourceType eq 'Microsoft.Compute/snapshots'").json()["value"]
    assert [each["name"] for each in found] == ["snapshot"]
    assert code(ask("tagName eq 'a'")) == (400, "InvalidFilterInQueryString")


def test_every_type_that_a_provider_reports_is_served(lab: RunningLab, group: str) -> None:
    types = [each["resourceType"] for each in lab.arm("GET", "providers/Microsoft.Compute").json()["resourceTypes"]]
    for type in types:
        if "/" not in type:
            assert lab.arm("GET", f"providers/Microsoft.Compute/{type}").status_code == 200, type
    operation = lab.arm("DELETE", f"resourceGroups/{group}/providers/Microsoft.Compute/disks/none")
    assert operation.status_code == 204
    assert code(lab.arm("GET", "providers/Microsoft.Nonsense/locations/westeurope/operations/1")) == (404, "InvalidResourceNamespace")


def test_an_old_token_is_refused(lab: RunningLab) -> None:
    settings = lab.settings
    token = identity.issue(settings, settings.arm_url, settings.arm_url, int(time.time()) - 1)
    answer = lab.http.get("/subscriptions", params={"api-version": "2022-12-01"}, headers={"Authorization": f"Bearer {token}"})
    assert code(answer) == (401, "ExpiredAuthenticationToken")


def test_broken_json_is_refused(lab: RunningLab, group: str) -> None:
    path = f"/subscriptions/{lab.settings.subscription}/resourceGroups/{group}"
    assert code(lab.http.put(path, params={"api-version": "2021-04-01"}, content=b"{")) == (400, "InvalidRequestContent")


def test_groups_are_created_tagged_and_deleted(lab: RunningLab) -> None:
    group = lab.put_group()
    assert lab.arm("PUT", f"resourceGroups/{group}", {"location": "West Europe", "tags": {"a": "b"}}).status_code == 200
    assert code(lab.arm("PUT", f"resourceGroups/{group}", {"location": "uksouth"})) == (409, "InvalidResourceGroupLocation")
    assert lab.arm("HEAD", f"resourceGroups/{group.upper()}").status_code == 204
    LabGroup(lab, group).vm()
    answer = lab.arm("DELETE", f"resourceGroups/{group}")
    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "0"
    while (poll := lab.http.get(answer.headers["Location"])).status_code == 202:
        time.sleep(0.02)
    assert poll.status_code == 200
    assert lab.arm("HEAD", f"resourceGroups/{group}").status_code == 404


def test_a_group_whose_disk_is_used_elsewhere_is_not_deleted(lab: RunningLab, group: str) -> None:
    other = lab.put_group()
    disk = LabGroup(lab, other).os_disk("os")
    here = LabGroup(lab, group)
    done(lab.compute.virtual_machines.begin_create_or_update(group, "vm", vm_of_disk(disk.id, here.subnet())))
    answer = lab.arm("DELETE", f"resourceGroups/{other}")
    while (poll := lab.http.get(answer.headers["Location"])).status_code == 202:
        time.sleep(0.02)
    assert (poll.status_code, poll.json()["Error"]["Code"]) == (409, "ResourceGroupDeletionBlocked")


def test_long_lists_come_in_pages(lab: RunningLab, group: str) -> None:
    pollers = [lab.compute.disks.begin_create_or_update(group, f"d{number:02}", empty_disk()) for number in range(23)]
    for poller in pollers:
        done(poller)
    first = lab.arm("GET", f"resourceGroups/{group}/providers/Microsoft.Compute/disks").json()
    assert len(first["value"]) < 23
    assert "skiptoken" in first["nextLink"]
    assert sorted(disk.name for disk in lab.compute.disks.list_by_resource_group(group)) == [f"d{number:02}" for number in range(23)]


def test_ids_are_compared_without_case(lab: RunningLab, group: str) -> None:
    LabGroup(lab, group).disk("Disk")
    assert lab.compute.disks.get(group.upper(), "dISK").name == "Disk"


def test_a_fault_can_throttle_once(lab: RunningLab, group: str) -> None:
    faults.add(lab.settings.faults, plane="arm", op="disk.list", path=group, times=1, status=429, code="TooManyRequests", retry_after=7)
    path = f"resourceGroups/{group}/providers/Microsoft.Compute/disks"
    first, second = lab.arm("GET", path), lab.arm("GET", path)
    assert code(first) == (429, "TooManyRequests")
    assert first.headers["Retry-After"] == "7"
    assert second.status_code == 200


def test_a_fault_can_let_some_requests_pass(lab: RunningLab, group: str) -> None:
    faults.add(lab.settings.faults, plane="arm", op="disk.list", path=group, skip=2, times=1, status=503)
    path = f"resourceGroups/{group}/providers/Microsoft.Compute/disks"
    assert [lab.arm("GET", path).status_code for _request in range(4)] == [200, 200, 503, 200]


@pytest.mark.parametrize("after", [False, True])
def test_a_fault_can_cut_the_connection_before_or_after_the_work(lab: RunningLab, group: str, after: bool) -> None:
    rule = faults.add(lab.settings.faults, plane="arm", method="PUT", path=f"{group}/.*/cut", reset=True, after_effect=after)
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        lab.compute.disks.begin_create_or_update(group, "cut", empty_disk())
    faults.remove(lab.settings.faults, rule)
    names = [disk.name for disk in lab.compute.disks.list_by_resource_group(group)]
    assert names == (["cut"] if after else [])


def test_a_fault_can_fail_an_operation(lab: RunningLab, group: str) -> None:
    failure = {"code": "AllocationFailed", "message": "no room"}
    faults.add(lab.settings.faults, plane="arm", path=f"{group}/.*/fails", times=1, fail_operation=failure)
    with pytest.raises(HttpResponseError, match="AllocationFailed"):
        LabGroup(lab, group).disk("fails")
    assert lab.compute.disks.get(group, "fails").provisioning_state == "Failed"
    assert LabGroup(lab, group).disk("fails").provisioning_state == "Succeeded"


def test_a_fault_can_hold_an_answer_until_it_is_removed(lab: RunningLab, group: str) -> None:
    rule = faults.add(lab.settings.faults, plane="arm", op="group.get", path=group, hang=True, after_effect=True)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(lab.arm("GET", f"resourceGroups/{group}").status_code))
    asking.start()
    asking.join(0.5)
    assert asking.is_alive()
    faults.remove(lab.settings.faults, rule)
    asking.join(5)
    assert answers == [200]


def test_a_rule_with_an_unknown_word_is_an_error(lab: RunningLab, tmp_path: Any) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({"rules": [{"plain": "arm"}]}))
    with pytest.raises(ValueError, match="plain"):
        faults.read(path)


def test_the_request_log_records_requests_and_answers(lab: RunningLab, group: str) -> None:
    LabGroup(lab, group).disk("logged")
    entries = [json.loads(line) for line in (lab.settings.logs / "arm.jsonl").read_text().splitlines()]
    mine = [entry for entry in entries if f"{group}/" in entry["path"] and "/disks/logged" in entry["path"]]
    assert [(entry["phase"], entry["op"]) for entry in mine[:2]] == [("in", "disk.put"), ("out", "disk.put")]
    assert mine[1]["status"] == 202
    assert mine[0]["bytes"] > 0
    assert mine[0]["client"].startswith("127.0.0.1:")
    assert lab.settings.client_secret not in json.dumps(entries)


def test_a_lab_may_have_a_second_subscription(lab: RunningLab, lab_group: LabGroup) -> None:
    ours = lab_group.disk().id
    with lab.second_subscription() as other:
        known = [each["subscriptionId"] for each in other.arm("GET", "/subscriptions").json()["value"]]
        assert known == [lab.settings.subscription, other.settings.subscription]
        root = f"/subscriptions/{other.settings.subscription}"
        assert other.arm("GET", root).json()["subscriptionId"] == other.settings.subscription
        group_path = f"{root}/resourceGroups/{lab_group.name}"
        assert code(other.arm("GET", group_path)) == (404, "ResourceGroupNotFound")
        their_group = LabGroup(other, other.put_group(lab_group.name))
        theirs = their_group.disk().id
        assert theirs == f"{group_path}/providers/Microsoft.Compute/disks/disk"
        for id in (theirs, ours):
            for listed in (id.rpartition("/")[0], f"{id.partition('/providers/')[0]}/resources"):
                assert [each["id"] for each in lab.arm("GET", listed).json()["value"]] == [id]
        assert [each["id"] for each in other.arm("GET", f"{root}/resourceGroups").json()["value"]] == [group_path]
        other.client.delete(group_path, "2021-04-01")
        assert lab_group.state() == "Unattached"
    assert code(other.arm("GET", root)) == (404, "SubscriptionNotFound")
