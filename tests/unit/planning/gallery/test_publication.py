# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a version is published: its options and the bodies that follow from them."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.publication import Publication
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.stored import after_change, as_body

from tests.support.ids import SUBSCRIPTION, an_id

V1 = an_id(GALLERY, "g", "hub").child(GALLERY_IMAGE, "web").child(GALLERY_IMAGE_VERSION, "1.0.0")


def publication(**more):
    return Publication.from_params({"gallery": "hub", "gallery_image": "web", **more}, "g").within(SUBSCRIPTION)


def existing(*regions, **properties):
    profile = {"targetRegions": list(regions), "replicaCount": 1, "storageAccountType": "Standard_ZRS", "publishedDate": "2026-11-01"}
    return GalleryImageVersion(V1, "westeurope", properties={"publishingProfile": profile, "storageProfile": {"a": 1}, **properties})


def body_of(wanted, known=None):
    return wanted.body("westeurope", {"source": {}}, {}, known)["properties"]


def test_the_next_number_is_the_default():
    assert publication().version == "next"
    assert publication().image == V1.parent


@pytest.mark.parametrize(
    ("names", "sent"),
    [([], ["westeurope"]), (["eastus"], ["westeurope", "eastus"]), (["West Europe"], ["West Europe"])],
)
def test_the_own_region_is_always_one_of_the_regions(names, sent):
    found = publication(target_regions=[{"name": name} for name in names]).regions("westeurope")
    assert [each.raw["name"] for each in found] == sent


def test_the_stored_spelling_and_properties_of_a_region_are_sent_back():
    known = existing({"name": "West Europe", "regionalReplicaCount": 2, "additionalReplicaSets": [1]}, {"name": "East US"})
    wanted = publication(target_regions=[{"name": "EASTUS", "exclude_from_latest": True}, {"name": "northeurope"}])
    assert body_of(wanted, known)["publishingProfile"]["targetRegions"] == [
        {"name": "West Europe", "regionalReplicaCount": 2, "additionalReplicaSets": [1]},
        {"name": "East US", "excludeFromLatest": True},
        {"name": "northeurope"},
    ]


def test_the_storage_type_of_an_existing_version_is_sent_back():
    assert body_of(publication(), existing({"name": "West Europe"}))["publishingProfile"]["storageAccountType"] == "Standard_ZRS"
    assert body_of(publication())["publishingProfile"]["storageAccountType"] == "Standard_LRS"


def test_deleting_replicas_is_never_allowed_by_a_body():
    known = existing(
        {"name": "West Europe"}, safetyProfile={"allowDeletionOfReplicatedLocations": True, "reportedForPolicyViolation": False}
    )
    assert body_of(publication(), known)["safetyProfile"] == {"allowDeletionOfReplicatedLocations": False}
    assert as_body(known, deletes_replicas=True)["properties"]["safetyProfile"] == {"allowDeletionOfReplicatedLocations": True}


def test_the_sizes_of_disks_are_not_sent_back_and_stay():
    disk, data = {"source": {"id": "/disk"}}, {"lun": 2, "hostCaching": "None"}
    shown = {"osDiskImage": {**disk, "sizeInGB": 30}, "dataDiskImages": [{**data, "sizeInGB": 4}]}
    known = existing({"name": "West Europe"}, storageProfile=shown)
    body = publication(exclude_from_latest=True).body("westeurope", known.storage, {"a": "1"}, known)
    for each in (body, as_body(known)):
        assert each["properties"]["storageProfile"] == {"osDiskImage": disk, "dataDiskImages": [data]}
    after = after_change(known, body)
    assert (after.storage, after.publishing["publishedDate"], after.tags) == (shown, "2026-11-01", {"a": "1"})
    assert after.publishing["excludeFromLatest"] is True


@pytest.mark.parametrize(
    ("named", "counts"),
    [([], [3, 3]), (["eastus"], [3, 3]), (["northeurope"], [3, 1, 3])],
    ids=["all regions", "the named and the own region", "not a region that stays unnamed"],
)
def test_a_number_for_all_regions_is_meant_for_those_that_the_task_names(named, counts):
    known = existing({"name": "West Europe", "regionalReplicaCount": 1}, {"name": "East US", "regionalReplicaCount": 1})
    wanted = publication(replica_count=3, target_regions=[{"name": name} for name in named])
    assert [each.raw["regionalReplicaCount"] for each in wanted.regions("westeurope", known)] == counts


def test_the_regions_to_wait_for_and_to_remove():
    known = existing({"name": "West Europe"}, {"name": "East US"}, {"name": "North Europe"})
    wanted = publication(target_regions=[{"name": "east us"}], purge_target_regions=True)
    assert wanted.wanted_regions("westeurope", known) == ("westeurope", "eastus")
    assert wanted.purged_regions(known) == ("northeurope",)
    assert publication().wanted_regions("westeurope", known) == ("westeurope", "eastus", "northeurope")
    assert publication(target_regions=[{"name": "east us"}]).purged_regions(known) == ()


def test_a_shallow_version_gets_no_region_although_the_task_does_not_say_that_it_is_one():
    known = existing({"name": "West Europe"})
    shallow = existing({"name": "West Europe"})
    shallow.properties["publishingProfile"]["replicationMode"] = "Shallow"
    wanted = publication(target_regions=[{"name": "eastus"}])
    assert len(wanted.regions("westeurope", known)) == 2
    with pytest.raises(InvalidRequest, match="Shallow version has one replica in one region"):
        wanted.regions("westeurope", shallow)


def encrypted(**os_disk):
    return publication(target_regions=[{"name": "westeurope", "encryption": {"os_disk": os_disk}}])


@pytest.mark.parametrize(
    ("os_disk", "text"),
    [
        ({}, "give disk_encryption_set or confidential_vm_encryption_type"),
        ({"confidential_vm_encryption_type": "EncryptedWithCmk"}, "belong together"),
        ({"confidential_vm_encryption_type": "EncryptedWithPmk", "secure_vm_disk_encryption_set": "k"}, "belong together"),
        ({"secure_vm_disk_encryption_set": "k"}, "belong together"),
        (
            {"disk_encryption_set": {"name": "k", "resource_group": "g", "subscription_id": "other"}},
            "is in subscription other, but must be in that of the gallery",
        ),
    ],
)
def test_encryption_that_azure_refuses(os_disk, text):
    with pytest.raises(InvalidRequest, match=text):
        encrypted(**os_disk)


def test_two_entries_for_one_data_disk_are_refused():
    disks = [{"lun": 1, "disk_encryption_set": "k"}] * 2
    with pytest.raises(InvalidRequest, match="lun 1 is given twice"):
        publication(target_regions=[{"name": "westeurope", "encryption": {"data_disks": disks}}])


def test_what_azure_leaves_out_because_it_is_its_default_is_not_sent_again():
    known = existing({"name": "West Europe"})
    known.properties["publishingProfile"].pop("storageAccountType")
    regions = [{"name": "westeurope", "exclude_from_latest": False, "storage_account_type": "Standard_LRS"}]
    wanted = publication(
        exclude_from_latest=False, replication_mode="Full", block_deletion_before_end_of_life=False, target_regions=regions
    )
    assert body_of(wanted, known) == as_body(known)["properties"] | {"storageProfile": {"source": {}}}
