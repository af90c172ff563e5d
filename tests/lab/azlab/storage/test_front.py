"""Put Page through the front: ranges, digests, the log, faults and limits."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import http.client
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from azlab import faults as fault_rules
from azlab.settings import Settings
from azlab.storage.blobs import BlobStore
from azlab.storage.front import Front
from azlab.storage.pages import crc64_of
from azlab.storage.throughput import Bucket, ThroughputLimits

from tests.support.waiting import wait_until

from .conftest import Wire

MIB = 1 << 20
PAGE = b"p" * 512
RIGHT_MD5 = base64.b64encode(hashlib.md5(PAGE).digest()).decode()
WRONG_MD5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
WRONG_CRC = base64.b64encode(bytes(8)).decode()


def slow_crc64(data: bytes) -> int:
    """The CRC64 computed bit by bit, as the service defines it."""
    value = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x9A6C9329AC4BC9B5 if value & 1 else 0)
    return value ^ 0xFFFFFFFFFFFFFFFF


@pytest.fixture
def written(store: BlobStore, disk: Callable[..., str]) -> tuple[str, str]:
    """A disk and a URL to write to it."""
    key = disk()
    return key, store.grant(key, "Write", 600)


@pytest.fixture
def log(settings: Settings) -> Callable[[str], list[dict[str, Any]]]:
    def entries(key: str) -> list[dict[str, Any]]:
        lines = (settings.logs / "blob.jsonl").read_text().splitlines()
        return [entry for entry in map(json.loads, lines) if f"/{key}/" in entry["path"]]

    return entries


def test_crc64_is_the_services_own() -> None:
    # 0xAE8B14860A799888 is the check value of CRC-64/NVME in the catalogue of parametrised CRC algorithms.
    assert slow_crc64(b"123456789") == 0xAE8B14860A799888
    for data in (b"", b"123456789", PAGE, bytes(4096)):
        assert crc64_of(data) == base64.b64encode(slow_crc64(data).to_bytes(8, "little")).decode()


def test_the_response_has_the_headers_of_azures(wire: Wire, written: tuple[str, str]) -> None:
    key, url = written
    answer = wire.put_page(url, 0, PAGE, x_ms_client_request_id="mine")
    assert answer.status == 201
    assert answer.headers["x-ms-content-crc64"] == crc64_of(PAGE)
    assert answer.headers["x-ms-version"] == "2023-11-03"
    assert answer.headers["x-ms-client-request-id"] == "mine"
    assert answer.headers["server"].startswith("Windows-Azure-Blob/1.0")
    assert {"etag", "last-modified", "x-ms-request-id", "date", "x-ms-blob-sequence-number"} <= answer.headers.keys()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content_MD5": RIGHT_MD5}, None),
        ({"x_ms_content_crc64": crc64_of(PAGE)}, None),
        ({"Content_MD5": WRONG_MD5}, "Md5Mismatch"),
        ({"x_ms_content_crc64": WRONG_CRC}, "Crc64Mismatch"),
        ({"Content_MD5": RIGHT_MD5, "x_ms_content_crc64": crc64_of(PAGE)}, "BothCrc64AndMd5HeaderPresent"),
        ({"Content_MD5": "bm8="}, "InvalidMd5"),
        ({"x_ms_content_crc64": "not base64"}, "InvalidHeaderValue"),
    ],
    ids=["right MD5", "right CRC64", "wrong MD5", "wrong CRC64", "both", "no MD5", "no CRC64"],
)
def test_digests_are_compared_before_anything_is_written(
    wire: Wire, store: BlobStore, written: tuple[str, str], headers: dict[str, str], code: str | None
) -> None:
    key, url = written
    answer = wire.put_page(url, 512, PAGE, **headers)
    assert answer.code == code
    assert answer.status == (400 if code else 201)
    assert store.ranges(key) == ([] if code else [(512, 1024)])


def test_a_mismatch_names_both_digests(wire: Wire, written: tuple[str, str]) -> None:
    body = wire.put_page(written[1], 0, PAGE, Content_MD5=WRONG_MD5).body.decode()
    assert "The MD5 value specified in the request did not match with the MD5 value calculated by the server." in body
    assert f"<UserSpecifiedMd5>{WRONG_MD5}</UserSpecifiedMd5><ServerCalculatedMd5>{RIGHT_MD5}</ServerCalculatedMd5>" in body


@pytest.mark.parametrize(
    ("headers", "body", "status", "code"),
    [
        ({"x_ms_range": "bytes=0-4194303"}, bytes(4 * MIB), 201, None),
        ({"x_ms_range": "bytes=0-4194815"}, bytes(4 * MIB + 512), 413, "RequestBodyTooLarge"),
        ({"x_ms_range": "bytes=1-512"}, PAGE, 416, "InvalidPageRange"),
        ({"x_ms_range": "bytes=0-510"}, PAGE[1:], 416, "InvalidPageRange"),
        ({"x_ms_range": "bytes=512-0"}, PAGE, 416, "InvalidPageRange"),
        ({"x_ms_range": "bytes=0-1023"}, PAGE, 416, "InvalidPageRange"),
        ({"x_ms_range": "bytes=4194816-4195327"}, PAGE, 416, "InvalidPageRange"),
        ({"x_ms_range": "bytes=4194304-4194815"}, PAGE, 201, None),
        ({"Range": "bytes=0-511"}, PAGE, 201, None),
        ({"x_ms_range": "pages=0-511"}, PAGE, 400, "InvalidHeaderValue"),
        ({}, PAGE, 400, "MissingRequiredHeader"),
        ({"x_ms_range": "bytes=0-511", "x_ms_page_write": "append"}, PAGE, 400, "InvalidHeaderValue"),
        ({"x_ms_range": "bytes=0-511", "x_ms_page_write": "clear"}, PAGE, 400, "InvalidHeaderValue"),
        ({"x_ms_range": "bytes=0-511", "x_ms_page_write": ""}, PAGE, 400, "MissingRequiredHeader"),
    ],
    ids=[
        "4 MiB",
        "more than 4 MiB",
        "unaligned start",
        "unaligned end",
        "end before start",
        "body too short",
        "beyond the end",
        "the footer",
        "Range",
        "other unit",
        "no range",
        "other mode",
        "clear with a body",
        "no mode",
    ],
)
def test_put_page_is_refused_as_azure_refuses_it(
    wire: Wire, store: BlobStore, written: tuple[str, str], headers: dict[str, str], body: bytes, status: int, code: str | None
) -> None:
    key, url = written
    answer = wire.send("PUT", url, "comp=page", body, **{"x_ms_page_write": "update", "x_ms_version": "2023-11-03", **headers})
    assert (answer.status, answer.code) == (status, code)
    if code:
        assert store.ranges(key) == []


def test_a_write_without_content_length_is_refused(wire: Wire, written: tuple[str, str]) -> None:
    headers = {"x_ms_page_write": "update", "x_ms_range": "bytes=0-511"}
    answer = wire.send("PUT", written[1], "comp=page", iter([PAGE]), **headers)
    assert (answer.status, answer.code) == (411, "MissingContentLengthHeader")


def test_one_clear_may_span_the_whole_disk(wire: Wire, store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk(64 * MIB)
    url = store.grant(key, "Write", 600)
    for start in (0, 20 * MIB, 64 * MIB - 512):
        assert wire.put_page(url, start, PAGE).status == 201
    assert wire.clear(url, 0, 64 * MIB).status == 201
    assert store.ranges(key) == []


def test_every_request_is_logged_twice_and_no_signature_is(
    settings: Settings, wire: Wire, written: tuple[str, str], log: Callable[[str], list[dict[str, Any]]]
) -> None:
    key, url = written
    wire.put_page(url, 512, PAGE)
    arrived, answered = log(key)
    assert (arrived["phase"], arrived["method"], arrived["op"], arrived["bytes"]) == ("in", "PUT", "PutPage", 512)
    assert arrived["range"] == "bytes=512-1023"
    assert arrived["path"].startswith(f"/{settings.account}/{key}/abcd?comp=page&sv=")
    assert arrived["path"].endswith("&sig=***")
    assert (answered["phase"], answered["status"], answered["id"]) == ("out", 201, arrived["id"])
    assert answered["t"] >= arrived["t"]
    assert arrived["client"].startswith("127.0.0.1:")
    assert url.rsplit("sig=", 1)[1] not in (settings.logs / "blob.jsonl").read_text()


def test_a_fault_replaces_as_many_responses_as_it_says(
    wire: Wire, store: BlobStore, written: tuple[str, str], faults: Callable[..., str]
) -> None:
    key, url = written
    faults(op="PutPage", times=2, status=503, code="ServerBusy", message="Busy.", retry_after=7)
    for _ in range(2):
        answer = wire.put_page(url, 0, PAGE)
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "ServerBusy", "7")
    assert store.ranges(key) == []
    assert wire.put_page(url, 0, PAGE).status == 201


def test_a_reset_cuts_the_connection_before_or_after_the_write(
    wire: Wire, store: BlobStore, written: tuple[str, str], faults: Callable[..., str], log: Callable[[str], list[dict[str, Any]]]
) -> None:
    key, url = written
    faults(op="PutPage", times=1, reset=True)
    with pytest.raises((http.client.HTTPException, OSError)):
        wire.put_page(url, 0, PAGE)
    assert store.ranges(key) == []
    faults(op="PutPage", path=key, times=1, reset=True, after_effect=True)
    with pytest.raises((http.client.HTTPException, OSError)):
        wire.put_page(url, 512, PAGE)
    assert store.ranges(key) == [(512, 1024)]
    assert [entry["status"] for entry in log(key) if entry["phase"] == "out"] == [None, None]


def test_a_replaced_response_releases_its_connection(
    settings: Settings, store: BlobStore, disk: Callable[..., str], faults: Callable[..., str]
) -> None:
    url = store.grant(disk(), "Read", 600)
    faults(op="GetBlob", status=500, after_effect=True)

    async def run() -> list[Any]:
        front = Front(settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front)) as client:
            for _ in range(3):
                assert (await client.get(url)).status_code == 500
        busy = [each for each in front._azurite._transport._pool.connections if not each.is_idle() and not each.is_closed()]
        await front.close()
        return busy

    assert asyncio.run(run()) == []


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_hang_lasts_until_its_rule_is_removed(
    settings: Settings,
    wire: Wire,
    store: BlobStore,
    written: tuple[str, str],
    faults: Callable[..., str],
    after_effect: bool,
    log: Callable[[str], list[dict[str, Any]]],
) -> None:
    key, url = written
    rule = faults(path=key, hang=True, after_effect=after_effect)
    with ThreadPoolExecutor(1) as pool:
        put = pool.submit(wire.put_page, url, 0, PAGE)
        wait_until(lambda: bool(log(key)))
        time.sleep(0.3)
        assert not put.done()
        assert store.ranges(key) == ([(0, 512)] if after_effect else [])
        fault_rules.remove(settings.faults, rule)
        assert put.result(10).status == 201
    assert store.ranges(key) == [(0, 512)]


def test_a_request_whose_client_left_while_it_hung_has_no_effect(
    settings: Settings,
    store: BlobStore,
    written: tuple[str, str],
    faults: Callable[..., str],
    log: Callable[[str], list[dict[str, Any]]],
) -> None:
    key, url = written
    rule = faults(path=key, hang=True)
    context = ssl.create_default_context(cafile=str(settings.bundle))
    connection = context.wrap_socket(socket.create_connection(("127.0.0.1", settings.blob_port)), server_hostname="127.0.0.1")
    target = url.split(str(settings.blob_port), 1)[1] + "&comp=page"
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 512\r\nx-ms-page-write: update\r\nx-ms-range: bytes=0-511\r\n\r\n"
    connection.sendall(head.encode() + PAGE)
    wait_until(lambda: bool(log(key)))
    connection.close()
    wait_until(lambda: any(entry["phase"] == "out" for entry in log(key)))
    fault_rules.remove(settings.faults, rule)
    time.sleep(0.2)
    assert store.ranges(key) == []


def test_a_delay_delays(wire: Wire, written: tuple[str, str], faults: Callable[..., str]) -> None:
    faults(path=written[0], times=1, delay=0.5)
    started = time.monotonic()
    assert wire.put_page(written[1], 0, PAGE).status == 201
    assert time.monotonic() - started >= 0.5


@pytest.fixture
def throughput(settings: Settings, front: subprocess.Popen[bytes]) -> Iterator[None]:
    settings.faults.write_text('{"throughput": true}')
    yield
    fault_rules.clear(settings.faults)


def test_a_bucket_refills_at_its_rate_and_holds_one_second() -> None:
    now = [0.0]
    bucket = Bucket(100, lambda: now[0])
    assert bucket.debt(100) == 0
    assert bucket.debt(50) == 0.5
    now[0] = 0.6
    assert bucket.take(10)
    assert not bucket.take(1)
    now[0] = 60
    assert bucket.take(100)
    assert not bucket.take(1)


def test_bytes_beyond_60_mib_a_second_have_to_wait(
    settings: Settings, store: BlobStore, written: tuple[str, str], throughput: None
) -> None:
    key, url = written
    limits = ThroughputLimits(clock=lambda: 0.0)
    passed = []
    waiting = limits.wait_for_bytes

    def seen(blob: str, count: int) -> float:
        passed.append((blob, count, waiting(blob, count)))
        return 0.0

    limits.wait_for_bytes = seen

    async def put(client: httpx.AsyncClient) -> httpx.Response:
        headers = {"x-ms-page-write": "update", "x-ms-range": f"bytes=0-{4 * MIB - 1}"}
        return await client.put(url + "&comp=page", content=bytes(4 * MIB), headers=headers)

    async def ask(client: httpx.AsyncClient) -> None:
        assert [(await put(client)).status_code for _ in range(16)] == [201] * 16
        assert len((await client.get(store.grant(key, "Read", 600))).content) == 4 * MIB + 512

    in_process(settings, limits, ask)
    assert passed[:15] == [(key, 4 * MIB, 0.0)] * 15
    assert passed[15] == (key, 4 * MIB, pytest.approx(4 / 60))
    assert sum(count for _, count, _ in passed[16:]) == 4 * MIB + 512


def test_the_501st_request_of_a_second_is_refused(settings: Settings, store: BlobStore, disk: Callable[..., str], throughput: None) -> None:
    key = disk()
    url, other = store.grant(key, "Read", 600), store.grant(disk(), "Read", 600)
    limits = ThroughputLimits(clock=lambda: 0.0)
    for _ in range(499):
        limits.count_request(key)

    async def ask(client: httpx.AsyncClient) -> None:
        assert (await client.head(url)).status_code == 200
        refused = await client.get(url)
        assert (refused.status_code, refused.headers["x-ms-error-code"]) == (503, "ServerBusy")
        assert "Operations per second is over the account limit." in refused.text
        assert (await client.head(other)).status_code == 200

    in_process(settings, limits, ask)


def in_process(settings: Settings, limits: ThroughputLimits, ask: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Run `ask` with a client of a front in this process, whose clock does not advance."""

    async def run() -> None:
        front = Front(settings, limits)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front)) as client:
            await ask(client)
        await front.close()

    asyncio.run(run())
