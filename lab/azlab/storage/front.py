"""The TLS front of the data plane, through which clients reach Azurite. The daemon starts it as a process of its own.

Azurite alone accepts too much: a write SAS could replace a disk, and digests are not checked. The front allows a SAS only what a managed
disk allows, checks digests, logs every request, and applies faults and limits. Signatures are checked by Azurite: before the front refuses
a request, it sends Azurite a HEAD with the same SAS, so that a revoked SAS is always answered as such.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from azlab.faults import Fault, Faults
from azlab.requestlog import RequestLog
from azlab.serving import cut
from azlab.settings import Settings
from azlab.storage import blob_operations, refusals
from azlab.storage.blob_operations import CLEAR_PAGES, PUT_PAGE, PUT_PAGE_FROM_URL, operation
from azlab.storage.blobs import service_client
from azlab.storage.grants import Grant, Grants
from azlab.storage.pages import LIMIT, PageWrite, check_digests, decoded
from azlab.storage.refusals import Refused
from azlab.storage.throughput import ThroughputLimits

_NOT_FORWARDED = {"host", "connection", "transfer-encoding", "x-ms-content-crc64", "authorization", "expect"}
_OWN_HEADERS = {"server", "date", "x-ms-version", "x-ms-client-request-id"}
_NOT_RETURNED = _OWN_HEADERS | {"connection", "keep-alive", "transfer-encoding", "content-length"}
_SERVER = "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"


@dataclass
class BlobRequest:
    """One request on its way through the front, with its operation, request id and body."""

    request: Request
    operation: str
    id: str
    body: bytes = b""

    @property
    def container(self) -> str:
        """The container, which is the disk's key: the second part of the path, after the account."""
        return (self.request.url.path.split("/") + ["", ""])[2]


