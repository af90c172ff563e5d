# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploading to a disk and discarding one: the order of the requests keeps an incomplete upload from being committed."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Failed, Refused
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
RUN = "run-1"


def disk_now(run=RUN, state="ActiveUpload", unique="u-1", created="2026-11-22T10:00:00Z"):
    """The disk of an upload as Azure shows it."""
    properties = {**DISK_JSON["properties"], "diskState": state, "uniqueId": unique, "timeCreated": created}
    return {**DISK_JSON, "tags": {"cost": "7", tag.RUN: run}, "properties": properties}


def shown(**differences):
    return answer(200, disk_now(**differences))


def operation(result=None, **status):
    """The answers to a long-running operation."""
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, status or {"status": "Succeeded"}), *([] if status else [answer(200, result)])]


def lost():
    return error(404, "ResourceNotFound", "The Resource 'Microsoft.Compute/disks/d' was not found.")


def invalid_vhd():
    return operation(status="Failed", error={"code": "InvalidParameter", "message": "Disk is expected to have cookie value 'conectix'."})


def deletion():
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, {"status": "Succeeded"}), answer(200)]


def writes(canned):
    """The requests that changed something, in order."""
    return [f"{sent.method} {sent.path.rsplit('/', 1)[1]}" for sent in canned.sent if sent.method != "GET"]


SAS = {"accessSAS": "https://disk?sig=1"}


@pytest.fixture
def written(monkeypatch):
    """The page writes: each as its arguments and the number of requests before it."""
    found = []
    monkeypatch.setattr(disks, "write_pages", lambda sas, content, deadline, listener: found.append((sas, content)))
    return found


def test_an_upload_is_committed_after_its_pages_and_then_tagged(written):
    canned = CannedAzure(*operation(SAS), shown(), shown(), *operation(), shown(state="Unattached"), *operation(DISK_JSON))
    canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
    assert writes(canned) == ["POST beginGetAccess", "POST endGetAccess", "PATCH d"]
    assert written == [("https://disk?sig=1", "content")]
    assert [sent.body for sent in canned.sent if sent.method == "PATCH"] == [{"tags": {"cost": "7", **TAGS}}]


def test_a_disk_for_an_upload_is_created_once_and_read():
    canned = CannedAzure(lost(), *operation(DISK_JSON), shown(state="ReadyToUpload"))
    canned.azure.disks.create_for_upload(D, {"tags": {tag.RUN: RUN}}, RUN)
    assert writes(canned) == ["PUT d"]


ANOTHER = "disk d in resource group g is used by another upload of the same image: run again when that upload has ended"


def test_a_disk_that_another_run_has_created_meanwhile_is_left_to_it():
    canned = CannedAzure(shown(run="run-2"))
    with pytest.raises(Failed, match=ANOTHER):
        canned.azure.disks.create_for_upload(D, {}, RUN)
    assert writes(canned) == []


@pytest.mark.parametrize("found", [{"run": "run-2", "state": "ReadyToUpload"}, {"state": "ActiveUpload"}, {"state": "Unattached"}])
def test_a_creation_that_changed_the_disk_of_another_run_is_found(found):
    canned = CannedAzure(lost(), *operation(DISK_JSON), shown(**found))
    with pytest.raises(Failed, match=ANOTHER):
        canned.azure.disks.create_for_upload(D, {}, RUN)


def test_a_disk_that_another_run_took_over_before_the_first_byte_is_not_written_to(written):
    canned = CannedAzure(*operation(SAS), shown(run="run-2"))
    with pytest.raises(Failed, match=ANOTHER):
        canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
    assert (written, writes(canned)) == ([], ["POST beginGetAccess"])


@pytest.mark.parametrize("after", [{"run": "run-2"}, {"unique": "u-2"}, {"created": "2026-11-22T10:00:01Z"}])
def test_a_disk_that_another_run_took_over_meanwhile_is_neither_tagged_nor_committed(written, after):
    canned = CannedAzure(*operation(SAS), shown(), shown(**after))
    with pytest.raises(Failed, match=ANOTHER):
        canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
    assert writes(canned) == ["POST beginGetAccess"]


@pytest.mark.parametrize("after", [{"run": "run-2"}, {"unique": "u-2"}, {"created": "2026-11-22T10:00:01Z"}])
def test_a_disk_that_another_run_has_replaced_after_the_commit_is_not_tagged(written, after):
    canned = CannedAzure(*operation(SAS), shown(), shown(), *operation(), shown(**after))
    with pytest.raises(Failed, match=ANOTHER):
        canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
    assert writes(canned) == ["POST beginGetAccess", "POST endGetAccess"]


def test_a_refused_second_access_says_what_to_do():
    canned = CannedAzure(error(409, "OperationNotAllowed", "There is an active shared access signature."))
    with pytest.raises(Refused, match="active shared access signature.*another upload uses the disk: run again when") as refused:
        canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
    assert refused.value.facts["code"] == "OperationNotAllowed"


@pytest.mark.parametrize(("left", "lasts"), [(600, DAY), (3 * DAY + 0.5, 3 * DAY + 1), (100 * DAY, 60 * DAY)])
def test_write_access_lasts_at_least_as_long_as_the_task(left, lasts):
    canned = CannedAzure(*operation({"accessSAS": "https://disk?sig=1"}), *operation(), seconds=left)
    with canned.azure.disks.write_access(D):
        assert canned.sent[0].body == {"access": "Write", "durationInSeconds": lasts}


def test_a_failed_upload_is_neither_tagged_nor_committed(monkeypatch):
    def broken(*arguments):
        raise Denied("could not write bytes 0 to 511 of the disk.")

    monkeypatch.setattr(disks, "write_pages", broken)
    canned = CannedAzure(*operation(SAS), shown())
    with pytest.raises(Denied):
        canned.azure.disks.upload(D, "content", TAGS, RUN, Silence())
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
