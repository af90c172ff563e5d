# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A page blob on a server in a thread, with the faults that a test wants, and the disk that tests upload into it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Listener, Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk_file import DiskFile, Identity
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.partitions import Partitions
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range, pieces
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.upload import Sent, write_pages
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import causes
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

MIB = 1024 * 1024
SIZE = 24 * MIB
SECRET = "c2VjcmV0LXNpZ25hdHVyZQ"
FOOTER = b"conectix".ljust(512, b"\7")
RANGES = (Range(0, 512), Range(MIB, 2 * MIB), *list(pieces(SIZE, 4 * MIB))[2:])


@dataclass
class Content:
    """A disk whose pages hold their own numbers."""

    changed: bool = False
    ranges: tuple[Range, ...] = RANGES

    @property
    def disk(self) -> DiskFile:
        return DiskFile("d.img", SIZE, "sha256-4m:0", self.ranges, Partitions(), Identity(1, 2, 3), FOOTER)

    def opened(self) -> contextlib.AbstractContextManager[Callable[[Range], bytes]]:
        return contextlib.nullcontext(lambda part: b"".join(b"%0512d" % page for page in range(part.start // 512, part.end // 512)))

    def require_unchanged(self) -> None:
        if self.changed:
            raise Failed("d.img changed while it was being uploaded.")


@dataclass
class FakeDeadline:
    """A deadline from which only pauses take time."""

    left: float = 3600.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.left -= seconds


@dataclass
class Blob:
    """A page blob, the requests that it got, and its faults: the start of a range, and the answer to a write of it."""

    url: str = ""
    content: bytearray = field(default_factory=lambda: bytearray(SIZE + 512))
    written: list[Range] = field(default_factory=list)
    requests: list[Range] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    faults: list[tuple[int, object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, handler: BaseHTTPRequestHandler) -> Any:
        """Answer a write as the service does: check the digest, then write."""
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        part, fault = self._arrived(handler)
        if fault is not None:
            return fault[1]
        if "comp=page" not in handler.path or handler.headers["x-ms-page-write"] != "update" or part.length != len(body):
            return 400, "InvalidHeaderValue", {}
        if base64.b64decode(handler.headers["Content-MD5"]) != hashlib.md5(body).digest():
            return 400, "Md5Mismatch", {}
        with self.lock:
            self.content[part.start : part.end] = body
            self.written.append(part)
        return 201, "", {}

    def give(self, handler: BaseHTTPRequestHandler) -> Any:
        """Answer a read as the service does, with the bytes of the range."""
        part, fault = self._arrived(handler)
        if fault is not None:
            return fault[1]
        if "comp=" in handler.path:
            return 400, "InvalidQueryParameterValue", {}
        body = bytes(self.content[part.start : part.end])
        return 206, "", {"Content-Range": f"bytes {part.start}-{part.end - 1}/{len(self.content)}"}, body

    def _arrived(self, handler: BaseHTTPRequestHandler) -> tuple[Range, tuple[int, object] | None]:
        """Note a request; its range, and the fault that it meets."""
        first, last = re.findall(r"\d+", handler.headers["x-ms-range"])
        part = Range(int(first), int(last) + 1)
        with self.lock:
            self.requests.append(part)
            self.connections.add(handler.connection)
            fault = next((item for item in self.faults if item[0] == part.start), None)
            if fault is not None:
                self.faults.remove(fault)
        return part, fault


@contextlib.contextmanager
def serving(blob: Blob, context: ssl.SSLContext | None = None) -> Iterator[Blob]:
    """Serve the blob on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self._answer(blob.take(self))

        def do_GET(self) -> None:
            self._answer(blob.give(self))

        def _answer(self, answer: Any) -> None:
            if answer == "silence":
                self.rfile.read(1)
            if answer in ("reset", "silence"):
                self.close_connection = True
                return
            status, code, headers, body = (*answer, b"")[:4]
            self.send_response(status)
            length = str(len(body))
            for name, value in {"x-ms-error-code": code, "x-ms-request-id": "r-1", "Content-Length": length, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: Any) -> None:
            """Print nothing: a client that refuses the certificate hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    scheme = "http" if context is None else "https"
    blob.url = f"{scheme}://127.0.0.1:{server.server_port}/acc/container/abcd?sv=2017-04-17&sr=b&si=x&sig={SECRET}"
    try:
        yield blob
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def upload(
    blob: Blob, deadline: FakeDeadline | None = None, content: Content | None = None, listener: Listener | None = None, **options: Any
) -> Sent:
    deadline = deadline or FakeDeadline()
    return write_pages(blob.url, content or Content(), deadline, listener or Silence(), pause=deadline.pause, **options)


def expected() -> bytearray:
    """The content of a complete upload: pages, zeros between them, the footer at the end."""
    content = bytearray(SIZE + 512)
    with Content().opened() as read:
        for part in RANGES:
            content[part.start : part.end] = read(part)
    content[SIZE:] = FOOTER
    return content


def everything_shown(error: BaseException) -> str:
    """All that a message, its facts and a traceback with all causes can show of an error."""
    return f"{error!r} {getattr(error, 'facts', '')} " + "".join(traceback.format_exception(error)) + " ".join(map(repr, causes(error)))


def self_signed(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1 in a folder, and the TLS context of a server that has it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "page blobs of a test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context
