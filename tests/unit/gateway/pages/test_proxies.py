# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads through the proxy that the environment names."""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import socketserver
import threading
import urllib.parse

import pytest
import requests
import urllib3
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sdk.proxies import manager_for

from tests.support.page_blob import SECRET, FakeDeadline, everything_shown, expected, upload

PASSWORD = "p@ss:w\u00f6rd"
LOGIN = "bob:p%40ss%3Aw%C3%B6rd"


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that opens tunnels, or refuses them with a status; it records each request's first line and login."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, refusal: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.refusal = refusal
        self.requests: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        first, *headers = iter(lambda: self.rfile.readline().decode().strip(), "")
        login = next((line.partition(": ")[2] for line in headers if line.startswith("Proxy-Authorization")), "")
        self.server.requests.append((first, login))
        if self.server.refusal:
            self.rfile.read(sum(int(line.partition(": ")[2]) for line in headers if line.startswith("Content-Length")))
            self.wfile.write(f"HTTP/1.1 {self.server.refusal}\r\nContent-Length: 0\r\n\r\n".encode())
            return
        host, _colon, port = first.split()[1].rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(far, self.connection), daemon=True)
            back.start()
            copy(self.connection, far)
            back.join()


def copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def running(**options):
    with Proxy(**options) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


@pytest.mark.parametrize(("variable", "scheme"), [("HTTPS_PROXY", "http://"), ("https_proxy", ""), ("ALL_PROXY", "http://")])
def test_an_upload_goes_through_the_named_proxy(secure_blob, monkeypatch, variable, scheme):
    with running() as proxy:
        monkeypatch.setenv(variable, f"{scheme}{proxy.address}")
        upload(secure_blob)
    assert secure_blob.content == expected()
    assert {(first.rpartition(" ")[0], login) for first, login in proxy.requests} == {(f"CONNECT {secure_blob.url.split('/')[2]}", "")}
    assert len(proxy.requests) == len(secure_blob.connections)


def test_a_proxy_is_asked_for_an_http_address_by_its_url(blob, monkeypatch):
    with running(refusal="404 Not Found") as proxy:
        monkeypatch.setenv("http_proxy", f"http://{LOGIN}@{proxy.address}")
        with pytest.raises(Refused, match="404") as failure:
            upload(blob, workers=1)
    assert [first for first, _login in proxy.requests] == [f"PUT {blob.url}&comp=page HTTP/1.1"]
    assert SECRET not in everything_shown(failure.value)


def test_the_credentials_of_a_proxy_are_sent_to_it(secure_blob, monkeypatch):
    with running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}@{proxy.address}")
        upload(secure_blob, workers=1)
    assert secure_blob.content == expected()
    assert [login for _first, login in proxy.requests] == ["Basic " + base64.b64encode(f"bob:{PASSWORD}".encode("latin1")).decode()]


def test_a_host_in_no_proxy_is_reached_directly(secure_blob, monkeypatch):
    with running() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        upload(secure_blob)
    assert secure_blob.content == expected()
    assert proxy.requests == []


@pytest.mark.parametrize("refusal", ["407 Proxy Authentication Required", "403 Forbidden by policy"])
def test_a_proxy_that_refuses_is_reported_at_once_and_without_secrets(secure_blob, monkeypatch, refusal):
    deadline = FakeDeadline()
    with running(refusal=refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}@{proxy.address}")
        with pytest.raises(Unavailable, match=rf"the proxy refused to connect to 127.0.0.1: {refusal}; check HTTPS_PROXY") as failure:
            upload(secure_blob, deadline, workers=1)
    shown = everything_shown(failure.value)
    assert not [
        secret for secret in (SECRET, LOGIN, PASSWORD, base64.b64encode(f"bob:{PASSWORD}".encode("latin1")).decode()) if secret in shown
    ]
    assert (deadline.pauses, len(proxy.requests)) == ([], 1)


def test_a_proxy_that_is_congested_is_tried_again_for_a_while(secure_blob, monkeypatch):
    deadline = FakeDeadline()
    with running(refusal="503 Service Unavailable") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        with pytest.raises(Unavailable, match=r"broke 5 times \(the proxy refused to connect to 127.0.0.1: 503 Service"):
            upload(secure_blob, deadline, workers=1)
    assert deadline.pauses == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(("address", "text"), [
    ("127.0.0.1:1", r"nothing answers at the proxy that HTTPS_PROXY \(or ALL_PROXY\) names: Connection refused"),
    ("no-such-proxy.invalid:3128", r"the name of the host of the proxy that HTTPS_PROXY \(or ALL_PROXY\) names cannot be resolved"),
])  # fmt: skip
def test_a_proxy_that_does_not_answer_is_reported_without_secrets(secure_blob, monkeypatch, address, text):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{LOGIN}@{address}")
    with pytest.raises(Unavailable, match=text) as failure:
        upload(secure_blob, FakeDeadline(left=1e6), workers=1)
    shown = everything_shown(failure.value)
    assert not [secret for secret in (SECRET, LOGIN, PASSWORD) if secret in shown]


