# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure as modules and steps see it: all resources of one connection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .._core.ids import ResourceId
from .resources.disks import Disks
from .resources.groups import Groups
from .resources.images import Images
from .resources.machines import Machines
from .resources.nics import Nics
from .resources.regions import Regions
from .resources.snapshots import Snapshots
from .resources.subnets import Subnets
from .sdk.client import Connection
from .sdk.waiting import Deadline
from .sign_in.credentials import merge, require_complete

# For modules without wait_timeout: they only read.
READING_SECONDS = 600


class Azure:
    """What modules and steps see: ``_core/ports.py`` fulfilled."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.machines = Machines(connection)
        self.images = Images(connection)
        self.disks = Disks(connection)
        self.snapshots = Snapshots(connection)
        self.groups = Groups(connection)
        self.regions = Regions(connection)
        self.subnets = Subnets(connection)
        self.nics = Nics(connection)

    @property
    def subscription(self) -> str:
        """The id of our own subscription."""
        return self._connection.subscription

    @property
    def deadline(self) -> Deadline:
        """When this task must be done."""
        return self._connection.deadline

    def locate(self, resource: ResourceId) -> ResourceId:
        """The id with its subscription."""
        return self._connection.locate(resource)


def connect(params: Mapping[str, Any]) -> Azure:
    """Connect as a task's options, the environment and the credential file say. Nothing goes over the network yet."""
    credentials = merge(params, os.environ)
    require_complete(credentials)
    return Azure(Connection(credentials, Deadline(params.get("wait_timeout") or READING_SECONDS)))
