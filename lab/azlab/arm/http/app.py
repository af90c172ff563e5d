"""The front door: authentication, routing, faults, the request log, and the headers that every answer carries."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import uuid
from typing import Any

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from azlab.arm.compute.disks import access, disks
from azlab.arm.compute.images import images
from azlab.arm.compute.machines import boot_diagnostics, machines, power
from azlab.arm.compute.snapshots import snapshots
from azlab.arm.core import errors, operations
from azlab.arm.core.lab import Lab
from azlab.arm.core.refusals import AzureError
from azlab.arm.http import errors as http_errors
from azlab.arm.http.calls import Answer, Call, Route, Router
from azlab.arm.http.shape import check_shape
from azlab.arm.network import interfaces, virtual_networks
from azlab.arm.tenant import group_deletion, groups, identity, metadata, providers, resource_lists, subscriptions
from azlab.faults import Fault
from azlab.serving import cut

log = logging.getLogger("azlab.arm")

_TABLES = (
    metadata.ROUTES,
    identity.ROUTES,
    operations.ROUTES,
    subscriptions.ROUTES,
    providers.ROUTES,
    groups.ROUTES,
    group_deletion.ROUTES,
    resource_lists.ROUTES,
    virtual_networks.ROUTES,
    interfaces.ROUTES,
    disks.ROUTES,
    snapshots.ROUTES,
    access.ROUTES,
    images.ROUTES,
    machines.ROUTES,
    power.ROUTES,
    boot_diagnostics.ROUTES,
)
_METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"]
_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/([^/]+)/.+", re.IGNORECASE)
_PROVIDER = re.compile(r"/providers/([^/]+)/(.+)", re.IGNORECASE)
_NAMESPACES = ("microsoft.compute", "microsoft.network", "microsoft.resources", "microsoft.storage")


class FrontDoor:
    """One lab's control plane as an ASGI app."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._router = Router(*_TABLES)
        self.app = Starlette(routes=[StarletteRoute("/{path:path}", self._serve, methods=_METHODS)])
        self._remaining = {"reads": 11999, "writes": 1199, "deletes": 14999}

    async def _serve(self, request: Request) -> Response:
        """Log, apply faults, answer."""
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        client = f"{request.client.host}:{request.client.port}" if request.client else ""
        try:
            raw = await request.body()
        except ClientDisconnect:
            self._lab.log.write("in", method=request.method, path=target, op="", client=client, bytes=0, status=0)
            return Response(status_code=400)
        route, params, refused = self._route(request)
        op = route.op if route else ""
        facts = {"method": request.method, "path": target, "op": op, "client": client}
        self._lab.log.write("in", **facts, bytes=len(raw))
        fault = self._lab.faults.match("arm", request.method, target, op)
        response = await self._answered(request, raw, route, params, refused, fault)
        status = response.status_code if response else 0
        self._lab.log.write("out", **facts, status=status, bytes=len(response.body) if response else 0)
        if response is None:
            cut(request.scope)
            return Response(status_code=500)
        return response

    def _route(self, request: Request) -> tuple[Route | None, dict[str, str], AzureError | None]:
        try:
            found = self._router.find(request.method, request.url.path)
        except AzureError as error:
            return None, {}, error
        return (found[0], found[1], None) if found else (None, {}, None)

    async def _answered(
        self, request: Request, raw: bytes, route: Route | None, params: dict[str, str], refused: AzureError | None, fault: Fault | None
    ) -> Response | None:
        """The answer, or None where a fault cuts the connection."""
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and not fault.after_effect:
            if fault.hang and not await self._released(request, fault):
                return None
            if fault.reset or fault.status:
                return self._faulty(request, route, fault)
        answer = await anyio.to_thread.run_sync(self._work, request, raw, route, params, refused, fault)
        if fault and fault.after_effect:
            if fault.hang and not await self._released(request, fault):
                return None
            if fault.reset or fault.status:
                return self._faulty(request, route, fault)
        return self._response(request, route, answer)

    async def _released(self, request: Request, fault: Fault) -> bool:
        """Hold the answer until the rule is gone; false when the caller left meanwhile."""
        while self._lab.faults.active(fault):
            if await request.is_disconnected():
                return False
            await asyncio.sleep(0.05)
        return not await request.is_disconnected()

    def _faulty(self, request: Request, route: Route | None, fault: Fault) -> Response | None:
        if fault.reset:
            return None
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        body = {"error": {"code": fault.code, "message": fault.message}}
        return self._response(request, route, Answer(fault.status or 500, body, headers))

    def _work(
        self, request: Request, raw: bytes, route: Route | None, params: dict[str, str], refused: AzureError | None, fault: Fault | None
    ) -> Answer:
        """Everything between a request and its answer; runs in a thread."""
        lab = self._lab
        host = f"https://{request.headers.get('host') or f'127.0.0.1:{lab.settings.arm_port}'}"
        query = {("api-version" if key.lower() == "api-version" else key): value for key, value in request.query_params.items()}
        try:
            call = Call(
                lab=lab,
                method=request.method,
                url_path=request.url.path,
                path=params,
                query=query,
                headers=dict(request.headers),
                raw=raw,
                json=None if (route and route.public) else _parsed(raw),
                host=host,
                fault=fault,
            )
            if route and route.public:
                return route.handler(call)
            identity.check(lab.settings, request.headers.get("authorization"))
            self._admit(call)
            if refused:
                raise refused
            if route is None:
                raise _unknown(call)
            return route.handler(call)
        except AzureError as error:
            headers = identity.challenge(lab.settings, error) if error.status == 401 else {}
            if error.gateway:
                headers["x-ms-failure-cause"] = "gateway"
            return Answer(error.status, {"error": error.body()}, headers)
        except Exception:
            log.exception("%s %s", request.method, request.url.path)
            failure = http_errors.LAB_FAILED()
            return Answer(failure.status, {"error": failure.body()})

    def _admit(self, call: Call) -> None:
        """What ARM checks before it asks any resource provider."""
        if "api-version" not in call.query:
            raise http_errors.NO_API_VERSION()
        parts = call.url_path.strip("/").split("/")
        if len(parts) > 1 and parts[0].lower() == "subscriptions" and parts[1].lower() != self._lab.settings.subscription:
            raise http_errors.NO_SUBSCRIPTION(subscription=parts[1])
        group = _GROUP.match(call.url_path)
        if group and self._lab.store.find(groups.group_id(call.lab, group[1])) is None:
            raise http_errors.NO_GROUP(group=group[1])

    def _response(self, request: Request, route: Route | None, answer: Answer) -> Response:
        headers = self._common(request, route, answer.status)
        headers.update(answer.headers)
        if answer.body is None or request.method == "HEAD":
            return Response(status_code=answer.status, headers=headers)
        content = json.dumps(answer.body, separators=(",", ":")).encode()
        return Response(content, answer.status, headers, media_type="application/json; charset=utf-8")

    def _common(self, request: Request, route: Route | None, status: int) -> dict[str, str]:
        """The headers that Azure puts on every answer."""
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
        kind = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(request.method, "writes")
        self._remaining[kind] = max(1, self._remaining[kind] - 1)
        headers[f"x-ms-ratelimit-remaining-subscription-{kind}"] = str(self._remaining[kind])
        if route and route.bucket and status != 401:
            headers["x-ms-ratelimit-remaining-resource"] = (
                f"Microsoft.Compute/{route.bucket}3Min;999,Microsoft.Compute/{route.bucket}30Min;7999"
            )
        return headers


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        body = json.loads(raw)
    except ValueError:
        raise http_errors.BAD_JSON(detail="the body is not JSON") from None
    check_shape(body)
    return body


def _unknown(call: Call) -> AzureError:
    """Why there is nothing at this path: the provider, its type, or the path itself."""
    provider = _PROVIDER.search(call.url_path)
    if provider is None:
        return errors.NO_ENTITY()
    namespace, rest = provider[1], provider[2].strip("/").split("/")
    if namespace.lower() not in _NAMESPACES:
        return http_errors.NO_NAMESPACE(namespace=namespace)
    if rest[0].lower() == "locations" and len(rest) > 2:
        rest = ["locations", *rest[2:3]]
    type_ = "/".join(rest[0::2]) if rest[0] != "locations" else "/".join(rest)
    return http_errors.NO_TYPE(type=type_, namespace=namespace, version=call.version)
