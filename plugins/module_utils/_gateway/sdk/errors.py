# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the deed before doing it, so that an error says what could not be done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..._core.errors import Denied, Failed, GoldenImageError, Missing, Refused, TimedOut, Unavailable

# The only 404s that say "this resource does not exist". SubscriptionNotFound, InvalidResourceType and the like are errors.
ABSENT = {"ResourceNotFound", "ResourceGroupNotFound", "NotFound"}
NO_SUBSCRIPTION = {"SubscriptionNotFound", "InvalidSubscriptionId"}
CHECK_SUBSCRIPTION = "Check subscription_id or AZURE_SUBSCRIPTION_ID, and that this identity has rights in the subscription."
OTHERWISE = "or choose another auth_source (ANSIBLE_AZURE_AUTH_SOURCE)"
# What stands in the text of a refused sign-in, and what to check then.
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
SIGN_IN = {
    "AADSTS7000215": "secret (AZURE_SECRET or AZURE_CLIENT_SECRET)",
    "AADSTS7000222": "secret (AZURE_SECRET or AZURE_CLIENT_SECRET), which has expired",
    "AADSTS700016": "client_id (AZURE_CLIENT_ID) and tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS90002": "tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS900023": "tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS50126": "ad_user (AZURE_AD_USER) and password (AZURE_PASSWORD)",
    "Azure CLI not found": f"that the Azure CLI is installed, {OTHERWISE}",
    "Please run 'az login'": f"that az login was run, {OTHERWISE}",
    "ManagedIdentityCredential": f"that this machine has a managed identity (that of client_id, if one is given), {OTHERWISE}",
}
_SECRET = re.compile(r"""(?i)\b(sig|client_secret|client_assertion|access_token|password)=[^&\s"'<>]+|\b(Bearer)\s+[\w.~+/-]+=*""")


@contextmanager
def doing(deed: str) -> Iterator[None]:
    """Turn whatever the Azure libraries raise into one of our errors: ``could not <deed>: (Code) text``.

    Their own error is not kept as the cause, since its text may hold a SAS and Ansible can show whole chains; where it came from is.
    """
    try:
        yield
    except TimedOut as error:
        raise TimedOut(f"could not {deed}: {error.message}", **error.facts) from error
    except GoldenImageError:
        raise
    except Exception as error:
        if own := _own(error):
            raise own from None
        if (translated := translate(error, deed)) is None:
            raise
        raise translated.with_traceback(error.__traceback__) from None


def _own(error: BaseException) -> GoldenImageError | None:
    """Our own error, if azure-identity has wrapped one: it keeps no other kind of error as it is."""
    cause = error.__cause__
    return cause if cause is None or isinstance(cause, GoldenImageError) else _own(cause)


def scrub(text: str) -> str:
    """One line, and no secret in it."""
    return _SECRET.sub(lambda found: f"{found[1]}=***" if found[1] else "Bearer ***", " ".join(text.split()))


def translate(error: Exception, deed: str) -> GoldenImageError | None:
    """Our error for one of azure-core's; None for what is not azure-core's."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ServiceRequestError, ServiceResponseError

    if isinstance(error, HttpResponseError) and error.response is not None:
        return _answered(error, deed)
    text = scrub(getattr(error, "message", None) or str(error))
    if isinstance(error, ClientAuthenticationError):
        return Denied(f"could not {deed}: signing in failed: {_what_to_check(text)}{text}")
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        hint = " Set REQUESTS_CA_BUNDLE to a file that holds its CA." if "CERTIFICATE_VERIFY_FAILED" in text else ""
        return Unavailable(f"could not {deed}: no answer: {text}{hint}")
    if isinstance(error, AzureError):
        return Refused(f"could not {deed}: {text}")
    return None


def _what_to_check(text: str) -> str:
    """The option behind what the sign-in was refused for, before Azure's own text; '' if that is not known."""
    found = next((option for sign, option in SIGN_IN.items() if sign in text), None)
    return f"check {found}. " if found else ""


def _answered(error: Any, deed: str) -> GoldenImageError:
    """An answer came, and it is an error: an HTTP status, or an operation that ended as Failed (its poll has status 200)."""
    status = error.status_code
    code = getattr(error.error, "code", None) or ""
    text = scrub(getattr(error.error, "message", None) or error.message or error.reason or "no text")
    message = f"could not {deed}: ({code}) {text}" if code else f"could not {deed}: {status} {text}"
    if code in NO_SUBSCRIPTION:
        message = f"{message.rstrip('.')}. {CHECK_SUBSCRIPTION}"
    facts = dict(code=code or None, status=status, request_id=error.response.headers.get("x-ms-request-id"))
    if status in (401, 403):
        return Denied(message, **facts)
    if status == 404 and code in ABSENT:
        return Missing(message, **facts)
    return Failed(message, **facts) if status < 400 else Refused(message, **facts)