class Front:
    """The ASGI app; one instance for a lab."""

    def __init__(self, settings: Settings, limits: ThroughputLimits | None = None) -> None:
        self._settings = settings
        self._grants = Grants(settings, service_client(settings))
        self._known: dict[tuple[str, str], Grant] = {}
        self._faults = Faults(settings.faults)
        self._log = RequestLog(settings.logs / "blob.jsonl")
        self._limits = limits or ThroughputLimits()
        # Azurite closes connections that were idle for 5 s; expiring them earlier avoids using one at that moment.
        pool = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=2)
        self._azurite = httpx.AsyncClient(timeout=httpx.Timeout(120, pool=None), limits=pool, trust_env=False)

    async def close(self) -> None:
        """Close the connections to Azurite."""
        await self._azurite.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        call = BlobRequest(request, operation(request.method, request.query_params, request.headers), str(uuid.uuid4()))
        facts = self._arrived(call)
        try:
            call.body = await _read(request)
            response = await self._faulty(call, receive)
        except ClientDisconnect:
            response = None
        if response is None:
            self._log.write("out", **facts, status=None, bytes=0)
            return
        self._finish(call, response)
        logged = _Logged(send, request.method, lambda count: self._log.write("out", **facts, status=response.status_code, bytes=count))
        try:
            await response(scope, receive, logged)
        finally:
            logged.done()

    def _arrived(self, call: BlobRequest) -> dict[str, Any]:
        """Log the request before it is handled; returns the facts for later log lines about it."""
        request = call.request
        query = f"?{request.url.query}" if request.url.query else ""
        client = f"{request.client.host}:{request.client.port}" if request.client else ""
        facts = {"method": request.method, "path": request.url.path + query, "op": call.operation, "client": client, "id": call.id}
        wanted = request.headers.get("x-ms-range") or request.headers.get("range")
        if wanted:
            facts["range"] = wanted
        self._log.write("in", **facts, status=None, bytes=int(request.headers.get("content-length", 0)))
        return facts

    async def _faulty(self, call: BlobRequest, receive: Receive) -> Response | None:
        """The response to a request, or that of a fault that matches it; None if the client gets no response."""
        path = f"{call.request.url.path}?{call.request.url.query}"
        fault = self._faults.match("blob", call.request.method, path, call.operation)
        if fault is None:
            return await self._answer(call)
        response = await self._answer(call) if fault.after_effect else None
        if not await self._apply(fault, call, receive):
            await _dropped(response)
            return None
        if fault.status is not None:
            await _dropped(response)
            response = Refused(fault.status, fault.code, fault.message).response(call.id, call.request.method)
            if fault.retry_after is not None:
                response.headers["Retry-After"] = str(fault.retry_after)
            return response
        return response or await self._answer(call)

    async def _apply(self, fault: Fault, call: BlobRequest, receive: Receive) -> bool:
        """Delay, hang or reset the connection as a fault demands; returns False if the client does not wait any more."""
        if fault.reset:
            cut(dict(call.request.scope))
            return False
        gone = asyncio.ensure_future(_gone(receive))
        try:
            until = time.monotonic() + fault.delay
            while time.monotonic() < until or (fault.hang and self._faults.active(fault)):
                if (await asyncio.wait([gone], timeout=0.05))[0]:
                    return False
            return True
        finally:
            gone.cancel()

    async def _answer(self, call: BlobRequest) -> Response:
        """The response without faults."""
        try:
            grant = await self._grant(call)
            try:
                if self._faults.throughput:
                    self._limits.count_request(call.container)
                crc = self._check(call, grant)
                if self._faults.throughput:
                    await asyncio.sleep(self._limits.wait_for_bytes(call.container, len(call.body)))
            except Refused as refused:
                await self._authenticate(call)
                raise refused
            response = await self._forward(call)
        except Refused as refused:
            return refused.response(call.id, call.request.method)
        except httpx.TransportError as error:
            self._log.write("error", method=call.request.method, path=call.request.url.path, id=call.id, error=repr(error))
            return refusals.INTERNAL().response(call.id, call.request.method)
        if crc is not None and response.status_code == 201:
            response.headers["x-ms-content-crc64"] = crc
        return response

    async def _grant(self, call: BlobRequest) -> Grant | None:
        """The grant of the SAS, or None if it names no policy. A policy never changes, so each is read once."""
        query = call.request.query_params
        if "sig" not in query:
            raise refusals.NOT_AUTHENTICATED(
                AuthenticationErrorDetail="The request carries no shared access signature, and disks are open to nothing else."
            )
        if decoded(query["sig"], 32) is None:
            raise refusals.NOT_AUTHENTICATED(AuthenticationErrorDetail="sig is not well formed: it has to be the base64 of 32 bytes.")
        policy = query.get("si")
        if policy is None:
            return None
        known = self._known.get((call.container, policy))
        if known is None:
            known = await asyncio.to_thread(self._grants.find, call.container, policy)
            if known is None:
                raise refusals.NOT_AUTHENTICATED(
                    AuthenticationErrorDetail="The signed identifier of the shared access signature is not known."
                )
            self._known[call.container, policy] = known
        return known

    def _check(self, call: BlobRequest, grant: Grant | None) -> str | None:
        """Raise Refused if the grant or Put Page does not allow the request; returns the CRC64 of a page update, otherwise None."""
        if grant is not None and grant.private:
            raise refusals.NOT_LET_IN()
        allowed = blob_operations.FILE if grant is None else blob_operations.ALLOWED[grant.access]
        if call.operation not in allowed:
            raise refusals.NOT_PERMITTED()
        if call.operation == PUT_PAGE_FROM_URL:
            raise refusals.NOT_IMPLEMENTED()
        if grant is not None and call.operation in (PUT_PAGE, CLEAR_PAGES):
            write = PageWrite.parse(call.request.headers, grant.length)
            return check_digests(call.request.headers, call.body) if write.update else None
        return None

    async def _authenticate(self, call: BlobRequest) -> None:
        """Raise Refused if Azurite does not accept the SAS."""
        answer = await self._azurite.send(httpx.Request("HEAD", self._target(call)))
        if answer.status_code == 403:
            raise refusals.NOT_AUTHENTICATED(AuthenticationErrorDetail="Signature did not match, or the shared access signature has ended.")

    async def _forward(self, call: BlobRequest) -> Response:
        """The response of Azurite, streamed."""
        headers = [(name, value) for name, value in call.request.headers.items() if name not in _NOT_FORWARDED]
        request = httpx.Request(call.request.method, self._target(call), headers=headers, content=call.body)
        answer = await self._azurite.send(request, stream=True)
        if answer.status_code == 403:
            await answer.aclose()
            await self._authenticate(call)
            raise refusals.NOT_PERMITTED()
        kept = {name: value for name, value in answer.headers.items() if name not in _NOT_RETURNED}
        if "content-length" in answer.headers:
            kept["content-length"] = answer.headers["content-length"]
        return _Streamed(answer, self._stream(call, answer), status_code=answer.status_code, headers=kept)

    async def _stream(self, call: BlobRequest, answer: httpx.Response) -> AsyncIterator[bytes]:
        async with contextlib.aclosing(answer):
            async for data in answer.aiter_raw():
                if self._faults.throughput:
                    await asyncio.sleep(self._limits.wait_for_bytes(call.container, len(data)))
                yield data

    def _target(self, call: BlobRequest) -> httpx.URL:
        raw = call.request.scope["raw_path"] + b"?" + call.request.scope["query_string"]
        return httpx.URL(scheme="http", host="127.0.0.1", port=self._settings.azurite_port, raw_path=raw)

    def _finish(self, call: BlobRequest, response: Response) -> None:
        """Add the headers that every response of the blob service has."""
        asked = call.request
        response.headers["Server"] = _SERVER
        response.headers.setdefault("x-ms-request-id", call.id)
        response.headers["x-ms-version"] = asked.headers.get("x-ms-version") or asked.query_params.get("sv") or "2023-11-03"
        if "x-ms-client-request-id" in asked.headers:
            response.headers["x-ms-client-request-id"] = asked.headers["x-ms-client-request-id"]


