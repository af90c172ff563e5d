# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sharing galleries, and what others see of them: community galleries, and galleries shared with a subscription or tenant."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from azlab.arm.compute.gallery_versions.state import Replica, VersionBlob, VersionState
from azlab.store import Resource, Store

from tests.support.bodies import vm_of_image
from tests.support.gallery_bodies import COMMUNITY_INFO, GALLERIES, gallery, sent_by
from tests.support.gallery_versions import LabVersions, of_disk
from tests.support.lab_gallery import LabGallery
from tests.support.lab_group import LabGroup
from tests.support.running_lab import GIB, LOCATION, RunningLab

ELSEWHERE = "northeurope"
NEVER = 1e12
PUBLISHED = "2026-11-27T00:00:00.0000000+00:00"


@pytest.fixture
def name() -> str:
    """The name of a gallery that no other test has: others see galleries of all resource groups."""
    return f"g{uuid.uuid4().hex[:8]}"


@pytest.fixture
def private(lab: RunningLab, group: str, name: str) -> LabGallery:
    """A private gallery."""
    return LabGallery(lab, group, name).made()


@pytest.fixture
def community(lab: RunningLab, group: str, name: str) -> LabGallery:
    """A gallery that is made for the community and not shared yet."""
    return LabGallery(lab, group, name).made("Community")


@pytest.fixture
def groups(lab: RunningLab, group: str, name: str) -> LabGallery:
    """A gallery that is made for direct sharing and not shared yet."""
    return LabGallery(lab, group, name).made("Groups")


@pytest.fixture
def other(lab: RunningLab) -> Iterator[str]:
    """A second subscription."""
    with lab.second_subscription() as second:
        yield second.settings.subscription


def share(made: LabGallery, operation: str, **ids: list[str]) -> httpx.Response:
    """Send the action `share`; `ids` are `Subscriptions` and `AADTenants`."""
    body = {"operationType": operation, "groups": [{"type": kind, "ids": found} for kind, found in ids.items()]}
    return made.ask("POST", "share", body)


def refused(made: LabGallery, operation: str, **ids: list[str]) -> tuple[int, str]:
    """Status and code of an action `share` that is refused."""
    answer = share(made, operation, **ids)
    return answer.status_code, answer.json()["error"]["code"]


def shown(made: LabGallery) -> dict[str, Any]:
    """The properties of a gallery with its groups."""
    query = {"api-version": made.version, "$expand": "SharingProfile/Groups"}
    return dict(made.lab.http.get(made.id, params=query).raise_for_status().json()["properties"])


def put_version(
    made: LabGallery,
    name: str = "1.0.0",
    location: str = LOCATION,
    regions: tuple[str, ...] = (LOCATION, ELSEWHERE),
    replicating: tuple[str, ...] = (),
    **profile: Any,
) -> None:
    """Put a version of the definition `i` into the lab's store, with replicas in regions; one that is `replicating` is never complete."""
    targets = [{"name": region, "regionalReplicaCount": 1} for region in (*regions, *replicating)]
    properties = {
        "publishingProfile": {"targetRegions": targets, "publishedDate": PUBLISHED, "excludeFromLatest": False, **profile},
        "storageProfile": {
            "osDiskImage": {"sizeInGB": 30, "hostCaching": "ReadWrite", "source": {}},
            "dataDiskImages": [{"lun": 3, "sizeInGB": 4, "hostCaching": "None"}],
        },
        "provisioningState": "Succeeded",
    }
    id, type = f"{made.id}/images/i/versions/{name}", "Microsoft.Compute/galleries/images/versions"
    body = {"id": id, "name": name, "type": type, "location": location, "properties": properties}
    replicas = {**{region: Replica(0, 0) for region in regions}, **{region: Replica(0, NEVER) for region in replicating}}
    store = Store(made.lab.settings.state / "arm.sqlite")
    store.put(VersionState(disks={"os": VersionBlob("none", GIB)}, replicas=replicas).keep(Resource(id, type, made.group, name, body)))
    store.close()


