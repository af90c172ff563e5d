"""The application of the control plane: sign-in, routes, faults, the request log, and the headers that every answer carries."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from azlab.arm import registry
from azlab.arm.compute import offers
from azlab.arm.compute.marketplace import reading
from azlab.arm.core import internal_errors, resource_errors
from azlab.arm.core.ids import group_id
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.arm.graph import queries
from azlab.arm.http import body_errors, long_running, path_errors
from azlab.arm.http.calls import Answer, Call, Route, Router
from azlab.arm.http.shape import check_shape
from azlab.arm.http.throttling import Throttle
from azlab.arm.http.versions import seen_by
from azlab.arm.ordering import agreements
from azlab.arm.tenant import group_deletion, groups, identity, locks, metadata, providers, resource_lists, rights, subscriptions
from azlab.arm.tenant.subscriptions import known_subscriptions
from azlab.faults import Fault
from azlab.requestlog import masked
from azlab.serving import cut

log = logging.getLogger("azlab.arm")

_ROUTES = [
    *(metadata.ROUTES + identity.ROUTES + long_running.ROUTES),
    *(subscriptions.ROUTES + providers.ROUTES + groups.ROUTES + locks.ROUTES + group_deletion.ROUTES + resource_lists.ROUTES),
    *rights.ROUTES,
    *queries.ROUTES,
    *chain.from_iterable(each.all_routes for each in registry.TYPES.values()),
    *(offers.ROUTES + reading.ROUTES + agreements.ROUTES),
]
_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"]
_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/([^/]+)/.+", re.IGNORECASE)
_PROVIDER = re.compile(r"/providers/([^/]+)/(.+)", re.IGNORECASE)
_IN_GALLERIES = "/providers/microsoft.compute/galleries/"
_NAMESPACES = {
    *(each.namespace.lower() for each in registry.TYPES.values()),
    "microsoft.resources",
    "microsoft.storage",
    agreements.NAMESPACE.lower(),
}


@dataclass(frozen=True)
class _Incoming:
    """A request that was read: its body, its route (or why it has none), and the fault that a rule asks for."""

    request: Request
    raw: bytes
    route: Route | None
    params: dict[str, str]
    refused: AzureError | None
    fault: Fault | None = None


class ControlPlane:
    """One lab's control plane as an ASGI app."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._router = Router(_ROUTES)
        self.app = Starlette(routes=[StarletteRoute("/{path:path}", self._serve, methods=_METHODS)])
        self._throttle = Throttle(lab.settings, lab.faults)

    async def _serve(self, request: Request) -> Response:
        """Log the request, apply faults, answer, log the answer."""
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        client = f"{request.client.host}:{request.client.port}" if request.client else ""
        try:
            raw = await request.body()
        except ClientDisconnect:
            self._lab.log.write("in", method=request.method, path=target, op="", client=client, bytes=0, status=0)
            return Response(status_code=400)
        incoming = self._routed(request, raw)
        op = incoming.route.op if incoming.route else ""
        facts = {"method": request.method, "path": target, "op": op, "client": client}
        self._lab.log.write("in", **facts, bytes=len(raw))
        fault = self._lab.faults.match("arm", request.method, target, op)
        response = await self._answered(replace(incoming, fault=fault))
        status = response.status_code if response else 0
        self._lab.log.write("out", **facts, status=status, bytes=len(response.body) if response else 0, **_logged_body(target, raw))
        if response is None:
            cut(dict(request.scope))
            return Response(status_code=500)
        return response

    def _routed(self, request: Request, raw: bytes) -> _Incoming:
        """The request with its route."""
        try:
            found = self._router.find(request.method, request.url.path)
        except AzureError as error:
            return _Incoming(request, raw, None, {}, error)
        route, params = found or (None, {})
        return _Incoming(request, raw, route, params, None)

    async def _answered(self, incoming: _Incoming) -> Response | None:
        """The answer, or None if a fault cuts the connection."""
        fault = incoming.fault
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and not fault.after_effect:
            if fault.hang and not await self._released(incoming.request, fault):
                return None
            if fault.reset or fault.status:
                return self._faulty(incoming, fault)
        answer = await anyio.to_thread.run_sync(self._work, incoming)
        if fault and fault.after_effect:
            if fault.hang and not await self._released(incoming.request, fault):
                return None
            if fault.reset or fault.status:
                return self._faulty(incoming, fault)
        return self._response(incoming, answer)

    async def _released(self, request: Request, fault: Fault) -> bool:
        """Hold the answer until the rule is removed. False if the caller has gone by then."""
        while self._lab.faults.active(fault):
            if await request.is_disconnected():
                return False
            await asyncio.sleep(0.05)
        return not await request.is_disconnected()

    def _faulty(self, incoming: _Incoming, fault: Fault) -> Response | None:
        """The answer that a fault rule asks for, or None to cut the connection."""
        if fault.reset:
            return None
        if fault.html is not None:
            return Response(fault.html, fault.status or 502, media_type="text/html")
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        body = {"error": {"code": fault.code, "message": fault.message}}
        return self._response(incoming, Answer(fault.status or 500, body, headers))

    def _work(self, incoming: _Incoming) -> Answer:
        """Sign in, check and handle the request, and turn errors into answers. Runs in a thread."""
        request = incoming.request
        try:
            return self._handled(incoming)
        except AzureError as error:
            headers = identity.challenge(self._lab.settings, error) if error.status == 401 else dict(error.headers)
            if error.gateway:
                headers["x-ms-failure-cause"] = "gateway"
            return Answer(error.status, {"error": error.body()}, headers)
        except Exception:
            log.exception("%s %s", request.method, request.url.path)
            failure = internal_errors.LAB_FAILED()
            return Answer(failure.status, {"error": failure.body()})

    def _handled(self, incoming: _Incoming) -> Answer:
        call, route = self._call(incoming), incoming.route
        if route and route.public:
            return route.handler(call)
        identity.check(self._lab.settings, incoming.request.headers.get("authorization"))
        self._throttle.admit(call.method, call.url_path)
        self._admit(call)
        if incoming.refused:
            raise incoming.refused
        if route is None:
            raise _unknown(call)
        rights.check(call)
        locks.check(call)
        answer = route.handler(call)
        return replace(answer, body=seen_by(call.version, answer.body, registry.SINCE))

    def _call(self, incoming: _Incoming) -> Call:
        request, route = incoming.request, incoming.route
        query = {("api-version" if key.lower() == "api-version" else key): value for key, value in request.query_params.items()}
        return Call(
            lab=self._lab,
            method=request.method,
            url_path=request.url.path,
            path=incoming.params,
            query=query,
            headers=dict(request.headers),
            raw=incoming.raw,
            json=None if (route and route.public) else _parsed(incoming.raw),
            host=f"https://{request.headers.get('host') or f'127.0.0.1:{self._lab.settings.arm_port}'}",
            fault=incoming.fault,
        )

    def _admit(self, call: Call) -> None:
        """Check what ARM checks before it asks any resource provider: api-version, subscription, group."""
        if "api-version" not in call.query:
            raise path_errors.NO_API_VERSION()
        parts = call.url_path.strip("/").split("/")
        if len(parts) > 1 and parts[0].lower() == "subscriptions" and parts[1].lower() not in known_subscriptions(self._lab.settings):
            raise path_errors.NO_SUBSCRIPTION(subscription=parts[1])
        group = _GROUP.match(call.url_path)
        if group and self._lab.store.find(group_id(parts[1].lower(), group[1])) is None:
            raise path_errors.NO_GROUP(group=group[1])

    def _response(self, incoming: _Incoming, answer: Answer) -> Response:
        headers = self._common(incoming, answer.status)
        headers.update(answer.headers)
        if answer.body is None or incoming.request.method == "HEAD":
            return Response(status_code=answer.status, headers=headers)
        content = json.dumps(answer.body, separators=(",", ":")).encode()
        return Response(content, answer.status, headers, media_type="application/json; charset=utf-8")

    def _common(self, incoming: _Incoming, status: int) -> dict[str, str]:
        """The headers that Azure puts on every answer."""
        request, route = incoming.request, incoming.route
        request_id = str(uuid.uuid4())
        headers = {
            "Cache-Control": "no-cache",
            "Pragma": "no-cache",
            "Expires": "-1",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": request.headers.get("x-ms-correlation-request-id", request_id),
            "x-ms-routing-request-id": f"AZLAB:{request_id}",
        }
        if route is not None and route.public:
            return headers
        headers.update(self._throttle.headers(request.method, request.url.path))
        if route and route.bucket and status != 401:
            headers["x-ms-ratelimit-remaining-resource"] = (
                f"Microsoft.Compute/{route.bucket}3Min;999,Microsoft.Compute/{route.bucket}30Min;7999"
            )
        return headers


def _logged_body(target: str, raw: bytes) -> dict[str, str]:
    """The body of a request on a gallery, for the request log. Bodies of other requests may hold passwords."""
    return {"body": masked(raw.decode(errors="replace"))} if raw and _IN_GALLERIES in target.lower() else {}


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        body = json.loads(raw)
    except ValueError:
        raise body_errors.BAD_JSON(detail="the body is not JSON") from None
    check_shape(body)
    return body


def _unknown(call: Call) -> AzureError:
    """The error about a path without a route: the provider, the type or the path does not exist."""
    provider = _PROVIDER.search(call.url_path)
    if provider is None:
        return resource_errors.NO_ENTITY()
    namespace, rest = provider[1], provider[2].strip("/").split("/")
    if namespace.lower() not in _NAMESPACES:
        return path_errors.NO_NAMESPACE(namespace=namespace)
    if rest[0].lower() == "locations" and len(rest) > 2:
        rest = ["locations", *rest[2:3]]
    type_ = "/".join(rest[0::2]) if rest[0] != "locations" else "/".join(rest)
    return path_errors.NO_TYPE(type=type_, namespace=namespace, version=call.version)
