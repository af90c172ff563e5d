# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing and deleting versions of gallery images that exist."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.gallery_bodies import GALLERIES
from tests.support.gallery_versions import LabVersions, body_of_version, of_disk, of_whole
from tests.support.lab_group import LabGroup
from tests.support.running_lab import LOCATION, RunningLab

OTHER = "northeurope"


@pytest.fixture
def gallery(lab: RunningLab, group: str) -> LabVersions:
    LabVersions(lab, group).made()
    return LabVersions(lab, group)


@pytest.fixture
def storage(lab_group: LabGroup) -> dict[str, Any]:
    return of_disk(lab_group.os_disk().id, lab_group.disk("data").id)


@pytest.fixture
def id(gallery: LabVersions, storage: dict[str, Any]) -> str:
    """The id of a version with two disks in two regions."""
    return str(gallery.create(gallery.image(), storage, regions=[LOCATION, OTHER], tags={"a": "b"})["id"])


def patch(gallery: LabVersions, id: str, **body: Any) -> None:
    gallery.done(gallery.lab.arm("PATCH", id, body, GALLERIES))


def test_a_put_on_a_version_that_exists_changes_it(gallery: LabVersions, id: str, storage: dict[str, Any]) -> None:
    published = gallery.show(id)["properties"]["publishingProfile"]["publishedDate"]
    body = body_of_version(storage, [LOCATION, "eastus"], profile={"replicaCount": 2, "excludeFromLatest": True})
    answer = gallery.put(id, body)
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Updating")
    gallery.done(answer)
    shown = gallery.show(id)
    assert shown["tags"] == {"a": "b"}
    profile = shown["properties"]["publishingProfile"]
    assert (profile["publishedDate"], profile["replicaCount"], profile["excludeFromLatest"]) == (published, 2, True)
    assert [(each["name"], each["regionalReplicaCount"]) for each in profile["targetRegions"]] == [("West Europe", 2), ("East US", 2)]
    assert gallery.replicas(id) == {LOCATION: "Completed", "eastus": "Completed"}


def test_a_put_as_recorded_with_the_disks_of_a_whole_source(lab_group: LabGroup, gallery: LabVersions) -> None:
    image, source = gallery.image(), lab_group.image().id
    id = gallery.create(image, of_whole(source))["id"]
    disks = {"osDiskImage": {"hostCaching": "ReadWrite", "source": {}}, "dataDiskImages": []}
    gallery.done(gallery.put(id, body_of_version({**of_whole(source), **disks})))


def test_a_patch_changes_what_it_names(gallery: LabVersions, id: str) -> None:
    patch(gallery, id, tags={"c": "d"})
    assert gallery.show(id)["tags"] == {"c": "d"}
    patch(gallery, id, properties={"publishingProfile": {"endOfLifeDate": "2030-01-01T00:00:00Z"}})
    patch(gallery, id, properties={"safetyProfile": {"blockDeletionBeforeEndOfLife": True}})
    shown = gallery.show(id)
    assert shown["tags"] == {"c": "d"}
    assert shown["properties"]["publishingProfile"]["endOfLifeDate"] == "2030-01-01T00:00:00+00:00"
    assert len(shown["properties"]["publishingProfile"]["targetRegions"]) == 2
    safe = shown["properties"]["safetyProfile"]
    assert (safe["reportedForPolicyViolation"], safe["blockDeletionBeforeEndOfLife"]) == (False, True)


def test_a_version_that_is_protected_until_its_end_of_life(gallery: LabVersions, id: str) -> None:
    profile = {"endOfLifeDate": "2030-01-01T00:00:00Z"}
    patch(gallery, id, properties={"publishingProfile": profile, "safetyProfile": {"blockDeletionBeforeEndOfLife": True}})
    answer = gallery.lab.arm("DELETE", id, version=GALLERIES)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "DeleteGalleryImageVersionBlockedBeforeEndOfLife")
    patch(gallery, id, properties={"publishingProfile": {"endOfLifeDate": "2020-01-01T00:00:00Z"}})
    assert gallery.lab.arm("DELETE", id, version=GALLERIES).status_code == 202


def test_a_protection_that_is_taken_back(gallery: LabVersions, id: str) -> None:
    profile = {"endOfLifeDate": "2030-01-01T00:00:00Z"}
    patch(gallery, id, properties={"publishingProfile": profile, "safetyProfile": {"blockDeletionBeforeEndOfLife": True}})
    patch(gallery, id, properties={"safetyProfile": {"blockDeletionBeforeEndOfLife": False}})
    assert gallery.lab.arm("DELETE", id, version=GALLERIES).status_code == 202


def test_regions_that_may_not_be_removed(gallery: LabVersions, id: str, storage: dict[str, Any]) -> None:
    body = body_of_version(storage, safetyProfile={"allowDeletionOfReplicatedLocations": False})
    answer = gallery.put(id, body)
    assert answer.status_code == 409
    assert f"Removing the replicated locations '{OTHER}'" in answer.json()["error"]["message"]
    assert set(gallery.replicas(id)) == {LOCATION, OTHER}