class _Streamed(StreamingResponse):
    """A response that is streamed from Azurite."""

    def __init__(self, upstream: httpx.Response, content: AsyncIterator[bytes], status_code: int, headers: dict[str, str]) -> None:
        super().__init__(content, status_code=status_code, headers=headers)
        self.upstream = upstream


class _Logged:
    """Logs a response with the length of its body just before the last part is sent, so that a client that has it finds it in the log."""

    def __init__(self, send: Send, method: str, log: Callable[[int], None]) -> None:
        self._send = send
        self._bodiless = method == "HEAD"
        self._log: Callable[[int], None] | None = log
        self._expected: int | None = None
        self._count = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            length = dict(message["headers"]).get(b"content-length")
            self._expected = 0 if self._bodiless else None if length is None else int(length)
        else:
            self._count += len(message.get("body", b""))
        if self._count == self._expected or (message["type"] == "http.response.body" and not message.get("more_body", False)):
            self.done()
        await self._send(message)

    def done(self) -> None:
        """Log the response unless it has been logged; also called for one that ended early."""
        if self._log is not None:
            self._log(self._count)
            self._log = None


async def _read(request: Request) -> bytes:
    """The body, up to the limit of Put Page; the rest is read and discarded, since a client may read the response only after sending."""
    body = bytearray()
    async for data in request.stream():
        body += data[: LIMIT - len(body)]
    return bytes(body)


async def _dropped(response: Response | None) -> None:
    """Close a response that is not sent, and the connection to Azurite that it comes from."""
    if isinstance(response, _Streamed):
        await response.upstream.aclose()


async def _gone(receive: Receive) -> None:
    """Return when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        continue


def app(settings: Settings) -> Starlette:
    """The front as an application that closes its connections at the end."""
    front = Front(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await front.close()

    return Starlette(routes=[Mount("/", app=front)], lifespan=lifespan)
