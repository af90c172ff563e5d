# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a task about a version of an image in a gallery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.limits import require_wait
from ..._core.references import require_group
from ..evidence.rules import Rules
from ..gallery.publication import NEXT, Publication
from ..gallery.uefi import uefi_body
from ..gallery.version_source import VersionSource


@dataclass(frozen=True)
class VersionRequest:
    """How the version is published and what it is made from. ``uefi`` is Azure's JSON of the UEFI settings.

    ``unblocks`` is whether a version may be deleted that is protected until its end of life. ``subscription`` is that of the connection.
    """

    publication: Publication
    resource_group: str
    source: VersionSource | None = None
    location: str | None = None
    uefi: Mapping[str, Any] | None = None
    rules: Rules = Rules()
    recreate: bool = False
    absent: bool = False
    unblocks: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True
    subscription: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> VersionRequest:
        """Check the module's options."""
        require_wait(params)
        group = require_group(params["resource_group"])
        request = cls(
            publication=Publication.from_params(params, group),
            resource_group=group,
            source=VersionSource.from_option(params["source"], group) if params["source"] else None,
            location=params["location"],
            uefi=uefi_body(params["uefi_settings"]) if params["uefi_settings"] else None,
            rules=Rules.from_params(params),
            recreate=params["recreate"],
            absent=params["state"] == "absent",
            unblocks=params["allow_deletion_before_end_of_life"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )
        request._require_version()
        return request

    def within(self, subscription: str) -> VersionRequest:
        """The same request with full ids."""
        source = self.source and self.source.within(subscription)
        return replace(self, publication=self.publication.within(subscription), source=source, subscription=subscription)

    def _require_version(self) -> None:
        if self.publication.version == NEXT and self.absent:
            raise InvalidRequest("version: name the version to delete; the next one does not exist yet.")
        if self.publication.version == NEXT and self.source is None:
            raise InvalidRequest("source: version: next needs a source. Name a version to change one that exists.")