class Others:
    """A caller of another subscription, or of the same, who sees galleries by `communityGalleries` or `sharedGalleries`."""

    def __init__(self, lab: RunningLab, kind: str, gallery: str, subscription: str = "") -> None:
        self.lab, self.kind, self.gallery, self.subscription = lab, kind, gallery, subscription or lab.settings.subscription

    def ask(self, below: str = "", location: str = LOCATION, **query: str) -> httpx.Response:
        """Ask for the gallery, or for something below it."""
        path = f"/subscriptions/{self.subscription}/providers/Microsoft.Compute/locations/{location}/{self.kind}/{self.gallery}/{below}"
        return self.lab.http.get(path.rstrip("/"), params={"api-version": GALLERIES, **query})

    def names(self, below: str, location: str = LOCATION, **query: str) -> list[str]:
        """The names in a list."""
        return [each["name"] for each in self.ask(below, location, **query).raise_for_status().json()["value"]]


def public(made: LabGallery) -> Others:
    """The gallery as the community sees it."""
    [public_name] = made.properties()["sharingProfile"]["communityGalleryInfo"]["publicNames"]
    return Others(made.lab, "communityGalleries", public_name)


def direct(made: LabGallery, subscription: str = "") -> Others:
    """The gallery as a subscription sees it that it is shared with."""
    return Others(made.lab, "sharedGalleries", made.properties()["identifier"]["uniqueName"], subscription)


# --- creating and changing ------------------------------------------------------------------------------------------------------------


def test_a_community_gallery_has_its_public_name_before_it_is_shared(community: LabGallery) -> None:
    profile = community.properties()["sharingProfile"]
    [public_name] = profile["communityGalleryInfo"].pop("publicNames")
    assert public_name.startswith("prefix-")
    assert profile == {"permissions": "Community", "communityGalleryInfo": {"communityGalleryEnabled": False, **COMMUNITY_INFO}}
    assert public(community).ask().status_code == 404


@pytest.mark.parametrize("missing", sorted(COMMUNITY_INFO))
def test_a_community_gallery_needs_all_four_facts(lab: RunningLab, group: str, missing: str) -> None:
    info = {key: value for key, value in COMMUNITY_INFO.items() if key != missing}
    profile = {"permissions": "Community", "communityGalleryInfo": info}
    status, code, text = LabGallery(lab, group).refused("PUT", "", {"location": LOCATION, "properties": {"sharingProfile": profile}})
    assert (status, code) == (400, "InvalidParameter")
    assert f"communityGalleryInfo.{missing}' is missing" in text


def test_only_a_community_gallery_has_community_facts(private: LabGallery) -> None:
    body = {"properties": {"sharingProfile": {"communityGalleryInfo": COMMUNITY_INFO}}}
    assert private.refused("PATCH", "", body)[:2] == (400, "InvalidParameter")


def test_a_bad_permission_is_refused(lab: RunningLab, group: str) -> None:
    assert LabGallery(lab, group).refused("PUT", "", gallery("Everybody"))[:2] == (400, "InvalidParameter")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("before", "after"), [("Private", "Groups"), ("Private", "Community"), ("Groups", "Private"), ("Community", "Groups")]
)
def test_the_permissions_never_change(lab: RunningLab, group: str, method: str, before: str, after: str) -> None:
    made = LabGallery(lab, group).made(before)
    status, code, text = made.refused(method, "", sent_by(method, gallery(after)))
    assert (status, code) == (409, "PropertyChangeNotAllowed")
    assert "sharingProfile.permissions" in text
    assert made.ask(method, "", sent_by(method, gallery(before))).status_code == 200


def test_the_community_facts_change_and_the_prefix_does_not(community: LabGallery) -> None:
    before = public(community).gallery
    share(community, "EnableCommunity")
    wanted = {**COMMUNITY_INFO, "publisherUri": "https://example.org"}
    body = {"properties": {"sharingProfile": {"communityGalleryInfo": wanted}}}
    assert community.ask("PATCH", "", body).status_code == 200
    info = community.properties()["sharingProfile"]["communityGalleryInfo"]
    assert info == {**wanted, "communityGalleryEnabled": True, "publicNames": [before]}
    wanted["publicNamePrefix"] = "other"
    assert community.refused("PATCH", "", body)[:2] == (409, "PropertyChangeNotAllowed")


