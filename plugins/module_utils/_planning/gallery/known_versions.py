# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the versions of a definition, and one of them once what an earlier run began on it has ended."""

from __future__ import annotations

from collections.abc import Mapping

from ..._core.errors import TimedOut
from ..._core.ids import ResourceId
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import DELETING
from ..._core.ports import Azure
from .adjusting import await_stored
from .names import version_id
from .publication import NEXT, Publication
from .publishing import choose


def known_versions(azure: Azure, publication: Publication, origin: Mapping[str, str] | None = None) -> tuple[GalleryImageVersion, ...]:
    """The version with the requested number; for ``version: next`` all of them, and newer ones that a list can lack for some minutes.

    Newer ones are not looked for if the newest one in the list is made from ``origin``.
    """
    versions = azure.gallery_image_versions
    if publication.version != NEXT:
        named = versions.find(version_id(publication.image, publication.version))
        return (named,) if named else ()
    known = versions.list_in(publication.image)
    while (choice := choose(publication, known, origin or {})).existing is None and (newer := versions.find(choice.version)):
        known = (*known, newer)
    return known


def as_it_is(azure: Azure, publication: Publication, version: ResourceId, check_mode: bool) -> GalleryImageVersion | None:
    """The version once its deletion has ended, and outside of check mode also the replication that the task waits for."""
    found = once_deleted(azure, version, check_mode, publication.api)
    return found if found is None or check_mode else await_stored(azure, publication, found)


def once_deleted(azure: Azure, version: ResourceId, check_mode: bool, api: str = "") -> GalleryImageVersion | None:
    """The version with the states of its replicas. One that is being deleted is waited for; check mode takes it for deleted."""
    found = azure.gallery_image_versions.find_replicated(version, api)
    if found is None or found.provisioning_state != DELETING:
        return found
    if not check_mode and azure.gallery_image_versions.find_settled(version) is not None:
        raise TimedOut(f"image version {version.name} is still {DELETING}; run again later, or raise wait_timeout.")
    return None
