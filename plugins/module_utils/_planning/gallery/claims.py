# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating a version under a number that other runs may want, too.

Azure has no condition for "only if it does not exist": a second PUT of the same version is an update. It is refused because its source is
another one, or it is accepted and replaces tags and regions of the first one. So a number is looked at right before the PUT, and the
version is read back after it: the tag ``goldenimage.run`` and the source say whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..._core import tags as tag
from ..._core.errors import Failed, GoldenImageError, InvalidRequest, Missing, Refused, TimedOut
from ..._core.ids import region
from ..._core.listener import Listener
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import DELETING, FAILED
from ..._core.ports import Azure
from .changing import restore
from .numbers import Place, is_made_from
from .replication import Watch, failures, is_usable_anywhere
from .same_source import is_same

MOST_TRIES = 50
"""Numbers that a run tries before it gives up: more runs than that do not publish one image at the same time."""
TRANSIENT = ("InvalidBeginGetAccessForGalleryImageVersionSnapshotResponseFromPIR", "Storage allocation failure")
"""Failures of Azure itself that another try mends: https://github.com/hashicorp/packer-plugin-azure/issues/183"""
TRANSIENT_TRIES = 3


@dataclass(frozen=True)
class Claim:
    """The version that a run creates. ``origin`` holds the tags that identify its source."""

    place: Place
    body: Mapping[str, Any]
    origin: Mapping[str, str]
    wait: str
    api: str = ""

    @property
    def regions(self) -> list[str]:
        """The regions that its replicas go to, by short name."""
        return [region(each["name"]) for each in self.body["properties"]["publishingProfile"]["targetRegions"]]

    def has_source_of(self, version: GalleryImageVersion) -> bool:
        """Whether a version has the same source."""
        return is_same(self.body["properties"]["storageProfile"], version.storage)

    def is_of_this_run(self, version: GalleryImageVersion) -> bool:
        """Whether a version has the tags of this run."""
        return version.tags.get(tag.RUN) == str(self.body["tags"][tag.RUN])

    def owns(self, version: GalleryImageVersion) -> bool:
        """Whether a version was made from this source, by this run or by another one."""
        return self.has_source_of(version) and (self.is_of_this_run(version) or is_made_from(version, self.origin))


def create(azure: Azure, listener: Listener, claim: Claim) -> None:
    """Create the version under its number, or with ``version: next`` under the first one that no other run has taken."""
    for _try in range(MOST_TRIES):
        found = azure.gallery_image_versions.find(claim.place.version)
        if found is not None and claim.owns(found) and found.provisioning_state not in (FAILED, DELETING):
            return
        if found is None and _took(azure, listener, claim):
            return
        claim.place.move(azure)
    raise Refused(
        f"could not create a version of image definition {claim.place.version.parent.name}: other runs took {MOST_TRIES} numbers."
    )


def _took(azure: Azure, listener: Listener, claim: Claim) -> bool:
    """Send the version, and read back whether it is ours."""
    versions, version = azure.gallery_image_versions, claim.place.version
    try:
        _publish(azure, listener, claim)
    except (InvalidRequest, TimedOut):
        raise
    except GoldenImageError as error:
        found = versions.find(version)
        if found is None or _is_failure_of_ours(claim, found) or (isinstance(error, Failed) and claim.is_of_this_run(found)):
            raise error
        return claim.owns(found)
    if (found := versions.find(version)) is None:
        raise Missing(f"image version {version.name} was deleted while it was being created.")
    if claim.owns(found):
        return True
    if claim.has_source_of(found):
        restore(azure, found, claim.body, claim.api)
        return True
    _give_back(azure, claim, found)
    return False


def _publish(azure: Azure, listener: Listener, claim: Claim) -> None:
    """Send the version. Where Azure fails for reasons of its own, delete what that left and send it again."""
    versions, version = azure.gallery_image_versions, claim.place.version
    tries, watch = 0, Watch(listener, claim.regions, claim.wait)
    while True:
        try:
            return versions.publish(version, claim.body, claim.api, watch.is_enough)
        except TimedOut as error:
            raise watch.late(version, error) from error
        except (Failed, Refused) as error:
            if _only_replicas_failed(versions.find_replicated(version), claim, error):
                return None
            tries += 1
            if tries == TRANSIENT_TRIES or not _is_transient(error):
                raise
            found = versions.find(version)
            if found is not None and not _is_failure_of_ours(claim, found):
                raise
            if found is not None:
                versions.delete(version)


def _only_replicas_failed(found: GalleryImageVersion | None, claim: Claim, error: GoldenImageError) -> bool:
    """Whether the version exists and replicas of it failed, which are repaired while the task waits for them."""
    return bool(failures(found, claim.regions)) and (is_usable_anywhere(found) or "replication" in error.message.casefold())


def _is_transient(error: GoldenImageError) -> bool:
    return any(mark in f"{error.facts.get('code')} {error.message}" for mark in TRANSIENT)


def _is_failure_of_ours(claim: Claim, found: GalleryImageVersion) -> bool:
    return found.provisioning_state == FAILED and claim.is_of_this_run(found)


def _give_back(azure: Azure, claim: Claim, found: GalleryImageVersion) -> None:
    """Take our tags from a version of another run that Azure has put them on. That run finds its own lost, and puts them back."""
    if claim.is_of_this_run(found):
        ours = claim.body["tags"]
        azure.gallery_image_versions.tag(found.id, {name: value for name, value in found.tags.items() if ours.get(name) != value})
