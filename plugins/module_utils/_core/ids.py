# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ARM resource ids and regions. Both are compared without case, as Azure does."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .errors import InvalidRequest

VM = "Microsoft.Compute/virtualMachines"
IMAGE = "Microsoft.Compute/images"
DISK = "Microsoft.Compute/disks"
SNAPSHOT = "Microsoft.Compute/snapshots"
DISK_ENCRYPTION_SET = "Microsoft.Compute/diskEncryptionSets"
GALLERY = "Microsoft.Compute/galleries"
GALLERY_IMAGE = "Microsoft.Compute/galleries/images"
GALLERY_IMAGE_VERSION = "Microsoft.Compute/galleries/images/versions"
DISK_ENCRYPTION_SET = "Microsoft.Compute/diskEncryptionSets"
STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"


@dataclass(frozen=True, eq=False)
class ResourceId:
    """The id of one resource.

    ``kind`` is its namespace and types, such as ``Microsoft.Network/virtualNetworks/subnets``; ``names`` holds one name per type.
    An empty ``subscription`` stands for that of the connection, and ``within`` fills it in.
    """

    resource_group: str
    kind: str
    names: tuple[str, ...]
    subscription: str = ""

    @classmethod
    def parse(cls, text: str, kind: str = VM) -> ResourceId:
        """The id in a text, with the spelling of its names. An error shows an id of ``kind`` as an example; raises ``InvalidRequest``."""
        parts = text.strip().strip("/").split("/")
        words = [part.casefold() for part in parts]
        complete = len(parts) >= 8 and len(parts) % 2 == 0 and all(parts)
        if not complete or (words[0], words[2], words[4]) != ("subscriptions", "resourcegroups", "providers"):
            example = cls.of(kind, "<group>", *("<name>" for _type in kind.split("/")[1:]), subscription="<id>")
            raise InvalidRequest(f"{text!r} is not a resource id; one looks like {example}.")
        return cls(parts[3], "/".join([parts[5], *parts[6::2]]), tuple(parts[7::2]), parts[1])

    @classmethod
    def of(cls, kind: str, resource_group: str, *names: str, subscription: str = "") -> ResourceId:
        """Build an id from its parts."""
        return cls(resource_group, kind, names, subscription)

    @property
    def name(self) -> str:
        """The name of the resource itself, the last one."""
        return self.names[-1]

    def within(self, subscription: str) -> ResourceId:
        """The same id with its subscription filled in if it had none."""
        return self if self.subscription else replace(self, subscription=subscription)

    @property
    def parent(self) -> ResourceId:
        """The resource in which this one is nested: the gallery of an image definition."""
        return replace(self, kind=self.kind.rpartition("/")[0], names=self.names[:-1])

    def child(self, kind: str, name: str) -> ResourceId:
        """The resource of a kind, whose name this is, inside this one."""
        return replace(self, kind=kind, names=(*self.names, name))

    def is_a(self, kind: str) -> bool:
        """Whether the resource is of a kind."""
        return self.kind.casefold() == kind.casefold()

    def __str__(self) -> str:
        namespace, *types = self.kind.split("/")
        path = "/".join(f"{kind}/{name}" for kind, name in zip(types, self.names, strict=True))
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}/providers/{namespace}/{path}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and str(self).casefold() == str(other).casefold()

    def __hash__(self) -> int:
        return hash(str(self).casefold())


def region(location: str) -> str:
    """The short name of a region: ``westeurope`` for ``West Europe``."""
    return "".join(location.split()).casefold()
