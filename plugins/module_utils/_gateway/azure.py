# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that modules and steps do in Azure, as one object: the real implementation of ``_core/ports.py``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from .._core.ids import ResourceId
from .._core.listener import Listener
from .catalogue.cache import CacheSettings
from .resources.catalog import Catalog
from .resources.disks import Disks
from .resources.galleries import Galleries, GalleryImages, GalleryImageVersions
from .resources.graph import ResourceGraph
from .resources.groups import Groups
from .resources.images import Images
from .resources.locks import Locks
from .resources.machines import Machines
from .resources.marketplace import Marketplace
from .resources.nics import Nics
from .resources.others_galleries import OthersGalleries
from .resources.permissions import Permissions
from .resources.plan_terms import PlanTerms
from .resources.regions import Regions
from .resources.snapshots import Snapshots
from .resources.subnets import Subnets
from .resources.subscriptions import Subscriptions
from .sdk.client import Client
from .sdk.waiting import OF_READING, VM_LOOK_SECONDS, Deadline
from .sign_in.credentials import merge, require_complete

T = TypeVar("T")

READING_SECONDS = 600
"""The deadline of modules that only read, and so have no option wait_timeout."""
WALKING_SECONDS = 1800
"""The deadline of those that can walk through the catalogue: its 14,000 lists take ten minutes at the 25 calls in a second that Azure
allows, if no one else reads in the subscription."""


class Azure:
    """One subscription, one identity, one deadline: the resources of a task by kind."""

    def __init__(self, client: Client, cache: CacheSettings | None = None, listener: Listener | None = None) -> None:
        self._client = client
        self.machines = Machines(client)
        self.images = Images(client)
        self.disks = Disks(client)
        self.snapshots = Snapshots(client)
        self.galleries = Galleries(client)
        self.gallery_images = GalleryImages(client)
        self.gallery_image_versions = GalleryImageVersions(client)
        self.catalog = Catalog(client)
        self.marketplace = Marketplace(client, cache, listener)
        self.terms = PlanTerms(client)
        self.graph = ResourceGraph(client)
        self.others_galleries = OthersGalleries(client)
        self.subscriptions = Subscriptions(client)
        self.groups = Groups(client)
        self.regions = Regions(client)
        self.subnets = Subnets(client)
        self.nics = Nics(client)
        self.locks = Locks(client)
        self.permissions = Permissions(client)

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
