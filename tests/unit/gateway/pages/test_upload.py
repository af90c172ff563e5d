# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing pages to a real server, with a deadline that takes the place of every pause."""

from __future__ import annotations

import contextlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, Refused, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages import upload as page_writer
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.connection import CONNECT_SECONDS, PageConnection
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.upload import Sent
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.trust import BUNDLES

from tests.support.page_blob import MIB, RANGES, SECRET, SIZE, Blob, Content, FakeDeadline, everything_shown, expected, serving, upload


def test_every_range_is_written_once_and_the_footer_last(blob):
    assert upload(blob) == Sent(bytes=512 + MIB + 16 * MIB + 512, skipped=SIZE - 512 - 17 * MIB, repeats=0)
    assert blob.content == expected()
    assert sorted(blob.requests) == [*RANGES, Range(SIZE, SIZE + 512)]
    assert blob.requests[-1] == Range(SIZE, SIZE + 512)


def test_the_listener_learns_of_every_range_that_has_arrived(blob):
    moved = []

    class Recorder(Silence):
        def moved(self, sent, total, skipped):
            moved.append((sent, total, skipped))

    done = upload(blob, listener=Recorder())
    assert [sent for sent, _total, _skipped in moved] == sorted(sent for sent, _total, _skipped in moved)
    assert {entry[1:] for entry in moved} == {(done.bytes, done.skipped)}
    assert (len(moved), moved[-1][0]) == (len(RANGES) + 1, done.bytes)


@pytest.mark.parametrize("workers", [1, 3])
def test_connections_are_kept_open_and_are_at_most_as_many_as_workers(blob, workers):
    upload(blob, workers=workers)
    assert len(blob.requests) == 7
    assert 1 <= len(blob.connections) <= workers


def test_a_connection_that_the_service_has_closed_meanwhile_is_opened_again(blob):
    blob.faults = [(0, (201, "", {"Connection": "close"}))]
    assert upload(blob, workers=1).repeats == 0
    assert len(blob.connections) == 2


def test_a_disk_of_zeros_sends_only_its_footer(blob):
    assert upload(blob, content=Content(ranges=())) == Sent(bytes=512, skipped=SIZE, repeats=0)
    assert blob.requests == [Range(SIZE, SIZE + 512)]


@pytest.mark.parametrize("fault", [
    (500, "OperationTimedOut", {}), (503, "ServerBusy", {}), (429, "TooManyRequests", {}), (408, "RequestTimeout", {}),
    (502, "", {}), (504, "", {}), (400, "Md5Mismatch", {}),
], ids=str)  # fmt: skip
def test_congestion_and_damage_are_retried(blob, fault):
    deadline = FakeDeadline()
    blob.faults = [(MIB, fault)] * 3
    assert upload(blob, deadline).repeats == 3
    assert deadline.pauses == [1.0, 2.0, 4.0]
    assert blob.content == expected()


def test_a_broken_connection_is_retried_after_its_first_page_was_asked_why(blob):
    deadline = FakeDeadline()
    blob.faults = [(MIB, "reset")] * 4
    assert upload(blob, deadline, workers=1).repeats == 2
    assert deadline.pauses == [1.0, 2.0]
    assert [each.length for each in blob.requests if each.start == MIB] == [MIB, 512, MIB, 512, MIB]
    assert blob.content == expected()


def test_the_footer_is_retried_too(blob):
    blob.faults = [(SIZE, (503, "ServerBusy", {}))]
    assert upload(blob).repeats == 1
    assert blob.content == expected()


def test_retry_after_is_obeyed(blob):
    deadline = FakeDeadline()
    blob.faults = [(MIB, (503, "ServerBusy", {"Retry-After": "17"}))]
    upload(blob, deadline)
    assert deadline.pauses == [17.0]


def test_pauses_double_up_to_a_minute_and_tries_end(blob):
    deadline = FakeDeadline(left=1e6)
    blob.faults = [(MIB, (500, "OperationTimedOut", {}))] * 20
    with pytest.raises(Refused, match="bytes 1048576 to 2097151.*500 OperationTimedOut") as failure:
        upload(blob, deadline, workers=1)
    assert deadline.pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0] + [60.0] * 13
    assert failure.value.facts == {"code": "OperationTimedOut", "status": 500, "request_id": "r-1"}


def test_the_deadline_ends_the_retries(blob):
    deadline = FakeDeadline(left=5.0)
    blob.faults = [(MIB, (503, "ServerBusy", {}))] * 20
    with pytest.raises(TimedOut, match="wait_timeout"):
        upload(blob, deadline, workers=1)
    assert deadline.pauses == [1.0, 2.0, 2.0]


def test_waiting_for_an_answer_ends_at_the_deadline(blob):
    deadline, begin = FakeDeadline(left=0.2), time.monotonic()
    blob.faults = [(MIB, "silence")]
    with pytest.raises(TimedOut, match="wait_timeout"):
        upload(blob, deadline, workers=1)
    assert blob.requests == [Range(0, 512), Range(MIB, 2 * MIB)]
    assert time.monotonic() - begin < page_writer.ANSWER_TIMEOUT / 2


