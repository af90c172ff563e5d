"""The galleries of others as data: what a seed determines, before it is in the lab's store."""

from __future__ import annotations

from typing import NamedTuple

from azlab.arm.core.json import Json

COMMUNITY, SUBSCRIPTION, TENANT, ROLE, NOBODY = "community", "subscription", "tenant", "role", "nobody"
"""With whom a gallery is shared: with everybody, with the lab's subscription, with its tenant, or by a role assignment that lets the lab's
client read it. One of the neighbour's galleries is not shared."""


class OthersVersion(NamedTuple):
    """A version of an image definition, with its regions as ARM names them."""

    name: str
    published: str
    regions: tuple[str, ...]
    excluded: bool = False
    """Whether the version is excluded from latest in all regions."""
    excluded_in: tuple[str, ...] = ()
    """The regions in which it is excluded although the version itself is not."""
    end_of_life: str | None = None
    soft_deleted_until: str | None = None
    """The time until which a soft-deleted version can be used; None if it is not soft-deleted."""


class OthersImage(NamedTuple):
    """An image definition, with the properties that its owner gave it."""

    name: str
    properties: Json
    tags: dict[str, str]
    os_disk_gib: int
    data_disks: tuple[tuple[int, int], ...]
    """The LUN and the size in GiB of each data disk."""
    bootable: bool
    """Whether the lab's Debian disk may stand for its OS disk."""
    versions: tuple[OthersVersion, ...]


class OthersGallery(NamedTuple):
    """A gallery of somebody else."""

    name: str
    subscription: str
    group: str
    home: str
    """The region of the gallery."""
    shared_with: str
    public_name: str
    """The name under which everybody sees it; empty unless it is shared with the community."""
    publisher: dict[str, str]
    """publisherUri, publisherContact and eula."""
    images: tuple[OthersImage, ...]
