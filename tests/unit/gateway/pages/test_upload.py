# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing pages to a real server in a thread that fails when it is told to; the clock is ours, so nothing sleeps."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import ssl
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.disk_file import DiskFile, Identity, Partitions
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range, pieces
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages import upload as page_writer
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.upload import Sent, write_pages
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
    """A disk whose every page says where it is."""

    changed: bool = False
    ranges: tuple[Range, ...] = RANGES

    @property
    def disk(self):
        return DiskFile("d.img", "raw", SIZE, "sha256-4m:0", self.ranges, Partitions(), Identity(1, 2, 3), FOOTER)

    def opened(self):
        return contextlib.nullcontext(lambda part: b"".join(b"%0512d" % page for page in range(part.start // 512, part.end // 512)))

    def require_unchanged(self):
        if self.changed:
            raise Failed("d.img changed while it was being uploaded.")


@dataclass
class Clock:
    """Time passes only while somebody pauses."""

    left: float = 3600.0
    pauses: list[float] = field(default_factory=list)

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.left -= seconds


@dataclass
class Blob:
    """A page blob, the requests it got, and what it does instead of taking one: (when, what)."""

    url: str = ""
    content: bytearray = field(default_factory=lambda: bytearray(SIZE + 512))
    written: list[Range] = field(default_factory=list)
    requests: list[Range] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)
    faults: list[tuple[int, object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, handler):
        """Answer one put as the service would: digest checked, then written."""
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", handler.headers["x-ms-range"])
        part = Range(int(found[1]), int(found[2]) + 1)
        with self.lock:
            self.requests.append(part)
            self.connections.add(handler.connection)
            fault = next((item for item in self.faults if item[0] == part.start), None)
            if fault is not None:
                self.faults.remove(fault)
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


@contextlib.contextmanager
def serving(blob, context=None):
    """The blob on a port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self):
            answer = blob.take(self)
            if answer == "silence":
                self.rfile.read(1)
            if answer in ("reset", "silence"):
                self.close_connection = True
                return
            status, code, headers = answer
            self.send_response(status)
            for name, value in {"x-ms-error-code": code, "x-ms-request-id": "r-1", "Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args):
            """Keep the test's output clean."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args):
            """A client that refuses our certificate hangs up."""

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


@pytest.fixture
def blob(monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", *page_writer.BUNDLES):
        monkeypatch.delenv(name, raising=False)
    with serving(Blob()) as serves:
        yield serves


def upload(blob, clock=None, content=None, **options):
    clock = clock or Clock()
    return write_pages(blob.url, content or Content(), clock, Silence(), pause=clock.pause, **options)


def expected():
    """The blob as it has to be: our pages, zeros between them, the footer at the end."""
    whole = bytearray(SIZE + 512)
    with Content().opened() as read:
        for part in RANGES:
            whole[part.start : part.end] = read(part)
    whole[SIZE:] = FOOTER
    return whole


def test_every_range_goes_once_and_the_footer_last(blob):
    assert upload(blob) == Sent(bytes=512 + MIB + 16 * MIB + 512, skipped=SIZE - 512 - 17 * MIB, repeats=0)
    assert blob.content == expected()
    assert sorted(blob.requests) == [*RANGES, Range(SIZE, SIZE + 512)]
    assert blob.requests[-1] == Range(SIZE, SIZE + 512)


def test_connections_are_kept(blob):
    upload(blob, lines=1)
    assert len(blob.requests) == 7
    assert len(blob.connections) == 2, "one for the pages, one for the footer"


def test_a_disk_of_zeros_is_a_footer_only(blob):
    assert upload(blob, content=Content(ranges=())) == Sent(bytes=512, skipped=SIZE, repeats=0)
    assert blob.requests == [Range(SIZE, SIZE + 512)]


@pytest.mark.parametrize("fault", [
    (500, "OperationTimedOut", {}), (503, "ServerBusy", {}), (429, "TooManyRequests", {}), (408, "RequestTimeout", {}),
    (502, "", {}), (504, "", {}), (400, "Md5Mismatch", {}), "reset",
], ids=str)  # fmt: skip
def test_what_looks_like_congestion_is_tried_again(blob, fault):
    clock = Clock()
    blob.faults = [(MIB, fault)] * 3
    assert upload(blob, clock).repeats == 3
    assert clock.pauses == [1.0, 2.0, 4.0]
    assert blob.content == expected()


def test_the_footer_is_tried_again_too(blob):
    blob.faults = [(SIZE, (503, "ServerBusy", {}))]
    assert upload(blob).repeats == 1
    assert blob.content == expected()


def test_retry_after_is_obeyed(blob):
    clock = Clock()
    blob.faults = [(MIB, (503, "ServerBusy", {"Retry-After": "17"}))]
    upload(blob, clock)
    assert clock.pauses == [17.0]


def test_pauses_grow_up_to_a_minute_and_end(blob):
    clock = Clock(left=1e6)
    blob.faults = [(MIB, (500, "OperationTimedOut", {}))] * 20
    with pytest.raises(Refused, match="bytes 1048576 to 2097151.*500 OperationTimedOut") as failure:
        upload(blob, clock, lines=1)
    assert clock.pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] + [60.0] * 13
    assert failure.value.facts == {"code": "OperationTimedOut", "status": 500, "request_id": "r-1"}


def test_the_deadline_ends_the_tries(blob):
    clock = Clock(left=5.0)
    blob.faults = [(MIB, (503, "ServerBusy", {}))] * 20
    with pytest.raises(TimedOut, match="wait_timeout"):
        upload(blob, clock, lines=1)
    assert clock.pauses == [1.0, 2.0, 2.0]


def test_no_answer_is_waited_for_longer_than_the_deadline(blob):
    clock, begin = Clock(left=0.2), time.monotonic()
    blob.faults = [(MIB, "silence")]
    with pytest.raises(TimedOut, match="wait_timeout"):
        upload(blob, clock, lines=1)
    assert blob.requests == [Range(0, 512), Range(MIB, 2 * MIB)]
    assert time.monotonic() - begin < page_writer.ANSWER_TIMEOUT / 2


@pytest.mark.parametrize("status, code, error", [
    (403, "AuthenticationFailed", Denied),
    (404, "BlobNotFound", Refused),
    (412, "ConditionNotMet", Refused),
    (400, "InvalidPageRange", Refused),
])  # fmt: skip
def test_what_no_repeat_can_mend_fails_at_once_and_without_a_footer(blob, status, code, error):
    clock = Clock()
    blob.faults = [(MIB, (status, code, {}))]
    with pytest.raises(error, match=f"{status} {code}"):
        upload(blob, clock)
    assert clock.pauses == []
    assert Range(SIZE, SIZE + 512) not in blob.requests


def test_a_connection_that_never_holds_ends_in_a_sentence(blob):
    blob.faults = [(MIB, "reset")] * 20
    with pytest.raises(Unavailable, match="the connection broke 20 times"):
        upload(blob, Clock(left=1e6), lines=1)


def test_a_file_that_changed_gets_no_footer(blob):
    with pytest.raises(Failed, match="changed"):
        upload(blob, content=Content(changed=True))
    assert Range(SIZE, SIZE + 512) not in blob.requests


@pytest.mark.parametrize("fault", [(403, "AuthenticationFailed", {}), (404, "", {}), "reset"], ids=str)
def test_no_error_tells_the_address(blob, fault):
    blob.faults = [(MIB, fault)] * 20
    with pytest.raises((Denied, Refused, Unavailable)) as failure:
        upload(blob, Clock(left=1e6), lines=1)
    shown = [repr(failure.value), str(failure.value.facts)]
    error = failure.value
    while error is not None:
        shown.append(f"{error!r} {error}")
        error = error.__cause__ or error.__context__
    assert SECRET not in " ".join(shown)
    assert SECRET not in repr(page_writer.Blob.parse(blob.url))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A certificate for loopback that signs itself, and the server's side of it."""
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
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


@pytest.mark.parametrize("variable", page_writer.BUNDLES)
def test_an_authority_of_ones_own_is_trusted_through_the_environment(blob, monkeypatch, authority, variable):
    bundle, context = authority
    monkeypatch.setenv(variable, str(bundle))
    with serving(Blob(), context) as secure:
        upload(secure)
        assert secure.content == expected()


def test_an_unknown_authority_fails_at_once_and_names_the_variable(blob, authority):
    clock = Clock()
    with serving(Blob(), authority[1]) as secure, pytest.raises(Unavailable, match="not trusted.*REQUESTS_CA_BUNDLE"):
        upload(secure, clock, lines=1)
    assert clock.pauses == []


def test_a_bundle_that_is_not_there_is_named_by_its_variable(blob, monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with (
        serving(Blob(), authority[1]) as secure,
        pytest.raises(Unavailable, match="/nowhere/ca.pem, which REQUESTS_CA_BUNDLE names: No such file"),
    ):
        upload(secure)
