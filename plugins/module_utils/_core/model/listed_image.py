# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image in a list: one shape for images from all origins. What an origin does not know is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

MANAGED, GALLERY, SHARED, COMMUNITY, MARKETPLACE = "managed", "gallery", "shared", "community", "marketplace"
ORIGINS = (MANAGED, GALLERY, SHARED, COMMUNITY, MARKETPLACE)


@dataclass(frozen=True)
class ListedImage:
    """An image, or a version of one, with everything that a user chooses by.

    ``reference`` is what image_boot and az take, ``reference_dict`` what azure.azcollection takes as ``image``. ``regions`` are the short
    names of those in which VMs can be made from it, ``features`` its features by name. ``plan`` is what a VM from it must name: ``name``,
    ``publisher``, ``product``. ``deprecation`` has ``state``, ``scheduled_time`` and ``alternative``. ``details`` are further return values
    of one origin, under names that no other field has.
    """

    origin: str
    reference: str
    reference_dict: Mapping[str, Any]
    name: str
    location: str
    id: str | None = None
    resource_group: str | None = None
    subscription_id: str | None = None
    gallery: str | None = None
    gallery_image: str | None = None
    publisher: str | None = None
    offer: str | None = None
    sku: str | None = None
    version: str | None = None
    description: str | None = None
    published: str | None = None
    end_of_life: str | None = None
    provisioning_state: str | None = None
    os_type: str | None = None
    os_state: str | None = None
    hyper_v_generation: str | None = None
    architecture: str | None = None
    security_type: str | None = None
    disk_controllers: tuple[str, ...] | None = None
    hibernation: bool | None = None
    features: Mapping[str, str] | None = None
    os_disk_size_gib: int | None = None
    data_disk_luns: tuple[int, ...] | None = None
    plan: Mapping[str, str] | None = None
    terms_accepted: bool | None = None
    deprecation: Mapping[str, Any] | None = None
    replication: Mapping[str, Any] | None = None
    regions: tuple[str, ...] | None = None
    license_types: tuple[str, ...] | None = None
    subscriber_only: bool | None = None
    exclude_from_latest: bool | None = None
    latest: bool | None = None
    tags: Mapping[str, str] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_result(self) -> dict[str, Any]:
        """The dictionary that image_info returns for an image."""
        names = [each.name for each in fields(self) if each.name != "details"]
        return {**{name: _plain(getattr(self, name)) for name in names}, **self.details}


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
