# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs that publish the next version of one image at the same time, all of which have planned with the same number."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.azure import connect
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.versions.plan import SUBJECT
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image_version

from tests.support.gallery_versions import LabVersions
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks

RUNS = 5
SWITCHES = ("one_writer_while_creating", "late_lists", "")


@pytest.fixture
def hub(lab: RunningLab, group: str, lab_group: LabGroup, tasks: LabTasks) -> LabVersions:
    """A gallery with an image definition, and a managed image for each run."""
    LabVersions(lab, group).made()
    found = LabVersions(lab, group)
    found.image()
    for number in range(RUNS):
        lab_group.image(f"image{number}")
    return found


def params(hub: LabVersions, source: str) -> dict[str, Any]:
    """All options of a task, as the module gets them."""
    spec = gallery_image_version.ARGUMENTS["argument_spec"]
    given = {"resource_group": hub.group, "gallery": hub.name, "gallery_image": "i", "version": "next", "source": {"managed_image": source}}
    return {**{name: option.get("default") for name, option in spec.items()}, **given}


def publish(hub: LabVersions, source: str, together: threading.Barrier) -> str:
    """Plan, wait until all runs have planned, carry out the plan, and return the number of the version."""
    azure = connect(params(hub, source))
    request = SUBJECT.request(params(hub, source)).within(azure.subscription)
    plan = SUBJECT.plan(azure, request, False)
    assert plan.after["gallery_image_version"]["name"] == "1.0.0"
    together.wait(60)
    plan.apply(azure, Silence())
    return str(SUBJECT.result(azure, request, plan)["gallery_image_version"]["name"])


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_run_gets_a_number_of_its_own_and_nothing_is_lost(lab: RunningLab, tasks: LabTasks, hub: LabVersions, switch: str) -> None:
    together, sources = threading.Barrier(RUNS), [f"image{number}" for number in range(RUNS)]
    with lab.switched(switch or SWITCHES[0], bool(switch)), ThreadPoolExecutor(RUNS) as pool:
        numbers = list(pool.map(lambda source: publish(hub, source, together), sources))
    assert sorted(numbers) == [f"1.0.{number}" for number in range(RUNS)]
    for source, number in zip(sources, numbers, strict=True):
        version = hub.show(f"{hub.id}/images/i/versions/{number}")
        assert version["properties"]["storageProfile"]["source"]["id"].endswith(f"/{source}")
        assert version["tags"]["goldenimage.source"].endswith(f"/{source}")
    with tasks.writes() as writes:
        newest = sources[numbers.index(f"1.0.{RUNS - 1}")]
        again = {name: value for name, value in params(hub, newest).items() if value is not None}
        assert not tasks(gallery_image_version, **again)["changed"]
    assert writes == []


def test_runs_with_the_same_source_publish_one_version(lab: RunningLab, tasks: LabTasks, hub: LabVersions) -> None:
    together = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        numbers = list(pool.map(lambda _run: publish(hub, "image0", together), range(2)))
    assert numbers == ["1.0.0", "1.0.0"]
