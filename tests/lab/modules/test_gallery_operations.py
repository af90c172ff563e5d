# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on galleries, image definitions and versions that last, fail or are throttled: the same tests for all three modules."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery, gallery_image, gallery_image_version, gallery_image_version_info

from tests.support.gallery_versions import LabVersions
from tests.support.lab_group import LabGroup
from tests.support.options.gallery_image import BASE
from tests.support.running_lab import RunningLab
from tests.support.shown_versions import look_often
from tests.support.tasks import LabTasks

FAILURE = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
DENIED = {"status": 403, "code": "AuthorizationFailed", "message": "The client does not have authorization."}
BUSY = {"status": 429, "code": "OperationNotAllowed", "message": "Too many requests.", "retry_after": 1}


@dataclass(frozen=True)
class Subject:
    """A module with the options that create its resource, the place of that, and the name of its operations in the lab."""

    module: ModuleType
    options: dict[str, Any]
    below: str
    op: str
    hub: LabVersions

    def read(self) -> httpx.Response:
        """The answer to a plain GET of the resource."""
        return self.hub.ask("GET", self.below)


def of_gallery(hub: LabVersions, lab_group: LabGroup) -> Subject:
    return Subject(gallery, {"resource_group": hub.group, "name": hub.name}, "", "gallery", hub)


def of_definition(hub: LabVersions, lab_group: LabGroup) -> Subject:
    hub.made()
    return Subject(gallery_image, {"resource_group": hub.group, "gallery": hub.name, **BASE}, "images/web", "gallery_image", hub)


def of_version(hub: LabVersions, lab_group: LabGroup) -> Subject:
    hub.made()
    hub.image()
    lab_group.image("one")
    place = {"resource_group": hub.group, "gallery": hub.name, "gallery_image": "i", "version": "1.0.0"}
    options = {**place, "source": {"managed_image": "one"}}
    return Subject(gallery_image_version, options, "images/i/versions/1.0.0", "gallery_version", hub)


@pytest.fixture(params=[of_gallery, of_definition, of_version], ids=["gallery", "definition", "version"])
def subject(request: pytest.FixtureRequest, lab: RunningLab, lab_group: LabGroup, monkeypatch: pytest.MonkeyPatch) -> Subject:
    look_often(monkeypatch)
    make: Callable[[LabVersions, LabGroup], Subject] = request.param
    return make(LabVersions(lab, lab_group.name), lab_group)


def test_the_end_of_a_creation_is_awaited(lab: RunningLab, tasks: LabTasks, subject: Subject) -> None:
    with lab.fault(plane="arm", op=f"{subject.op}.put", times=1, operation_delay=1.5):
        begun = time.monotonic()
        tasks(subject.module, **subject.options)
    assert time.monotonic() - begun > 1.5
    assert subject.read().json()["properties"]["provisioningState"] == "Succeeded"


def test_the_end_of_a_deletion_is_awaited(lab: RunningLab, tasks: LabTasks, subject: Subject) -> None:
    tasks(subject.module, **subject.options)
    with lab.fault(plane="arm", op=f"{subject.op}.delete", times=1, operation_delay=1.5):
        tasks(subject.module, **subject.options, state="absent")
    assert subject.read().status_code == 404


def test_the_wait_for_a_deletion_ends_at_the_time_limit(lab: RunningLab, tasks: LabTasks, subject: Subject) -> None:
    tasks(subject.module, **subject.options)
    with lab.fault(plane="arm", op=f"{subject.op}.delete", times=1, operation_delay=6.0):
        begun = time.monotonic()
        assert "wait_timeout" in tasks.fails(subject.module, **subject.options, state="absent", wait_timeout=3)["msg"]
        assert time.monotonic() - begun < 5.5
    assert not tasks(subject.module, **subject.options, state="absent")["changed"]


def test_a_throttled_write_is_repeated(lab: RunningLab, tasks: LabTasks, subject: Subject) -> None:
    with lab.fault(plane="arm", op=f"{subject.op}.put", times=1, **BUSY), tasks.writes() as writes:
        assert tasks(subject.module, **subject.options)["changed"]
    assert writes == [f"{subject.op}.put"] * 2


def test_a_failed_operation_is_one_sentence_with_azures_words(lab: RunningLab, tasks: LabTasks, subject: Subject) -> None:
    with lab.fault(plane="arm", op=f"{subject.op}.put", times=1, fail_operation=FAILURE):
        failed = tasks.fails(subject.module, **subject.options)
    assert f"({FAILURE['code']}) {FAILURE['message']}" in failed["msg"]
    assert not {"{", "Traceback", "\n"} & set(failed["msg"])
    assert failed["code"] == FAILURE["code"]


@pytest.mark.parametrize(("refusal", "text"), [(DENIED, "AuthorizationFailed"), (BUSY, "wait_timeout is 3 s")], ids=["denied", "throttled"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_read_that_is_refused_does_not_mean_absent(
    lab: RunningLab, tasks: LabTasks, subject: Subject, state: str, refusal: dict[str, Any], text: str
) -> None:
    with lab.fault(plane="arm", op=f"{subject.op}.get", **refusal), tasks.writes() as writes:
        failed = tasks.fails(subject.module, **subject.options, state=state, wait_timeout=3)
    assert writes == []
    assert "could not read" in failed["msg"]
    assert text in failed["msg"]


def test_a_refusal_is_not_an_empty_list_of_versions(lab: RunningLab, tasks: LabTasks, lab_group: LabGroup) -> None:
    subject = of_version(LabVersions(lab, lab_group.name), lab_group)
    place = {key: value for key, value in subject.options.items() if key in ("resource_group", "gallery", "gallery_image")}
    for version in ({}, {"version": "1.0.0"}):
        with lab.fault(plane="arm", method="GET", path="/versions", **DENIED):
            assert "AuthorizationFailed" in tasks.fails(gallery_image_version_info, **place, **version)["msg"]
