# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the Azure libraries, turned into the collection's own: each says what could not be done, and holds no secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..._core.errors import Denied, Failed, GoldenImageError, Missing, Refused, TimedOut, Unavailable

# The only codes of a 404 that mean "this resource does not exist". SubscriptionNotFound, InvalidResourceType and so on are errors.
# ParentResourceNotFound is the answer about an image definition whose gallery does not exist.
ABSENT = {"ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound", "NotFound"}
DENIED = (401, 403)
NO_SUBSCRIPTION = {"SubscriptionNotFound", "InvalidSubscriptionId"}
CHECK_SUBSCRIPTION = "Check subscription_id or AZURE_SUBSCRIPTION_ID, and that this identity has rights in the subscription."
MOST_INNER = 5
"""So many errors inside an error are shown: a template or a policy can break at hundreds of places."""
ANOTHER_SOURCE = "or choose another auth_source (ANSIBLE_AZURE_AUTH_SOURCE)"
# A mark in the text of a refused sign-in, and what to check then.
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
SIGN_IN = {
    "AADSTS7000215": "secret (AZURE_SECRET or AZURE_CLIENT_SECRET)",
    "AADSTS7000222": "secret (AZURE_SECRET or AZURE_CLIENT_SECRET), which has expired",
    "AADSTS700016": "client_id (AZURE_CLIENT_ID) and tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS90002": "tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS900023": "tenant (AZURE_TENANT or AZURE_TENANT_ID)",
    "AADSTS50126": "ad_user (AZURE_AD_USER) and password (AZURE_PASSWORD)",
    "Azure CLI not found": f"that the Azure CLI is installed, {ANOTHER_SOURCE}",
    "Please run 'az login'": f"that az login was run, {ANOTHER_SOURCE}",
    "ManagedIdentityCredential": f"that this machine has a managed identity (that of client_id, if one is given), {ANOTHER_SOURCE}",
}
_SECRET = re.compile(
    r"""(?i)(?<![a-z])(sig|client_secret|client_assertion|access_token|password)(?:=|%3D|"\s*:\s*")[^&\s"'<>]+|\b(Bearer)\s+[\w.~+/-]+=*"""
)
"""Also as it is in the query of another URL (``%26sig%3D``) and in JSON (``\\u0026sig=``, ``"access_token": "..."``)."""
_LOGIN = re.compile(r"""://[^\s"'<>/]*:[^\s"'<>]*@""")
"""The login in the address of a proxy. A password may hold characters that end the host in a correct address."""


@contextmanager
def describing(action: str) -> Iterator[None]:
    """Turn what the Azure libraries raise in this block into one of our errors: ``could not <action>: (Code) text``.

    The library's error is not kept as the cause, because its text may hold a SAS and Ansible can show the chain; its traceback is kept.
    """
    try:
        yield
    except TimedOut as error:
        raise TimedOut(f"could not {action}: {error.message}", **error.facts) from error
    except GoldenImageError:
        raise
    except Exception as error:
        if own := _own(error):
            raise own from None
        if (translated := translate(error, action)) is None:
            raise
        raise translated.with_traceback(error.__traceback__) from None


def _own(error: BaseException) -> GoldenImageError | None:
    """The error of ours that azure-identity has wrapped into its own, if it has."""
    cause = error.__cause__
    return cause if cause is None or isinstance(cause, GoldenImageError) else _own(cause)


def causes(error: BaseException) -> list[BaseException]:
    """An error and all errors that libraries have wrapped into it, each in its own way."""
    found: list[BaseException] = []
    following: list[Any] = [error]
    while following:
        each = following.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            wrapped = (getattr(each, "inner_exception", None), getattr(each, "reason", None))
            following += [each.__cause__, each.__context__, *wrapped, *each.args]
    return found


