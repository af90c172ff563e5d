# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface through which planning uses Azure. ``_gateway/azure.py`` implements it, ``tests/support/fakes.py`` replaces it in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .errors import Refused

if TYPE_CHECKING:
    from .ids import ResourceId
    from .listener import Listener
    from .model.catalog_image import CatalogImage
    from .model.disk import Disk
    from .model.disk_bytes import DiskBytes
    from .model.disk_file import DiskContent
    from .model.gallery import Gallery  # noqa: F401 (only in a base class, as a string)
    from .model.gallery_image import GalleryImage
    from .model.gallery_image_version import GalleryImageVersion
    from .model.image import Image
    from .model.lock import Lock
    from .model.marketplace import Chosen, MarketplaceVersion, PurchasePlan, Sku, Terms, Walk
    from .model.nic import Nic
    from .model.rights import Rights
    from .model.snapshot import Snapshot
    from .model.vm import Vm

Tags = Mapping[str, str]
Body = Mapping[str, Any]
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Resources(Protocol[T_co]):
    """One kind of resource. A resource has settled when no operation is running on it, such as one that an interrupted run began."""

    def find(self, resource: ResourceId) -> T_co | None:
        """The resource, or None if it does not exist."""

    def get(self, resource: ResourceId) -> T_co:
        """The resource, which must exist: raises ``Missing``."""

    def find_settled(self, resource: ResourceId) -> T_co | None:
        """The resource once it has settled or the deadline is near, or None if it does not exist."""

    def list(self, resource_group: str | None = None, subscription: str = "") -> tuple[T_co, ...]:
        """The resources of a group; without one, those of the subscription, which defaults to our own.

        What was just created or deleted may be listed wrongly for minutes: a resource whose id is known is read by its id.
        """

    def create(self, resource: ResourceId, body: Body) -> T_co:
        """Create it from a request body, and wait until it exists."""

    def tag(self, resource: ResourceId, tags: Tags) -> T_co:
        """Replace all of its tags."""

    def delete(self, resource: ResourceId) -> None:
        """Delete it, and wait until it is gone."""


class Machines(Resources["Vm"], Protocol):
    """Virtual machines."""

    def find_stopped(self, vm: ResourceId, is_lost: Callable[[Vm], bool]) -> Vm | None:
        """The VM once its guest has stopped, ``is_lost`` has said that it will not, or the deadline is near; None if it does not exist."""

    def create_later(self, vm: ResourceId, body: Body, is_too_early: Callable[[Refused], bool]) -> Vm:
        """Create it. While Azure refuses that only because it is too early, try again, for at most half an hour."""

    def update(self, vm: ResourceId, body: Body) -> Vm:
        """Change the properties in the body."""

    def deallocate(self, vm: ResourceId, confirm: Callable[[], None]) -> None:
        """Stop it and release its host. ``confirm`` is called right before each try, and may raise to leave the VM alone."""

    def generalize(self, vm: ResourceId) -> None:
        """Mark it as generalized: it never starts again."""

    def boot_log(self, vm: ResourceId) -> str:
        """The text of its serial console; empty if there is none."""


class Disks(Resources["Disk"], Protocol):
    """Managed disks."""

    def get_owned(self, disk: ResourceId) -> Disk:
        """The disk, which was just attached, once its ownership time says so; or as it is after two minutes."""

    def create_for_upload(self, disk: ResourceId, body: Body, run: str) -> None:
        """Create it for an upload of the run that its tags name. Raises ``Failed`` if another run has it, and leaves it to that one."""

    def upload(self, disk: ResourceId, content: DiskContent, tags: Tags, run: str, listener: Listener) -> None:
        """Send the content, add the tags to those that the disk has, then commit. Raises ``Failed`` if another run has the disk."""

    def discard(self, disk: ResourceId) -> None:
        """Delete it, though an upload into it was never finished."""

    def opened(self, disk: ResourceId) -> AbstractContextManager[DiskBytes]:
        """The bytes of a disk that no running VM has, for reading in a ``with``; raises InvalidRequest if they cannot be read."""


