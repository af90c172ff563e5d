# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client for a lab that is up: what it creates, finds, waits for and raises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from azlab import faults
from azlab.client import GROUPS_VERSION, NETWORKS_VERSION, LabClient, RequestFailed
from azlab.lock import NotRunning
from azlab.settings import NoLab, Settings

from tests.support.running_lab import RunningLab


@pytest.fixture
def client(lab: RunningLab) -> LabClient:
    return LabClient(lab.settings.state)


def network(group: str) -> str:
    return f"resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/net"


def test_groups_and_networks_are_created_found_and_deleted(client: LabClient) -> None:
    group = client.put_group("client-1", "uksouth")
    subnet = client.put_subnet("client-1", "net", "Front", "uksouth")
    assert group == client.id("resourceGroups/client-1") == client.id(group)
    assert subnet == f"{group}/providers/Microsoft.Network/virtualNetworks/net/subnets/Front"
    found = client.find_network("client-1", "net")
    assert found is not None
    assert (found["location"], found["properties"]["provisioningState"]) == ("uksouth", "Succeeded")
    client.delete(network("client-1"), NETWORKS_VERSION)
    assert client.find_network("client-1", "net") is None
    client.delete(group, GROUPS_VERSION)
    assert client.find_group("client-1") is None


def test_a_refusal_has_its_status_code_and_text(client: LabClient, group: str) -> None:
    with pytest.raises(RequestFailed, match="could not be found") as refused:
        client.get("resourceGroups/none", GROUPS_VERSION)
    assert (refused.value.status, refused.value.code) == (404, "ResourceGroupNotFound")
    with pytest.raises(RequestFailed, match="mars"):
        client.put_subnet(group, "net", location="mars")


def test_an_operation_that_fails_is_raised_with_its_own_text(client: LabClient, lab: RunningLab, group: str) -> None:
    fault = faults.add(lab.settings.faults, plane="arm", op="vnet.put", fail_operation={"code": "Broken", "message": "No cable."})
    try:
        with pytest.raises(RequestFailed, match="No cable") as failed:
            client.put_subnet(group, "net")
    finally:
        faults.remove(lab.settings.faults, fault)
    assert failed.value.code == "Broken"


def test_a_wrong_secret_is_refused_by_name(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(lab.settings, client_secret="wrong")
    monkeypatch.setattr(Settings, "load", lambda state: wrong)
    with pytest.raises(RequestFailed, match="Invalid client secret") as refused:
        LabClient(lab.settings.state)
    assert (refused.value.status, refused.value.code) == (401, "invalid_client")


def test_a_lab_that_is_missing_or_down_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoLab, match="start one with"):
        LabClient(tmp_path)
    Settings.create(tmp_path)
    with pytest.raises(NotRunning, match="is down"):
        LabClient(tmp_path)