def scrub(text: str) -> str:
    """The text on one line, with ``***`` for every secret."""
    text = _LOGIN.sub("://***@", " ".join(text.split()))
    return _SECRET.sub(lambda found: f"{found[1]}=***" if found[1] else "Bearer ***", text)


def translate(error: Exception, action: str) -> GoldenImageError | None:
    """Our error for an error of azure-core, or of the parser of its answers; None for any other."""
    from azure.core.exceptions import (
        AzureError,
        ClientAuthenticationError,
        DecodeError,
        HttpResponseError,
        IncompleteReadError,
        ServiceRequestError,
        ServiceResponseError,
    )

    if isinstance(error, HttpResponseError) and error.response is not None:
        return (_unreadable if isinstance(error, DecodeError) else _answered)(error, action)
    text = scrub(getattr(error, "message", None) or str(error))
    if isinstance(error, json.JSONDecodeError):
        return Unavailable(f"could not {action}: Azure's answer is not JSON: {text}.")
    if isinstance(error, ClientAuthenticationError):
        return Denied(f"could not {action}: signing in failed: {_what_to_check(text)}{text}")
    if isinstance(error, ServiceRequestError | ServiceResponseError | IncompleteReadError):
        hint = " Set REQUESTS_CA_BUNDLE to a file that holds its CA." if "CERTIFICATE_VERIFY_FAILED" in text else ""
        return Unavailable(f"could not {action}: no answer: {text}{hint}")
    if isinstance(error, AzureError):
        return Refused(f"could not {action}: {text}")
    return None


def _what_to_check(text: str) -> str:
    """Which option to check after a refused sign-in, as the start of a sentence; '' if the reason is not known."""
    found = next((option for mark, option in SIGN_IN.items() if mark in text), None)
    return f"check {found}. " if found else ""


def _answered(error: Any, action: str) -> GoldenImageError:
    """Our error for an error answer: an HTTP status, or an operation that ended as Failed (its poll has status 200)."""
    status = error.status_code
    code = getattr(error.error, "code", None) or ""
    text = _text(getattr(error.error, "message", None) or error.message or error.reason or "no text")
    text = " ".join((text, *_inner(error, text)))
    message = f"could not {action}: ({code}) {text}" if code else f"could not {action}: {status} {text}"
    if code in NO_SUBSCRIPTION:
        message = f"{message.rstrip('.')}. {CHECK_SUBSCRIPTION}"
    facts = dict(code=code or None, status=status, request_id=error.response.headers.get("x-ms-request-id"))
    if status in DENIED:
        return Denied(message, **facts)
    if status == 404 and code in ABSENT:
        return Missing(message, **facts)
    return Failed(message, **facts) if status < 400 else Refused(message, **facts)


def _inner(error: Any, text: str) -> list[str]:
    """The texts of the errors inside an error, which alone may hold the reason: the Marketplace says "See inner errors for details."."""
    found = [(each.code, _text(each.message or "")) for each in _within(error.error)]
    texts = list(dict.fromkeys(f"({code}) {inner}" if code else inner for code, inner in found if inner and inner not in text))
    more = [f"({len(texts) - MOST_INNER} more errors are left out.)"] if texts[MOST_INNER:] else []
    return [*texts[:MOST_INNER], *more]


def _within(error: Any) -> Iterator[Any]:
    """The errors inside an error, and those inside them."""
    for each in getattr(error, "details", None) or ():
        yield each
        yield from _within(each)


def _text(message: Any) -> str:
    """A message without secrets; one that should be text but is an object, as JSON."""
    return scrub(message if isinstance(message, str) else json.dumps(message))


def _unreadable(error: Any, action: str) -> GoldenImageError:
    """Our error for an answer that should have been JSON, such as the page of a proxy. It never means that a resource is absent."""
    status = error.status_code
    message = f"could not {action}: {scrub(error.message)}"
    if status in DENIED:
        return Denied(message, status=status)
    return Refused(message, status=status) if status >= 400 else Unavailable(message, status=status)
