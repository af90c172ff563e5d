# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gallery against the lab. What is stored is read by plain HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ansible_collections.goldenimage.azure.plugins.modules import gallery

from tests.support.gallery_bodies import COMMUNITY_INFO
from tests.support.lab_gallery import LabGallery
from tests.support.option_cases import OptionCase, exercise
from tests.support.options.gallery import CASES, DIRECT, FIRST, PUBLIC, SECOND
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks

LOCKS_API = "2020-05-01"


@pytest.fixture
def base(group: str) -> dict[str, Any]:
    """The options that every task of these tests has."""
    return {"resource_group": group, "name": "g"}


@pytest.fixture
def stored(lab: RunningLab, group: str) -> LabGallery:
    """The gallery of these options, read by plain HTTP; nothing has made it yet."""
    return LabGallery(lab, group)


def shown(stored: LabGallery) -> httpx.Response:
    """The answer for the gallery, with whom it is shared."""
    return stored.lab.http.get(stored.id, params={"api-version": stored.version, "$expand": "SharingProfile/Groups"})


def shared(stored: LabGallery) -> dict[str, Any]:
    """The gallery, with whom it is shared."""
    found: dict[str, Any] = shown(stored).raise_for_status().json()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)
def test_an_option_is_stored_repeated_and_changed_or_refused(
    tasks: LabTasks, base: dict[str, Any], stored: LabGallery, case: OptionCase
) -> None:
    exercise(tasks, gallery, base, case, lambda: shown(stored))


