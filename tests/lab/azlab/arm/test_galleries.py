# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Galleries with plain HTTP: answers as recorded, and requests that Azure refuses."""

from __future__ import annotations

import pytest
from azlab.arm.http.crud import PAGE

from tests.support.gallery_bodies import definition, gallery
from tests.support.lab_gallery import LabGallery
from tests.support.running_lab import LOCATION, RunningLab, done


@pytest.fixture
def empty(lab: RunningLab, group: str) -> LabGallery:
    """A gallery that does not exist yet."""
    return LabGallery(lab, group)


@pytest.fixture
def made(empty: LabGallery) -> LabGallery:
    """A private gallery."""
    return empty.made()


def test_a_gallery_is_created_as_recorded(empty: LabGallery) -> None:
    answer = empty.ask("PUT", "", gallery(description="d"))
    assert answer.status_code == 201
    assert "/capsOperations/" in answer.headers["azure-asyncoperation"]
    assert "location" not in answer.headers
    assert "retry-after" not in answer.headers
    unique_name = {"uniqueName": f"{empty.lab.settings.subscription}-G"}
    expected = {
        "name": "g",
        "id": empty.id,
        "type": "Microsoft.Compute/galleries",
        "location": LOCATION,
        "properties": {"description": "d", "identifier": unique_name, "provisioningState": "Creating"},
    }
    assert answer.json() == expected
    assert empty.properties() == {"description": "d", "identifier": unique_name, "provisioningState": "Succeeded"}
    poll = empty.lab.http.get(answer.headers["azure-asyncoperation"]).json()
    assert list(poll) == ["startTime", "endTime", "status", "name"]


def test_a_second_put_replaces_what_may_change(made: LabGallery) -> None:
    made.ask("PUT", "", {**gallery(description="d"), "tags": {"a": "b"}})
    again = made.ask("PUT", "", gallery())
    assert again.status_code == 200
    assert again.json()["properties"]["provisioningState"] == "Succeeded"
    assert "description" not in made.properties()
    assert "tags" not in made.ask("GET").json()


def test_a_patch_keeps_what_it_leaves_out(made: LabGallery) -> None:
    made.ask("PUT", "", {**gallery(description="d"), "tags": {"a": "b"}})
    answer = made.ask("PATCH", "", {"tags": {"c": "d"}})
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == "Succeeded"
    assert made.ask("GET").json()["tags"] == {"c": "d"}
    assert made.properties()["description"] == "d"


def test_a_soft_delete_policy_is_kept(made: LabGallery) -> None:
    made.ask("PATCH", "", {"properties": {"softDeletePolicy": {"isSoftDeleteEnabled": True}}})
    assert made.properties()["softDeletePolicy"] == {"isSoftDeleteEnabled": True}
    assert "softDeletePolicy" not in made.at("2020-09-30").properties()
    made.ask("PUT", "", gallery())
    assert made.properties()["softDeletePolicy"] == {"isSoftDeleteEnabled": True}


def test_one_version_showed_a_policy_that_was_not_set(made: LabGallery) -> None:
    assert made.at("2021-07-01").properties()["softDeletePolicy"] == {"isSoftDeleteEnabled": False}
    assert "softDeletePolicy" not in made.at("2022-03-03").properties()


def test_one_version_showed_the_profile_of_a_private_gallery_in_answers_to_changes(made: LabGallery) -> None:
    old = made.at("2020-09-30")
    assert old.ask("PATCH", "", {"tags": {}}).json()["properties"]["sharingProfile"] == {"permissions": "Private"}
    assert "sharingProfile" not in old.properties()
    assert "sharingProfile" not in made.ask("PATCH", "", {"tags": {}}).json()["properties"]


def test_permissions_are_shown_on_request(made: LabGallery) -> None:
    assert "sharingProfile" not in made.properties()
    path, query = made.id, {"api-version": made.version, "$select": "Permissions"}
    assert made.lab.http.get(path, params=query).json()["properties"]["sharingProfile"] == {"permissions": "Private"}
    expand = {"api-version": made.version, "$expand": "SharingProfile/Groups"}
    assert made.lab.http.get(path, params=expand).json()["properties"]["sharingProfile"]["groups"] == []
    assert made.lab.http.get(path, params={**query, "$select": "Everything"}).json()["error"]["code"] == "InvalidParameter"


def test_galleries_are_listed_in_pages(lab: RunningLab, group: str) -> None:
    names = {f"g{number}" for number in range(PAGE + 1)}
    for name in names:
        LabGallery(lab, group, name).made()
    answer = lab.arm("GET", f"resourceGroups/{group}/providers/Microsoft.Compute/galleries", version="2024-03-03").json()
    assert len(answer["value"]) == PAGE
    rest = lab.http.get(answer["nextLink"]).json()
    assert {each["name"] for each in answer["value"] + rest["value"]} == names
    everywhere = lab.arm("GET", "providers/Microsoft.Compute/galleries", version="2024-03-03").json()
    assert "nextLink" in everywhere


def test_a_gallery_is_deleted_when_it_is_empty(made: LabGallery) -> None:
    made.definition()
    status, code, text = made.refused("DELETE")
    assert (status, code) == (409, "CannotDeleteResource")
    assert "Microsoft.Compute/galleries/g/images/i" in text
    assert made.ask("DELETE", "images/i").status_code == 202
    answer = made.ask("DELETE")
    assert answer.status_code == 202
    assert "/capsOperations/" in answer.headers["location"]
    assert made.refused("GET")[:2] == (404, "ResourceNotFound")
    assert made.ask("DELETE").status_code == 204


