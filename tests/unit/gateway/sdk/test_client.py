# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a connection from being made is one sentence, before anything goes over the network."""

from __future__ import annotations

import os
import re
import socket

import pytest
import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.connection import BUNDLES
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import doing
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.waiting import is_refused, refusal
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.core.rest import HttpRequest
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from tests.support.canned import SUBSCRIPTION, World, answer, error

OPTIONS = {"subscription_id": "s", "client_id": "c", "tenant": "t", "secret": "x"}


@pytest.mark.parametrize(("content", "text"), [(None, "No such file"), ("no certificate", ".*no certificate or crl found")])
def test_a_file_of_authorities_that_cannot_be_read(monkeypatch, tmp_path, content, text):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(Unavailable, match=f"in .*ca.pem, which REQUESTS_CA_BUNDLE names: {text}"):
        connect(OPTIONS).images.list()


def test_half_a_sign_in_is_refused_before_anything_goes_over_the_network(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    with pytest.raises(Denied, match="cannot sign in with client_id and tenant alone: set AZURE_SECRET"):
        connect({"client_id": "c", "tenant": "t", "cloud_environment": "https://127.0.0.1:1"})


def refusing(address: str):
    """What requests raises where nothing listens."""
    inner = NewConnectionError(None, "Failed to establish a new connection: [Errno 111] Connection refused")
    inner.__cause__ = ConnectionRefusedError(111, "Connection refused")
    return requests.exceptions.ConnectionError(MaxRetryError(None, address, inner))


def test_a_refused_first_connection_is_said_at_once():
    world = World(refusing("/x"))
    with pytest.raises(Unavailable) as refused:
        world.azure.images.list()
    assert refused.value.message == (
        "nothing answers at https://management.azure.com: the connection was refused. "
        "Check cloud_environment (AZURE_CLOUD_ENVIRONMENT) and, for signing in, adfs_authority_url (AZURE_AUTHORITY_HOST)."
    )
    assert (len(world.sent), world.clock.slept) == (1, [])


def test_only_what_may_be_the_local_azure_is_told_how_to_start_it():
    assert "azlab up" in refusal("https://127.0.0.1:8443/metadata/endpoints?sig=x").message
    assert "azlab up" in refusal("https://localhost/").message
    assert "sig=" not in refusal("https://127.0.0.1:8443/metadata/endpoints?sig=x").message
    assert "azlab" not in refusal("https://login.microsoftonline.com/").message


def test_a_refused_connection_to_a_second_address_is_said_at_once():
    world = World(answer(body={"name": "x"}), refusing("/x"))
    with pytest.raises(Unavailable, match="^nothing answers at https://login.lab: the connection was refused"):
        for host in ("arm.lab", "login.lab"):
            world.transport.send(HttpRequest("GET", f"https://{host}/x"))
    assert len(world.sent) == 2


@pytest.mark.parametrize(("errno", "kind"), [(socket.EAI_NONAME, Unavailable), (socket.EAI_AGAIN, ServiceRequestError)])
def test_a_name_that_cannot_be_resolved_names_what_leads_there(errno, kind):
    failure = requests.exceptions.ConnectionError("x")
    failure.__cause__ = socket.gaierror(errno, "Name or service not known")
    text = "the name of the host nowhere.lab cannot be resolved. Check cloud_environment (AZURE_CLOUD_ENVIRONMENT)"
    with pytest.raises(kind, match=f"^{re.escape(text)}"):
        World(failure).transport.send(HttpRequest("GET", "https://nowhere.lab/metadata"))


def test_a_refused_connection_in_the_middle_of_the_work_is_tried_again():
    world = World(answer(body={"value": []}), refusing("/x"), answer(body={"value": []}))
    assert world.azure.images.list() == world.azure.images.list() == ()
    assert len(world.sent) == 3


def test_a_proxy_that_refuses_is_not_taken_for_azure():
    behind = refusing("/x")
    behind.__context__ = ProxyError("Cannot connect to proxy.", ConnectionRefusedError())
    assert is_refused(refusing("/x")) is True
    assert is_refused(behind) is False
    assert is_refused(requests.exceptions.ConnectionError("name resolution")) is False


def test_our_own_error_comes_out_of_a_sign_in_as_it_was():
    with pytest.raises(Unavailable, match="^nothing answers at https://login.lab: "), doing("read x"):
        try:
            raise refusal("https://login.lab/t/oauth2/token")
        except Unavailable as error:
            raise ClientAuthenticationError(f"Authentication failed: {error}") from error


PROVIDER = {"resourceTypes": [
    {"resourceType": "images", "locations": ["West Europe", "East US 2"]},
    {"resourceType": "virtualMachines", "locations": ["North Europe"]},
]}  # fmt: skip


def test_the_regions_of_a_kind_are_asked_of_its_provider():
    world = World(answer(body=PROVIDER))
    assert world.azure.regions.of(IMAGE) == {"westeurope", "eastus2"}
    assert world.sent[0].path == f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute"
    assert World(answer(body=PROVIDER)).azure.regions.of(DISK) == frozenset()


def test_regions_that_may_not_be_read_are_not_known():
    assert World(error(403, "AuthorizationFailed", "no")).azure.regions.of(IMAGE) == frozenset()


def test_groups_that_do_not_exist():
    here, there = ResourceId.of(IMAGE, "here", "i"), ResourceId.of(IMAGE, "there", "i", subscription="other")
    also = ResourceId.of(DISK, "HERE", "d")
    world = World(answer(body={"location": "westeurope"}), error(404, "ResourceGroupNotFound", "no"))
    assert world.azure.groups.groupless(here, also, None, there) == {there}
    assert [each.path.split("/")[2:] for each in world.sent] == [
        [SUBSCRIPTION, "resourcegroups", "HERE"],
        ["other", "resourcegroups", "there"],
    ]
    forbidden = World(error(403, "AuthorizationFailed", "no"))
    assert forbidden.azure.groups.groupless(here) == frozenset()
