# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery_image against the lab. What is stored is read by plain HTTP."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery_image

from tests.support.gallery_bodies import SECURE, features
from tests.support.gallery_versions import body_of_version, of_disk
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.option_cases import OptionCase, exercise, merged
from tests.support.options.gallery_image import BASE, CASES
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks

SWITCH = "no_standard_security_type"


@pytest.fixture
def hub(lab: RunningLab, group: str) -> LabGallery:
    """A private gallery."""
    return LabGallery(lab, group).made()


@pytest.fixture
def base(hub: LabGallery) -> dict[str, Any]:
    """The options with which a task creates the definition ``web``."""
    return {"resource_group": hub.group, "gallery": hub.name, **BASE}


def again(base: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The options of a task on a definition that exists: those that are required to create it are left out."""
    return {key: base[key] for key in ("resource_group", "gallery", "name")} | more


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(
    tasks: LabTasks, base: dict[str, Any], hub: LabGallery, case: OptionCase
) -> None:
    exercise(tasks, gallery_image, base, case, lambda: hub.ask("GET", "images/web"))


def test_a_definition_is_created_as_predicted_and_not_again(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    done = tasks.predict_do_repeat(gallery_image, **base, security_type="TrustedLaunchSupported", disk_controller_types=["NVMe", "SCSI"])
    assert done["steps"] == ["create image definition web in gallery g"]
    assert hub.properties("images/web") == {
        "hyperVGeneration": "V2",
        "architecture": "x64",
        "features": features(SecurityType="TrustedLaunchSupported", DiskControllerTypes="SCSI, NVMe"),
        "osType": "Linux",
        "osState": "Generalized",
        "identifier": BASE["identifier"],
        "provisioningState": "Succeeded",
    }


def test_a_task_may_leave_out_what_is_required_to_create(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base)
    assert not tasks(gallery_image, **again(base))["changed"]


def test_a_definition_is_not_created_without_what_azure_requires(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    with tasks.writes() as writes:
        failed = tasks.fails(gallery_image, **again(base, identifier={"publisher": "p", "sku": "s"}))
    assert "these options are required: os_type, os_state, identifier.offer." in failed["msg"]
    assert writes == []


@pytest.mark.parametrize("refuses", [False, True])
def test_a_standard_definition_is_made_whether_or_not_azure_knows_the_word(
    lab: RunningLab, tasks: LabTasks, base: dict[str, Any], hub: LabGallery, refuses: bool
) -> None:
    with lab.switched(SWITCH, refuses):
        for options in ({}, {"security_type": "Standard"}):
            done = tasks(gallery_image, **base, **options)
        assert not done["changed"]
    assert "features" not in hub.properties("images/web")


@pytest.mark.parametrize("refuses", [False, True])
def test_a_definition_that_states_standard_is_changed(
    lab: RunningLab, tasks: LabTasks, base: dict[str, Any], hub: LabGallery, refuses: bool
) -> None:
    """One that was made with a newer api-version has the value, which the version in use may not know."""
    hub.at(SECURE).definition("web", hyperVGeneration="V2", features=features(SecurityType="Standard"))
    with lab.switched(SWITCH, refuses):
        tasks.predict_do_repeat(gallery_image, **again(base, security_type="Standard", description="new"))
    assert hub.properties("images/web")["features"] == features(SecurityType="Standard")


def test_a_change_keeps_what_is_not_named(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    made = hub.definition(
        "web", description="old", eula="e", features=features(DiskControllerTypes="NVMe, SCSI"), purchasePlan={"name": "n"}
    )
    with tasks.writes() as writes:
        tasks(gallery_image, **again(base, description="new", recommended={"memory": {"max": 8}}, tags={"a": "1"}))
    assert writes == ["gallery_image.patch"]
    assert hub.properties("images/web") == {**made, "description": "new", "recommended": {"memory": {"max": 8}}}
    tasks(gallery_image, **again(base, recommended={"memory": {"min": 2}}))
    assert hub.properties("images/web")["recommended"] == {"memory": {"min": 2, "max": 8}}


def test_tags_are_added_or_replaced(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base, description="kept", tags={"a": "1"})
    tasks(gallery_image, **again(base, tags={"b": "2"}))
    assert hub.ask("GET", "images/web").json()["tags"] == {"a": "1", "b": "2"}
    tasks(gallery_image, **again(base, tags={"c": "3"}, append_tags=False))
    assert hub.ask("GET", "images/web").json()["tags"] == {"c": "3"}
    assert hub.properties("images/web")["description"] == "kept"


def test_features_that_are_not_named_are_kept(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base, features=[{"name": "isHibernateSupported", "value": True}], allow_update_image=True)
    done = tasks.predict_do_repeat(gallery_image, **again(base, disk_controller_types=["SCSI", "NVMe"]))
    assert done["steps"] == ["change disk_controller_types of image definition web in gallery g"]
    assert hub.properties("images/web")["features"] == features(IsHibernateSupported="True", DiskControllerTypes="SCSI, NVMe")


def test_features_change_in_a_request_of_their_own_after_they_are_opened(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base, hibernation=True)
    done = tasks.predict_do_repeat(gallery_image, **again(base, hibernation=False, description="new", allow_update_image=True))
    assert done["steps"] == [
        "change allow_update_image of image definition web in gallery g",
        "change description, hibernation of image definition web in gallery g",
    ]
    closed = tasks.predict_do_repeat(gallery_image, **again(base, hibernation=True, allow_update_image=False))
    assert closed["steps"] == [
        "change hibernation of image definition web in gallery g",
        "change allow_update_image of image definition web in gallery g",
    ]
    assert hub.properties("images/web")["features"] == features(IsHibernateSupported="True")


def test_a_gallery_is_named_by_id_name_or_dictionary(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base)
    rest = {key: value for key, value in base.items() if key not in ("gallery", "resource_group")}
    for gallery in (hub.id, {"id": hub.id}, {"name": hub.name, "resource_group": hub.group}):
        assert not tasks(gallery_image, **rest, gallery=gallery)["changed"]
    assert "gallery: 'g' needs a resource_group." in tasks.fails(gallery_image, **rest, gallery="g")["msg"]


def test_a_gallery_may_be_in_another_subscription(lab: RunningLab, tasks: LabTasks, base: dict[str, Any]) -> None:
    with lab.second_subscription() as other:
        other.arm("PUT", "resourcegroups/hub", {"location": "westeurope"}, "2021-04-01").raise_for_status()
        hub = LabGallery(other, "hub").made()
        done = tasks.predict_do_repeat(gallery_image, **{**base, "gallery": hub.id})
        assert done["gallery_image"]["id"] == f"{hub.id}/images/web"
        assert hub.properties("images/web")["osType"] == "Linux"
        tasks.predict_do_repeat(gallery_image, gallery=hub.id, name="web", state="absent")


def test_names_are_compared_without_case(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base)
    other = {"name": "WEB", "gallery": "G", "identifier": {"publisher": "EXAMPLE", "offer": "WEB", "sku": "DEBIAN-12"}}
    assert not tasks(gallery_image, **{**base, **other})["changed"]


def test_a_second_definition_with_the_same_identifier_is_refused(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    tasks(gallery_image, **base)
    with tasks.writes() as writes:
        message = tasks.fails(gallery_image, **{**base, "name": "other"})["msg"]
    assert writes == []
    body = hub.ask("GET", "images/web").json()
    refusal = hub.refused("PUT", "images/other", {"location": body["location"], "properties": body["properties"]})
    assert refusal[2] in message


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"hyper_v_generation": "V1", "security_type": "TrustedLaunch"}, "security_type: TrustedLaunch needs hyper_v_generation V2"),
        ({"hyper_v_generation": "V1", "architecture": "Arm64"}, "architecture: Arm64 needs hyper_v_generation V2"),
        ({"recommended": {"v_cpus": {"min": 8, "max": 2}}}, "recommended.v_cpus: min is 8 and max is 2"),
        ({"identifier": {"publisher": "a b"}}, "identifier.publisher: 'a b' is not valid: use 1 to 128 letters"),
        ({"identifier": {"offer": "x" * 65}}, "is not valid: use 1 to 64 letters"),
        ({"end_of_life_date": "2020-01-01"}, "end_of_life_date: 2020-01-01T00:00:00Z is not in the future"),
        ({"end_of_life_date": "soon"}, "end_of_life_date: 'soon' is not a date"),
        ({"purchase_plan": {"name": "n"}}, "purchase_plan: a plan has name, publisher, product; purchase_plan.publisher, "),
        ({"disk_controller_types": ["NVMe"]}, "disk_controller_types: must be [SCSI] or [SCSI, NVMe]"),
        ({"location": "moon"}, "location: 'moon' is not a region that has image definitions"),
    ],
)
def test_a_wrong_combination_is_refused_before_any_write(
    tasks: LabTasks, base: dict[str, Any], hub: LabGallery, options: dict[str, Any], text: str
) -> None:
    with tasks.writes() as writes:
        assert text in tasks.fails(gallery_image, **merged(base, options))["msg"]
    assert writes == []


@pytest.mark.parametrize("permissions", ["Groups", "Community"])
@pytest.mark.parametrize("security", ["TrustedLaunch", "ConfidentialVM"])
def test_images_that_cannot_be_shared_are_refused_in_a_gallery_for_sharing(
    lab: RunningLab, tasks: LabTasks, base: dict[str, Any], permissions: str, security: str
) -> None:
    hub = LabGallery(lab, base["resource_group"], "shared").made(permissions)
    task = {**base, "gallery": "shared", "security_type": security}
    with tasks.writes() as writes:
        assert f"images with {security} cannot be shared" in tasks.fails(gallery_image, **task)["msg"]
    assert writes == []
    assert tasks(gallery_image, **{**task, "security_type": f"{security}Supported"})["changed"]
    assert hub.properties("images/web")["features"] == features(SecurityType=f"{security}Supported")


def test_a_definition_without_versions_is_deleted(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    hub.definition("web")
    assert tasks.predict_do_repeat(gallery_image, **again(base, state="absent"))["gallery_image"] is None
    assert hub.ask("GET", "images/web").status_code == 404


def test_a_definition_without_versions_is_replaced(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    hub.definition("web", description="kept", hyperVGeneration="V2")
    done = tasks.predict_do_repeat(gallery_image, **again(base, os_type="Windows", recreate=True))
    assert done["steps"] == ["delete image definition web in gallery g", "create image definition web in gallery g"]
    after = hub.properties("images/web")
    assert (after["osType"], after["description"], after["hyperVGeneration"]) == ("Windows", "kept", "V2")


def test_a_definition_whose_end_of_life_is_over_is_replaced_only_with_another_one(
    tasks: LabTasks, base: dict[str, Any], hub: LabGallery
) -> None:
    end = datetime.now(timezone.utc) + timedelta(seconds=2)
    hub.definition("web", hyperVGeneration="V2", endOfLifeDate=end.isoformat())
    time.sleep(2)
    with tasks.writes() as writes:
        refused = tasks.fails(gallery_image, **again(base, eula="new", recreate=True))
    assert "is not in the future" in refused["msg"]
    assert writes == []
    assert tasks(gallery_image, **again(base, eula="new", recreate=True, end_of_life_date="2036-12-31"))["changed"]


@pytest.mark.parametrize("refuses", [False, True])
def test_a_definition_that_states_standard_is_replaced(
    lab: RunningLab, tasks: LabTasks, base: dict[str, Any], hub: LabGallery, refuses: bool
) -> None:
    hub.at(SECURE).definition("web", hyperVGeneration="V2", features=features(SecurityType="Standard"))
    with lab.switched(SWITCH, refuses):
        tasks.predict_do_repeat(gallery_image, **again(base, eula="new", recreate=True))
    assert hub.properties("images/web")["eula"] == "new"


def test_a_definition_is_put_back_if_azure_refuses_its_successor(tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    before = hub.definition("web", description="kept", hyperVGeneration="V2", features=features(DiskControllerTypes="SCSI, NVMe"))
    refused = tasks.fails(gallery_image, **again(base, features=[{"name": "SecurityType", "value": "none"}], recreate=True))
    assert refused["msg"].endswith("The former image definition was created again.")
    assert (refused["code"], refused["steps"]) == ("InvalidParameter", ["delete image definition web in gallery g"])
    assert hub.properties("images/web") == before


def test_a_definition_with_versions_is_neither_deleted_nor_replaced(
    tasks: LabTasks, base: dict[str, Any], hub: LabGallery, lab_group: LabGroup
) -> None:
    hub.definition("web")
    source = of_disk(lab_group.os_disk().id)
    for name in ("1.10.0", "1.9.0"):
        hub.ask("PUT", f"images/web/versions/{name}", body_of_version(source)).raise_for_status()
    with tasks.writes() as writes:
        deleted = tasks.fails(gallery_image, **again(base, state="absent"))["msg"]
        replaced = tasks.fails(gallery_image, **again(base, os_type="Windows", recreate=True))["msg"]
    assert writes == []
    assert "cannot be deleted while it has versions: 1.9.0, 1.10.0." in deleted
    assert "cannot be replaced while it has versions: 1.9.0, 1.10.0." in replaced
    assert tasks(gallery_image, **again(base, description="new", recreate=True))["changed"]
    assert hub.properties("images/web")["description"] == "new"


def test_without_its_gallery_or_group_a_definition_is_absent(tasks: LabTasks, base: dict[str, Any], group: str) -> None:
    assert not tasks(gallery_image, **again(base, gallery="nothing", state="absent"))["changed"]
    assert not tasks(gallery_image, **again(base, resource_group="no-such-group", state="absent"))["changed"]
    assert f"there is no gallery nothing in resource group {group}" in tasks.fails(gallery_image, **{**base, "gallery": "nothing"})["msg"]
    missing = tasks.fails(gallery_image, **{**base, "resource_group": "no-such-group"})
    assert "resource group no-such-group was not found" in missing["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_only_404_means_absent(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], state: str) -> None:
    with lab.fault(plane="arm", op="gallery_image.get", status=403, code="AuthorizationFailed", message="no"), tasks.writes() as writes:
        assert "could not read image definition web" in tasks.fails(gallery_image, **base, state=state)["msg"]
    assert writes == []


def test_the_definition_of_a_failed_run_is_completed(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], hub: LabGallery) -> None:
    error = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
    with lab.fault(plane="arm", op="gallery_image.put", times=1, fail_operation=error):
        assert "InternalExecutionError" in tasks.fails(gallery_image, **base)["msg"]
    assert hub.properties("images/web")["provisioningState"] == "Failed"
    done = tasks.predict_do_repeat(gallery_image, **base)
    assert done["steps"] == ["complete image definition web in gallery g"]
    assert hub.properties("images/web")["provisioningState"] == "Succeeded"


def test_a_task_ends_at_its_time_limit(lab: RunningLab, tasks: LabTasks, base: dict[str, Any]) -> None:
    with lab.fault(plane="arm", op="gallery_image.put", times=1, operation_delay=3.0):
        assert "wait_timeout" in tasks.fails(gallery_image, **base, wait_timeout=2)["msg"]
    assert not tasks(gallery_image, **base)["changed"]
