# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed images of our subscription."""

from __future__ import annotations

from dataclasses import replace

from ...._core import tags as tag
from ...._core.model.gallery_image import STANDARD
from ...._core.model.image import Image
from ...._core.model.listed_image import MANAGED, ListedImage
from ...._core.ports import Azure
from ...missing_groups import empty_list
from ..definition import plan_of
from ..filters import matches
from ..found import Found
from ..request import ListRequest

_OWN_KEYS = ("source", "os_disk", "data_disks", "zone_resilient")


def read(azure: Azure, request: ListRequest) -> Found:
    """One image if both name and group are given, else the images of a group or of the subscription."""
    images = _images(azure, request)
    warnings = () if images else empty_list(azure.groups.without_group(request.place))
    filters = replace(request.filters, deprecated=None)
    return Found(tuple(found for found in map(listed, images) if matches(found, filters)), warnings=warnings)


def _images(azure: Azure, request: ListRequest) -> tuple[Image, ...]:
    if request.place and request.filters.name:
        image = azure.images.find(request.place)
        return (image,) if image else ()
    return azure.images.list(request.filters.resource_group)


def listed(image: Image) -> ListedImage:
    """A managed image in a list. Managed images of Arm64 and with a security type do not exist."""
    result = image.as_result()
    return ListedImage(
        MANAGED,
        str(image.id),
        {"name": image.id.name, "resource_group": image.id.resource_group},
        image.id.name,
        image.location,
        id=str(image.id),
        resource_group=image.id.resource_group,
        subscription_id=image.id.subscription,
        provisioning_state=image.provisioning_state,
        os_type=image.os_type,
        os_state=image.os_state,
        hyper_v_generation=image.hyper_v_generation,
        architecture="x64",
        security_type=STANDARD,
        os_disk_size_gib=image.os_disk.size_gib if image.os_disk else None,
        data_disk_luns=tuple(sorted(disk.lun for disk in image.data_disks if disk.lun is not None)),
        plan=plan_of(tag.object_in(image.tags.get(tag.PLAN))),
        tags=image.tags,
        details={key: result[key] for key in _OWN_KEYS},
    )
