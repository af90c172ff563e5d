"""The operations that the URL of a disk allows, and for how long."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from azlab.settings import Settings
from azlab.storage.blob_operations import operation
from azlab.storage.blobs import BlobStore
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import BlobClient

from .conftest import Wire

MIB = 1 << 20
PAGE = b"p" * 512

# method, query, headers, body
REQUESTS = {
    "PutPage": ("PUT", "comp=page", {"x_ms_page_write": "update", "x_ms_range": "bytes=0-511"}, PAGE),
    "ClearPages": ("PUT", "comp=page", {"x_ms_page_write": "clear", "x_ms_range": "bytes=0-511", "Content_Length": "0"}, None),
    "GetPageRanges": ("GET", "comp=pagelist", {}, None),
    "GetBlobProperties": ("HEAD", "", {}, None),
    "GetBlob": ("GET", "", {}, None),
    "PutBlob": ("PUT", "", {"x_ms_blob_type": "PageBlob", "x_ms_blob_content_length": "4096", "Content_Length": "0"}, None),
    "PutBlob of blocks": ("PUT", "", {"x_ms_blob_type": "BlockBlob"}, PAGE),
    "CopyBlob": ("PUT", "", {"x_ms_copy_source": "https://127.0.0.1/a/b", "Content_Length": "0"}, None),
    "PutBlock": ("PUT", "comp=block&blockid=MDA%3D", {}, PAGE),
    "PutBlockList": ("PUT", "comp=blocklist", {}, b"<BlockList/>"),
    "SetBlobMetadata": ("PUT", "comp=metadata", {"x_ms_meta_a": "b", "Content_Length": "0"}, None),
    "SetBlobProperties": ("PUT", "comp=properties", {"x_ms_blob_content_length": "512", "Content_Length": "0"}, None),
    "DeleteBlob": ("DELETE", "", {}, None),
    "SnapshotBlob": ("PUT", "comp=snapshot", {"Content_Length": "0"}, None),
    "LeaseBlob": ("PUT", "comp=lease", {"x_ms_lease_action": "acquire", "x_ms_lease_duration": "-1", "Content_Length": "0"}, None),
    "ListBlobs": ("GET", "restype=container&comp=list", {}, None),
    "GetBlobMetadata": ("GET", "comp=metadata", {}, None),
}
ALLOWED = {
    "Write": {"PutPage": 201, "ClearPages": 201, "GetPageRanges": 200, "GetBlobProperties": 200},
    "Read": {"GetPageRanges": 200, "GetBlobProperties": 200, "GetBlob": 200},
}


@pytest.mark.parametrize("access", ALLOWED)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_grant_allows_what_a_managed_disk_allows_and_no_more(
    wire: Wire, store: BlobStore, disk: Callable[..., str], access: str, name: str
) -> None:
    key = disk()
    method, query, headers, body = REQUESTS[name]
    answer = wire.send(method, store.grant(key, access, 600), query, body, x_ms_version="2023-11-03", **headers)
    expected = ALLOWED[access].get(name)
    if expected is not None:
        assert answer.status == expected
        return
    assert (answer.status, answer.code) == (403, "AuthorizationPermissionMismatch")
    assert (store.size(key), store.ranges(key)) == (4 * MIB, [])


@pytest.mark.parametrize("name", REQUESTS)
def test_every_operation_has_its_name(name: str) -> None:
    method, query, headers, _ = REQUESTS[name]
    parameters = dict(part.split("=", 1) for part in query.split("&") if part)
    named = {header.replace("_", "-"): value for header, value in headers.items()}
    assert operation(method, parameters, named) == name.split(" ")[0]


@pytest.mark.parametrize("access", ALLOWED)
@pytest.mark.parametrize("name", REQUESTS)
def test_a_revoked_url_allows_nothing(wire: Wire, store: BlobStore, disk: Callable[..., str], access: str, name: str) -> None:
    key = disk()
    url = store.grant(key, access, 600)
    assert wire.send("HEAD", url).status == 200
    store.revoke(key)
    method, query, headers, body = REQUESTS[name]
    answer = wire.send(method, url, query, body, x_ms_version="2023-11-03", **headers)
    assert (answer.status, answer.code) == (403, "AuthenticationFailed")
    assert store.ranges(key) == []


def test_the_url_is_that_of_a_real_disk(settings: Settings, store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk()
    path, query = store.grant(key, "Read", 600).split("?")
    assert path == f"{settings.blob_url}/{key}/abcd"
    assert [part.split("=")[0] for part in query.split("&")] == ["sv", "sr", "si", "sig"]


def test_grants_expire(wire: Wire, store: BlobStore, disk: Callable[..., str]) -> None:
    answer = wire.send("GET", store.grant(disk(), "Read", -1))
    assert (answer.status, answer.code) == (403, "AuthenticationFailed")


def test_a_repeated_grant_has_the_same_url_and_the_new_duration(wire: Wire, store: BlobStore, disk: Callable[..., str]) -> None:
    key = disk()
    ended = store.grant(key, "Read", -1)
    assert wire.send("HEAD", ended).status == 403
    assert {store.grant(key, "Read", 600) for _ in range(7)} == {ended}
    assert wire.send("HEAD", ended).status == 200
    assert wire.send("HEAD", store.grant(key, "Write", 600)).status == 200
    store.revoke(key)
    assert wire.send("HEAD", ended).status == 403
    assert store.grant(key, "Read", 600) != ended


def test_a_grant_is_for_one_disk(wire: Wire, store: BlobStore, disk: Callable[..., str]) -> None:
    mine, other = disk(), disk()
    answer = wire.send("GET", store.grant(mine, "Read", 600).replace(mine, other))
    assert (answer.status, answer.code) == (403, "AuthenticationFailed")


def test_revoking_does_not_affect_other_disks_or_later_grants(wire: Wire, store: BlobStore, disk: Callable[..., str]) -> None:
    mine, other = disk(), disk()
    url = store.grant(other, "Read", 600)
    store.grant(mine, "Read", 600)
    store.revoke(mine)
    assert wire.send("HEAD", url).status == 200
    assert wire.send("HEAD", store.grant(mine, "Write", 600)).status == 200


@pytest.mark.parametrize("end", ["?", "&sig=", "sig=%2", f"sig={'A' * 43}%3D"], ids=["no SAS", "no signature", "broken", "forged"])
@pytest.mark.parametrize("name", ["PutPage", "GetBlob", "DeleteBlob"])
def test_without_a_valid_signature_everything_is_refused(
    wire: Wire, store: BlobStore, disk: Callable[..., str], end: str, name: str
) -> None:
    key = disk()
    method, query, headers, body = REQUESTS[name]
    url = store.grant(key, "Write", 600)
    cut = {"?": url.index("?"), "&": url.index("&sig=")}.get(end[0], url.index("sig="))
    altered = url[:cut] + end if end[0] == "s" else url[:cut]
    answer = wire.send(method, altered, query, body, **headers)
    assert (answer.status, answer.code) == (403, "AuthenticationFailed")
    assert answer.body.startswith(b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>')


def test_the_url_of_a_small_file_reads_only_that_file(wire: Wire, store: BlobStore) -> None:
    url = store.put_text("boot/vm 1.log", b"hello", 60)
    assert wire.send("GET", url).body == b"hello"
    assert wire.send("PUT", url, "", b"x", x_ms_blob_type="BlockBlob").code == "AuthorizationPermissionMismatch"
    store.put_file("boot/vm 2.log", b"other")
    assert wire.send("GET", url.replace("vm%201", "vm%202")).code == "AuthenticationFailed"


def test_the_sdk_writes_reads_and_understands_refusals(
    settings: Settings, store: BlobStore, disk: Callable[..., str], front: subprocess.Popen[bytes]
) -> None:
    key = disk()
    ca = str(settings.bundle)
    writer = BlobClient.from_blob_url(store.grant(key, "Write", 600), connection_verify=ca)
    writer.upload_page(PAGE * 4, offset=1024, length=2048, validate_content=True)
    writer.clear_page(offset=1024, length=512)
    assert [(each.start, each.end) for each in writer.list_page_ranges()] == [(1536, 3071)]
    with pytest.raises(HttpResponseError) as refused:
        writer.upload_blob(bytes(1024), blob_type="PageBlob", overwrite=True)
    assert refused.value.error_code == "AuthorizationPermissionMismatch"

    reader = BlobClient.from_blob_url(store.grant(key, "Read", 600), connection_verify=ca)
    assert reader.download_blob().readall()[:4096] == bytes(1536) + PAGE * 3 + bytes(1024)
    with pytest.raises(HttpResponseError) as refused:
        reader.upload_page(PAGE, offset=0, length=512)
    assert refused.value.error_code == "AuthorizationPermissionMismatch"
    store.revoke(key)
    with pytest.raises(ClientAuthenticationError):
        writer.upload_page(PAGE, offset=0, length=512)
    with pytest.raises(ClientAuthenticationError):
        reader.download_blob()
