# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_boot with images of the lab's Marketplace: any reference boots; missing terms and deprecations are found before the first write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.resources import machines
from ansible_collections.goldenimage.azure.plugins.modules import image_boot, image_capture
from azlab.arm.compute.marketplace.tables import Image

from tests.support.lab_group import LabGroup
from tests.support.market_images import active, image_with, plan_of
from tests.support.market_tasks import accepted_terms, free_image, names_of, planned_image, urn_of
from tests.support.running_lab import LOCATION, RunningLab
from tests.support.tasks import LabTasks


@pytest.fixture
def tasks(catalogue_lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> LabTasks:
    return LabTasks(catalogue_lab, monkeypatch)


@pytest.fixture
def group(catalogue_lab: RunningLab) -> LabGroup:
    return LabGroup(catalogue_lab, catalogue_lab.put_group())


@pytest.fixture
def options(group: LabGroup) -> dict[str, Any]:
    login = {"admin_username": "builder", "admin_password": "Correct-Horse-9"}
    return {"name": "t1", "resource_group": group.name, "subnet": group.subnet(), "location": LOCATION, **login}


@pytest.fixture
def planned() -> Image:
    return planned_image()


@pytest.fixture
def accepted(tasks: LabTasks, planned: Image) -> Iterator[Image]:
    with accepted_terms(tasks, planned):
        yield planned


def test_a_vm_has_plan_system_and_data_disks_of_its_image(
    tasks: LabTasks, group: LabGroup, options: dict[str, Any], accepted: Image
) -> None:
    vm = tasks.predict_do_repeat(image_boot, **options, image=urn_of(accepted))["vm"]
    assert vm["os_type"] == accepted.os_type
    assert [(each["lun"], each["size_gib"]) for each in vm["data_disks"]] == list(accepted.data_disks)
    assert group.compute.virtual_machines.get(group.name, "t1").as_dict()["plan"] == plan_of(accepted)


def test_an_image_is_named_by_a_dictionary(tasks: LabTasks, options: dict[str, Any]) -> None:
    image = free_image()
    names = {"publisher": image.publisher, "offer": image.offer, "sku": image.sku}
    tasks.predict_do_repeat(image_boot, **options, image=names)
    assert tasks(image_boot, **options, image=urn_of(image))["changed"] is False


def test_missing_terms_are_named_before_the_first_write(tasks: LabTasks, options: dict[str, Any], planned: Image) -> None:
    names = names_of(planned)
    with tasks.writes() as writes:
        messages = {tasks.fails(image_boot, check=check, **options, image=urn_of(planned))["msg"] for check in (True, False)}
    (message,) = messages
    accepting = f"marketplace_terms (publisher: {names['publisher']}, offer: {names['offer']}, plan: {names['plan']})"
    assert (accepting in message, writes) == (True, [])


def test_without_the_right_to_read_terms_azure_decides(
    catalogue_lab: RunningLab, tasks: LabTasks, options: dict[str, Any], planned: Image
) -> None:
    scope = f"/subscriptions/{catalogue_lab.settings.subscription}"
    with catalogue_lab.rights({"scope": scope, "actions": ["*"], "notActions": ["Microsoft.MarketplaceOrdering/*"]}):
        refused = tasks.fails(image_boot, **options, image=urn_of(planned))
    assert refused["code"] == "ResourcePurchaseValidationFailed"
    assert "If its terms are not accepted in this subscription" in refused["msg"]


def test_a_vm_is_requested_again_until_accepted_terms_are_effective(
    catalogue_lab: RunningLab, tasks: LabTasks, options: dict[str, Any], accepted: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machines, "TOO_EARLY_PAUSES", (0.05,) * 3)
    with catalogue_lab.setting("late_terms", 2), tasks.writes() as writes:
        assert tasks(image_boot, **options, image=urn_of(accepted))["changed"] is True
    assert writes == ["vm.put"] * 3


def test_terms_that_do_not_become_effective_in_time(
    catalogue_lab: RunningLab, tasks: LabTasks, options: dict[str, Any], accepted: Image, group: LabGroup
) -> None:
    with catalogue_lab.setting("late_terms", 9):
        refused = tasks.fails(image_boot, **options, image=urn_of(accepted), wait_timeout=30)
    assert "that can take 30 minutes to become effective: run again later." in refused["msg"]
    assert list(group.compute.virtual_machines.list(group.name)) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_deprecated_version_is_refused_before_the_first_write(tasks: LabTasks, options: dict[str, Any], check: bool) -> None:
    image = image_with(lambda each: each.plan is None and active(each) and any(v.deprecated for v in each.in_region(LOCATION)))
    old = next(each.name for each in image.in_region(LOCATION) if each.deprecated)
    with tasks.writes() as writes:
        message = tasks.fails(image_boot, check=check, **options, image=urn_of(image, old), os_type=image.os_type)["msg"]
    assert "is deprecated" in message
    assert (urn_of(image) in message, writes) == (True, [])


def test_a_deprecation_that_is_to_come_is_a_warning(tasks: LabTasks, options: dict[str, Any]) -> None:
    def is_scheduled(image: Image) -> bool:
        return any(each.deprecation.state == "ScheduledForDeprecation" for each in image.in_region(LOCATION))

    image = image_with(lambda each: each.plan is None and each.os_type == "Linux" and is_scheduled(each))
    version = next(each for each in image.in_region(LOCATION) if each.deprecation.state == "ScheduledForDeprecation")
    tasks(image_boot, check=True, **options, image=urn_of(image, version.name))
    (warning,) = [each for each in tasks.warnings if "will be deprecated" in each]
    assert urn_of(image, version.name) in warning


def test_a_vm_whose_plan_is_deprecated_is_not_captured(
    catalogue_lab: RunningLab, tasks: LabTasks, options: dict[str, Any], accepted: Image
) -> None:
    tasks(image_boot, **options, image=urn_of(accepted))
    capture = {"name": "golden", "vm": "t1", "resource_group": options["resource_group"], "sealed": "assume", "backup": "none"}
    plan = ":".join(names_of(accepted).values())
    with catalogue_lab.setting("deprecated_plans", [plan]), tasks.writes() as writes:
        for check in (True, False):
            refused = tasks.fails(image_capture, check=check, **capture)
            assert [row["id"] for row in refused["checks"] if row["verdict"] == "block"] == ["plan_deprecation"]
            assert f"plan {names_of(accepted)['plan']}" in refused["msg"]
        waived = tasks(image_capture, check=True, **capture, waive=["plan_deprecation"])
    assert ([row["verdict"] for row in waived["checks"] if row["id"] == "plan_deprecation"], writes) == (["waived"], [])
