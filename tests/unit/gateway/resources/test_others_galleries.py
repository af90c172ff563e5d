# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions in galleries of others are read with the API that shows deleted ones, or with an earlier one where that is not known."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused

from tests.support.canned import CannedAzure, answer, error

IMAGE = "/CommunityGalleries/g/Images/i"
VERSIONS = answer(body={"value": [{"name": "1.0.0"}]})


def test_versions_are_read_with_the_api_that_shows_deleted_ones() -> None:
    canned = CannedAzure(VERSIONS)
    assert [each["name"] for each in canned.azure.others_galleries.versions("West Europe", IMAGE, with_tenant=True)] == ["1.0.0"]
    (sent,) = canned.sent
    assert sent.path.endswith(f"/locations/westeurope{IMAGE}/Versions")
    assert sent.query == {"api-version": "2026-03-03", "sharedTo": "tenant"}


@pytest.mark.parametrize("code", ["InvalidApiVersionParameter", "InvalidResourceType", "NoRegisteredProviderFound"])
def test_an_earlier_api_is_used_where_that_is_not_known(code: str) -> None:
    canned = CannedAzure(error(400, code, "no such api-version"), answer(body={"value": [{"name": "1.0.0"}]}))
    assert len(canned.azure.others_galleries.versions("westeurope", IMAGE)) == 1
    assert [each.query["api-version"] for each in canned.sent] == ["2026-03-03", "2024-03-03"]


def test_another_refusal_is_an_error_and_a_missing_image_has_no_versions() -> None:
    with pytest.raises(Refused, match="could not list /CommunityGalleries/g/Images/i/Versions in westeurope"):
        CannedAzure(error(400, "InvalidParameter", "bad")).azure.others_galleries.versions("westeurope", IMAGE)
    assert CannedAzure(error(404, "NotFound", "gone")).azure.others_galleries.versions("westeurope", IMAGE) == ()
