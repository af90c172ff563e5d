# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two uploads into one interim disk at the same time: their bytes never mix. Azure may give write access twice or not; both are tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import DISK, ResourceId
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.reader import read_disk
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources.disks import Disks
from ansible_collections.goldenimage.azure.plugins.modules import image_upload

from tests.support.bodies import upload_disk
from tests.support.disk_files import make_disk, same_bytes
from tests.support.running_lab import MIB

TAKEN = "is used by another upload of the same image"


@dataclass
class Run:
    """One of two runs of image_upload that found no interim disk."""

    name: str
    disk: ResourceId
    path: Any

    def __post_init__(self) -> None:
        self.disks = connect({}).disks
        self.content = read_disk(str(self.path))

    def create(self) -> None:
        self.disks.create_for_upload(self.disk, {**upload_disk(32 * MIB + 512), "tags": {tag.RUN: self.name}}, self.name)

    def create_after(self, meanwhile: Callable[[], object]) -> None:
        """Create the disk, although something happens right after it was found to be absent."""
        find, absent = self.disks.find, [True]

        def first_absent(disk: ResourceId) -> Any:
            if absent:
                absent.clear()
                meanwhile()
                return None
            return find(disk)

        self.disks.find = first_absent  # type: ignore[method-assign]
        self.create()

    def upload(self) -> None:
        self.disks.upload(self.disk, self.content, {tag.DIGEST: self.content.disk.digest}, self.name, Silence())


@pytest.fixture(params=[False, True], ids=["second grant given", "second grant refused"])
def one_write_grant(lab, request):
    with lab.switched("one_write_grant", request.param):
        yield request.param


@pytest.fixture
def runs(lab, tasks, group, tmp_path, one_write_grant):
    disk = ResourceId.of(DISK, group, "d", subscription=lab.settings.subscription)
    return Run("run-a", disk, make_disk(tmp_path / "a.raw")), Run("run-b", disk, make_disk(tmp_path / "b.raw"))


def pages(lab, traffic):
    return [entry for entry in traffic.arrived("blob") if entry["op"] == "PutPage"]


def test_a_run_leaves_the_disk_alone_that_another_one_has_created(lab, runs):
    first, second = runs
    first.create()
    with pytest.raises(Failed, match=TAKEN):
        second.create()
    first.upload()
    assert same_bytes(lab, str(first.disk), first.path)
    assert first.disks.get(first.disk).tags == {tag.DIGEST: first.content.disk.digest}


def test_of_two_runs_that_create_the_disk_at_once_at_most_one_writes_to_it(lab, runs, one_write_grant):
    first, second = runs
    first.create_after(second.create)
    traffic = lab.traffic()
    with pytest.raises(Failed, match=TAKEN):
        second.upload()
    assert pages(lab, traffic) == []
    if one_write_grant:
        with pytest.raises(Refused, match="If another upload uses the disk: run again"):
            first.upload()
        assert pages(lab, traffic) == []
    else:
        first.upload()
        assert same_bytes(lab, str(first.disk), first.path)


def test_a_disk_that_another_run_takes_over_during_the_upload_is_not_committed(lab, runs, monkeypatch):
    first, second = runs
    first.create()
    unchanged = type(first.content).require_unchanged

    def meanwhile(content):
        with pytest.raises(Failed, match=TAKEN):
            second.create_after(lambda: None)
        unchanged(content)

    monkeypatch.setattr(type(first.content), "require_unchanged", meanwhile)
    with pytest.raises(Failed, match=TAKEN):
        first.upload()
    left = first.disks.get(first.disk)
    assert (left.state, tag.DIGEST in left.tags) == ("ActiveUpload", False)


def test_the_module_that_comes_second_fails_and_the_first_one_succeeds(lab, tasks, group, tmp_path, monkeypatch):
    options = {"name": "debian", "resource_group": group}
    first, second = make_disk(tmp_path / "a.raw"), make_disk(tmp_path / "b.raw")
    create = Disks.create_for_upload

    def both(disks, disk, body, run):
        """The second run has planned; the first one now creates the disk."""
        create(disks, disk, {**body, "tags": {**body["tags"], tag.RUN: "run-a"}}, "run-a")
        return create(disks, disk, body, run)

    with monkeypatch.context() as patch:
        patch.setattr(Disks, "create_for_upload", both)
        failed = tasks.fails(image_upload, path=str(second), **options)
    assert TAKEN in failed["msg"]
    assert failed["changed"] is False
    assert same_bytes(lab, tasks(image_upload, path=str(first), **options)["image"]["id"], first)