def test_a_group_is_deleted_with_its_galleries(made: LabGallery) -> None:
    made.definition()
    lab = made.lab
    lab.client.delete(f"resourceGroups/{made.group}", "2021-04-01")
    lab.put_group(made.group)
    assert made.refused("GET")[:2] == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("name", "code", "text"),
    [
        ("my-gallery", "InvalidParameter", "including dashes, are disallowed"),
        ("-gallery", "InvalidParameter", "The entity name '-gallery' is invalid"),
        ("_gallery", "InvalidParameter", "The entity name '_gallery' is invalid"),
        ("g" * 81, "InvalidParameter", "is invalid according to its validation rule"),
        ("gallery.", "InvalidResourceName", "The name can not end with characters: ."),
        ("gallery_", "InvalidResourceName", "has these invalid trailing characters: _"),
        ("gälerie", "InvalidParameter", "English alphanumeric characters"),
    ],
)
def test_a_bad_name_is_refused(lab: RunningLab, group: str, name: str, code: str, text: str) -> None:
    refused = LabGallery(lab, group, name).refused("PUT", "", gallery())
    assert refused[:2] == (400, code)
    assert text in refused[2]


def test_a_gallery_stays_in_its_region(made: LabGallery) -> None:
    assert made.refused("PUT", "", {"location": "eastus"})[:2] == (409, "InvalidResourceLocation")


def test_a_gallery_is_not_changed_while_it_is_deleted(made: LabGallery) -> None:
    with made.lab.fault(op="gallery.delete", operation_delay=1):
        answer = made.lab.arm("DELETE", made.id, version=made.version)
        assert made.refused("PATCH", "", {"tags": {}})[:2] == (409, "Conflict")
        assert made.refused("PUT", "images/i", gallery())[:2] == (404, "ParentResourceNotFound")
    made.lab_wait(answer)


def test_a_gallery_whose_creation_failed_is_created_again(empty: LabGallery) -> None:
    failure = {"code": "InternalExecutionError", "message": "x"}
    with empty.lab.fault(op="gallery.put", times=1, fail_operation=failure):
        answer = empty.lab.arm("PUT", empty.id, gallery(), empty.version)
    while empty.lab.http.get(answer.headers["azure-asyncoperation"]).json()["status"] == "InProgress":
        pass
    assert empty.properties()["provisioningState"] == "Failed"
    assert empty.ask("PUT", "", gallery()).status_code == 201
    assert empty.properties()["provisioningState"] == "Succeeded"


def test_a_change_that_fails_leaves_the_gallery_as_it_was(made: LabGallery) -> None:
    failure = {"code": "InternalExecutionError", "message": "x"}
    with made.lab.fault(op="gallery.patch", times=1, fail_operation=failure):
        answer = made.lab.arm("PATCH", made.id, {"tags": {"a": "b"}}, made.version)
    while made.lab.http.get(answer.headers["azure-asyncoperation"]).json()["status"] == "InProgress":
        pass
    found = made.ask("GET").json()
    assert found["properties"]["provisioningState"] == "Succeeded"
    assert "tags" not in found


def test_a_second_subscription_has_its_own_galleries(lab: RunningLab, group: str) -> None:
    with lab.second_subscription() as other:
        theirs, ours = LabGallery(other, other.put_group(group)).made(), LabGallery(lab, group).made()
        assert theirs.definition("a")
        assert ours.definition("b")
        assert theirs.properties()["identifier"] == {"uniqueName": f"{other.settings.subscription}-G"}
        for made, image in ((theirs, "a"), (ours, "b")):
            assert [each["name"] for each in made.ask("GET", "images").json()["value"]] == [image]


def test_the_sdk_drives_the_life_of_a_gallery(lab: RunningLab, group: str) -> None:
    compute, body = lab.compute, gallery("Community")
    made = done(compute.galleries.begin_create_or_update(group, "sdk", body))
    [public_name] = made.properties.sharing_profile.community_gallery_info.public_names
    image = done(compute.gallery_images.begin_create_or_update(group, "sdk", "i", definition()))
    assert image.properties.provisioning_state == "Succeeded"
    assert [each.name for each in compute.gallery_images.list_by_gallery(group, "sdk")] == ["i"]
    done(compute.gallery_sharing_profile.begin_update(group, "sdk", {"operationType": "EnableCommunity"}))
    assert compute.galleries.get(group, "sdk", expand="SharingProfile/Groups").properties.sharing_status.aggregated_state == "Succeeded"
    seen = compute.community_gallery_images.get(LOCATION, public_name, "i")
    assert seen.identifier.unique_id == f"/CommunityGalleries/{public_name}/Images/i"
    assert [each.name for each in compute.community_gallery_images.list(LOCATION, public_name)] == ["i"]
    assert made.properties.identifier.unique_name not in [each.name for each in compute.shared_galleries.list(LOCATION, shared_to="tenant")]
    done(compute.gallery_sharing_profile.begin_update(group, "sdk", {"operationType": "Reset"}))
    done(compute.gallery_images.begin_delete(group, "sdk", "i"))
    done(compute.galleries.begin_delete(group, "sdk"))
    assert "sdk" not in [each.name for each in compute.galleries.list_by_resource_group(group)]
