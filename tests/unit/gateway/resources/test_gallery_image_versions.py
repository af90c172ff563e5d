# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishing versions: the operation, its early end, and its failure."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Failed
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION

from tests.support.canned import ARM, CannedAzure, answer
from tests.support.ids import an_id

V1 = an_id(GALLERY, "g", "hub").child(GALLERY_IMAGE, "web").child(GALLERY_IMAGE_VERSION, "1.0.0")
BODY = {"location": "westeurope", "properties": {"storageProfile": {}}}
POLL = f"{ARM}/poll?api-version=2024-03-03"


def raw(state, **replicas):
    summary = [{"region": region, "state": each} for region, each in replicas.items()]
    properties = {"provisioningState": state, "replicationStatus": {"summary": summary}}
    return {"id": str(V1), "location": "westeurope", "properties": properties}


def begun():
    return answer(201, raw("Creating"), Azure_AsyncOperation=POLL, Retry_After="0")


def replicas(found):
    return {each.region: each.state for each in found.replicas}


def test_the_operation_is_not_waited_for_once_enough_replicas_are_there():
    canned = CannedAzure(
        begun(),
        answer(200, raw("Creating", westeurope="Replicating", eastus="Replicating")),
        answer(200, {"status": "InProgress"}),
        answer(200, raw("Creating", westeurope="Completed", eastus="Replicating")),
        answer(200, raw("Creating", westeurope="Completed", eastus="Replicating")),
        answer(200, raw("Creating")),
    )
    seen = []

    def enough(found):
        seen.append(replicas(found))
        return "Completed" in seen[-1].values()

    canned.azure.gallery_image_versions.publish(V1, BODY, "", enough)
    assert seen[0] == {"westeurope": "Replicating", "eastus": "Replicating"}
    assert seen[-1] == {"westeurope": "Completed", "eastus": "Replicating"}
    assert [sent.query.get("$expand") for sent in canned.sent if sent.path == str(V1)][1:3] == ["ReplicationStatus"] * 2


def test_a_failed_operation_has_azures_code_and_text():
    failure = {"status": "Failed", "error": {"code": "ValidationError", "message": "Gallery replication jobs failed"}}
    canned = CannedAzure(begun(), answer(200, raw("Creating")), answer(200, failure), answer(200, raw("Failed")))
    with pytest.raises(
        Failed, match=r"could not publish image version 1\.0\.0: \(ValidationError\) Gallery replication jobs failed"
    ) as error:
        canned.azure.gallery_image_versions.publish(V1, BODY, "", lambda _found: False)
    assert error.value.facts["code"] == "ValidationError"


def test_replicas_are_read_until_they_are_ready_with_the_api_version_of_the_task():
    canned = CannedAzure(answer(200, raw("Succeeded", westeurope="Replicating")), answer(200, raw("Succeeded", westeurope="Completed")))
    found = canned.azure.gallery_image_versions.await_replicas(
        V1, lambda version: replicas(version) == {"westeurope": "Completed"}, "2025-03-03"
    )
    assert replicas(found) == {"westeurope": "Completed"}
    assert [sent.query["api-version"] for sent in canned.sent] == ["2025-03-03"] * 2