def test_a_source_does_not_change(lab_group: LabGroup, gallery: LabVersions, id: str, storage: dict[str, Any]) -> None:
    other = lab_group.os_disk("other").id
    start = "galleryImageVersion.properties.storageProfile"
    for profile, path in (
        (of_disk(other), f"{start}.osDiskImage.source.id"),
        ({"source": {"id": other}}, f"{start}.source.id"),
        ({**storage, "dataDiskImages": [{"lun": 0, "source": {"id": other}}]}, f"{start}.dataDiskImages.source.id"),
    ):
        answer = gallery.put(id, body_of_version(profile, [LOCATION, OTHER]))
        assert answer.json()["error"] == {
            "code": "PropertyChangeNotAllowed",
            "message": f"Changing property '{path}' is not allowed.",
            "target": path,
        }
    more = {**storage, "dataDiskImages": [*storage["dataDiskImages"], {"lun": 1, "source": {"id": other}}]}
    assert "Adding new Data Disks" in gallery.put(id, body_of_version(more, [LOCATION, OTHER])).text


@pytest.mark.parametrize(
    ("profile", "path"),
    [
        ({"storageAccountType": "Premium_LRS"}, "publishingProfile.storageAccountType"),
        ({"targetRegions": [{"name": LOCATION, "storageAccountType": "Premium_LRS"}, {"name": OTHER}]}, "targetRegions.storageAccountType"),
        ({"targetRegions": [{"name": LOCATION, "encryption": {"osDiskImage": {"securityProfile": {}}}}, {"name": OTHER}]}, ".encryption"),
    ],
)
def test_what_is_chosen_when_a_version_is_created(gallery: LabVersions, id: str, profile: dict[str, Any], path: str) -> None:
    answer = gallery.lab.arm("PATCH", id, {"properties": {"publishingProfile": profile}}, GALLERIES)
    assert answer.json()["error"]["code"] == "PropertyChangeNotAllowed"
    assert f"{path}' is not allowed." in answer.json()["error"]["message"]


def test_a_region_keeps_its_type_of_storage(gallery: LabVersions, storage: dict[str, Any]) -> None:
    image = gallery.image()
    regions = [{"name": LOCATION, "storageAccountType": "Premium_LRS"}]
    id = gallery.create(image, storage, regions=regions)["id"]
    answer = gallery.put(id, body_of_version(storage))
    assert answer.status_code == 400
    assert "Please specify 'Premium_LRS' as the storage account type for this region." in answer.text


def test_a_version_that_is_being_deleted_is_not_changed(lab: RunningLab, gallery: LabVersions, id: str, storage: dict[str, Any]) -> None:
    with lab.fault(method="DELETE", path="/versions/", operation_delay=2):
        deletion = lab.arm("DELETE", id, version=GALLERIES)
        answer = gallery.put(id, body_of_version(storage))
        assert answer.status_code == 409
        assert "since it is marked for deletion" in answer.text
        gallery.done(deletion)


def test_a_change_waits_for_a_creation_that_has_not_begun(lab: RunningLab, gallery: LabVersions, storage: dict[str, Any]) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    with lab.fault(plane="arm", op="gallery_version.put", times=1, operation_delay=0.5):
        created = gallery.put(id, body_of_version(storage))
        changed = gallery.put(id, body_of_version(storage, tags={"a": "b"}))
        gallery.done(changed)
        gallery.done(created)
    assert (gallery.show(id)["properties"]["provisioningState"], gallery.show(id)["tags"]) == ("Succeeded", {"a": "b"})


def test_a_change_of_a_version_whose_creation_fails(lab: RunningLab, gallery: LabVersions, storage: dict[str, Any]) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    failure = {"code": "InternalExecutionError", "message": "An internal execution error occurred."}
    with lab.fault(plane="arm", op="gallery_version.put", times=1, operation_delay=0.5, fail_operation=failure):
        gallery.put(id, body_of_version(storage))
        changed = gallery.put(id, body_of_version(storage))
    assert gallery.result(changed)["error"]["code"] == "OperationNotAllowed"
    assert gallery.show(id)["properties"]["provisioningState"] == "Failed"


def test_a_version_that_was_deleted_while_it_was_made_is_made_again(lab: RunningLab, gallery: LabVersions, storage: dict[str, Any]) -> None:
    id = f"{gallery.image()}/versions/1.0.0"
    with lab.fault(method="PUT", path="/versions/", operation_delay=1, times=1):
        first = gallery.put(id, body_of_version(storage))
        gallery.done(lab.arm("DELETE", id, version=GALLERIES))
        gallery.done(gallery.put(id, body_of_version(storage)))
        assert gallery.result(first)["error"]["code"] == "Conflict"
    assert gallery.show(id)["properties"]["provisioningState"] == "Succeeded"


def test_a_version_in_another_region_has_another_name(gallery: LabVersions, id: str, storage: dict[str, Any]) -> None:
    body = {**body_of_version(storage, [LOCATION, OTHER]), "location": OTHER}
    answer = gallery.put(id, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "InvalidResourceLocation")
    assert "The resource 'g/i/1.0.0' already exists" in answer.text


def test_a_version_of_a_managed_image_in_another_subscription(lab: RunningLab, gallery: LabVersions) -> None:
    with lab.second_subscription() as other:
        away = LabGroup(other, other.put_group())
        image = away.image()
        assert image.id.split("/")[2] != lab.settings.subscription
        version = gallery.create(gallery.image(), of_whole(image.id))
        assert version["properties"]["storageProfile"]["source"] == {"id": image.id}
