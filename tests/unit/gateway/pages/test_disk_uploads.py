# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filling a disk and throwing one away: the order of the requests is the safety."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import disks
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.access import DAY

from tests.support.canned import ARM, SUBSCRIPTION, World, answer, error

D = ResourceId.of(DISK, "g", "d", subscription=SUBSCRIPTION)
DISK_JSON = {"id": str(D), "location": "westeurope", "properties": {"provisioningState": "Succeeded"}}
OPERATION = f"{ARM}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/DiskOperations/1"
TAGS = {"goldenimage.digest": "sha256-4m:0"}
TAGGED = {**DISK_JSON, "tags": {"cost": "7"}}


def operation(result=None, **status):
    """A long-running operation from its acceptance to its result."""
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, status or {"status": "Succeeded"}), *([] if status else [answer(200, result)])]


def refused_vhd():
    return operation(status="Failed", error={"code": "InvalidParameter", "message": "Disk is expected to have cookie value 'conectix'."})


def deletion():
    begun = answer(202, Azure_AsyncOperation=OPERATION, Location=f"{OPERATION}?monitor=true")
    return [begun, answer(200, {"status": "Succeeded"}), answer(200)]


def asked(world):
    """The requests that changed something."""
    return [f"{sent.method} {sent.path.rsplit('/', 1)[1]}" for sent in world.sent if sent.method != "GET"]


def test_an_upload_is_tagged_after_the_pages_and_then_closed(monkeypatch):
    world = World(*operation({"accessSAS": "https://disk?sig=1"}), answer(200, TAGGED), *operation(DISK_JSON), *operation())
    written = []
    monkeypatch.setattr(disks, "write_pages", lambda sas, content, deadline, listener: written.append((sas, content, len(world.sent))))
    world.azure.disks.upload(D, "content", TAGS, Silence())
    assert asked(world) == ["POST beginGetAccess", "PATCH d", "POST endGetAccess"]
    assert written == [("https://disk?sig=1", "content", 3)]
    assert [sent.body for sent in world.sent if sent.method == "PATCH"] == [{"tags": {"cost": "7", **TAGS}}]


@pytest.mark.parametrize(("left", "lasts"), [(600, DAY), (3 * DAY + 0.5, 3 * DAY + 1), (100 * DAY, 60 * DAY)])
def test_the_grant_lasts_as_long_as_the_task_may(left, lasts):
    world = World(*operation({"accessSAS": "https://disk?sig=1"}), *operation(), seconds=left)
    with world.azure.disks.write_access(D):
        assert world.sent[0].body == {"access": "Write", "durationInSeconds": lasts}


def test_an_upload_that_breaks_is_neither_tagged_nor_closed(monkeypatch):
    def broken(*arguments):
        raise Denied("could not write bytes 0 to 511 of the disk.")

    monkeypatch.setattr(disks, "write_pages", broken)
    world = World(*operation({"accessSAS": "https://disk?sig=1"}))
    with pytest.raises(Denied):
        world.azure.disks.upload(D, "content", TAGS, Silence())
    assert asked(world) == ["POST beginGetAccess"]


@pytest.mark.parametrize("closing", [
    operation, refused_vhd, lambda: [error(409, "OperationNotAllowed", "There is no access to end.")],
], ids=["closed", "found to be no VHD", "was not open"])  # fmt: skip
def test_a_discarded_disk_is_closed_and_deleted_whatever_is_in_it(closing):
    world = World(*closing(), *deletion())
    world.azure.disks.discard(D)
    assert asked(world) == ["POST endGetAccess", "DELETE d"]


def test_access_that_a_dead_run_still_gets_is_ended_too():
    active = error(409, "OperationNotAllowed", "There is an active shared access signature outstanding for disk d.")
    world = World(*operation(), active, *operation(), *deletion())
    world.azure.disks.discard(D)
    assert asked(world) == ["POST endGetAccess", "DELETE d"] * 2
    assert world.clock.slept == [disks.DISCARD_PAUSE]


def test_a_disk_that_a_dead_run_still_deletes_is_discarded():
    world = World(error(404, "ResourceNotFound", "The Resource 'Microsoft.Compute/disks/d' was not found."), answer(204))
    world.azure.disks.discard(D)
    assert asked(world) == ["POST endGetAccess", "DELETE d"]


def test_a_disk_in_use_is_not_fought_over():
    used = [error(409, "OperationNotAllowed", "Disk d is attached to VM v.") for _ in range(disks.DISCARD_TRIES)]
    world = World(*[each for refusal in used for each in (*operation(), refusal)])
    with pytest.raises(Refused, match="attached to VM v"):
        world.azure.disks.discard(D)


def test_other_refusals_are_told_at_once():
    world = World(*operation(), error(400, "BadRequest", "No."))
    with pytest.raises(Refused, match="No"):
        world.azure.disks.discard(D)
