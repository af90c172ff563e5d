"""The platform's HTTP services for one machine: WireServer, HostGAPlugin and IMDS, at the addresses that every Azure guest uses."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from functools import partial
from urllib.parse import parse_qs, urlsplit

from azlab.guests.platform import imds
from azlab.guests.platform.dhcp import METADATA, WIRE_SERVER
from azlab.guests.platform.guest_report import Recorder
from azlab.guests.platform.wire import VERSIONS, Wire
from azlab.guests.spec import GuestSpec
from azlab.requestlog import RequestLog

_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class FabricRequest:
    """One HTTP request of the guest."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The first value of each query parameter; names in lower case."""
        return {name.lower(): values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        return self.headers.get(name) or ""


@dataclass(frozen=True)
class FabricResponse:
    """The response to a request of the guest."""

    status: int
    body: str = ""
    type: str = _XML


@dataclass(frozen=True)
class Fabric:
    """The three services. Each answers a request; what the guest reports is kept by the recorder."""

    spec: GuestSpec
    recorder: Recorder

    def wire_server(self, request: FabricRequest) -> FabricResponse:
        """Answer a request to the WireServer: versions, goal state and its documents, health, telemetry."""
        wire, asked = Wire(self.spec), request.query.get("comp", "").lower()
        if asked == "versions":
            return FabricResponse(200, VERSIONS)
        if asked == "goalstate":
            return FabricResponse(200, wire.goal_state())
        if asked == "config":
            document = wire.config(request.query.get("type", ""))
            return FabricResponse(200, document) if document else FabricResponse(404)
        if asked == "health" and request.method == "POST":
            return self._recorded(self.recorder.health, request.body)
        if asked in ("roleproperties", "telemetrydata") and request.method == "POST":
            return FabricResponse(200)
        # The agent's report on the health of the platform itself, the only request with a path instead of a query.
        return FabricResponse(200 if urlsplit(request.path).path == "/HealthService" else 404)

    def host_plugin(self, request: FabricRequest) -> FabricResponse:
        """Answer a request to the HostGAPlugin, through which the agent uploads its status.

        It offers no vmSettings, so the agent uses the extensions config. Every request comes from the agent, since cloud-init uses
        only the WireServer.
        """
        self.recorder.agent_seen()
        path = urlsplit(request.path).path
        if path == "/versions":
            return FabricResponse(200, '["2015-09-01"]', _JSON)
        if path == "/health":
            return FabricResponse(200)
        if path == "/status" and request.method == "PUT":
            return self._recorded(self.recorder.status, request.body)
        return FabricResponse(404)

    def metadata(self, request: FabricRequest) -> FabricResponse:
        """Answer a request to the instance metadata service."""
        if request.method != "GET":
            return FabricResponse(405, '{"error": "Method not allowed"}', _JSON)
        status, text = imds.answer(request.path, {"Metadata": request.header("Metadata")}, self.spec)
        return FabricResponse(status, text, _JSON)

    @staticmethod
    def _recorded(record: Callable[[bytes], object], body: bytes) -> FabricResponse:
        try:
            record(body)
        except ValueError as error:
            return FabricResponse(400, str(error))
        return FabricResponse(200)


def serve(fabric: Fabric, log: RequestLog) -> None:
    """Listen at the platform's addresses, which this network namespace must have; returns when all of them are open."""
    services = (
        ("wire", WIRE_SERVER, 80, fabric.wire_server),
        ("hostplugin", WIRE_SERVER, 32526, fabric.host_plugin),
        ("imds", METADATA, 80, fabric.metadata),
    )
    for name, address, port, service in services:
        start(name, (address, port), service, fabric.spec.vm_id, log)


def start(
    name: str, address: tuple[str, int], service: Callable[[FabricRequest], FabricResponse], vm_id: str, log: RequestLog
) -> http.server.ThreadingHTTPServer:
    """Serve one service in a thread."""
    server = http.server.ThreadingHTTPServer(address, partial(_Handler, name, service, vm_id, log))
    threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
    return server


class _Handler(http.server.BaseHTTPRequestHandler):
    """Reads a request, logs it, and writes the response of the service."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/10.0"
    sys_version = ""

    def __init__(
        self, name: str, service: Callable[[FabricRequest], FabricResponse], vm_id: str, log: RequestLog, *connection: object
    ) -> None:
        self._name, self._service, self._vm_id, self._log = name, service, vm_id, log
        super().__init__(*connection)  # type: ignore[arg-type]  # passed on as the server gave them

    def _serve(self) -> None:
        request = FabricRequest(self.command, self.path, self.headers, self._body())
        facts = {
            "op": self._name,
            "vm": self._vm_id,
            "client": f"{self.client_address[0]}:{self.client_address[1]}",
            "agent": request.header("User-Agent"),
        }
        self._log.write("in", method=self.command, path=self.path, bytes=len(request.body), **facts)
        answer = self._service(request)
        data = answer.body.encode()
        # Logged before it is sent, so that a client that has the response finds it in the log.
        self._log.write("out", method=self.command, path=self.path, status=answer.status, bytes=len(data), **facts)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Does nothing, since the request log already has the line."""

    def _body(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)