@pytest.mark.parametrize("status, code, error", [
    (403, "AuthenticationFailed", Denied),
    (404, "BlobNotFound", Refused),
    (412, "ConditionNotMet", Refused),
    (400, "InvalidPageRange", Refused),
])  # fmt: skip
def test_any_other_error_fails_at_once_and_without_a_footer(blob, status, code, error):
    deadline = FakeDeadline()
    blob.faults = [(MIB, (status, code, {}))]
    with pytest.raises(error, match=f"{status} {code}"):
        upload(blob, deadline)
    assert deadline.pauses == []
    assert Range(SIZE, SIZE + 512) not in blob.requests


def test_a_connection_that_always_breaks_is_reported(blob):
    blob.faults = [(MIB, "reset")] * 40
    with pytest.raises(Unavailable, match="the connection broke 20 times"):
        upload(blob, FakeDeadline(left=1e6), workers=1)


EXPIRED = "the storage service answered 403 AuthenticationFailed: the access to the disk has expired or was revoked.*run again"


@pytest.mark.parametrize("tls", [False, True])
def test_a_refusal_is_named_at_once_even_if_the_service_reads_no_further(authority, monkeypatch, tls):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))
    deadline = FakeDeadline()
    with refusing(authority[1] if tls else None) as url, pytest.raises(Denied, match=EXPIRED) as failure:
        upload(Blob(f"{url}?sig={SECRET}"), deadline, Content(ranges=(Range(4 * MIB, 8 * MIB),)), workers=1)
    assert deadline.pauses == []
    assert SECRET not in everything_shown(failure.value)


@contextlib.contextmanager
def refusing(context):
    """The address of a service that reads the headers of a request, answers 403, and closes at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            self.send_response(403)
            self.send_header("x-ms-error-code", "AuthenticationFailed")
            self.end_headers()

        def log_message(self, *_arguments):
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scheme = "http" if context is None else "https"
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"{scheme}://127.0.0.1:{server.server_port}/c/b"
        server.shutdown()


@pytest.mark.parametrize(("host", "text"), [
    ("127.0.0.1:1", "nothing answers at 127.0.0.1: Connection refused"),
    ("no-such-disk.invalid", "the name of the host no-such-disk.invalid cannot be resolved"),
])  # fmt: skip
def test_an_address_that_never_answered_is_named_without_more_than_a_few_tries(host, text):
    deadline = FakeDeadline()
    with pytest.raises(Unavailable, match=text) as failure:
        upload(Blob(f"https://{host}/c/b?sig={SECRET}"), deadline, workers=1)
    assert len(deadline.pauses) < 5
    assert SECRET not in everything_shown(failure.value)


def test_an_answer_without_any_mark_of_azure_may_be_from_a_proxy(blob):
    blob.faults = [(0, (403, "", {"x-ms-request-id": ""}))]
    with pytest.raises(Denied, match="a proxy, or the storage service, answered 403 Forbidden"):
        upload(blob, workers=1)


def test_connecting_is_given_up_before_an_answer_would_be(monkeypatch):
    asked = []
    connection = PageConnection("http://127.0.0.1:1/c/b?sig=x", 1)
    monkeypatch.setattr(connection._pool, "request", lambda *_words, timeout, **_options: asked.append(timeout) or 1 / 0)
    for seconds in (180.0, 5.0):
        with pytest.raises(ZeroDivisionError):
            connection.put(Range(0, 512), bytes(512), seconds)
    assert [(each.connect_timeout, each.read_timeout) for each in asked] == [(CONNECT_SECONDS, 180.0), (5.0, 5.0)]


def test_a_changed_file_gets_no_footer(blob):
    with pytest.raises(Failed, match="changed"):
        upload(blob, content=Content(changed=True))
    assert Range(SIZE, SIZE + 512) not in blob.requests


@pytest.mark.parametrize("fault", [(403, "AuthenticationFailed", {}), (404, "", {}), "reset"], ids=str)
def test_no_error_shows_the_sas(blob, fault):
    blob.faults = [(MIB, fault)] * 40
    with pytest.raises((Denied, Refused, Unavailable)) as failure:
        upload(blob, FakeDeadline(left=1e6), workers=1)
    assert SECRET not in everything_shown(failure.value)
    assert SECRET not in repr(PageConnection(blob.url, 1))


@pytest.mark.parametrize("variable", BUNDLES)
def test_the_environment_names_the_trusted_authorities(blob, monkeypatch, authority, variable):
    bundle, context = authority
    monkeypatch.setenv(variable, str(bundle))
    with serving(Blob(), context) as secure:
        upload(secure)
        assert secure.content == expected()


def test_an_unknown_authority_fails_at_once_and_names_the_variable(blob, authority):
    deadline = FakeDeadline()
    with serving(Blob(), authority[1]) as secure, pytest.raises(Unavailable, match="not trusted.*REQUESTS_CA_BUNDLE"):
        upload(secure, deadline, workers=1)
    assert deadline.pauses == []


def test_a_certificate_for_another_host_is_refused(blob, monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority[0]))
    with serving(Blob(), authority[1]) as secure:
        secure.url = secure.url.replace("127.0.0.1", "localhost")
        with pytest.raises(Unavailable, match=r"certificate of the storage service is not trusted \(.*localhost"):
            upload(secure, workers=1)


def test_a_missing_bundle_is_named_with_its_variable(blob, monkeypatch, authority):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with (
        serving(Blob(), authority[1]) as secure,
        pytest.raises(Unavailable, match="/nowhere/ca.pem, which REQUESTS_CA_BUNDLE names: No such file"),
    ):
        upload(secure)
