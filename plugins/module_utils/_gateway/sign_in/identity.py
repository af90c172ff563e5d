# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The azure-identity credential for merged credentials: one branch of ``identity`` per kind of proof."""

from __future__ import annotations

import os
import re
import socket
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..._core.errors import Denied, InvalidRequest
from ..sdk.errors import scrub
from ..sdk.imports import needs
from .certificate import require_thumbprint
from .clouds import Cloud
from .credentials import Credentials, require_complete, variable_of

# The Azure CLI's own public client, which signs in users who name no application.
CLI_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
# Set by services that offer a managed identity at another address than the instance metadata service.
IDENTITY_SERVICES = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT", "IMDS_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")


def identity(credentials: Credentials, cloud: Cloud, transport: Any, managed_identity_answers: Callable[[], bool] | None = None) -> Any:
    """Build the credential. Nothing is sent yet, except that ``auto`` tests for at most half a second if there is a managed identity."""
    with needs("azure-identity"):
        import azure.identity as sdk
    no_discovery = credentials.disable_instance_discovery
    _require_tenant(credentials.tenant)
    options: dict[str, Any] = dict(
        authority=_authority(credentials, cloud),
        disable_instance_discovery=not cloud.known if no_discovery is None else no_discovery,
        transport=transport,
    )
    secrets, proof = credentials.secrets, credentials.proof
    if proof == "oidc_token":
        return sdk.ClientAssertionCredential(*_application(credentials), func=lambda: secrets["oidc_token"], **options)
    if proof == "oidc_token_file_path":
        tenant, client = _application(credentials)
        _read(proof, secrets[proof])
        return sdk.WorkloadIdentityCredential(tenant_id=tenant, client_id=client, token_file_path=secrets[proof], **options)
    if proof == "secret":
        return sdk.ClientSecretCredential(*_application(credentials), secrets["secret"], **options)
    if proof == "x509_certificate_path":
        path, text = secrets[proof], _read(proof, secrets[proof])
        try:
            made = sdk.CertificateCredential(*_application(credentials), path, password=credentials.certificate_password, **options)
        except (ValueError, TypeError) as error:
            raise Denied(f"{proof}: {path} is not a usable certificate with a private key: {error}") from error
        require_thumbprint(path, text, credentials.thumbprint)
        return made
    if proof == "password":
        client, tenant = credentials.client_id or CLI_CLIENT, credentials.tenant or "organizations"
        return sdk.UsernamePasswordCredential(client, credentials.ad_user or "", secrets["password"], tenant_id=tenant, **options)
    if proof == "msi":
        return sdk.ManagedIdentityCredential(client_id=credentials.client_id, transport=transport)
    cli = sdk.AzureCliCredential(tenant_id=credentials.tenant or "")
    if proof == "cli":
        return cli
    if not (managed_identity_answers or imds_answers)():
        return Ambient(cli)
    return Ambient(cli, sdk.ManagedIdentityCredential(client_id=credentials.client_id, transport=transport))


class Ambient:
    """The identity of the machine, used if no credentials were given: that of the first source that has one."""

    def __init__(self, *sources: Any) -> None:
        self._sources = sources

    def get_token(self, *scopes: str, **options: Any) -> Any:
        """The token of the first source that is available; if that source fails, no other is tried."""
        with needs("azure-identity"):
            from azure.identity import CredentialUnavailableError
        reasons = []
        for source in self._sources:
            try:
                return source.get_token(*scopes, **options)
            except CredentialUnavailableError as error:
                reasons.append(plain(error.message))
        variables = ", ".join(map(variable_of, ("client_id", "secret", "tenant", "subscription_id")))
        raise Denied(f"no credentials were found: set {variables}, or run az login ({'; '.join(reasons)}).")


def plain(text: str) -> str:
    """The reason why a source has no identity, from azure-identity's text, beginning with the name of the source."""
    text = scrub(text).rstrip(".").replace("Azure CLI not found on path", "the Azure CLI: not found on the path")
    return text.replace("ManagedIdentityCredential authentication unavailable", "managed identity: not available here")


def imds_answers(seconds: float = 0.5) -> bool:
    """Whether there may be a managed identity: a service has announced one, or the metadata service accepts a connection at once."""
    if any(os.environ.get(name) for name in IDENTITY_SERVICES):
        return True
    try:
        with socket.create_connection(("169.254.169.254", 80), timeout=seconds):
            return True
    except OSError:
        return False


def _application(credentials: Credentials) -> tuple[str, str]:
    """The tenant and the client id, which every application needs to sign in."""
    require_complete(credentials)
    return credentials.tenant or "", credentials.client_id or ""


def _require_tenant(tenant: str | None) -> None:
    """Refuse a tenant that azure-identity would refuse, and name the option."""
    if tenant and not re.fullmatch(r"[A-Za-z0-9.-]+", tenant):
        raise InvalidRequest(f"tenant: must be the id or a domain of a tenant, not '{tenant}'.")


def _authority(credentials: Credentials, cloud: Cloud) -> str:
    """The address of the sign-in. The environment may name a host without https://."""
    authority = credentials.adfs_authority_url or cloud.login
    if urllib.parse.urlsplit(authority).scheme not in ("", "https"):
        option = "adfs_authority_url" if credentials.adfs_authority_url else "cloud_environment"
        raise InvalidRequest(f"{option}: the sign-in address must start with https://, but is '{authority}'.")
    return authority


def _read(option: str, path: str) -> str:
    """The text of a file that an option names. A token file is read again when needed, so this also checks that it can be read."""
    try:
        return Path(path).read_text(encoding="ascii", errors="ignore")
    except OSError as error:
        raise Denied(f"{option}: cannot read {path}: {error.strerror}.") from error