# --- the action share ------------------------------------------------------------------------------------------------------------------


def test_share_answers_as_recorded(community: LabGallery) -> None:
    answer = community.ask("POST", "share", {"groups": [], "operationType": "EnableCommunity"})
    assert answer.status_code == 202
    assert answer.content == b""
    assert "/capsOperations/" in answer.headers["azure-asyncoperation"]
    assert "monitor=true" in answer.headers["location"]
    assert community.properties()["sharingProfile"]["communityGalleryInfo"]["communityGalleryEnabled"] is True
    assert shown(community)["sharingStatus"]["aggregatedState"] == "Succeeded"


def test_groups_are_added_and_removed(groups: LabGallery, other: str) -> None:
    tenant = groups.lab.settings.tenant
    assert share(groups, "Add", Subscriptions=[other.upper()], AADTenants=[tenant]).status_code == 202
    assert share(groups, "Add", Subscriptions=[other]).status_code == 202
    both = [{"type": "Subscriptions", "ids": [other]}, {"type": "AADTenants", "ids": [tenant]}]
    assert shown(groups)["sharingProfile"] == {"permissions": "Groups", "groups": both}
    assert "groups" not in groups.properties()["sharingProfile"]
    assert share(groups, "Remove", Subscriptions=[other]).status_code == 202
    assert shown(groups)["sharingProfile"]["groups"] == both[1:]


@pytest.mark.parametrize(("kind", "most"), [("Subscriptions", 30), ("AADTenants", 5)])
def test_there_are_limits_for_groups(groups: LabGallery, kind: str, most: int) -> None:
    ids = [str(uuid.uuid4()) for _ in range(most)]
    assert share(groups, "Add", **{kind: ids}).status_code == 202
    assert share(groups, "Add", **{kind: ids}).status_code == 202
    assert refused(groups, "Add", **{kind: [str(uuid.uuid4())]}) == (400, "InvalidParameter")


def test_a_reset_makes_a_gallery_private(groups: LabGallery) -> None:
    share(groups, "Add", Subscriptions=[str(uuid.uuid4())])
    share(groups, "Reset")
    assert shown(groups)["sharingProfile"] == {"permissions": "Private", "groups": []}


@pytest.mark.parametrize(
    ("permissions", "operation"),
    [("Private", "Add"), ("Private", "Remove"), ("Private", "EnableCommunity"), ("Groups", "EnableCommunity"), ("Community", "Add")],
)
def test_a_gallery_is_shared_only_as_it_was_made(lab: RunningLab, group: str, permissions: str, operation: str) -> None:
    made = LabGallery(lab, group).made(permissions)
    assert refused(made, operation, Subscriptions=[str(uuid.uuid4())]) == (409, "OperationNotAllowed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"operationType": "Publish"},
        {"operationType": "Add"},
        {"operationType": "Add", "groups": []},
        {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": ["me"]}]},
        {"operationType": "Add", "groups": [{"type": "People", "ids": [str(uuid.uuid4())]}]},
    ],
)
def test_bad_requests_to_share_are_refused(groups: LabGallery, body: dict[str, Any]) -> None:
    assert groups.refused("POST", "share", body)[:2] == (400, "InvalidParameter")


def test_a_gallery_of_the_community_is_deleted_after_a_reset(community: LabGallery) -> None:
    share(community, "EnableCommunity")
    status, code, text = community.refused("DELETE")
    assert (status, code) == (409, "OperationNotAllowed")
    assert "shared with the community" in text
    share(community, "Reset")
    assert "sharingProfile" not in community.properties()
    assert community.ask("DELETE").status_code == 202


# --- what the community sees -----------------------------------------------------------------------------------------------------------


