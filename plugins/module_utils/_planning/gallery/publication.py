# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a version is published: its number, its regions and replicas, and until when it is kept. Its source is not part of this.

The modules gallery_image_version, image_capture and image_upload have the same options for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import ResourceId, region
from ..._core.limits import MOST_REPLICAS, require_number
from ..._core.model.gallery_image_version import STRATEGY_API, GalleryImageVersion, TargetRegion
from ..._core.times import format_time, parse_time
from .dates import require_moment
from .encryption import RegionEncryption, given
from .names import image_id, require_version
from .stored import READ_ONLY_IN_PROFILE, as_body, without

NEXT = "next"
DEFAULT_STORAGE = "Standard_LRS"
SHALLOW = "Shallow"
WAIT_ALL, WAIT_FIRST, WAIT_NONE = "all", "first", "none"


@dataclass(frozen=True)
class WantedRegion:
    """A region that a task names, with the spelling of the task. Properties that are None are not changed."""

    name: str
    regional_replica_count: int | None = None
    storage_account_type: str | None = None
    exclude_from_latest: bool | None = None
    encryption: RegionEncryption | None = None

    @classmethod
    def from_option(cls, value: Mapping[str, Any], resource_group: str | None) -> WantedRegion:
        """Check one region of the option ``target_regions``."""
        name, replicas, encryption = value["name"], value.get("regional_replica_count"), value.get("encryption")
        if not region(name or ""):
            raise InvalidRequest("target_regions: name must not be empty; it is the name of a region, such as westeurope.")
        if replicas is not None:
            require_number("target_regions.regional_replica_count", replicas, 1, MOST_REPLICAS)
        return cls(
            name,
            replicas,
            value.get("storage_account_type"),
            value.get("exclude_from_latest"),
            RegionEncryption.from_option(encryption, resource_group, "target_regions.encryption") if encryption is not None else None,
        )

    def over(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Azure's JSON for it: the stored one, if there is any, with the properties that the task names."""
        fixed = given(storageAccountType=self.storage_account_type, encryption=self.encryption and self.encryption.as_body())
        named = given(
            regionalReplicaCount=self.regional_replica_count,
            excludeFromLatest=flag(self.exclude_from_latest, stored.get("excludeFromLatest")),
        )
        return {"name": self.name, **({} if "name" in stored else fixed), **stored, **named}


@dataclass(frozen=True)
class Publication:
    """How a task publishes a version of ``image``. Options that are None are not changed; for a new version they have Azure's defaults.

    ``version`` is a number or ``next``. ``wait`` says for how many regions the task waits. ``run_id`` is different in every run.
    """

    image: ResourceId
    version: str
    target_regions: tuple[WantedRegion, ...] = ()
    replica_count: int | None = None
    storage_account_type: str | None = None
    storage_account_strategy: str | None = None
    replication_mode: str | None = None
    exclude_from_latest: bool | None = None
    end_of_life_date: datetime | None = None
    block_deletion_before_end_of_life: bool | None = None
    purge_target_regions: bool = False
    wait: str = WAIT_ALL
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    @classmethod
    def from_params(cls, params: Mapping[str, Any], resource_group: str | None) -> Publication:
        """Check the options of the table PUBLICATION. Resources that are given by name are in ``resource_group``."""
        version, end_of_life = params.get("version") or NEXT, params.get("end_of_life_date")
        publication = cls(
            image=image_id(params, resource_group),
            version=version if version == NEXT else require_version("version", version),
            target_regions=tuple(WantedRegion.from_option(each, resource_group) for each in params.get("target_regions") or ()),
            replica_count=params.get("replica_count"),
            storage_account_type=params.get("storage_account_type"),
            storage_account_strategy=params.get("storage_account_strategy"),
            replication_mode=params.get("replication_mode"),
            exclude_from_latest=params.get("exclude_from_latest"),
            end_of_life_date=None if end_of_life is None else require_moment("end_of_life_date", end_of_life),
            block_deletion_before_end_of_life=params.get("block_deletion_before_end_of_life"),
            purge_target_regions=bool(params.get("purge_target_regions")),
            wait=params.get("wait") or WAIT_ALL,
        )
        publication._check()
        return publication

    @property
    def api(self) -> str:
        """The api-version that its options need; empty for the everyday one."""
        return STRATEGY_API if self.storage_account_strategy else ""

    def within(self, subscription: str) -> Publication:
        """The same publication with full ids."""
        image = self.image.within(subscription)
        regions = tuple(replace(each, encryption=each.encryption and each.encryption.within(subscription)) for each in self.target_regions)
        _require_sets_of(image.subscription, regions)
        return replace(self, image=image, target_regions=regions)

    def regions(self, location: str, existing: GalleryImageVersion | None = None) -> tuple[TargetRegion, ...]:
        """The regions that the version should have: those of the task, its own one, and all stored ones.

        Azure requires that the version's own region is one of them. Stored regions come first, in their order and with their spelling.
        """
        stored = {each.name: each for each in existing.target_regions} if existing else {}
        named = {region(each.name): each for each in self.target_regions}
        own = region(location)
        if own not in named:
            named = {own: WantedRegion(location), **named}
        names = [*stored, *(name for name in named if name not in stored)]
        found = tuple(TargetRegion(self._region(named.get(name), stored[name].raw if name in stored else {})) for name in names)
        self._check_replicas(found, str((existing.publishing if existing else {}).get("replicationMode")))
        return found

    def _region(self, wanted: WantedRegion | None, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Azure's JSON for a region. A number of replicas for all regions is meant for those that the task names, or for all."""
        count = {} if self.target_regions and wanted is None else given(regionalReplicaCount=self.replica_count)
        return {**stored, **count} if wanted is None else wanted.over({**stored, **count})

    def wanted_regions(self, location: str, existing: GalleryImageVersion | None = None) -> tuple[str, ...]:
        """The short names of the regions that the task waits for: those that it names and the version's own, or else all."""
        named = {region(each.name) for each in self.target_regions} | {region(location)}
        return tuple(each.name for each in self.regions(location, existing) if each.name in named or not self.target_regions)

    def names_new_region(self, existing: GalleryImageVersion | None) -> bool:
        """Whether the task names a region in which there is no such version yet, so that its name may be wrong."""
        stored = {each.name for each in existing.target_regions} if existing else set()
        return any(region(each.name) not in stored for each in self.target_regions)

    def require_regions(self, known: Collection[str]) -> None:
        """Refuse target regions that have no image versions. Without known regions, any region is accepted."""
        for each in self.target_regions:
            if known and region(each.name) not in known:
                raise InvalidRequest(
                    f"target_regions: {each.name!r} is not a region that has image versions; these have: {', '.join(sorted(known))}."
                )

    def purged_regions(self, existing: GalleryImageVersion) -> tuple[str, ...]:
        """The short names of the regions that the task removes."""
        kept = self.wanted_regions(existing.location, existing)
        return tuple(each.name for each in existing.target_regions if self.purge_target_regions and each.name not in kept)

    def body(
        self,
        location: str,
        storage_profile: Mapping[str, Any],
        tags: Mapping[str, str],
        existing: GalleryImageVersion | None = None,
    ) -> dict[str, Any]:
        """The request body for the version. Stored properties of an existing one are kept, unless the task names them.

        Regions are never removed by it, because ``allowDeletionOfReplicatedLocations`` is false.
        """
        stored = as_body(existing)["properties"] if existing else {}
        safety = {**(stored.get("safetyProfile") or {}), "allowDeletionOfReplicatedLocations": False}
        return {
            "location": location,
            "tags": dict(tags),
            "properties": {
                **stored,
                "publishingProfile": self._profile(location, existing),
                "storageProfile": storage_profile,
                "safetyProfile": {**safety, **given(blockDeletionBeforeEndOfLife=self._block(safety))},
            },
        }

    def _profile(self, location: str, existing: GalleryImageVersion | None) -> dict[str, Any]:
        stored = without(existing.publishing, READ_ONLY_IN_PROFILE) if existing else {}
        fixed = given(
            storageAccountType=self.storage_account_type or (None if self.storage_account_strategy else DEFAULT_STORAGE),
            storageAccountStrategy=self.storage_account_strategy,
            replicationMode=self.replication_mode,
        )
        named = given(
            replicaCount=self.replica_count,
            excludeFromLatest=flag(self.exclude_from_latest, stored.get("excludeFromLatest")),
            endOfLifeDate=self._end_of_life(stored.get("endOfLifeDate")),
        )
        return {
            **({} if existing else fixed),
            **stored,
            **named,
            "targetRegions": [dict(each.raw) for each in self.regions(location, existing)],
        }

    def _block(self, stored: Mapping[str, Any]) -> bool | None:
        return flag(self.block_deletion_before_end_of_life, stored.get("blockDeletionBeforeEndOfLife"))

    def _end_of_life(self, stored: str | None) -> str | None:
        """The text of the date: the stored one if it is the same time."""
        if self.end_of_life_date is None or parse_time(stored) == self.end_of_life_date:
            return stored
        return format_time(self.end_of_life_date)

    def _check(self) -> None:
        """Refuse options that contradict each other."""
        if self.replica_count is not None:
            require_number("replica_count", self.replica_count, 1, MOST_REPLICAS)
        spelled: dict[str, str] = {}
        for each in self.target_regions:
            if other := spelled.get(region(each.name)):
                raise InvalidRequest(f"target_regions: {other} and {each.name} are the same region: name each one once.")
            spelled[region(each.name)] = each.name
        if self.purge_target_regions and not self.target_regions:
            raise InvalidRequest("purge_target_regions: name the regions to keep in target_regions.")
        types = (self.storage_account_type, *(each.storage_account_type for each in self.target_regions))
        if self.storage_account_strategy and any(types):
            raise InvalidRequest("storage_account_strategy and storage_account_type exclude each other: give one of them.")
        counts = (each.regional_replica_count for each in self.target_regions)
        self._check_shallow(self.replication_mode, len(self.target_regions), self.replica_count, *counts)

    def _check_replicas(self, regions: tuple[TargetRegion, ...], stored_mode: str) -> None:
        counts = [each.raw.get("regionalReplicaCount") or self.replica_count or 1 for each in regions]
        if sum(counts) > MOST_REPLICAS:
            raise InvalidRequest(f"target_regions: {sum(counts)} replicas are more than the {MOST_REPLICAS} that a version can have.")
        self._check_shallow(self.replication_mode or stored_mode, len(regions), *counts)

    def _check_shallow(self, mode: str | None, regions: int, *replicas: int | None) -> None:
        if mode == SHALLOW and (regions > 1 or any((each or 1) > 1 for each in replicas)):
            raise InvalidRequest(
                f"replication_mode: a {SHALLOW} version has one replica in one region, the version's own one:"
                " name no other region and no other number of replicas."
            )


def flag(wanted: bool | None, stored: bool | None) -> bool | None:
    """The value to send for a flag. Azure leaves out flags that are false, so that false is not sent where nothing is stored."""
    return None if wanted is False and stored is None else wanted


def _require_sets_of(subscription: str, regions: tuple[WantedRegion, ...]) -> None:
    """Refuse disk encryption sets of another subscription than the gallery's, which Azure cannot use."""
    for each in regions:
        for found in each.encryption.sets if each.encryption else ():
            if found.subscription.casefold() != subscription.casefold():
                raise InvalidRequest(
                    f"target_regions: disk encryption set {found.name} is in subscription {found.subscription}, but must be in that of the"
                    f" gallery, {subscription}."
                )