class Snapshots(Resources["Snapshot"], Protocol):
    """Snapshots of managed disks."""

    def find_copied(self, snapshot: ResourceId) -> Snapshot | None:
        """The snapshot once it holds all bytes or the deadline is near, or None if it does not exist."""

    def opened(self, snapshot: ResourceId) -> AbstractContextManager[DiskBytes]:
        """The bytes of a complete snapshot, for reading in a ``with``; raises InvalidRequest if they cannot be read."""


class InGalleries(Resources[T_co], Protocol):
    """Galleries, or a kind of resource that is nested in them."""

    def read(self, resource: ResourceId, api: str = "", **query: str) -> T_co:
        """The resource, as an api-version shows it and with further query parameters; raises ``Missing``."""

    def list_in(self, parent: ResourceId) -> tuple[T_co, ...]:
        """The resources in a gallery or an image definition; none if that does not exist."""

    def put(self, resource: ResourceId, body: Body, api: str = "") -> T_co:
        """Create it, or change it to this body, with an api-version, and wait until that is done."""

    def update(self, resource: ResourceId, body: Body) -> T_co:
        """Change the properties in the body."""


class Galleries(InGalleries["Gallery"], Protocol):
    """Galleries."""

    def share(self, gallery: ResourceId, body: Body) -> None:
        """Change with whom a gallery is shared, and wait until that is done."""


class GalleryImageVersions(InGalleries["GalleryImageVersion"], Protocol):
    """Versions of images in galleries."""

    def find_replicated(self, version: ResourceId, api: str = "") -> GalleryImageVersion | None:
        """The version with the states of its replicas, or None if it does not exist."""

    def publish(self, version: ResourceId, body: Body, api: str, enough: Callable[[GalleryImageVersion | None], bool]) -> None:
        """Create it, or change it to this body, and wait until that is done or ``enough`` says that it need not be waited for."""

    def await_replicas(
        self, version: ResourceId, ready: Callable[[GalleryImageVersion | None], bool], api: str = ""
    ) -> GalleryImageVersion | None:
        """Read it with the states of its replicas until it is ready or the deadline is near; the last one that was read."""


class Catalog(Protocol):
    """Images of galleries and of the Marketplace."""

    def find(self, image: str, location: str) -> CatalogImage | None:
        """The image with an id or a URN, as VMs in a region get it; None if it may not be read. Raises ``Missing``."""


class Marketplace(Protocol):
    """The catalogue of the Marketplace, as a region offers it to our subscription."""

    def publishers(self, location: str) -> tuple[str, ...]:
        """The names of all publishers. They may come from the cache."""

    def walk(self, location: str, chosen: Chosen) -> Walk:
        """All versions of the chosen images with their properties. They may come from the cache; the listener of the task learns how far
        it is. Raises ``Missing`` if the region does not exist.
        """

    def versions(self, location: str, sku: Sku) -> tuple[MarketplaceVersion, ...]:
        """The versions of one image with their properties, never from the cache; none if the image does not exist."""


class PlanTerms(Protocol):
    """The terms of plans of the Marketplace, in our subscription."""

    def get(self, plan: PurchasePlan) -> Terms:
        """The terms of a plan; raises ``Missing`` if there is no such plan."""

    def accept(self, terms: Terms, accepted: bool) -> Terms:
        """Accept the terms, or take that back."""


class ResourceGraph(Protocol):
    """Azure Resource Graph."""

    def query(self, kql: str, subscriptions: Sequence[str] = ()) -> tuple[Body, ...]:
        """All rows of a query, from all pages; over all subscriptions that this identity can read, unless some are named."""


class OthersGalleries(Protocol):
    """Galleries of others, as a region shows them: paths are ``/SharedGalleries/...`` and ``/CommunityGalleries/...``."""

    def shared(self, location: str, with_tenant: bool) -> tuple[Body, ...]:
        """The galleries that are shared directly with our subscription, or with its tenant."""

    def images(self, location: str, gallery: str, with_tenant: bool = False) -> tuple[Body, ...]:
        """The image definitions of a gallery."""

    def versions(self, location: str, image: str, with_tenant: bool = False) -> tuple[Body, ...]:
        """The versions of an image definition."""


