# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that modules and steps do in Azure, as one object: the real implementation of ``_core/ports.py``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from .._core.ids import ResourceId
from .._core.listener import Listener
from .catalogue.cache import CacheSettings
from .sdk.client import Client
from .sdk.waiting import OF_READING, VM_LOOK_SECONDS, Deadline
from .sign_in.credentials import merge, require_complete

if TYPE_CHECKING:
    from .._core import ports
    from .._core.model.gallery_image import GalleryImage
    from .._core.model.image import Image

T = TypeVar("T")

READING_SECONDS = 600
"""The deadline of modules that only read, and so have no option wait_timeout."""
WALKING_SECONDS = 1800
"""The deadline of those that can walk through the catalogue: its 14,000 lists take ten minutes at the 25 calls in a second that Azure
allows, if no one else reads in the subscription."""


class Azure:
    """One subscription, one identity, one deadline: the resources of a task by kind.

    A kind is imported when it is first used. Ansible sends sources without bytecode, so that each import costs a task a millisecond or two.
    """

    def __init__(self, client: Client, cache: CacheSettings | None = None, listener: Listener | None = None) -> None:
        self._client = client
        self._cache = cache
        self._listener = listener

    @cached_property
    def machines(self) -> ports.Machines:
        from .resources.machines import Machines

        return Machines(self._client)

    @cached_property
    def images(self) -> ports.Resources[Image]:
        from .resources.images import Images

        return Images(self._client)

    @cached_property
    def disks(self) -> ports.Disks:
        from .resources.disks import Disks

        return Disks(self._client)

    @cached_property
    def snapshots(self) -> ports.Snapshots:
        from .resources.snapshots import Snapshots

        return Snapshots(self._client)

    @cached_property
    def galleries(self) -> ports.Galleries:
        from .resources.galleries import Galleries

        return Galleries(self._client)

    @cached_property
    def gallery_images(self) -> ports.InGalleries[GalleryImage]:
        from .resources.galleries import GalleryImages

        return GalleryImages(self._client)

    @cached_property
    def gallery_image_versions(self) -> ports.GalleryImageVersions:
        from .resources.galleries import GalleryImageVersions

        return GalleryImageVersions(self._client)

    @cached_property
    def catalog(self) -> ports.Catalog:
        from .resources.catalog import Catalog

        return Catalog(self._client)

    @cached_property
    def marketplace(self) -> ports.Marketplace:
        from .resources.marketplace import Marketplace

        return Marketplace(self._client, self._cache, self._listener)

    @cached_property
    def terms(self) -> ports.PlanTerms:
        from .resources.plan_terms import PlanTerms

        return PlanTerms(self._client)

    @cached_property
    def graph(self) -> ports.ResourceGraph:
        from .resources.graph import ResourceGraph

        return ResourceGraph(self._client)

    @cached_property
    def others_galleries(self) -> ports.OthersGalleries:
        from .resources.others_galleries import OthersGalleries

        return OthersGalleries(self._client)

    @cached_property
    def subscriptions(self) -> ports.Subscriptions:
        from .resources.subscriptions import Subscriptions

        return Subscriptions(self._client)

    @cached_property
    def groups(self) -> ports.Groups:
        from .resources.groups import Groups

        return Groups(self._client)

    @cached_property
    def regions(self) -> ports.Regions:
        from .resources.regions import Regions

        return Regions(self._client)

    @cached_property
    def subnets(self) -> ports.Subnets:
        from .resources.subnets import Subnets

        return Subnets(self._client)

    @cached_property
    def nics(self) -> ports.Nics:
        from .resources.nics import Nics

        return Nics(self._client)

    @cached_property
    def locks(self) -> ports.Locks:
        from .resources.locks import Locks

        return Locks(self._client)

    @cached_property
    def permissions(self) -> ports.Permissions:
        from .resources.permissions import Permissions

        return Permissions(self._client)

    @property
    def subscription(self) -> str:
        """The id of our own subscription."""
        return self._client.subscription

    @property
    def clock_offset(self) -> int | None:
        """How many seconds Azure's clock is ahead of this machine's; None until an answer has shown it."""
        return self._client.clock_offset

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id, with our subscription if it names none."""
        return self._client.locate(resource)

    def until(self, read: Callable[[], T], ready: Callable[[T], bool], seconds: float) -> T:
        """Read every few seconds until the value is ready, so many seconds have passed or the deadline is near; the last value."""
        return self._client.deadline.until(read, ready, VM_LOOK_SECONDS, seconds)

    def paused_deadline(self) -> AbstractContextManager[None]:
        """A context whose duration is not counted by the deadline of the task."""
        return self._client.deadline.paused()


def connect(params: Mapping[str, Any], listener: Listener | None = None) -> Azure:
    """Connect with the credentials of the task's options, the environment and the credential file.

    Nothing is sent yet, but the deadline of the task begins: ``wait_timeout`` seconds for all that the task then does in Azure.
    ``listener`` learns how far a walk through the catalogue of the Marketplace is, which ``cache`` and its options may shorten.
    """
    credentials = merge(params, os.environ)
    require_complete(credentials)
    return Azure(Client(credentials, _deadline(params)), CacheSettings.of(params), listener)


def _deadline(params: Mapping[str, Any]) -> Deadline:
    """The deadline in the options of a module, or that of modules without such an option, which only read."""
    if seconds := params.get("wait_timeout"):
        return Deadline(seconds)
    return Deadline(WALKING_SECONDS if "cache" in params else READING_SECONDS, explained=OF_READING)
