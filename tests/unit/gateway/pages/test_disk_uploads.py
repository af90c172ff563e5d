# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploading to a disk and discarding one: the order of the requests keeps an incomplete upload from being committed."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import disks
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.disks import DAY

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION

D = ResourceId.of(DISK, "g", "d", subscription=SUBSCRIPTION)
DISK_JSON = {"id": str(D), "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/DiskOperations/1"
TAGS = {"goldenimage.digest": "sha256-4m:0"}
TAGGED = {**DISK_JSON, "tags": {"cost": "7"}}


def operation(result=None, **status):
    """The answers to a long-running operation."""
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, status or {"status": "Succeeded"}), *([] if status else [answer(200, result)])]


def invalid_vhd():
    return operation(status="Failed", error={"code": "InvalidParameter", "message": "Disk is expected to have cookie value 'conectix'."})


def deletion():
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, {"status": "Succeeded"}), answer(200)]


def writes(canned):
    """The requests that changed something, in order."""
    return [f"{sent.method} {sent.path.rsplit('/', 1)[1]}" for sent in canned.sent if sent.method != "GET"]


def test_an_upload_is_tagged_after_its_pages_and_then_committed(monkeypatch):
    canned = CannedAzure(*operation({"accessSAS": "https://disk?sig=1"}), answer(200, TAGGED), *operation(DISK_JSON), *operation())
    written = []
    monkeypatch.setattr(disks, "write_pages", lambda sas, content, deadline, listener: written.append((sas, content, len(canned.sent))))
    canned.azure.disks.upload(D, "content", TAGS, Silence())
    assert writes(canned) == ["POST beginGetAccess", "PATCH d", "POST endGetAccess"]
    assert written == [("https://disk?sig=1", "content", 3)]
    assert [sent.body for sent in canned.sent if sent.method == "PATCH"] == [{"tags": {"cost": "7", **TAGS}}]


@pytest.mark.parametrize(("left", "lasts"), [(600, DAY), (3 * DAY + 0.5, 3 * DAY + 1), (100 * DAY, 60 * DAY)])
def test_write_access_lasts_at_least_as_long_as_the_task(left, lasts):
    canned = CannedAzure(*operation({"accessSAS": "https://disk?sig=1"}), *operation(), seconds=left)
    with canned.azure.disks.write_access(D):
        assert canned.sent[0].body == {"access": "Write", "durationInSeconds": lasts}


def test_a_failed_upload_is_neither_tagged_nor_committed(monkeypatch):
    def broken(*arguments):
        raise Denied("could not write bytes 0 to 511 of the disk.")

    monkeypatch.setattr(disks, "write_pages", broken)
    canned = CannedAzure(*operation({"accessSAS": "https://disk?sig=1"}))
    with pytest.raises(Denied):
        canned.azure.disks.upload(D, "content", TAGS, Silence())
    assert writes(canned) == ["POST beginGetAccess"]


@pytest.mark.parametrize("closing", [
    operation, invalid_vhd, lambda: [error(409, "OperationNotAllowed", "There is no access to end.")],
], ids=["valid", "not a valid VHD", "not open"])  # fmt: skip
def test_discarding_revokes_access_and_deletes_whatever_the_disk_holds(closing):
    canned = CannedAzure(*closing(), *deletion())
    canned.azure.disks.discard(D)
    assert writes(canned) == ["POST endGetAccess", "DELETE d"]


def test_discarding_also_revokes_access_that_a_killed_run_still_gets():
    active = error(409, "OperationNotAllowed", "There is an active shared access signature outstanding for disk d.")
    canned = CannedAzure(*operation(), active, *operation(), *deletion())
    canned.azure.disks.discard(D)
    assert writes(canned) == ["POST endGetAccess", "DELETE d"] * 2
    assert canned.clock.slept == [disks.DISCARD_PAUSE]


def test_discarding_a_disk_that_a_killed_run_deletes_succeeds():
    canned = CannedAzure(error(404, "ResourceNotFound", "The Resource 'Microsoft.Compute/disks/d' was not found."), answer(204))
    canned.azure.disks.discard(D)
    assert writes(canned) == ["POST endGetAccess", "DELETE d"]


def test_discarding_a_disk_in_use_fails_after_some_tries():
    used = [error(409, "OperationNotAllowed", "Disk d is attached to VM v.") for _ in range(disks.DISCARD_TRIES)]
    canned = CannedAzure(*[each for refusal in used for each in (*operation(), refusal)])
    with pytest.raises(Refused, match="attached to VM v"):
        canned.azure.disks.discard(D)


def test_discarding_fails_at_once_for_any_other_refusal():
    canned = CannedAzure(*operation(), error(400, "BadRequest", "No."))
    with pytest.raises(Refused, match="No"):
        canned.azure.disks.discard(D)
