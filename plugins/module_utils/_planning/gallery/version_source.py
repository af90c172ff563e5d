# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source of a version in a task: one resource, or a disk each for the OS and for data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..._core.errors import InvalidRequest
from ..._core.ids import DISK, GALLERY_IMAGE_VERSION, IMAGE, SNAPSHOT, STORAGE_ACCOUNT, ResourceId
from ..._core.ids import VM as A_VM
from ..._core.references import id_of, parse_reference
from .encryption import given, require_different_luns
from .source_rules import BLOB, MANAGED_IMAGE, VERSION, VM
from .source_rules import DISK as OF_DISK
from .source_rules import SNAPSHOT as OF_SNAPSHOT

WHOLE = {"managed_image": (MANAGED_IMAGE, IMAGE), "version": (VERSION, GALLERY_IMAGE_VERSION), "vm": (VM, A_VM)}
NOUNS = {MANAGED_IMAGE: "image", VERSION: "version", VM: "VM", OF_DISK: "disk", OF_SNAPSHOT: "snapshot"}
COMMUNITY = re.compile(r"/communityGalleries/[^/]+/images/[^/]+/versions/[^/]+", re.IGNORECASE)


@dataclass(frozen=True)
class DiskSource:
    """The source of one disk: a disk, a snapshot, or a blob in a storage account. ``lun`` is None for the OS disk."""

    kind: str
    resource: ResourceId | None = None
    uri: str | None = None
    account: ResourceId | None = None
    lun: int | None = None
    host_caching: str | None = None

    @classmethod
    def from_option(cls, value: Mapping[str, Any], resource_group: str, option: str) -> DiskSource:
        """Check the option ``os_disk`` or an element of ``data_disks``, which Ansible has checked to name one source."""
        lun, caching = value.get("lun"), value.get("host_caching")
        for key, kind, resource in (("disk", OF_DISK, DISK), ("snapshot", OF_SNAPSHOT, SNAPSHOT)):
            if value.get(key) is not None:
                return cls(kind, parse_reference(value[key], resource, resource_group, f"{option}.{key}"), lun=lun, host_caching=caching)
        account = parse_reference(value["storage_account"], STORAGE_ACCOUNT, resource_group, f"{option}.storage_account")
        return cls(BLOB, uri=_address(value["blob"], f"{option}.blob"), account=account, lun=lun, host_caching=caching)

    @property
    def key(self) -> str:
        """The id or the address, as Azure compares them."""
        return str(self.resource or self.uri).casefold()

    def within(self, subscription: str) -> DiskSource:
        """The same with full ids."""
        resource, account = self.resource, self.account
        return replace(self, resource=resource and resource.within(subscription), account=account and account.within(subscription))

    def as_body(self) -> dict[str, Any]:
        """Azure's JSON for it."""
        source = {"id": str(self.resource)} if self.resource else {"uri": self.uri, "storageAccountId": str(self.account)}
        return {**given(lun=self.lun, hostCaching=self.host_caching), "source": source}


@dataclass(frozen=True)
class VersionSource:
    """The source of a version. ``resource`` is a managed image, a version or a VM; ``community`` is the id of a version of a community
    gallery; otherwise ``disks`` holds the source of the OS disk, and then those of the data disks.
    """

    kind: str
    resource: ResourceId | None = None
    community: str | None = None
    disks: tuple[DiskSource, ...] = ()

    @classmethod
    def from_option(cls, value: Mapping[str, Any], resource_group: str) -> VersionSource:
        """Check the option ``source``, which Ansible has checked to name one source."""
        for key, (kind, resource) in WHOLE.items():
            if value.get(key) is not None:
                return cls(kind, _whole(value[key], resource, resource_group, f"source.{key}"))
        if (community := value.get("community_image")) is not None:
            return cls(VERSION, community=_community(community))
        os_disk = DiskSource.from_option(value["os_disk"], resource_group, "source.os_disk")
        data = [DiskSource.from_option(each, resource_group, "source.data_disks") for each in value.get("data_disks") or ()]
        require_different_luns([each.lun for each in data], "source.data_disks")
        _require_different((os_disk, *data))
        return cls(os_disk.kind, disks=(os_disk, *data))

    def within(self, subscription: str) -> VersionSource:
        """The same with full ids."""
        resource = self.resource and self.resource.within(subscription)
        return replace(self, resource=resource, disks=tuple(each.within(subscription) for each in self.disks))

    @property
    def title(self) -> str:
        """The name of the source in sentences."""
        if self.community:
            return f"community image {self.community}"
        if self.kind == BLOB:
            return f"blob {(self.disks[0].uri or '').rpartition('/')[2]}"
        first = self.resource or self.disks[0].resource
        name = "" if first is None else first.name if self.kind != VERSION else f"{first.name} of {first.parent.name}"
        return f"{NOUNS[self.kind]} {name}"

    def storage_profile(self) -> dict[str, Any]:
        """Azure's JSON for a version that is made from it."""
        if self.community:
            return {"source": {"communityGalleryImageId": self.community}}
        if self.resource:
            return {"source": {"virtualMachineId" if self.kind == VM else "id": str(self.resource)}}
        data = [each.as_body() for each in self.disks[1:]]
        return {"osDiskImage": self.disks[0].as_body(), **({"dataDiskImages": data} if data else {})}


def _whole(value: Any, kind: str, resource_group: str, option: str) -> ResourceId:
    value = id_of(value, kind, option)
    if kind == GALLERY_IMAGE_VERSION and not (isinstance(value, str) and value.startswith("/")):
        raise InvalidRequest(f"{option}: give the resource id of a version, such as the id that gallery_image_version returns.")
    return parse_reference(value, kind, resource_group, option)


def _community(text: str) -> str:
    if not COMMUNITY.fullmatch(text):
        raise InvalidRequest(
            f"source.community_image: {text!r} is not the id of a version in a community gallery; one looks like"
            " /communityGalleries/<public name>/images/<name>/versions/<number>."
        )
    return text


def _address(text: str, option: str) -> str:
    if "?" in text:
        raise InvalidRequest(f"{option}: give the address without a query: Azure reads the blob by the right of its storage account.")
    if not re.fullmatch(r"https?://[^/\s]+/\S+/\S+", text):
        raise InvalidRequest(f"{option}: {text!r} is not the address of a blob, such as https://account.blob.core.windows.net/vhds/os.vhd.")
    if not text.casefold().endswith(".vhd"):
        raise InvalidRequest(f"{option}: Azure's words: \"Blob name in URL {text} must end with '.vhd' extension\".")
    return text


def _require_different(disks: tuple[DiskSource, ...]) -> None:
    """Refuse the same source for two disks."""
    keys = [each.key for each in disks]
    for each in disks:
        if keys.count(each.key) > 1:
            name = each.resource.name if each.resource else each.uri
            raise InvalidRequest(f'source: {name} is given for two disks. Azure\'s words: "Source id should be unique for each disk".')
