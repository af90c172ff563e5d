# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules against the lab with a catalogue, and options that name an image of its Marketplace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.goldenimage.azure.plugins.modules import marketplace_terms
from azlab.arm.compute.marketplace.tables import Image

from tests.support.market_images import active, image_with
from tests.support.tasks import LabTasks


def names_of(image: Image) -> dict[str, Any]:
    """The options of marketplace_terms for the plan of an image."""
    assert image.plan is not None
    return {"publisher": image.plan.publisher, "offer": image.plan.product, "plan": image.plan.name}


def urn_of(image: Image, version: str = "latest") -> str:
    """The name of an image, as az has it."""
    return f"{image.publisher}:{image.offer}:{image.sku}:{version}"


def planned_image(*, paid: bool = True) -> Image:
    """A Linux image with a plan, data disks and several versions of which VMs can be made."""
    return image_with(
        lambda each: each.plan and each.plan.paid == paid and each.data_disks and len(active(each)) > 1 and each.os_type == "Linux"
    )


def free_image() -> Image:
    """A Linux image that has no plan."""
    return image_with(lambda each: each.plan is None and active(each) and each.os_type == "Linux")


@contextmanager
def accepted_terms(tasks: LabTasks, image: Image) -> Iterator[dict[str, Any]]:
    """Accept the terms of an image while the block runs."""
    try:
        yield tasks(marketplace_terms, **names_of(image))
    finally:
        tasks(marketplace_terms, **names_of(image), state="cancelled")