def test_the_community_sees_a_shared_gallery_as_recorded(community: LabGallery, other: str) -> None:
    community.definition(hyperVGeneration="V2", eula="e", description="ours alone")
    put_version(community)
    share(community, "EnableCommunity")
    seen = public(community)
    seen.subscription = other
    root, disclaimer = f"/CommunityGalleries/{seen.gallery}", "https://aka.ms/community-gallery-disclaimer"
    facts = {name: value for name, value in COMMUNITY_INFO.items() if name != "publicNamePrefix"}
    assert seen.ask().json() == {
        "properties": {"disclaimer": disclaimer, "communityMetadata": {**facts, "publicNames": [seen.gallery]}},
        "location": LOCATION,
        "name": seen.gallery,
        "identifier": {"uniqueId": root},
    }
    image = seen.ask("images/i").json()
    assert image == {
        "properties": {
            "disclaimer": disclaimer,
            "osType": "Linux",
            "osState": "Generalized",
            "identifier": {"publisher": "p", "offer": "o", "sku": "sku-i"},
            "hyperVGeneration": "V2",
            "architecture": "x64",
            "eula": "e",
        },
        "location": LOCATION,
        "name": "i",
        "identifier": {"uniqueId": f"{root}/Images/i"},
    }
    version = seen.ask("images/i/versions/1.0.0", ELSEWHERE).json()
    assert version == {
        "properties": {
            "disclaimer": disclaimer,
            "publishedDate": PUBLISHED,
            "excludeFromLatest": False,
            "storageProfile": {
                "osDiskImage": {"diskSizeGB": 30, "hostCaching": "ReadWrite"},
                "dataDiskImages": [{"lun": 3, "diskSizeGB": 4, "hostCaching": "None"}],
            },
        },
        "location": ELSEWHERE,
        "name": "1.0.0",
        "identifier": {"uniqueId": f"{root}/Images/i/Versions/1.0.0"},
    }
    assert seen.ask("images").json() == {"value": [image]}
    assert seen.ask("images/i/versions", ELSEWHERE).json() == {"value": [version]}


def test_what_is_seen_is_seen_where_it_has_replicas(community: LabGallery) -> None:
    community.definition()
    share(community, "EnableCommunity")
    seen = public(community)
    assert (seen.names("images"), seen.names("images/i/versions")) == (["i"], [])
    assert seen.ask("", ELSEWHERE).status_code == 404
    put_version(community)
    put_version(community, "1.0.1", regions=(LOCATION,), replicating=(ELSEWHERE,))
    assert (seen.names("images", ELSEWHERE), seen.names("images/i/versions", "North Europe")) == (["i"], ["1.0.0"])
    assert seen.names("images/i/versions") == ["1.0.0", "1.0.1"]
    for below in ("", "images", "images/i", "images/i/versions", "images/i/versions/1.0.0"):
        answer = seen.ask(below, "eastus")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound"), below
    assert seen.ask("images/none").status_code == 404
    assert seen.ask("images/i/versions/9.9.9").status_code == 404


def test_what_is_outside_the_home_region_is_not_seen(community: LabGallery) -> None:
    community.definition()
    put_version(community, location=ELSEWHERE)
    share(community, "EnableCommunity")
    assert public(community).names("images/i/versions") == []


def test_after_a_reset_nothing_is_seen(community: LabGallery) -> None:
    share(community, "EnableCommunity")
    seen = public(community)
    assert seen.ask().status_code == 200
    share(community, "Reset")
    assert seen.ask().status_code == 404


# --- what subscriptions and tenants see -------------------------------------------------------------------------------------------------


