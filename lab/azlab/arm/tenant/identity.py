"""The part of Entra ID that a service principal uses: OpenID configuration, tokens for the one client, and the check of every token.

Error codes and texts are those that MSAL and azure-identity show to users.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl

from azlab.arm.core.json import Json
from azlab.arm.core.refusals import AzureError
from azlab.arm.http import token_errors
from azlab.arm.http.calls import Answer, Call, Route
from azlab.evidence import DOCUMENTED, ISSUE, Evidence
from azlab.settings import Settings

_LIFETIME = 24 * 3600
_ANY_TENANT = ("common", "organizations", "adfs")


def openid_configuration(call: Call) -> Answer:
    """The addresses of a tenant's endpoints."""
    tenant = call.path["tenant"]
    base = f"{call.host}/{tenant}"
    oauth = f"{base}/oauth2/v2.0" if "/v2.0/" in call.url_path.lower() else f"{base}/oauth2"
    return Answer(
        200,
        {
            "token_endpoint": f"{oauth}/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["HS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{oauth}/authorize",
            "device_authorization_endpoint": f"{oauth}/devicecode",
            "end_session_endpoint": f"{oauth}/logout",
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
            "tenant_region_scope": "EU",
        },
    )


def instance_discovery(call: Call) -> Answer:
    """The authority that a client should use: always this lab."""
    here = call.host.removeprefix("https://")
    return Answer(
        200,
        {
            "tenant_discovery_endpoint": f"{call.host}/common/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": here, "preferred_cache": here, "aliases": [here]}],
        },
    )


def token(call: Call) -> Answer:
    """A token for the one client of the lab, if the secret is right."""
    settings = call.lab.settings
    form = dict(parse_qsl(call.raw.decode("utf-8", "replace")))
    client, secret = _credentials(call, form)
    refusal = _refusal(call, form, client, secret)
    if refusal:
        return refusal
    audience = form.get("resource") or form.get("scope", "").removesuffix("/.default") or settings.arm_url
    expires = int(time.time()) + _LIFETIME
    answer: Json = {"token_type": "Bearer", "expires_in": _LIFETIME, "ext_expires_in": _LIFETIME}
    if "resource" in form:
        answer = {key: str(value) for key, value in answer.items()}
        answer.update(expires_on=str(expires), not_before=str(expires - _LIFETIME), resource=form["resource"])
    return Answer(200, {**answer, "access_token": issue(settings, call.host, audience, expires)}, {"Cache-Control": "no-store, no-cache"})


def _credentials(call: Call, form: dict[str, str]) -> tuple[str, str | None]:
    """The client and its secret, from basic authentication or from the form."""
    header = call.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        client, _, secret = base64.b64decode(header[6:]).decode("utf-8", "replace").partition(":")
        return client, secret
    return form.get("client_id", ""), form.get("client_secret")


@dataclass(frozen=True)
class TokenRefusal:
    """One way in which Entra ID refuses to issue a token. The numbers are documented; the texts are quoted from issues."""

    status: int
    error: str
    number: int
    text: str
    evidence: Evidence

    def __call__(self, **facts: str) -> Answer:
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        description = f"AADSTS{self.number}: {self.text.format(**facts)} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        return Answer(
            self.status,
            {
                "error": self.error,
                "error_description": description,
                "error_codes": [self.number],
                "timestamp": stamp,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
            },
        )


NO_TENANT = TokenRefusal(
    400,
    "invalid_request",
    90002,
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
    ISSUE,
)
OTHER_GRANT = TokenRefusal(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '{grant}'.", DOCUMENTED)
NO_CLIENT = TokenRefusal(
    400, "unauthorized_client", 700016, "Application with identifier '{client}' was not found in the directory '{tenant}'.", ISSUE
)
NO_CERTIFICATE = TokenRefusal(
    401, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered.", ISSUE
)
NO_SECRET = TokenRefusal(
    401,
    "invalid_client",
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ISSUE,
)
WRONG_SECRET = TokenRefusal(
    401,
    "invalid_client",
    7000215,
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value,"
    " not the client secret ID, for a secret added to app '{client}'.",
    ISSUE,
)


def _refusal(call: Call, form: dict[str, str], client: str, secret: str | None) -> Answer | None:
    settings, tenant = call.lab.settings, call.path["tenant"]
    if tenant.lower() != settings.tenant and tenant.lower() not in _ANY_TENANT:
        return NO_TENANT(tenant=tenant)
    if form.get("grant_type") != "client_credentials":
        return OTHER_GRANT(grant=form.get("grant_type", ""))
    if client.lower() != settings.client_id:
        return NO_CLIENT(client=client, tenant=tenant)
    if "client_assertion" in form:
        return NO_CERTIFICATE()
    if secret is None:
        return NO_SECRET()
    if not hmac.compare_digest(secret.encode(), settings.client_secret.encode()):
        return WRONG_SECRET(client=settings.client_id)
    return None


def issue(settings: Settings, host: str, audience: str, expires: int) -> str:
    """A signed token. Its key is derived from the client secret, so a token stays valid when the lab is restarted."""
    claims = {
        "aud": audience,
        "iss": f"{host}/{settings.tenant}/",
        "iat": expires - _LIFETIME,
        "nbf": expires - _LIFETIME,
        "exp": expires,
        "appid": settings.client_id,
        "oid": settings.client_id,
        "sub": settings.client_id,
        "tid": settings.tenant,
        "idtyp": "app",
        "ver": "1.0",
    }
    signed = f"{_encode({'typ': 'JWT', 'alg': 'HS256'})}.{_encode(claims)}"
    return f"{signed}.{_signature(settings, signed)}"


def check(settings: Settings, authorization: str | None) -> None:
    """Refuse a request without a valid token of this lab."""
    if not authorization:
        raise token_errors.NO_TOKEN()
    kind, _, token = authorization.partition(" ")
    signed, _, signature = token.strip().rpartition(".")
    if kind.lower() != "bearer" or not hmac.compare_digest(signature, _signature(settings, signed)):
        raise token_errors.BAD_TOKEN()
    claims = json.loads(_decode(signed.partition(".")[2]))
    if claims["exp"] < time.time():
        raise token_errors.EXPIRED_TOKEN()


def challenge(settings: Settings, error: AzureError) -> dict[str, str]:
    """The header that names the address at which a client gets a token."""
    text = error.message.replace('"', "'")
    authority = f'authorization_uri="{settings.arm_url}/{settings.tenant}"'
    return {"WWW-Authenticate": f'Bearer {authority}, error="invalid_token", error_description="{text}"'}


def _signature(settings: Settings, text: str) -> str:
    return _b64(hmac.new(f"token:{settings.client_secret}".encode(), text.encode(), hashlib.sha256).digest())


def _encode(value: Json) -> str:
    return _b64(json.dumps(value, separators=(",", ":")).encode())


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


ROUTES = [
    Route("GET", "/common/discovery/instance", instance_discovery, "identity.discovery", public=True),
    Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", openid_configuration, "identity.openid", public=True),
    Route("GET", "/{tenant}/.well-known/openid-configuration", openid_configuration, "identity.openid", public=True),
    Route("POST", "/{tenant}/oauth2/v2.0/token", token, "identity.token", public=True),
    Route("POST", "/{tenant}/oauth2/token", token, "identity.token", public=True),
]
