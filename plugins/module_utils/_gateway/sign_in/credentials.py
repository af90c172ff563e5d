# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges credentials from every source that azure.azcollection reads, under its names and under those of Azure's own tools.

A value comes from the task's options, or else from the environment, or else from a profile of ~/.azure/credentials; a profile that
is named goes before the environment. An empty string counts as no value. The first source that holds a proof (a token, a secret, a
certificate, a password) decides the kind of the credential; other sources only complete it.

A new credential source: add its option to ``VARIABLES`` and ``PROOFS`` here, and its azure-identity class in ``identity.py``.
"""

from __future__ import annotations

import configparser
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..._core.errors import Denied, InvalidRequest
from ..._core.references import require_subscription

# Each option, and the environment variables that may set it; the first one that is set wins.
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("AZURE_PROFILE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "ad_user": ("AZURE_AD_USER", "AZURE_USERNAME"),
    "password": ("AZURE_PASSWORD",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "cert_validation_mode": ("AZURE_CERT_VALIDATION_MODE",),
    "adfs_authority_url": ("AZURE_ADFS_AUTHORITY_URL", "AZURE_AUTHORITY_HOST"),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "disable_instance_discovery": ("AZURE_DISABLE_INSTANCE_DISCOVERY",),
    "oidc_token": ("AZURE_FEDERATED_TOKEN",),
    "oidc_token_file_path": ("AZURE_FEDERATED_TOKEN_FILE",),
}
AUTH_SOURCE = "ANSIBLE_AZURE_AUTH_SOURCE"
# Has no option: it belongs to the certificate, whichever source names that.
CERTIFICATE_PASSWORD = "AZURE_CLIENT_CERTIFICATE_PASSWORD"
SOURCES = ("auto", "cli", "credential_file", "env", "msi")
# The order within one source, which is that of azure.azcollection.
PROOFS = ("oidc_token", "oidc_token_file_path", "secret", "x509_certificate_path", "password")
# What belongs to a proof: a task or a profile that names one of these means that proof, wherever its other parts come from.
PARTS = {"ad_user": "password", "password": "password", "thumbprint": "x509_certificate_path"}
APPLICATION = ("client_id", "tenant")
PLAIN = ("client_id", "tenant", "ad_user", "cloud_environment", "adfs_authority_url", "thumbprint")
_WITHOUT_PROFILE = f"add it there, or sign in without a profile (options profile and auth_source, AZURE_PROFILE and {AUTH_SOURCE})."
FLAGS = {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}


Source = Mapping[str, Any]
"""The values that one place, such as the environment, gives for the options."""


@dataclass(frozen=True)
class Credentials:
    """The merged values. ``proof`` names the kind: one of PROOFS, ``cli``, ``msi``, or ``ambient`` (CLI, then managed identity)."""

    proof: str
    subscription_id: str | None = None
    client_id: str | None = None
    tenant: str | None = None
    ad_user: str | None = None
    cloud_environment: str | None = None
    adfs_authority_url: str | None = None
    thumbprint: str | None = None
    disable_instance_discovery: bool | None = None
    certificate_password: str | None = field(default=None, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


def merge(params: Mapping[str, Any], environ: Mapping[str, str]) -> Credentials:
    """Choose and complete a credential from the task's options, the environment and the credential file."""
    auth_source = params.get("auth_source") or environ.get(AUTH_SOURCE) or "auto"
    if auth_source not in SOURCES:
        raise InvalidRequest(f"auth_source: must be one of {', '.join(SOURCES)}, not '{auth_source}' (from {AUTH_SOURCE}).")
    own = {option: params[option] for option in VARIABLES if params.get(option) not in (None, "")}
    variables = {option: value for option, names in VARIABLES.items() if (value := next(filter(None, map(environ.get, names)), None))}
    home = _home(environ) / ".azure"
    profile = own.get("profile") or variables.get("profile")
    stored = _stored(home / "credentials", profile, auth_source)
    order = _order(auth_source, own, variables, stored, bool(profile))
    merged = _merged(order, own)
    _require_validation(merged)
    named = (own, stored) if profile else (own,)
    proof = {"cli": "cli", "msi": "msi"}.get(auth_source) or _proof(order if auth_source == "auto" else order[:1], named, auth_source)
    subscription = merged.get("subscription_id")
    if not subscription and proof in ("cli", "ambient"):
        subscription = _cli_subscription(Path(environ.get("AZURE_CONFIG_DIR") or home), bool(environ.get("AZURE_CONFIG_DIR")))
    if subscription:
        holders = {"subscription_id": own, "AZURE_SUBSCRIPTION_ID": variables, f"subscription_id in {home / 'credentials'}": stored}
        origin = next((name for name, source in holders.items() if source.get("subscription_id") == subscription), "the Azure CLI")
        require_subscription(origin, subscription)
    return Credentials(
        proof=proof,
        subscription_id=subscription,
        disable_instance_discovery=_flag(merged.get("disable_instance_discovery")),
        certificate_password=environ.get(CERTIFICATE_PASSWORD) or None,
        secrets={option: str(merged[option]) for option in PROOFS if option in merged},
        **{option: merged.get(option) for option in PLAIN},
    )


def _order(auth_source: str, own: Source, variables: Source, stored: Source, has_profile: bool) -> tuple[Source, ...]:
    """The sources, the one that is searched for a proof first. A named profile goes before the environment."""
    if auth_source == "credential_file":
        return stored, own, variables
    if auth_source == "env":
        return variables, own
    return (own, stored, variables) if has_profile else (own, variables, stored)