@pytest.mark.parametrize(
    "address", ["http://bob:p#ss@proxy:3128", "http://[::1", "ftp://bob:pass@127.0.0.1:1", "http://bob:p@ss@host:port"]
)
def test_an_unusable_address_of_a_proxy_is_refused_without_its_password(secure_blob, monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(Unavailable) as failure:
        upload(secure_blob, workers=1)
    assert not [secret for secret in ("p#ss", "p@ss", "pass@") if secret in everything_shown(failure.value)]


BYPASSES = ["127.0.0.0/8", "10.0.0.0/8, 127.0.0.1", "*"]


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("bypass", BYPASSES)
def test_a_host_is_excepted_by_all_forms_that_requests_knows(secure_blob, monkeypatch, variable, bypass):
    with running() as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.address}")
        monkeypatch.setenv(variable, bypass)
        upload(secure_blob, workers=1)
    assert proxy.requests == []


@pytest.mark.parametrize(("bypass", "direct"), [
    (".blob.core.windows.net", True), ("core.windows.net", True), ("md-1.z1.blob.core.windows.net:443", True), ("windows.net.corp", False),
    ("md-1.z1.blob.core.windows.net:8443", False), ("lob.core.windows.net", False),
])  # fmt: skip
@pytest.mark.parametrize("proxy", ["proxy.corp:3128", "http://proxy.corp:3128", "https://proxy.corp:3128"])
def test_the_rules_for_names_are_those_of_requests(monkeypatch, bypass, direct, proxy):
    url = "https://md-1.z1.blob.core.windows.net:443/x"
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", bypass)
    assert bool(requests.utils.get_environ_proxies(url)) is not direct
    manager = manager_for(urllib.parse.urlsplit(url), 1)
    assert (manager.proxy is None) is direct
    assert direct or (manager.proxy.scheme, manager.proxy.host) == ("https" if "https:" in proxy else "http", "proxy.corp")


def test_an_upload_goes_through_a_proxy_behind_tls(secure_blob, monkeypatch, authority):
    with running() as proxy:
        proxy.socket = authority[1].wrap_socket(proxy.socket, server_side=True)
        monkeypatch.setenv("HTTPS_PROXY", f"https://{LOGIN}@{proxy.address}")
        upload(secure_blob, workers=1)
    assert secure_blob.content == expected()
    assert len(proxy.requests) == 1


def test_a_socks_proxy_needs_its_library(secure_blob, monkeypatch):
    def missing(*_arguments, **_options):
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", missing)
    monkeypatch.setenv("ALL_PROXY", f"socks5://{LOGIN}@127.0.0.1:1")
    with pytest.raises(Unavailable, match="install PySocks") as failure:
        upload(secure_blob)
    assert LOGIN not in everything_shown(failure.value)


def test_a_socks_proxy_is_used_as_the_control_plane_uses_it(secure_blob, monkeypatch):
    made = []

    def manager(address, **options):
        made.append((address, options.pop("username"), options.pop("password"), options["cert_reqs"]))
        return urllib3.PoolManager(**options)

    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", manager)
    monkeypatch.setenv("ALL_PROXY", f"socks5h://{LOGIN}@127.0.0.1:1")
    upload(secure_blob)
    assert secure_blob.content == expected()
    assert made == [(f"socks5h://{LOGIN}@127.0.0.1:1", "bob", PASSWORD, "CERT_REQUIRED")]


def test_a_proxy_of_another_kind_is_refused(secure_blob, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", f"ftp://{LOGIN}@127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"through the proxy of HTTPS_PROXY \(or ALL_PROXY\): it must begin with http:// or") as failure:
        upload(secure_blob)
    assert LOGIN not in everything_shown(failure.value)


def test_no_log_record_of_the_library_holds_the_sas(secure_blob, caplog):
    """At any level, for a program that configures logging."""
    with caplog.at_level(logging.DEBUG):
        upload(secure_blob)
        logging.getLogger("urllib3.connectionpool").warning("Failed to parse headers (url=%s)", secure_blob.url)
    assert "PUT" in caplog.text
    assert "sig=***" in caplog.text
    assert SECRET not in caplog.text
