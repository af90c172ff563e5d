"""The instance metadata service returns the description from the control plane."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azlab.guests.platform import imds

from tests.support.guest_specs import SPEC, machine

ASKED = {"Metadata": "true"}


def get(path: str, version: str = "2021-12-13", **query: str) -> tuple[int, Any]:
    asked = "&".join(f"{name}={value}" for name, value in {"api-version": version, **query}.items())
    status, text = imds.answer(f"{path}?{asked}", ASKED, SPEC)
    return status, text if query.get("format") == "text" else json.loads(text)


def test_the_instance_document_describes_the_machine() -> None:
    status, found = get("/metadata/instance")
    compute = found["compute"]
    assert status == 200
    assert (compute["vmId"], compute["name"], compute["resourceGroupName"]) == (SPEC.vm_id, "web", "rg")
    assert (compute["subscriptionId"], compute["location"], compute["vmSize"]) == ("5ab", "westeurope", "Standard_B2s")
    assert compute["osProfile"] == {"adminUsername": "alice", "computerName": "web-host", "disablePasswordAuthentication": "false"}
    assert compute["publicKeys"] == [{"keyData": SPEC.os_profile["sshKeys"][0], "path": "/home/alice/.ssh/authorized_keys"}]
    assert compute["tagsList"] == [{"name": "goldenimage.vm_id", "value": "x"}, {"name": "team", "value": "images"}]
    assert compute["tags"] == "goldenimage.vm_id:x;team:images"
    assert [(disk["lun"], disk["name"]) for disk in compute["storageProfile"]["dataDisks"]] == [("0", "d-zero"), ("5", "d-five")]
    assert found["network"]["interface"][0]["macAddress"] == "000D3A112233"
    assert found["network"]["interface"][0]["ipv4"]["subnet"] == [{"address": "10.1.0.0", "prefix": "16"}]


@pytest.mark.parametrize(
    "path, expected",
    [("/metadata/instance/compute/vmId", SPEC.vm_id), ("/metadata/instance/compute/tagsList/1/value", "images")],
)
def test_a_path_leads_to_one_value(path: str, expected: Any) -> None:
    assert get(path) == (200, expected)
    assert get(path, format="text") == (200, expected)


def test_an_older_version_lacks_newer_fields() -> None:
    _, old = get("/metadata/instance/compute", "2018-02-01")
    assert {"vmId", "tags", "zone"} <= old.keys()
    assert not {"osProfile", "storageProfile", "tagsList"} & old.keys()


def test_cloud_inits_version_is_answered_and_has_the_profile() -> None:
    status, found = get("/metadata/instance", "2021-08-01", extended="true")
    assert (status, found["compute"]["osProfile"]["adminUsername"]) == (200, "alice")


def test_a_specialized_machine_has_no_profile() -> None:
    compute = imds.instance(machine(os_profile=None))["compute"]
    assert compute["osProfile"] == {"adminUsername": "", "computerName": "", "disablePasswordAuthentication": ""}
    assert compute["publicKeys"] == []


@pytest.mark.parametrize(
    "path, headers, status, word",
    [
        ("/metadata/instance?api-version=2021-12-13", {}, 400, "Required metadata header not specified"),
        ("/metadata/instance", ASKED, 400, "api-version was not specified"),
        ("/metadata/instance?api-version=1999-01-01", ASKED, 400, "api-version is invalid"),
        ("/metadata/instance/compute/nothing?api-version=2021-12-13", ASKED, 404, "Not found"),
        ("/metadata/attested/document?api-version=2021-12-13", ASKED, 404, "Not found"),
    ],
)
def test_bad_requests_get_azures_errors(path: str, headers: dict[str, str], status: int, word: str) -> None:
    got, text = imds.answer(path, headers, SPEC)
    assert got == status
    assert word in json.loads(text)["error"]
