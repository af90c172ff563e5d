# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules about the place of the image: its resource group, and an image that exists under its name."""

from __future__ import annotations

from collections.abc import Iterator

from ...._core.checks import BLOCK, WARN
from ...._core.model.provisioning import BUSY
from ...missing_groups import absent_group
from .rule import IMAGE, Candidate, Finding, Rule


def _group(candidate: Candidate) -> Iterator[Finding]:
    if candidate.request.target in candidate.seen.without_group:
        yield Finding(
            absent_group(candidate.request.target),
            "Azure would refuse the image only after the VM was marked as generalized, which cannot be undone",
            "create it first, or name another one",
        )


def _image(candidate: Candidate) -> Iterator[Finding]:
    request, target, image = candidate.request, candidate.target, candidate.seen.image
    if image is None:
        return
    if (flaw := target.flaw(candidate.vm)) and not request.recreate and not target.is_leftover(candidate.vm):
        yield Finding(
            f"{target.title} {flaw}",
            "an image that exists is replaced only on request",
            "set recreate to replace it, or choose another name",
        )
    elif image.provisioning_state in BUSY:
        yield Finding(
            f"{target.title}, which is to be replaced, is {image.provisioning_state}",
            "Azure may refuse to delete it, and would do so after the VM was marked as generalized, which cannot be undone",
            "run again later, or choose another name",
            WARN if candidate.seen.check_mode else BLOCK,
        )


RULES = (
    Rule(
        "resource_group",
        "the resource group of the image exists",
        "https://learn.microsoft.com/azure/azure-resource-manager/management/manage-resource-groups-portal",
        _group,
    ),
    Rule(
        "existing_image",
        "no image of that name is in the way",
        "https://learn.microsoft.com/rest/api/compute/images/delete",
        _image,
        IMAGE,
    ),
)
