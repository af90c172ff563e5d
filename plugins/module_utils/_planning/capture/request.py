# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a capture: which VM becomes which image, and what must be proven first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import IMAGE, VM, ResourceId, region
from ..._core.limits import require_wait
from ..._core.model.gallery_image import SPECIALIZED
from ..._core.references import own_id, parse_reference, require_group
from ..evidence.rules import MAX_AGE, Rules
from ..gallery.target import GalleryTarget
from .checks.catalog import checked_waivers


@dataclass(frozen=True)
class CaptureRequest:
    """The checked options of one task. ``location`` is the short name of a region, ``backup_max_age`` is in hours.

    ``target`` is the managed image or, with ``gallery``, the image definition. ``waive`` holds the ids of checks whose findings do not
    block.
    """

    vm: ResourceId
    target: ResourceId
    gallery: GalleryTarget | None = None
    location: str | None = None
    os_only: bool = False
    backup_required: bool = True
    backup_max_age: int = MAX_AGE
    delete_source: bool = False
    assume_sealed: bool = False
    recreate: bool = False
    zone_resilient: bool | None = None
    tags: Mapping[str, str] | None = None
    append_tags: bool = True
    waive: frozenset[str] = frozenset()

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> CaptureRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        group, rules = require_group(params["resource_group"]), Rules.from_params(params)
        gallery = _gallery(params, group)
        return cls(
            vm=parse_reference(params["vm"], VM, group, "vm"),
            target=gallery.image if gallery else own_id(params, IMAGE),
            gallery=gallery,
            location=region(params["location"]) if params.get("location") else None,
            os_only=params["disks"] == "os",
            backup_required=rules.backup,
            backup_max_age=rules.max_age,
            delete_source=params["source"] == "delete",
            assume_sealed=rules.assume,
            recreate=params["recreate"],
            zone_resilient=params["zone_resilient"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
            waive=checked_waivers(params["waive"]),
        )

    @property
    def specialized(self) -> bool:
        """Whether the VM is copied as it is, with its users and its host name, so that its guest is not generalized."""
        return self.gallery is not None and self.gallery.os_state == SPECIALIZED

    @property
    def rules(self) -> Rules:
        """The evidence that the options ask for before the VM is captured."""
        return Rules(self.assume_sealed, self.backup_required, self.backup_max_age)

    def within(self, subscription: str) -> CaptureRequest:
        """The same request with full ids."""
        gallery = self.gallery and self.gallery.within(subscription)
        return replace(self, vm=self.vm.within(subscription), target=self.target.within(subscription), gallery=gallery)


def _gallery(params: Mapping[str, Any], group: str) -> GalleryTarget | None:
    """The version in a gallery that the VM becomes; None if it becomes a managed image."""
    value = params.get("gallery_image_version")
    if bool(value) == bool(params["name"]):
        fault = "exclude each other: give one of them" if value else "are both missing: give one of them"
        raise InvalidRequest(f"name and gallery_image_version {fault}.")
    if not value:
        return None
    if params["zone_resilient"] is not None:
        raise InvalidRequest("zone_resilient is for managed images: set gallery_image_version.storage_account_type to Standard_ZRS.")
    return GalleryTarget.from_option(value, group)
