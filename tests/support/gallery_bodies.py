# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request bodies of galleries and image definitions, as a caller of the REST API would write them."""

from __future__ import annotations

from typing import Any

from tests.support.running_lab import LOCATION

GALLERIES = "2024-03-03"
SECURE = "2025-03-03"
COMMUNITY_INFO = {"publisherUri": "https://example.com", "publisherContact": "a@example.com", "eula": "none", "publicNamePrefix": "prefix"}


def gallery(permissions: str | None = None, **more: Any) -> dict[str, Any]:
    """A gallery, with a sharing profile if permissions are given."""
    profile: dict[str, Any] = {"permissions": permissions}
    if permissions == "Community":
        profile["communityGalleryInfo"] = dict(COMMUNITY_INFO)
    return {"location": LOCATION, "properties": {**({"sharingProfile": profile} if permissions else {}), **more}}


def definition(sku: str = "s", **more: Any) -> dict[str, Any]:
    """An image definition for Linux, generalized."""
    identifier = {"publisher": "p", "offer": "o", "sku": sku}
    return {"location": LOCATION, "properties": {"osType": "Linux", "osState": "Generalized", "identifier": identifier, **more}}


def sent_by(method: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body as a PUT or a PATCH has it: a PATCH has no location."""
    return {key: value for key, value in body.items() if method == "PUT" or key != "location"}


def features(**values: str) -> list[dict[str, str]]:
    """The features of an image definition."""
    return [{"name": name, "value": value} for name, value in values.items()]
