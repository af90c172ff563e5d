# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a disk from its page blob: which ranges are asked for, what is kept, and what the sentences about failures say."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, GoldenImageError, TimedOut, Unavailable
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ranges import Range
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages import download
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.pages.download import BLOCK, RemoteDisk

from tests.support.page_blob import MIB, SECRET, SIZE, Blob, FakeDeadline, everything_shown, expected, serving

FIRST = Range(0, 512)
"""The page that tells the size."""


@pytest.fixture
def full(blob: Blob) -> Blob:
    blob.content = expected()
    return blob


def remote(blob: Blob, deadline: FakeDeadline | None = None, url: str = "") -> RemoteDisk:
    deadline = deadline or FakeDeadline()
    return RemoteDisk(url or blob.url, "disk web1-os", deadline, deadline.pause)


def test_bytes_at_any_place_are_those_of_the_disk_and_its_footer_is_not_a_part_of_it(full: Blob) -> None:
    disk = remote(full)
    assert disk.size == SIZE
    for start, length in ((0, 1), (511, 3), (MIB - 1, 2), (SIZE - 5, 5), (3 * MIB + 7, 2 * MIB + 9), (5, 0), (SIZE, 0)):
        assert disk.read(start, length) == full.content[start : start + length]
    with pytest.raises(Failed, match=f"disk web1-os has {SIZE} bytes, so bytes {SIZE - 1} to {SIZE} cannot be read"):
        disk.read(SIZE - 1, 2)


def test_neighbours_are_read_with_one_request_over_one_connection(full: Blob) -> None:
    disk = remote(full)
    for start in range(4096, 600_000, 4096):
        disk.read(start, 4096)
    assert full.requests == [FIRST, Range(0, BLOCK)]
    assert len(full.connections) == 1


def test_the_blocks_that_were_used_last_are_kept(full: Blob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "KEPT_BLOCKS", 2)
    disk = remote(full)
    for number in (0, 1, 0, 2, 0, 1):
        disk.read(number * BLOCK, 1)
    assert [part.start // BLOCK for part in full.requests[1:]] == [0, 1, 2, 1]


@pytest.mark.parametrize("fault", [(503, "ServerBusy", {}), (500, "OperationTimedOut", {}), "reset", (206, "", {}, b"short")], ids=str)
def test_a_failure_that_passes_is_tried_again(full: Blob, fault: Any) -> None:
    deadline = FakeDeadline()
    disk = remote(full, deadline)
    full.faults = [(MIB, fault)] * 2
    assert disk.read(MIB, 10) == full.content[MIB : MIB + 10]
    assert deadline.pauses == [1.0, 2.0]


def test_an_answer_with_more_than_the_range_is_not_read_on(full: Blob) -> None:
    """A proxy that does not know ranges answers with the whole disk."""
    disk = remote(full)
    full.faults = [(MIB, (200, "", {"x-ms-request-id": ""}, bytes(8 * MIB)))]
    with pytest.raises(
        GoldenImageError, match="bytes 1048576 to 2097151 of disk web1-os: a proxy, or the storage service, answered 200 OK"
    ):
        disk.read(MIB, 1)


@pytest.mark.parametrize(("code", "text"), [
    ("AuthenticationFailed", "has expired or was revoked, for example by another run"),
    ("AuthorizationFailure", "network access policy of the disk, or a private endpoint, does not let this machine in"),
])  # fmt: skip
def test_a_refusal_is_one_sentence_with_its_meaning(full: Blob, code: str, text: str) -> None:
    full.faults = [(0, (403, code, {}))]
    with pytest.raises(Denied, match=f"could not read bytes 0 to 511 of disk web1-os: the storage service answered 403 {code}: .*{text}"):
        remote(full).read(0, 1)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-disk.invalid"])
def test_a_blocked_host_is_named_after_few_tries(full: Blob, host: str) -> None:
    deadline = FakeDeadline()
    with pytest.raises(Unavailable, match=f"could not read bytes 0 to 511 of disk web1-os: .*{host.partition(':')[0]}") as failure:
        remote(full, deadline, f"https://{host}/c/b?sig={SECRET}").read(0, 1)
    assert len(deadline.pauses) < 5
    assert SECRET not in everything_shown(failure.value)


def test_the_deadline_ends_the_retries(full: Blob) -> None:
    deadline = FakeDeadline(left=5.0)
    full.faults = [(0, (503, "ServerBusy", {}))] * 20
    with pytest.raises(TimedOut, match="the time limit has passed"):
        remote(full, deadline).read(0, 1)
    assert deadline.pauses == [1.0, 2.0, 2.0]


def test_a_service_that_does_not_tell_the_size_is_an_error(full: Blob) -> None:
    full.faults = [(0, (206, "", {}, bytes(512)))]
    with pytest.raises(Failed, match="does not say how large it is"):
        remote(full).read(0, 1)


@pytest.mark.parametrize("fault", [(403, "AuthenticationFailed", {}, SECRET.encode()), (404, "", {}), "reset"], ids=str)
def test_no_error_shows_the_sas(full: Blob, fault: Any) -> None:
    full.faults = [(0, fault)] * 40
    disk = remote(full, FakeDeadline(left=1e6))
    with pytest.raises(GoldenImageError) as failure:
        disk.read(0, 1)
    assert SECRET not in everything_shown(failure.value)
    assert SECRET not in f"{disk!r} {vars(disk)}"


def test_the_environment_names_the_trusted_authorities(secure_blob: Blob) -> None:
    secure_blob.content = expected()
    assert remote(secure_blob).read(MIB, 4) == secure_blob.content[MIB : MIB + 4]


def test_an_unknown_authority_fails_at_once_and_names_the_variable(authority: Any) -> None:
    with serving(Blob(), authority[1]) as secure, pytest.raises(Unavailable, match="not trusted.*REQUESTS_CA_BUNDLE"):
        remote(secure).read(0, 1)
