# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of request bodies on galleries: which mistakes it finds, and that the harness of module tests uses it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import requests
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.contract.empty_lab import empty_lab
from tests.support.body_check import WrongBody, check_sent_bodies, flaws, require_body
from tests.support.fakes import FakeAzure
from tests.support.ids import an_id
from tests.support.running_lab import RunningLab
from tests.support.tasks import LabTasks

VERSION = "galleries/images/versions"
BODY: dict[str, Any] = {
    "location": "westeurope",
    "tags": {"made": "here"},
    "properties": {
        "publishingProfile": {
            "targetRegions": [
                {
                    "name": "northeurope",
                    "regionalReplicaCount": 2,
                    "storageAccountType": "Standard_ZRS",
                    "excludeFromLatest": True,
                    "encryption": {"osDiskImage": {"securityProfile": {"confidentialVMEncryptionType": "EncryptedWithCmk"}}},
                }
            ],
            "replicaCount": 1,
            "endOfLifeDate": "2027-01-31T00:00:00Z",
            "replicationMode": "Full",
        },
        "storageProfile": {"source": {"virtualMachineId": "/subscriptions/s"}, "dataDiskImages": [{"lun": 0}]},
        "safetyProfile": {"blockDeletionBeforeEndOfLife": True},
    },
}


def changed(path: str, value: Any, body: dict[str, Any] = BODY) -> dict[str, Any]:
    """The body with another value at a path, whose parts are keys and positions; None removes the key."""
    changed = copy.deepcopy(body)
    *parts, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = changed
    for part in parts:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


def test_a_body_that_fits_has_no_flaws() -> None:
    assert flaws("PUT", VERSION, BODY) == []


@pytest.mark.parametrize(
    ("path", "value", "flaw"),
    [
        ("properties.publishingProfile.targetRegions.0.regionalReplicas", 2, "regionalReplicas is not a key of TargetRegion"),
        ("properties.targetRegions", [], "targetRegions is not a key of GalleryImageVersionProperties"),
        ("properties.publishingProfile.ReplicaCount", 1, "ReplicaCount is not a key"),
        ("properties.publishingProfile.replicaCount", "1", "replicaCount is '1', not int"),
        ("properties.publishingProfile.replicaCount", True, "replicaCount is True, not int"),
        ("properties.publishingProfile.excludeFromLatest", "yes", "excludeFromLatest is 'yes', not bool"),
        ("properties.publishingProfile.targetRegions", {"name": "northeurope"}, "not list"),
        ("properties.publishingProfile.targetRegions.0", "northeurope", "targetRegions[0] is 'northeurope', not dict"),
        ("properties.publishingProfile.storageAccountType", "Standard_GRS", "'Standard_GRS', not one of Standard_LRS, Standard_ZRS"),
        ("properties.publishingProfile.replicationMode", "full", "'full', not one of Full, Shallow"),
        ("properties.publishingProfile.endOfLifeDate", "2027-01-31", "not a time"),
        ("properties.publishingProfile.publishedDate", "2027-01-31T00:00:00Z", "publishedDate can only be read"),
        (
            "properties.publishingProfile.targetRegions.0.encryption.osDiskImage.securityProfile.confidentialVMEncryptionType",
            {"encrypted_with_cmk": "EncryptedWithCmk"},
            "not one of EncryptedVMGuestStateOnlyWithPmk",
        ),
        ("properties.storageProfile.source", "/subscriptions/s", "source is '/subscriptions/s', not dict"),
        ("properties.provisioningState", "Succeeded", "provisioningState can only be read"),
        ("properties.storageProfile", None, "storageProfile is missing"),
        ("location", None, "location is missing"),
        ("tags", {"made": 1}, "tags.made is 1, not str"),
    ],
)
def test_a_mistake_is_found(path: str, value: Any, flaw: str) -> None:
    (found,) = flaws("PUT", VERSION, changed(path, value))
    assert flaw in found


