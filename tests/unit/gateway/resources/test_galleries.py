# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about galleries, image definitions and image versions."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION

from tests.support.canned import ARM, CannedAzure, answer, error
from tests.support.ids import SUBSCRIPTION, an_id

HUB = an_id(GALLERY, "g", "hub")
WEB = HUB.child(GALLERY_IMAGE, "web")
V1 = WEB.child(GALLERY_IMAGE_VERSION, "1.0.0")


def raw(resource, **properties):
    return {"id": str(resource), "location": "westeurope", "properties": {"provisioningState": "Succeeded", **properties}}


def test_all_pages_of_a_list_are_read_as_they_are_linked():
    second = f"{ARM}/more?api-version=2024-03-03"
    canned = CannedAzure(
        answer(200, {"value": [raw(WEB, allowUpdateImage=True)], "nextLink": second}),
        answer(200, {"value": [raw(HUB.child(GALLERY_IMAGE, "db"), allowUpdateImage=True)]}),
    )
    found = canned.azure.gallery_images.list_in(HUB)
    assert [each.as_result()["allow_update_image"] for each in found] == [True, True]
    assert [each.id.name for each in found] == ["web", "db"]
    assert canned.sent[0].path == f"{HUB}/images"
    assert [sent.query["api-version"] for sent in canned.sent] == ["2024-03-03"] * 2


def test_galleries_are_listed_by_group_or_subscription():
    canned = CannedAzure(answer(200, {"value": []}), answer(200, {"value": [raw(HUB)]}))
    assert canned.azure.galleries.list("g") == ()
    assert [each.id for each in canned.azure.galleries.list()] == [HUB]
    assert canned.sent[0].path == f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/galleries"
    assert canned.sent[1].path == f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/galleries"


def test_only_404_means_absent():
    canned = CannedAzure(error(404, "NotFound", "no"), error(403, "AuthorizationFailed", "no"))
    assert canned.azure.gallery_image_versions.find(V1) is None
    with pytest.raises(Denied, match="could not read image version 1.0.0"):
        canned.azure.gallery_image_versions.find(V1)


def test_what_is_in_a_missing_gallery_is_absent():
    canned = CannedAzure(*(error(404, "ParentResourceNotFound", "no") for _ in range(2)))
    assert canned.azure.gallery_images.find(WEB) is None
    assert canned.azure.gallery_images.list_in(HUB) == ()


def test_a_body_arrives_as_it_is_under_the_api_version_of_the_task():
    profiles = {"publishingProfile": {"storageAccountStrategy": "PreferStandard_ZRS"}, "storageProfile": {}}
    body = {"location": "westeurope", "properties": profiles}
    canned = CannedAzure(answer(200, raw(V1)))
    canned.azure.gallery_image_versions.put(V1, body, "2025-03-03")
    assert (canned.sent[0].method, canned.sent[0].path, canned.sent[0].body) == ("PUT", str(V1), body)
    assert canned.sent[0].query["api-version"] == "2025-03-03"


def test_the_replicas_of_a_version_are_read_on_request():
    summary = [{"region": "West Europe", "state": "Completed", "progress": 100, "details": ""}, {"region": "eastus", "state": "Failed"}]
    canned = CannedAzure(answer(200, raw(V1, replicationStatus={"aggregatedState": "Failed", "summary": summary})))
    found = canned.azure.gallery_image_versions.find_replicated(V1)
    assert [(each.region, each.state, each.progress) for each in found.replicas] == [
        ("westeurope", "Completed", 100),
        ("eastus", "Failed", None),
    ]
    assert canned.sent[0].query["$expand"] == "ReplicationStatus"


def test_sharing_is_an_action_of_the_gallery():
    canned = CannedAzure(answer(200, {"operationType": "EnableCommunity"}))
    canned.azure.galleries.share(HUB, {"operationType": "EnableCommunity"})
    assert (canned.sent[0].method, canned.sent[0].path, canned.sent[0].body) == (
        "POST",
        f"{HUB}/share",
        {"operationType": "EnableCommunity"},
    )