def test_a_subscription_sees_a_gallery_that_is_shared_with_it(groups: LabGallery, other: str) -> None:
    groups.definition()
    put_version(groups, endOfLifeDate="2099-01-01T00:00:00+00:00")
    seen, unseen = direct(groups, other), direct(groups)
    assert seen.ask().status_code == 404
    share(groups, "Add", Subscriptions=[other])
    root = f"/SharedGalleries/{seen.gallery}"
    expected = {"location": LOCATION, "name": seen.gallery, "identifier": {"uniqueId": root}}
    assert seen.ask().json() == expected
    assert expected in Others(groups.lab, "sharedGalleries", "", other).ask().json()["value"]
    image = seen.ask("images/i").json()
    assert image["identifier"] == {"uniqueId": f"{root}/Images/i"}
    assert "disclaimer" not in image["properties"]
    version = seen.ask("images/i/versions/1.0.0").json()
    assert version["identifier"] == {"uniqueId": f"{root}/Images/i/Versions/1.0.0"}
    assert version["properties"]["endOfLifeDate"] == "2099-01-01T00:00:00+00:00"
    assert (seen.names("images"), seen.names("images/i/versions")) == (["i"], ["1.0.0"])
    for below in ("", "images", "images/i", "images/i/versions", "images/i/versions/1.0.0"):
        assert unseen.ask(below).status_code == 404, below


def test_lists_show_what_is_shared_with_the_tenant_to_those_who_ask_for_it(groups: LabGallery, other: str) -> None:
    groups.definition()
    share(groups, "Add", AADTenants=[groups.lab.settings.tenant])
    seen, every = direct(groups, other), Others(groups.lab, "sharedGalleries", "", other)
    assert seen.ask("images/i").status_code == 200
    assert seen.gallery not in every.names("")
    assert seen.gallery in every.names("", sharedTo="tenant")
    assert seen.gallery not in every.names("", ELSEWHERE, sharedTo="tenant")
    assert seen.ask("images").status_code == 404
    assert seen.names("images", sharedTo="tenant") == ["i"]
    assert every.ask("", sharedTo="everybody").json()["error"]["code"] == "InvalidParameter"


@pytest.mark.parametrize("permissions", ["Private", "Groups", "Community"])
def test_a_vm_in_another_subscription_is_made_from_a_gallery(lab: RunningLab, group: str, name: str, permissions: str) -> None:
    made = LabVersions(lab, group, name)
    made.made(permissions)
    version = made.create(made.image(), of_disk(LabGroup(lab, group).os_disk().id))
    with lab.second_subscription() as second:
        reference = {"id": version["id"]}
        if permissions == "Groups":
            share(made, "Add", Subscriptions=[second.settings.subscription])
            reference = {"sharedGalleryImageId": f"/SharedGalleries/{direct(made).gallery}/Images/i/Versions/1.0.0"}
        if permissions == "Community":
            share(made, "EnableCommunity")
            reference = {"communityGalleryImageId": f"/CommunityGalleries/{public(made).gallery}/Images/i"}
        theirs = LabGroup(second, second.put_group())
        body = vm_of_image("", theirs.subnet())
        body["properties"]["storageProfile"]["imageReference"] = reference
        assert theirs.put_vm(body).id == theirs.id("virtualMachines", "vm")
        disk = theirs.properties("virtualMachines", "vm")["storageProfile"]["osDisk"]["managedDisk"]["id"]
        assert disk.startswith(f"/subscriptions/{second.settings.subscription}/")
        second.client.delete(f"resourceGroups/{theirs.name}", "2021-04-01")


def test_shared_galleries_of_the_file_outside_are_still_shown(lab: RunningLab) -> None:
    facts = {"osType": "Linux", "versions": {"1.0.0": {"dataDisks": [{"lun": 1, "diskSizeGB": 2}]}}}
    path = lab.settings.state / "outside.json"
    path.write_text(json.dumps({"galleryImages": {f"/{kind}/x/images/i": facts for kind in ("communityGalleries", "sharedGalleries")}}))
    try:
        for kind in ("communityGalleries", "sharedGalleries"):
            seen = Others(lab, kind, "x")
            assert seen.ask("images/i").json()["properties"]["osType"] == "Linux"
            assert seen.names("images/i/versions") == ["1.0.0"]
            assert seen.ask("images/i/versions/1.0.0").status_code == 200
    finally:
        path.unlink()


def test_a_definition_is_deleted_when_it_has_no_versions(private: LabGallery) -> None:
    private.definition()
    put_version(private)
    status, code, text = private.refused("DELETE", "images/i")
    assert (status, code) == (409, "CannotDeleteResource")
    assert f"galleries/{private.name}/images/i/versions/1.0.0" in text