def test_a_patch_may_leave_out_what_a_put_needs_but_has_no_other_names() -> None:
    assert flaws("PATCH", "galleries/images", {"tags": {}, "properties": {"description": "new"}}) == []
    assert flaws("PATCH", "galleries/images", {"properties": {"desciption": "new"}}) != []


@pytest.mark.parametrize(
    ("method", "path", "body", "fits"),
    [
        ("PUT", "galleries/g", {"location": "westeurope", "properties": {"sharingProfile": {"permissions": "Groups"}}}, True),
        ("PUT", "galleries/g", {"location": "westeurope", "properties": {"sharingProfile": {"permissions": "groups"}}}, False),
        ("POST", "galleries/g/share", {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": ["s"]}]}, True),
        ("POST", "galleries/g/share", {"operationType": "Add", "groups": [{"type": "Subscription", "ids": ["s"]}]}, False),
        ("POST", "galleries/g/share", {"groups": []}, False),
        ("POST", "galleries/g/shares", {"operationType": "Reset"}, False),
        ("PUT", "images/i", {"anything": 1}, True),
        ("GET", "galleries/g", None, True),
    ],
)
def test_only_bodies_on_galleries_are_checked(method: str, path: str, body: Any, fits: bool) -> None:
    url = f"https://management.azure.com/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/{path}?api-version=2024-03-03"
    if fits:
        require_body(method, url, body)
    else:
        with pytest.raises(WrongBody, match=path):
            require_body(method, url, body)


def test_the_azure_in_memory_refuses_such_a_body() -> None:
    azure = FakeAzure()
    gallery = an_id(GALLERY, "group", "images")
    with pytest.raises(WrongBody, match="descripton"):
        azure.galleries.put(gallery, {"location": "westeurope", "properties": {"descripton": "typo"}})
    with pytest.raises(WrongBody, match="operationType"):
        azure.galleries.share(gallery, {"operation": "Reset"})
    version = gallery.child(GALLERY_IMAGE, "debian").child(GALLERY_IMAGE_VERSION, "1.0.0")
    with pytest.raises(WrongBody, match="replicas"):
        azure.gallery_image_versions.update(version, {"properties": {"publishingProfile": {"replicas": 1}}})
    assert azure.writes == []


def test_what_azure_has_shown_may_be_sent_back() -> None:
    path = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g"
    shown = {"properties": {"newThing": {"deep": 1}, "provisioningState": "Succeeded"}}
    require_body("PUT", path, {"location": "westeurope", **shown}, shown)
    with pytest.raises(WrongBody, match="newThings"):
        require_body("PUT", path, {"location": "westeurope", "properties": {"newThing": {"deep": 1}, "newThings": 1}}, shown)
    with pytest.raises(WrongBody, match="location is missing"):
        require_body("PUT", path, shown, shown)


def test_a_request_to_the_lab_is_refused_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(HTTPAdapter, "send", lambda adapter, request, *_more, **_options: sent.append(request.body) or Response())
    check_sent_bodies(monkeypatch)
    url = "https://127.0.0.1:1/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g?api-version=2024-03-03"
    request = PreparedRequest()
    request.prepare("PUT", url, data=b'{"location": "westeurope"}')
    HTTPAdapter().send(request)
    wrong = PreparedRequest()
    wrong.prepare("PUT", url, data=b'{"loction": "westeurope"}')
    with pytest.raises(WrongBody, match="loction"):
        HTTPAdapter().send(wrong)
    assert sent == [b'{"location": "westeurope"}']


def test_modules_that_run_against_the_lab_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_lab() as lab:
        LabTasks(RunningLab(lab.settings), monkeypatch)
        url = f"{lab.settings.arm_url}/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g"
        with pytest.raises(WrongBody, match="loction"):
            requests.put(url, json={"loction": "westeurope"}, timeout=10)
