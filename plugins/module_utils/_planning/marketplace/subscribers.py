# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of the Marketplace that only subscriptions with benefits of Visual Studio subscribers get.

Images of Windows for development and tests are visible to some kinds of contracts only.
https://learn.microsoft.com/azure/virtual-machines/windows/client-images
The quotaId of a subscription tells the kind of its contract.
https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgmt-data
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ..._core.model.listed_image import ListedImage
from ..._core.ports import Azure
from ..images.gaps import Gaps

WITH_BENEFITS = ("msdn_2014-09-01", "msdndevtest_2014-09-01")
SOME_WITH_BENEFITS = ("mpn_2014-09-01",)
"""Contracts of partners share this one, and some of them have benefits."""
_PUBLISHER = "microsoftvisualstudio"
_CLIENT = re.compile(r"windows:windows-\d.*|[^:]*:(.*-)?win(7|8|81|10|11)(-.*)?", re.IGNORECASE)
"""Offer and SKU of images of Windows clients. Those of the publisher MicrosoftWindowsDesktop need a license, but no benefits."""


def with_subscriber_only(azure: Azure, images: Iterable[ListedImage]) -> tuple[ListedImage, ...]:
    """The images with whether only subscribers get them. The subscription is read if any of the images is of such a kind.

    An image of such a kind that a subscription without benefits sees too is one for all. For other kinds it is not known, nor for any if
    the subscription cannot be read.
    """
    images = tuple(images)
    if not any(map(_is_for_tests, images)):
        return images
    quota = (Gaps().find(azure.subscriptions.quota_id) or "").casefold()
    found = None if not quota or quota in SOME_WITH_BENEFITS else quota in WITH_BENEFITS
    return tuple(replace(each, subscriber_only=found) if _is_for_tests(each) else each for each in images)


def _is_for_tests(image: ListedImage) -> bool:
    return (image.publisher or "").casefold() == _PUBLISHER and bool(_CLIENT.fullmatch(f"{image.offer}:{image.sku}"))
