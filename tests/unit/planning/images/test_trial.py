# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The trial of a new image before an old one is deleted for it."""

from __future__ import annotations

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ids import IMAGE
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.image import Image
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.managed_image.request import ImageRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.managed_image.trial import trial, trial_id
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.steps.image import CreateImage

from tests.support.ids import an_id

REQUEST = ImageRequest(an_id(IMAGE, "images", "golden"))


def test_a_trial_has_the_tags_that_a_policy_may_demand() -> None:
    made, _removal = trial(REQUEST, None, "blob b", {"location": "westeurope", "tags": {"owner": "a"}})
    assert isinstance(made, CreateImage)
    assert made.body == {"location": "westeurope", "tags": {"owner": "a", "goldenimage.purpose": "trial"}}


def test_an_image_that_is_not_a_trial_is_left_alone() -> None:
    with pytest.raises(InvalidRequest, match="was not made as a trial"):
        trial(REQUEST, Image(trial_id(REQUEST), "westeurope"), "blob b", {"tags": {}})
