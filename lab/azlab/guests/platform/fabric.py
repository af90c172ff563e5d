"""The platform's endpoints for one machine: WireServer, HostGAPlugin and IMDS, at the addresses that every Azure guest knows."""

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
from azlab.guests.platform.report import Recorder
from azlab.guests.platform.wire import VERSIONS, Wire
from azlab.guests.spec import GuestSpec
from azlab.requestlog import RequestLog

_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request of the guest."""

    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """The first value of each query parameter; names in lower case."""
        return {name.lower(): values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def header(self, name: str) -> str:
        """A header, or an empty string."""
        return self.headers.get(name) or ""


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int
    body: str = ""
    type: str = _XML


@dataclass(frozen=True)
class Fabric:
    """The three services. Each takes a request and gives an answer; what the guest reports goes to the recorder."""

    spec: GuestSpec
    recorder: Recorder

    def wire_server(self, request: Request) -> Answer:
        """Versions, goal state and its documents, health, telemetry."""
        wire, asked = Wire(self.spec), request.query.get("comp", "").lower()
        if asked == "versions":
            return Answer(200, VERSIONS)
        if asked == "goalstate":
            return Answer(200, wire.goal_state())
        if asked == "config":
            document = wire.config(request.query.get("type", ""))
            return Answer(200, document) if document else Answer(404)
        if asked == "health" and request.method == "POST":
            return self._taking(self.recorder.health, request.body)
        if asked in ("roleproperties", "telemetrydata") and request.method == "POST":
            return Answer(200)
        # What the agent thinks of the platform's own health; it has a path instead of a query.
        return Answer(200 if urlsplit(request.path).path == "/HealthService" else 404)

    def host_plugin(self, request: Request) -> Answer:
        """The way by which the agent uploads its status. It has no vmSettings, so the agent takes the extensions config.

        Whoever asks here is the agent: cloud-init talks to the WireServer alone.
        """
        self.recorder.agent_seen()
        path = urlsplit(request.path).path
        if path == "/versions":
            return Answer(200, '["2015-09-01"]', _JSON)
        if path == "/health":
            return Answer(200)
        if path == "/status" and request.method == "PUT":
            return self._taking(self.recorder.status, request.body)
        return Answer(404)

    def metadata(self, request: Request) -> Answer:
        """The instance metadata service."""
        if request.method != "GET":
            return Answer(405, '{"error": "Method not allowed"}', _JSON)
        status, text = imds.answer(request.path, {"Metadata": request.header("Metadata")}, self.spec)
        return Answer(status, text, _JSON)

    @staticmethod
    def _taking(take: Callable[[bytes], object], body: bytes) -> Answer:
        try:
            take(body)
        except ValueError as error:
            return Answer(400, str(error))
        return Answer(200)


def serve(fabric: Fabric, log: RequestLog) -> None:
    """Listen at the platform's addresses, which this network namespace must have; returns once all of them are open."""
    services = (
        ("wire", WIRE_SERVER, 80, fabric.wire_server),
        ("hostplugin", WIRE_SERVER, 32526, fabric.host_plugin),
        ("imds", METADATA, 80, fabric.metadata),
    )
    for name, address, port, service in services:
        start(name, (address, port), service, fabric.spec.vm_id, log)


def start(
    name: str, address: tuple[str, int], service: Callable[[Request], Answer], vm_id: str, log: RequestLog
) -> http.server.ThreadingHTTPServer:
    """One service, in a thread of its own."""
    server = http.server.ThreadingHTTPServer(address, partial(_Handler, name, service, vm_id, log))
    threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
    return server


class _Handler(http.server.BaseHTTPRequestHandler):
    """Reads a request, logs it, and writes what the service answers."""

    protocol_version = "HTTP/1.1"
    server_version = "Microsoft-IIS/10.0"
    sys_version = ""

    def __init__(self, name: str, service: Callable[[Request], Answer], vm_id: str, log: RequestLog, *connection: object) -> None:
        self._name, self._service, self._vm_id, self._log = name, service, vm_id, log
        super().__init__(*connection)  # type: ignore[arg-type]

    def _serve(self) -> None:
        request = Request(self.command, self.path, self.headers, self._body())
        facts = {
            "op": self._name,
            "vm": self._vm_id,
            "client": f"{self.client_address[0]}:{self.client_address[1]}",
            "agent": request.header("User-Agent"),
        }
        self._log.write("in", method=self.command, path=self.path, bytes=len(request.body), **facts)
        answer = self._service(request)
        data = answer.body.encode()
        # Before it goes out: whoever has the answer finds it in the log.
        self._log.write("out", method=self.command, path=self.path, status=answer.status, bytes=len(data), **facts)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _serve

    def log_message(self, format: str, *args: object) -> None:
        """The request log has it already."""

    def _body(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)
