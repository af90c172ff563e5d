# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client behind a task: what it refuses before any request, connections that fail, and reads that need no SDK operation."""

from __future__ import annotations

import os
import re
import socket
import traceback

import pytest
import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, IMAGE, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import describing
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.retries import is_refused
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.transport import unreachable
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.trust import BUNDLES
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.core.rest import HttpRequest
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError

from tests.support.canned import CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION

OPTIONS = {"subscription_id": "s", "client_id": "c", "tenant": "t", "secret": "x"}


@pytest.mark.parametrize(("content", "text"), [(None, "No such file"), ("no certificate", ".*no certificate or crl found")])
def test_an_unreadable_file_of_authorities_is_refused(monkeypatch, tmp_path, content, text):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(Unavailable, match=f"in .*ca.pem, which REQUESTS_CA_BUNDLE names: {text}"):
        connect(OPTIONS).images.list()


def test_incomplete_credentials_are_refused_before_any_request(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    with pytest.raises(Denied, match="cannot sign in with client_id and tenant alone: set AZURE_SECRET"):
        connect({"client_id": "c", "tenant": "t", "cloud_environment": "https://127.0.0.1:1"})


def refusing(address: str):
    """The error of requests for a refused connection."""
    inner = NewConnectionError(None, "Failed to establish a new connection: [Errno 111] Connection refused")
    inner.__cause__ = ConnectionRefusedError(111, "Connection refused")
    return requests.exceptions.ConnectionError(MaxRetryError(None, address, inner))


def test_a_refused_first_connection_is_not_retried():
    canned = CannedAzure(refusing("/x"))
    with pytest.raises(Unavailable) as refused:
        canned.azure.images.list()
    assert refused.value.message == (
        "nothing answers at https://management.azure.com: the connection was refused. "
        "Check cloud_environment (AZURE_CLOUD_ENVIRONMENT) and, for signing in, adfs_authority_url (AZURE_AUTHORITY_HOST)."
    )
    assert (len(canned.sent), canned.clock.slept) == (1, [])


def test_only_the_error_for_this_machine_says_how_to_start_the_local_azure():
    refused = ConnectionRefusedError()
    assert "azlab up" in unreachable(refused, "https://127.0.0.1:8443/metadata/endpoints?sig=x")
    assert "azlab up" in unreachable(refused, "https://localhost/")
    assert "sig=" not in unreachable(refused, "https://127.0.0.1:8443/metadata/endpoints?sig=x")
    assert "azlab" not in unreachable(refused, "https://login.microsoftonline.com/")


def test_a_refused_first_connection_to_a_second_address_is_not_retried():
    canned = CannedAzure(answer(body={"name": "x"}), refusing("/x"))
    with pytest.raises(Unavailable, match="^nothing answers at https://login.lab: the connection was refused"):
        for host in ("arm.lab", "login.lab"):
            canned.transport.send(HttpRequest("GET", f"https://{host}/x"))
    assert len(canned.sent) == 2


@pytest.mark.parametrize(("errno", "kind"), [(socket.EAI_NONAME, Unavailable), (socket.EAI_AGAIN, ServiceRequestError)])
def test_an_unresolved_host_names_the_options_to_check_and_only_a_temporary_failure_is_retried(errno, kind):
    failure = requests.exceptions.ConnectionError("x")
    failure.__cause__ = socket.gaierror(errno, "Name or service not known")
    text = "the name of the host nowhere.lab cannot be resolved. Check cloud_environment (AZURE_CLOUD_ENVIRONMENT)"
    with pytest.raises(kind, match=f"^{re.escape(text)}"):
        CannedAzure(failure).transport.send(HttpRequest("GET", "https://nowhere.lab/metadata"))


def test_a_refused_connection_to_an_address_that_has_answered_is_retried():
    canned = CannedAzure(answer(body={"value": []}), refusing("/x"), answer(body={"value": []}))
    assert canned.azure.images.list() == canned.azure.images.list() == ()
    assert len(canned.sent) == 3


def test_a_refusal_by_the_proxy_is_not_one_by_azure():
    behind = refusing("/x")
    behind.__context__ = ProxyError("Cannot connect to proxy.", ConnectionRefusedError())
    assert is_refused(refusing("/x")) is True
    assert is_refused(behind) is False
    assert is_refused(requests.exceptions.ConnectionError("name resolution")) is False


def test_our_own_error_inside_an_error_of_azure_identity_is_raised_unchanged():
    with pytest.raises(Unavailable, match="^nothing answers at https://login.lab: "), describing("read x"):
        try:
            raise Unavailable(unreachable(ConnectionRefusedError(), "https://login.lab/t/oauth2/token"))
        except Unavailable as error:
            raise ClientAuthenticationError(f"Authentication failed: {error}") from error


PROVIDER = {"resourceTypes": [
    {"resourceType": "images", "locations": ["West Europe", "East US 2"]},
    {"resourceType": "virtualMachines", "locations": ["North Europe"]},
]}  # fmt: skip


def test_the_regions_of_a_kind_are_read_from_its_provider():
    canned = CannedAzure(answer(body=PROVIDER))
    assert canned.azure.regions.of(IMAGE) == {"westeurope", "eastus2"}
    assert canned.sent[0].path == f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute"
    assert CannedAzure(answer(body=PROVIDER)).azure.regions.of(DISK) == frozenset()


def test_regions_that_may_not_be_read_are_unknown():
    assert CannedAzure(error(403, "AuthorizationFailed", "no")).azure.regions.of(IMAGE) == frozenset()


def test_each_group_is_read_once_and_one_that_may_not_be_read_is_assumed_to_exist():
    here, there = ResourceId.of(IMAGE, "here", "i"), ResourceId.of(IMAGE, "there", "i", subscription="other")
    also = ResourceId.of(DISK, "HERE", "d")
    canned = CannedAzure(answer(body={"location": "westeurope"}), error(404, "ResourceGroupNotFound", "no"))
    assert canned.azure.groups.without_group(here, also, None, there) == {there}
    assert [each.path.split("/")[2:] for each in canned.sent] == [
        [SUBSCRIPTION, "resourcegroups", "HERE"],
        ["other", "resourcegroups", "there"],
    ]
    forbidden = CannedAzure(error(403, "AuthorizationFailed", "no"))
    assert forbidden.azure.groups.without_group(here) == frozenset()


def through_proxy(refusal):
    """The error of requests for a proxy that does not connect."""
    inner = ProxyError("Unable to connect to proxy", OSError(f"Tunnel connection failed: {refusal}"))
    return requests.exceptions.ProxyError(MaxRetryError(None, "/x", inner))


@pytest.mark.parametrize(
    ("refusal", "tries"), [("407 Proxy Authentication Required", 1), ("403 Forbidden", 1), ("503 Service Unavailable", 4)]
)
def test_a_refusal_by_a_proxy_is_named_and_only_a_congested_proxy_is_asked_again(refusal, tries):
    canned = CannedAzure(*[through_proxy(refusal) for _ in range(10)])
    with pytest.raises(Unavailable, match=f"the proxy refused to connect to management.azure.com: {refusal}. Check HTTPS_PROXY"):
        canned.azure.images.list()
    assert len(canned.sent) == tries


@pytest.mark.parametrize(("proxy", "text"), [
    ("http://bob:pass@127.0.0.1:1", r"^the proxy that HTTPS_PROXY \(or ALL_PROXY\) names cannot be reached: the connection was refused"),
    ("no-proxy.invalid:3128", r"^the proxy that HTTPS_PROXY \(or ALL_PROXY\) names cannot be reached: its name cannot be resolved"),
    ("http://bob:pa#ss@proxy:3128", r"^cannot connect through the proxy of HTTPS_PROXY .or ALL_PROXY.: it must look like http://host:port"),
    ("ftp://bob:pass@proxy:3128", r"^cannot connect through the proxy of HTTPS_PROXY .or ALL_PROXY.: it must begin with http:// or https://"),
])  # fmt: skip
def test_an_unusable_proxy_is_named_before_signing_in_and_without_its_password(monkeypatch, capfd, proxy, text):
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", *BUNDLES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(Unavailable, match=text) as failure:
        connect({**OPTIONS, "subscription_id": SUBSCRIPTION, "wait_timeout": 60}).images.list()
    shown = "".join(traceback.format_exception(failure.value)) + capfd.readouterr().err
    assert "pa#ss" not in shown
    assert "bob:pa" not in shown


def test_a_proxy_that_is_not_used_for_the_cloud_may_be_unusable(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(Unavailable, match="^nothing answers at https://127.0.0.1:1"):
        connect({**OPTIONS, "subscription_id": SUBSCRIPTION, "cloud_environment": "https://127.0.0.1:1"}).images.list()
