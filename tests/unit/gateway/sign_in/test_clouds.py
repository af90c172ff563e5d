# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clouds by name and by address."""

from __future__ import annotations

import json

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._gateway.sign_in.clouds import Cloud, cloud_of, from_metadata

from tests.support.canned import CannedAzure, answer, error

OBJECT = {
    "name": "lab",
    "resourceManager": "https://arm.lab/",
    "authentication": {"loginEndpoint": "https://login.lab/", "audiences": ["https://arm.lab", "https://other"]},
}
LAB = Cloud("lab", "https://arm.lab", "https://login.lab", "https://arm.lab", known=False)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (None, "https://management.azure.com"),
        ("azurecloud", "https://management.azure.com"),
        ("AzureChinaCloud", "https://management.chinacloudapi.cn"),
        ("AzureUSGovernment", "https://management.usgovcloudapi.net"),
        ("AzureGermanCloud", "https://management.microsoftazure.de"),
    ],
)
def test_a_well_known_cloud_needs_no_request(name, address):
    cloud = cloud_of(name, lambda url: pytest.fail(f"asked {url}"))
    assert (cloud.resource_manager, cloud.scope, cloud.known) == (address, address + "/.default", True)


def test_the_endpoints_of_a_custom_cloud_are_read_from_its_address():
    asked = []
    assert cloud_of("https://arm.lab/", lambda url: asked.append(url) or OBJECT) == LAB
    assert asked == ["https://arm.lab/metadata/endpoints?api-version=2022-09-01"]


def test_a_list_of_clouds_is_searched_for_the_address():
    other = {**OBJECT, "name": "other", "resourceManager": "https://arm.other"}
    assert from_metadata("https://ARM.lab", [other, OBJECT]) == LAB


def test_the_oldest_form_of_metadata_does_not_name_its_own_address():
    oldest = {"galleryEndpoint": "https://g", "authentication": OBJECT["authentication"]}
    assert from_metadata("https://arm.lab", oldest) == Cloud(
        "https://arm.lab", "https://arm.lab", "https://login.lab", "https://arm.lab", False
    )


@pytest.mark.parametrize("answer_", [None, [], {}, "hello", {"authentication": {}}, [{"authentication": None}]])
def test_an_address_that_is_not_a_resource_manager_is_refused(answer_):
    with pytest.raises(InvalidRequest, match="https://x.y/metadata/endpoints names no loginEndpoint"):
        from_metadata("https://x.y", answer_)


@pytest.mark.parametrize("name", ["AzureStack", "http://arm.lab", "arm.lab"])
def test_an_unknown_name_is_refused_with_the_known_ones(name):
    with pytest.raises(InvalidRequest, match="neither one of AzureCloud, AzureChinaCloud"):
        cloud_of(name, lambda url: pytest.fail(f"asked {url}"))


def test_a_custom_cloud_is_read_without_a_token_and_then_used():
    image = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i"
    canned = CannedAzure(
        answer(200, json.dumps(OBJECT).encode()),
        answer(200, {"value": [{"id": image, "location": "l"}]}),
        cloud_environment="https://arm.lab",
    )
    assert len(canned.azure.images.list()) == 1
    metadata, listing = canned.sent
    assert metadata.url == "https://arm.lab/metadata/endpoints?api-version=2022-09-01"
    assert "Authorization" not in metadata.headers
    assert listing.url.startswith("https://arm.lab/subscriptions/")


def test_a_custom_cloud_with_an_invalid_answer_is_refused():
    with pytest.raises(InvalidRequest, match="so it is not a Resource Manager"):
        CannedAzure(answer(200, b"<html>"), cloud_environment="https://x.y").azure.images.list()
    with pytest.raises(Denied, match="could not read the endpoints of the cloud at https://x.y"):
        CannedAzure(error(403, "Forbidden", "no"), cloud_environment="https://x.y").azure.images.list()
