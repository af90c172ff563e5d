# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors say what could not be done, and hold no secret."""

from __future__ import annotations

import sys
import traceback

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Missing, Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import describing, scrub
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.imports import needs
from azure.core.exceptions import AzureError, ClientAuthenticationError, DecodeError, ServiceRequestError
from azure.identity import CredentialUnavailableError


@pytest.mark.parametrize(
    ("raised", "kind", "text"),
    [
        (
            ClientAuthenticationError("AADSTS7000215: Invalid client secret. Trace ID: 1"),
            Denied,
            r"could not read x: signing in failed: check secret \(AZURE_SECRET or AZURE_CLIENT_SECRET\). AADSTS7000215: .* Trace ID: 1$",
        ),
        (ClientAuthenticationError("AADSTS90002: Tenant 't' not found."), Denied, r"check tenant \(AZURE_TENANT or AZURE_TENANT_ID\). AAD"),
        (ClientAuthenticationError("AADSTS700016: Application 'c'"), Denied, r"check client_id \(AZURE_CLIENT_ID\) and tenant"),
        (
            CredentialUnavailableError("Azure CLI not found on path"),
            Denied,
            r"failed: check that the Azure CLI is installed, or choose another auth_source \(ANSIBLE_AZURE_AUTH_SOURCE\). Az",
        ),
        (
            CredentialUnavailableError("ManagedIdentityCredential authentication unavailable"),
            Denied,
            r"check that this machine has a managed identity",
        ),
        (ClientAuthenticationError("AADSTS1: other"), Denied, "could not read x: signing in failed: AADSTS1: other"),
        (ServiceRequestError("name resolution"), Unavailable, "could not read x: no answer: name resolution"),
        (DecodeError("not JSON"), Refused, "could not read x: not JSON"),
        (AzureError("what"), Refused, "could not read x: what"),
        (TimedOut("the time limit has passed"), TimedOut, "could not read x: the time limit has passed"),
        (Missing("as it is"), Missing, "^as it is$"),
    ],
)
def test_an_error_names_the_action(raised, kind, text):
    with pytest.raises(kind, match=text), describing("read x"):
        raise raised


def test_a_traceback_shows_where_the_error_was_raised_but_no_secret():
    secret = "c2VjcmV0"

    def download():
        raise ServiceRequestError(f"cannot reach https://disk/x?sig={secret}")

    with pytest.raises(Unavailable) as failure, describing("read x"):
        download()
    shown = "".join(traceback.format_exception(failure.value))
    assert f"sig={secret}" not in shown
    assert "in download" in shown


def test_an_error_of_no_library_is_raised_unchanged():
    with pytest.raises(KeyError), describing("read x"):
        raise KeyError("properties")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://a/b?se=1&sig=a%2Fb%3D&sp=r", "https://a/b?se=1&sig=***&sp=r"),
        ("at /a?sig=abc' and 'SIG=def'", "at /a?sig=***' and 'SIG=***'"),
        ("Authorization: Bearer eyJ0.abc-_.x=", "Authorization: Bearer ***"),
        ("client_secret=abc&x=1", "client_secret=***&x=1"),
        ("Failed to parse: http://bob:p@s#s/w@proxy:3128", "Failed to parse: http://***@proxy:3128"),
        ("at https://host:443/a and b@c", "at https://host:443/a and b@c"),
        ("design=nice sigma", "design=nice sigma"),
        (r"{uri: https://a/b?se=1\u0026sig=abc}", r"{uri: https://a/b?se=1\u0026sig=***"),
        ("/login?next=b%3Fse%3D1%26sig%3Da%252Fb%26sp%3Dr done", "/login?next=b%3Fse%3D1%26sig=*** done"),
        ('{"access_token": "eyJ0", "a": 1}', '{"access_token=***", "a": 1}'),
        ("two\n  lines", "two lines"),
    ],
)
def test_scrub_replaces_secrets(text, clean):
    assert scrub(text) == clean


def test_a_missing_library_is_named_with_the_interpreter():
    with pytest.raises(Unavailable, match=f"{sys.executable}, cannot import no_such_library: install azure-x there"), needs("azure-x"):
        import no_such_library  # noqa: F401
