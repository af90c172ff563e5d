# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements of a version that are read again right before it is created or replaced, because Azure may have changed since."""

from __future__ import annotations

from dataclasses import dataclass

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.ports import Azure
from ..evidence.origin import observe_origin
from ..evidence.required import require_sealed_source
from ..evidence.rules import Rules


@dataclass(frozen=True)
class StillSealed:
    """Before a generalized version is made: its sources must still be sealed and backed up."""

    sources: tuple[ResourceId, ...]
    rules: Rules
    resource_group: str

    def require(self, azure: Azure) -> None:
        """Look for the evidence again."""
        for each in self.sources:
            require_sealed_source(observe_origin(azure, each, self.rules, self.resource_group), self.rules)


@dataclass(frozen=True)
class StillTheSame:
    """Before a version is replaced: it must still be the one that was planned with, and not what another run has put there."""

    version: GalleryImageVersion

    def require(self, azure: Azure) -> None:
        """Compare the tag of the run and the time of publication."""
        found = azure.gallery_image_versions.find(self.version.id)
        if found is not None and _identity(found) != _identity(self.version):
            raise InvalidRequest(f"version {self.version.id.name} was replaced by another run meanwhile; run again.")


def _identity(version: GalleryImageVersion) -> tuple[str | None, str | None]:
    return version.tags.get(tag.RUN), version.publishing.get("publishedDate")