class Subscriptions(Protocol):
    """Subscriptions that this identity can read."""

    def readable(self) -> tuple[str, ...]:
        """Their ids."""

    def quota_id(self, subscription: str = "") -> str | None:
        """The quotaId of a subscription, which tells the kind of its contract; None if it may not be read. Defaults to our own."""


class Groups(Protocol):
    """Resource groups."""

    def location(self, name: str) -> str:
        """The region of a group; empty if the group does not exist."""

    def without_group(self, *resources: ResourceId | None) -> frozenset[ResourceId]:
        """The given resources whose group, or its subscription, does not exist. One that may not be read is taken to exist."""


class Regions(Protocol):
    """The regions in which resources can be made."""

    def of(self, kind: str) -> frozenset[str]:
        """The short names of the regions that have a kind of resource; empty if they may not be read."""


class Subnets(Protocol):
    """Subnets of virtual networks."""

    def exists(self, subnet: ResourceId) -> bool:
        """Whether a subnet exists. One that may not be read is taken to exist."""


class Nics(Protocol):
    """Network interfaces."""

    def find(self, nic: ResourceId) -> Nic | None:
        """The interface, or None if it does not exist."""


class Locks(Protocol):
    """Management locks."""

    def around(self, *resources: ResourceId) -> tuple[Lock, ...]:
        """The locks on the subscriptions of resources, their groups and what is in these, as far as they may be read."""


class Permissions(Protocol):
    """The rights of the signed-in identity."""

    def at(self, path: str, title: str) -> Rights:
        """The rights at the path of a resource or resource group, whose name in sentences is ``title``. Never raises a refusal."""


class Azure(Protocol):
    """Everything that modules ask of one subscription with one identity, before one deadline."""

    @property
    def subscription(self) -> str:
        """The id of the subscription."""

    @property
    def machines(self) -> Machines:
        """Virtual machines."""

    @property
    def images(self) -> Resources[Image]:
        """Managed images."""

    @property
    def disks(self) -> Disks:
        """Managed disks."""

    @property
    def snapshots(self) -> Snapshots:
        """Snapshots of managed disks."""

    @property
    def galleries(self) -> Galleries:
        """Galleries."""

    @property
    def gallery_images(self) -> InGalleries[GalleryImage]:
        """Image definitions in galleries."""

    @property
    def gallery_image_versions(self) -> GalleryImageVersions:
        """Versions of images in galleries."""

    @property
    def catalog(self) -> Catalog:
        """Images of galleries and of the Marketplace."""

    @property
    def marketplace(self) -> Marketplace:
        """The catalogue of the Marketplace."""

    @property
    def terms(self) -> PlanTerms:
        """The terms of plans of the Marketplace."""

    @property
    def graph(self) -> ResourceGraph:
        """Azure Resource Graph."""

    @property
    def others_galleries(self) -> OthersGalleries:
        """Galleries of others."""

    @property
    def subscriptions(self) -> Subscriptions:
        """Subscriptions."""

    @property
    def groups(self) -> Groups:
        """Resource groups."""

    @property
    def regions(self) -> Regions:
        """Regions."""

    @property
    def subnets(self) -> Subnets:
        """Subnets."""

    @property
    def nics(self) -> Nics:
        """Network interfaces."""

    @property
    def locks(self) -> Locks:
        """Management locks."""

    @property
    def permissions(self) -> Permissions:
        """Rights."""

    @property
    def clock_offset(self) -> int | None:
        """How many seconds Azure's clock is ahead of this machine's; None until an answer has shown it."""

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id with this subscription if it names none."""

    def until(self, read: Callable[[], T], ready: Callable[[T], bool], seconds: float) -> T:
        """Read every few seconds until the value is ready, so many seconds have passed or the deadline is near; the last value."""

    def paused_deadline(self) -> AbstractContextManager[None]:
        """A context for work outside of Azure, such as reading a disk file, that takes none of the task's ``wait_timeout``."""
