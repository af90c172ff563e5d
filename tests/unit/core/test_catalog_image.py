# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a version has arrived in the region of a new VM."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.catalog_image import CatalogImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import Replica


@pytest.mark.parametrize(
    ("provisioning_state", "replica_state", "is_coming"),
    [
        ("Creating", None, True),
        ("Updating", None, False),
        ("Creating", "Unknown", True),
        ("Updating", "Unknown", True),
        ("Succeeded", "Unknown", False),
        ("Creating", "Completed", False),
        ("Succeeded", "Replicating", True),
    ],
)
def test_a_version_is_coming_until_its_replica_is_complete(provisioning_state: str, replica_state: str | None, is_coming: bool) -> None:
    replica = Replica("westeurope", replica_state) if replica_state else None
    assert CatalogImage(provisioning_state=provisioning_state, replica=replica).is_coming is is_coming