def _merged(order: tuple[Source, ...], own: Source) -> dict[str, Any]:
    """All values: those of earlier sources replace those of later ones, and the task's options, except proofs, replace all others."""
    merged: dict[str, Any] = {}
    for source in reversed(order):
        merged |= source
    return merged | {option: value for option, value in own.items() if option not in PROOFS}


def _proof(order: tuple[Source, ...], named: tuple[Source, ...], auth_source: str) -> str:
    """The kind of the credential: the first proof in the first source that has one. A password counts only if a user name is known.

    A source that the task names and that holds a part of a proof decides too, so that no other identity is used in its place.
    """
    for source in order:
        for option in PROOFS:
            if option in source and (option != "password" or any("ad_user" in each for each in order)):
                return option
        if any(source is each for each in named) and (part := next(filter(source.get, PARTS), None)):
            return PARTS[part]
    if auth_source == "auto":
        return "ambient"
    if auth_source == "env":
        names = ", ".join(f"{VARIABLES[option][0]} ({option})" for option in PROOFS)
        raise Denied(f"auth_source is env, but the environment holds no credentials: set one of {names}.")
    raise Denied(f"auth_source is {auth_source}, but the profile in ~/.azure/credentials holds none of {', '.join(PROOFS)}.")


def require_complete(credentials: Credentials) -> None:
    """Raise Denied for incomplete credentials. Azure's libraries would find that out late, or would use another identity instead.

    A client id alone may name a managed identity, and a tenant alone may be for the Azure CLI.
    """
    given = {option for option in ("client_id", "tenant", "ad_user", "thumbprint") if getattr(credentials, option)}
    given |= set(credentials.secrets)
    missing: tuple[str, ...]
    proof, others = credentials.proof, ""
    if proof in PROOFS:
        given -= {*PROOFS} - {proof}
        missing = ("ad_user", proof) if proof == "password" else (*APPLICATION, proof)
    elif proof != "ambient":
        return
    elif "ad_user" in given or "password" in given:
        missing = ("ad_user", "password")
    elif "thumbprint" in given:
        missing = (*APPLICATION, "x509_certificate_path")
    elif given.issuperset(APPLICATION):
        missing, others = ("secret",), ", or set a certificate or a token, or set auth_source to cli or msi"
    else:
        return
    if lacking := [option for option in missing if option not in given]:
        have = sorted(given & {*APPLICATION, "ad_user", "thumbprint", *PROOFS})
        raise Denied(f"cannot sign in with {_and(have)} alone: set {_and(map(variable_of, lacking))}{others}.")


def variable_of(option: str) -> str:
    """The variable that sets an option for all tasks of a run, with the option's name."""
    return f"{VARIABLES[option][0]} (option {option})"


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _stored(path: Path, profile: str | None, auth_source: str) -> dict[str, str]:
    """The options in one section of the credential file, which must exist only if it was named."""
    needed = auth_source == "credential_file" or profile
    if auth_source in ("env", "cli", "msi") or (not needed and not _is_readable(path)):
        return {}
    name = profile or "default"
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Denied(f"cannot read the profile '{name}' from {path} ({error.strerror}): {_WITHOUT_PROFILE}") from error
    except (UnicodeDecodeError, configparser.Error) as error:
        raise Denied(
            f"cannot read the profile '{name}' from {path}: it must be a text file of sections like [{name}] with lines like tenant=..."
        ) from error
    if not parser.has_section(name):
        if needed:
            raise Denied(f"{path} has no profile '{name}': {_WITHOUT_PROFILE}")
        return {}
    return {option: value for option, value in parser.items(name) if option in VARIABLES and value}


def _require_validation(merged: Mapping[str, Any]) -> None:
    mode = merged.get("cert_validation_mode")
    if mode == "ignore":
        raise InvalidRequest(
            "cert_validation_mode: 'ignore' is refused; to trust a private CA, set the environment variable REQUESTS_CA_BUNDLE to its file."
        )
    if mode not in (None, "validate"):
        raise InvalidRequest(f"cert_validation_mode: must be 'validate', not '{mode}'.")


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if (flag := FLAGS.get(str(value).strip().lower())) is None:
        raise InvalidRequest(f"disable_instance_discovery: must be true or false, not '{value}'.")
    return flag


def _home(environ: Mapping[str, str]) -> Path:
    """The home directory; the root directory for a user without one, such as the arbitrary users of a container platform."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        return Path("/")


def _is_readable(path: Path) -> bool:
    """Whether an optional file can be read. One of another user, or on a file system that fails, counts as absent."""
    try:
        if not path.is_file():
            return False
        path.open("rb").close()
    except OSError:
        return False
    return True


def _cli_subscription(folder: Path, is_named: bool) -> str | None:
    """The subscription that the Azure CLI uses, as chosen by ``az account set``. A folder that was named must be readable."""
    path = folder / "azureProfile.json"
    if not is_named and not _is_readable(path):
        return None
    try:
        subscriptions = json.loads(path.read_text(encoding="utf-8-sig")).get("subscriptions") or []
        return next((each.get("id") for each in subscriptions if each.get("isDefault")), None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        raise Denied(
            f"cannot read the Azure CLI's current subscription from {path}: run az login again, or set subscription_id."
        ) from error
