# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gallery, an image definition and a version in it, and the same with every property that Azure can show."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery import Gallery
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion

from tests.support.ids import an_id

HUB = an_id(GALLERY, "images", "hub")
WEB = HUB.child(GALLERY_IMAGE, "web")
UNIQUE = {"uniqueName": "11111111-2222-3333-4444-555555555555-HUB"}
PUBLISHER = {"publisherUri": "https://example.com", "publisherContact": "a@example.com", "eula": "none", "publicNamePrefix": "prefix"}
PRIVATE = Gallery(HUB, "westeurope", properties={"identifier": UNIQUE, "provisioningState": "Succeeded"}, tags={"owner": "me"})
DIRECT = replace(PRIVATE, properties={**PRIVATE.properties, "sharingProfile": {"permissions": "Groups"}})
_INFO = {**PUBLISHER, "communityGalleryEnabled": False, "publicNames": ["prefix-1"]}
PUBLIC = replace(PRIVATE, properties={**PRIVATE.properties, "sharingProfile": {"permissions": "Community", "communityGalleryInfo": _INFO}})
_STATUS = {"aggregatedState": "Succeeded", "summary": [{"region": "West Europe", "state": "Succeeded", "details": ""}]}
FULL_GALLERY = replace(
    PUBLIC,
    properties={
        **PUBLIC.properties,
        "description": "text",
        "sharingProfile": {**PUBLIC.properties["sharingProfile"], "groups": [{"type": "Subscriptions", "ids": ["1"]}]},
        "sharingStatus": _STATUS,
        "softDeletePolicy": {"isSoftDeleteEnabled": True},
    },
)

DEFINITION = GalleryImage(
    WEB,
    "westeurope",
    properties={
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "architecture": "x64",
        "identifier": {"publisher": "example", "offer": "web", "sku": "debian-12"},
        "provisioningState": "Succeeded",
    },
    tags={"owner": "me"},
)
FULL_IMAGE = replace(
    DEFINITION,
    properties={
        **DEFINITION.properties,
        "description": "text",
        "eula": "e",
        "privacyStatementUri": "p",
        "releaseNoteUri": "r",
        "endOfLifeDate": "2036-12-31T00:00:00+00:00",
        "recommended": {"vCPUs": {"min": 2, "max": 8}, "memory": {"min": 4, "max": 32}},
        "disallowed": {"diskTypes": ["Standard_LRS"]},
        "purchasePlan": {"name": "n", "publisher": "p", "product": "o"},
        "features": [{"name": "SecurityType", "value": "TrustedLaunchSupported", "startsAtVersion": "1.0.0"}],
        "allowUpdateImage": True,
    },
)
VERSION = GalleryImageVersion(WEB.child(GALLERY_IMAGE_VERSION, "1.0.0"), "westeurope")
