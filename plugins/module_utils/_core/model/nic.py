# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network interface."""

from __future__ import annotations

from dataclasses import dataclass

from ..ids import ResourceId


@dataclass(frozen=True)
class Nic:
    """A network interface, with the address and the subnet of its first configuration."""

    id: ResourceId
    private_ip: str | None = None
    subnet: ResourceId | None = None
