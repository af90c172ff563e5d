"""The part of Entra ID that a service principal uses: OpenID configuration, tokens for the one client, and the check of every token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qsl

from azlab.arm.core.json import Json
from azlab.arm.core.refusals import AzureError
from azlab.arm.http import token_errors
from azlab.arm.http.calls import Answer, Call, Route
from azlab.arm.tenant import sign_in_errors
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


def _refusal(call: Call, form: dict[str, str], client: str, secret: str | None) -> Answer | None:
    settings, tenant = call.lab.settings, call.path["tenant"]
    if tenant.lower() != settings.tenant and tenant.lower() not in _ANY_TENANT:
        return sign_in_errors.NO_TENANT(tenant=tenant)
    if form.get("grant_type") != "client_credentials":
        return sign_in_errors.OTHER_GRANT(grant=form.get("grant_type", ""))
    if client.lower() != settings.client_id:
        return sign_in_errors.NO_CLIENT(client=client, tenant=tenant)
    if "client_assertion" in form:
        return sign_in_errors.NO_CERTIFICATE()
    if secret is None:
        return sign_in_errors.NO_SECRET()
    if not hmac.compare_digest(secret.encode(), settings.client_secret.encode()):
        return sign_in_errors.WRONG_SECRET(client=settings.client_id)
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
