# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that cannot be Azure's, as proxies and gateways send them: repeated while that may help, and then one sentence."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE, VM
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk import answers
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.errors import describing

from tests.support.canned import ARM, CannedAzure, answer
from tests.support.ids import SUBSCRIPTION, an_id

IMG, V = an_id(IMAGE, "g", "i"), an_id(VM, "g", "v")
IMAGE_JSON = {"id": str(IMG), "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/1"
IMAGES = f"GET /subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/images"


def page(status: int, title: str = "Bad\n gateway"):
    return answer(status, f"<html><head><title>{title}</title></head><body/></html>".encode(), Content_Type="text/html; charset=iso-8859-1")


BROKEN = {
    "502": lambda: page(502),
    "503": lambda: page(503),
    "empty 503": lambda: answer(503),
    "login page": lambda: page(200),
    "empty": lambda: answer(200),
    "truncated": lambda: answer(200, b'{"value": [{"id": "/subscr'),
    "not UTF-8": lambda: answer(200, b"\xff\xfe\x00 \xe4"),
}
ACTS = {
    "list": (lambda azure: azure.images.list(), {"value": []}),
    "get": (lambda azure: azure.images.get(IMG), IMAGE_JSON),
    "group": (lambda azure: azure.groups.location("g"), {"location": "westeurope"}),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("act", ACTS)
def test_a_read_is_repeated_after_an_answer_that_cannot_be_azures(broken, act):
    read, good = ACTS[act]
    canned = CannedAzure(BROKEN[broken](), BROKEN[broken](), answer(200, good))
    read(canned.azure)
    assert len(canned.sent) == 3


def test_a_page_of_a_list_holds_the_items_of_its_last_try_only():
    following = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/images?$skiptoken=2"
    first, second = answer(200, {"value": [IMAGE_JSON], "nextLink": following}), answer(200, {"value": [IMAGE_JSON]})
    canned = CannedAzure(page(503), first, answer(429, {"value": [IMAGE_JSON]}), page(502), second)
    assert len(canned.azure.images.list()) == 2


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("act", ACTS)
def test_one_that_lasts_is_a_sentence_with_the_status_and_the_path(broken, act, capfd):
    canned = CannedAzure(*[BROKEN[broken]() for _ in range(10)])
    with pytest.raises(
        (Refused, Unavailable), match=r"could not .*: GET /subscriptions/\S+ was answered [25]0\d .* instead of Azure's JSON"
    ):
        ACTS[act][0](canned.azure)
    assert len(canned.sent) == 4
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(("status", "kind"), [(403, Denied), (407, Refused), (404, Refused), (451, Refused)])
def test_the_page_of_a_proxy_is_named_by_its_title_at_once(status, kind, capfd):
    canned = CannedAzure(page(status, "Blocked by\n the firewall"))
    with pytest.raises(kind) as raised:
        canned.azure.images.list()
    assert raised.value.message.startswith(f"could not list the images of the subscription: {IMAGES} was answered {status} ")
    assert "with the page 'Blocked by the firewall' instead of Azure's JSON" in raised.value.message
    assert raised.value.facts == {"status": status}
    assert "Traceback" not in capfd.readouterr().err


def test_the_page_of_a_proxy_does_not_mean_that_a_resource_is_absent():
    with pytest.raises(Refused, match="answered 404 Not Found with the page"):
        CannedAzure(page(404)).azure.images.find(IMG)


def test_a_poll_is_repeated_and_an_action_is_not():
    begun = answer(202, None, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    polled = CannedAzure(begun, page(200), answer(200, {"status": "Succeeded"}), answer(200))
    polled.azure.machines.deallocate(V, lambda: None)
    assert len(polled.sent) == 4
    once = CannedAzure(page(200))
    with pytest.raises(Unavailable, match="could not generalize VM v: POST .*/generalize was answered 200 OK with the page"):
        once.azure.machines.generalize(V)
    assert len(once.sent) == 1


def test_an_error_of_the_parser_is_one_sentence():
    with pytest.raises(Unavailable, match="^could not read x: Azure's answer is not JSON: Expecting value"), describing("read x"):
        json.loads("")


def test_what_lasts_until_the_deadline_is_still_named():
    with pytest.raises(Unavailable, match="was answered 200 OK with an empty body"):
        CannedAzure(answer(200), answer(200), seconds=2.5).azure.images.get(IMG)


@pytest.mark.parametrize(("method", "path", "status", "content", "unreadable"), [
    ("GET", "/x/images/i", 200, b"{}", False), ("GET", "/x/images/i", 200, b" ", True), ("GET", "/x/images", 302, b"<html>", False),
    ("GET", "/x/operations/1", 200, b"", False), ("GET", "/x/DiskOperations/1", 200, b"", False),
    ("GET", "/x/operationResults/1", 200, b"", False),
    ("DELETE", "/x/images/i", 204, b"", False), ("POST", "/x/v/generalize", 200, b"", False),
    ("PUT", "/x/images/i", 201, b"<html>", True), ("GET", "/x/operations/1", 200, b"<html>", True),
    ("POST", "/x/v/generalize", 502, b"", True),
])  # fmt: skip
def test_which_answers_must_be_json(method, path, status, content, unreadable):
    assert answers.is_unreadable(method, f"{ARM}{path}?api-version=1", status, content) is unreadable


@pytest.mark.parametrize(("content", "kind"), [
    (b"", "an empty body"), (b"<HTML>x", "a page of HTML"), (b"<title>A\n b</title>", "the page 'A b'"),
    (b'{"a', "3 bytes of something else"),
])  # fmt: skip
def test_what_came_is_named_without_the_query(content, kind):
    text = answers.without_json("GET", f"{ARM}/x?sig=secret", 502, content)
    assert text.startswith(f"GET /x was answered 502 Bad Gateway with {kind} instead of")
    assert "secret" not in text


@contextmanager
def a_server(handle):
    """The address of a server that answers every request with what a function writes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            handle(self)

        def log_message(self, *_arguments):
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_connection_that_ends_within_an_answer_is_read_again():
    asked = []

    def cut(handler):
        asked.append(handler.path)
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"value": [')

    with a_server(cut) as address:
        canned = CannedAzure()
        session = canned.transport.session
        session.mount("https://", ToServer(address))
        with pytest.raises(Unavailable, match="could not list the images of the subscription: no answer: .*IncompleteRead"):
            canned.azure.images.list()
    assert len(asked) == 4


class ToServer(requests.adapters.HTTPAdapter):
    """Sends every request to one server."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def send(self, request, *details, **options):
        request.url = request.url.replace(ARM, self.address)
        return super().send(request, *details, **options)