def test_a_gallery_is_created_as_predicted_and_not_again(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    done = tasks.predict_do_repeat(gallery, **base, description="text", tags={"a": "1"})
    assert done["steps"] == ["create gallery g"]
    assert done["gallery"]["description"] == "text"
    assert done["gallery"]["tags"] == {"a": "1"}
    assert stored.properties()["description"] == "text"


def test_names_are_compared_without_case(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base)
    assert not tasks(gallery, **{**base, "name": "G", "resource_group": base["resource_group"].upper()})["changed"]


def test_tags_are_added_or_replaced(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base, description="kept", tags={"a": "1"})
    assert tasks(gallery, **base, tags={"b": "2"})["steps"] == ["change tags of gallery g"]
    assert shared(stored)["tags"] == {"a": "1", "b": "2"}
    tasks(gallery, **base, tags={"c": "3"}, append_tags=False)
    assert shared(stored)["tags"] == {"c": "3"}
    assert stored.properties()["description"] == "kept"


def test_a_change_keeps_what_is_not_an_option(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made("Community", description="old", softDeletePolicy={"isSoftDeleteEnabled": True})
    before = shared(stored)["properties"]
    with tasks.writes() as writes:
        tasks(gallery, **base, description="new", tags={"a": "1"})
    assert writes == ["gallery.patch"]
    assert shared(stored)["properties"] == {**before, "description": "new"}


def test_a_change_of_the_publisher_keeps_the_public_name(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made("Community")
    before = shared(stored)["properties"]["sharingProfile"]["communityGalleryInfo"]
    tasks(gallery, **base, sharing={"community": {"eula": "https://example.com/new"}})
    after = shared(stored)["properties"]["sharingProfile"]["communityGalleryInfo"]
    assert after == {**before, "eula": "https://example.com/new"}


def test_public_names_are_read_after_sharing(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    done = tasks.predict_do_repeat(gallery, **base, sharing={**PUBLIC["sharing"], "enabled": True})
    assert done["steps"] == ["create gallery g", "share gallery g with the community"]
    info = done["gallery"]["sharing_profile"]["community_gallery_info"]
    assert info["public_names"] == shared(stored)["properties"]["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    assert info["community_gallery_enabled"] is True


def test_sharing_with_the_community_begins_and_ends(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base, **PUBLIC)
    begun = tasks.predict_do_repeat(gallery, **base, sharing={"enabled": True})
    assert begun["steps"] == ["share gallery g with the community"]
    assert shared(stored)["properties"]["sharingProfile"]["communityGalleryInfo"]["communityGalleryEnabled"] is True
    ended = tasks.predict_do_repeat(gallery, **base, sharing={"enabled": False})
    assert ended["steps"] == ["stop sharing gallery g"]
    assert ended["gallery"]["sharing_profile"] == {"permissions": "Private", "groups": []}
    assert shared(stored)["properties"]["sharingProfile"] == {"permissions": "Private", "groups": []}


def test_sharing_with_subscriptions_ends(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base, sharing={**DIRECT["sharing"], "subscriptions": [FIRST]})
    assert "gallery g is shared" in tasks.fails(gallery, **base, state="absent")["msg"]
    tasks.predict_do_repeat(gallery, **base, sharing={"enabled": False})
    assert shared(stored)["properties"]["sharingProfile"]["groups"] == []


def test_purge_removes_the_subscriptions_that_are_not_named(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base, sharing={**DIRECT["sharing"], "subscriptions": [FIRST], "tenants": [FIRST]})
    done = tasks.predict_do_repeat(gallery, **base, sharing={"subscriptions": [SECOND], "purge": True})
    assert done["steps"] == [f"share gallery g with subscription {SECOND}", f"stop sharing gallery g with subscription {FIRST}"]
    groups = shared(stored)["properties"]["sharingProfile"]["groups"]
    assert {each["type"]: each["ids"] for each in groups} == {"Subscriptions": [SECOND], "AADTenants": [FIRST]}


def test_an_empty_gallery_is_deleted(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made()
    assert tasks.predict_do_repeat(gallery, **base, state="absent")["gallery"] is None
    assert stored.ask("GET").status_code == 404


def test_a_gallery_with_definitions_is_neither_deleted_nor_replaced(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made().definition("web")
    with tasks.writes() as writes:
        deleted = tasks.fails(gallery, **base, state="absent")["msg"]
        replaced = tasks.fails(gallery, **base, location="northeurope", recreate=True)["msg"]
    assert writes == []
    assert "gallery g cannot be deleted while it has image definitions: web." in deleted
    assert "gallery g cannot be replaced while it has image definitions: web." in replaced
    assert stored.refused("DELETE")[2].startswith(deleted.partition("(Azure: ")[2].removesuffix(".)."))


def test_a_gallery_of_the_community_is_deleted_only_if_sharing_is_stopped(
    tasks: LabTasks, base: dict[str, Any], stored: LabGallery
) -> None:
    tasks(gallery, **base, sharing={**PUBLIC["sharing"], "enabled": True})
    with tasks.writes() as writes:
        assert "set sharing: {enabled: false}" in tasks.fails(gallery, **base, state="absent")["msg"]
    assert writes == []
    done = tasks.predict_do_repeat(gallery, **base, state="absent", sharing={"enabled": False})
    assert done["steps"] == ["stop sharing gallery g", "delete gallery g"]


def test_a_gallery_that_cannot_be_deleted_stays_shared(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    tasks(gallery, **base, sharing={**PUBLIC["sharing"], "enabled": True})
    lock = f"{stored.id}/providers/Microsoft.Authorization/locks/keep"
    assert lab.arm("PUT", lock, {"properties": {"level": "CanNotDelete"}}, LOCKS_API).status_code == 201
    with tasks.writes() as writes:
        assert "the CanNotDelete lock keep on" in tasks.fails(gallery, **base, state="absent", sharing={"enabled": False})["msg"]
        assert lab.arm("DELETE", lock, None, LOCKS_API).status_code == 200
        with lab.rights({"scope": stored.id, "actions": ["*/read", "Microsoft.Compute/galleries/share/action"]}):
            assert (
                "lacks the right Microsoft.Compute/galleries/delete"
                in tasks.fails(gallery, **base, state="absent", sharing={"enabled": False})["msg"]
            )
    assert writes == ["lock.delete"]
    assert tasks(gallery, **base)["gallery"]["sharing_profile"]["community_gallery_info"]["community_gallery_enabled"]


def test_an_empty_gallery_is_replaced(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made(description="kept")
    done = tasks.predict_do_repeat(gallery, **base, **PUBLIC, recreate=True)
    assert done["steps"] == ["delete gallery g", "create gallery g"]
    assert stored.properties()["description"] == "kept"
    assert shared(stored)["properties"]["sharingProfile"]["permissions"] == "Community"


def test_the_gallery_of_a_failed_run_is_completed(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    error = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
    with lab.fault(plane="arm", op="gallery.put", times=1, fail_operation=error):
        assert "InternalExecutionError" in tasks.fails(gallery, **base, description="text")["msg"]
    assert stored.properties()["provisioningState"] == "Failed"
    done = tasks.predict_do_repeat(gallery, **base, description="text")
    assert done["steps"] == ["complete gallery g"]
    assert stored.properties()["provisioningState"] == "Succeeded"


def test_a_missing_group_is_refused_or_means_absent(tasks: LabTasks) -> None:
    nowhere = {"resource_group": "no-such-group", "name": "g"}
    assert "resource group no-such-group was not found" in tasks.fails(gallery, **nowhere)["msg"]
    assert not tasks(gallery, **nowhere, state="absent")["changed"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_only_404_means_absent(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], stored: LabGallery, state: str) -> None:
    with lab.fault(plane="arm", op="gallery.get", status=403, code="AuthorizationFailed", message="no"), tasks.writes() as writes:
        assert "could not read gallery g" in tasks.fails(gallery, **base, state=state)["msg"]
    assert writes == []


def test_a_throttled_request_is_repeated(lab: RunningLab, tasks: LabTasks, base: dict[str, Any]) -> None:
    with lab.fault(plane="arm", op="gallery.get", times=1, status=429, retry_after=1):
        assert tasks(gallery, **base)["changed"]


def test_a_task_ends_at_its_time_limit(lab: RunningLab, tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    with lab.fault(plane="arm", op="gallery.put", times=1, operation_delay=3.0):
        assert "wait_timeout" in tasks.fails(gallery, **base, wait_timeout=2)["msg"]
    assert not tasks(gallery, **base)["changed"]


def test_a_region_without_galleries_is_refused(tasks: LabTasks, base: dict[str, Any]) -> None:
    assert "location: 'moon' is not a region that has galleries" in tasks.fails(gallery, **base, location="moon")["msg"]


def test_a_private_gallery_cannot_have_information_for_the_community(tasks: LabTasks, base: dict[str, Any], stored: LabGallery) -> None:
    stored.made()
    failed = tasks.fails(gallery, **base, sharing={"community": {"eula": COMMUNITY_INFO["eula"]}})
    assert "only a gallery with sharing.permissions community has it, and this one has private" in failed["msg"]
