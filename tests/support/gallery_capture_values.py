# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gallery into which the tests capture the VM of ``capture_values``."""

from __future__ import annotations

from typing import Any

from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import GALLERY, GALLERY_IMAGE, GALLERY_IMAGE_VERSION
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery import Gallery
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image import GalleryImage
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.gallery_image_version import GalleryImageVersion
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.in_gallery import InGallery
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.capture.request import CaptureRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.gallery.publishing import Choice

from tests.support.capture_values import IMAGE_TAGS, PARAMS, VM1, VM_ID
from tests.support.ids import SUBSCRIPTION, an_id

GALLERY_ID = an_id(GALLERY, "hub", "team")
DEFINITION_ID = GALLERY_ID.child(GALLERY_IMAGE, "web")
FIRST, SECOND = (DEFINITION_ID.child(GALLERY_IMAGE_VERSION, number) for number in ("1.0.0", "1.0.1"))
A_GALLERY = Gallery(GALLERY_ID, "westeurope")
OPTION: dict[str, Any] = {"gallery": {"name": "team", "resource_group": "hub"}, "gallery_image": "web"}
SOURCE = {"source": {"virtualMachineId": str(VM1)}, "osDiskImage": {"sizeInGB": 30}, "dataDiskImages": [{"lun": 5}]}


def definition(security: str | None = None, **properties: Any) -> GalleryImage:
    """The image definition, which matches the VM unless a test says otherwise."""
    features = {"features": [{"name": "SecurityType", "value": security}]} if security else {}
    known = {"osType": "Linux", "osState": "Generalized", "hyperVGeneration": "V2", "architecture": "x64"}
    identifier = {"publisher": "team", "offer": "web", "sku": "web"}
    return GalleryImage(DEFINITION_ID, "westeurope", properties={**known, "identifier": identifier, **features, **properties})


DEFINITION = definition()


def version(number: str = "1.0.0", state: str = "Succeeded", source: str = VM_ID, **changes: Any) -> GalleryImageVersion:
    """A version that was made from the VM, replicated to its own region."""
    profile = {"targetRegions": [{"name": "West Europe", "regionalReplicaCount": 1}], "storageAccountType": "Standard_LRS"}
    values = {
        "properties": {"provisioningState": state, "publishingProfile": profile, "storageProfile": SOURCE},
        "tags": {**IMAGE_TAGS, tag.SOURCE: source, tag.RUN: "earlier"},
        **changes,
    }
    return GalleryImageVersion(DEFINITION_ID.child(GALLERY_IMAGE_VERSION, number), "westeurope", state, **values)


def request(option: dict[str, Any] | None = None, **params: Any) -> CaptureRequest:
    """A capture into the gallery."""
    given = {**PARAMS, "name": None, "gallery_image_version": {**OPTION, **(option or {})}, **params}
    return CaptureRequest.from_params(given).within(SUBSCRIPTION)


EMPTY = InGallery(Choice(FIRST, None, True), A_GALLERY, DEFINITION, {tag.SOURCE: VM_ID})
"""The gallery with the definition, which has no versions."""
