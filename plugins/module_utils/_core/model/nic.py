# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..ids import ResourceId


@dataclass(frozen=True)
class Nic:
    """A network interface, as far as reaching a VM takes."""

    id: ResourceId
    location: str
    private_ip: str | None = None
    subnet: ResourceId | None = None
    mac: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
