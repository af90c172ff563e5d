# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a managed image of disks, snapshots or blobs: create it, replace it, set its tags, or delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.model.image import Image
from ..._core.model.provisioning import FAILED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..evidence.required import Evidence, require_sealed_source, sealed_result
from ..missing_groups import absent, require_groups
from ..settling import settled
from ..steps.image import CreateImage, DeleteImage, TagImage
from .checks import check_sources
from .difference import Difference, differences, is_made_again
from .observe import Observed, observe
from .recheck import SameImage, SameSources
from .request import ImageRequest
from .sources import title_of
from .trial import needs_trial, trial
from .wanted import body_of, image_of


def plan_image(request: ImageRequest, seen: Observed) -> Plan:
    """The steps that are still missing."""
    if request.state == "absent":
        return _plan_absence(seen)
    image, warnings = settled("image", seen.image, seen.check_mode)
    if image is None:
        return _plan_new(request, seen, None, warnings)
    if is_made_again(request, image, seen.source_id):
        return _plan_new(request, seen, image, warnings)
    if (found := differences(request, image, seen.source_id)) or image.provisioning_state == FAILED:
        raise _occupied(request, image, found)
    return _plan_match(request, image, warnings)


def _plan_absence(seen: Observed) -> Plan:
    """Delete the image, if there is one."""
    image, warnings = settled("image", seen.image, seen.check_mode)
    steps = (DeleteImage(image.id),) if image else ()
    return Plan(steps, before=_result(image), after=_result(None), warnings=warnings, facts={"sealed": None})


def _plan_match(request: ImageRequest, image: Image, warnings: tuple[str, ...]) -> Plan:
    """The image is there: only its tags can be missing. They are set by a request of their own, which needs no source."""
    tags = tag.wanted(image.tags, request.tags, request.append_tags)
    steps = (TagImage(image.id, tags),) if tags != image.tags else ()
    after = {"image": {**image.as_result(), "tags": tags}}
    return Plan(steps, before=_result(image), after=after, warnings=warnings, facts={"sealed": sealed_result(tags)})


def _plan_new(request: ImageRequest, seen: Observed, former: Image | None, warnings: tuple[str, ...]) -> Plan:
    """Create the image, in place of an existing one."""
    require_groups(seen.without_group, request.image)
    if request.os_disk is None:
        raise absent("image", request.image, seen.without_group, ", and os_disk is omitted: give os_disk to make the image")
    checked = check_sources(request, seen)
    evidence = _require_evidence(request, seen)
    kept = tag.without_ours(former.tags) if former else {}
    image = image_of(request, checked, tag.wanted(kept, request.tags, request.append_tags, evidence.tags))
    guard = SameSources(tuple(seen.origins.values()))
    sources, body = _sources(request), body_of(request, image)
    steps: tuple[Step, ...] = (
        *(trial(request, seen.trial, sources, body) if needs_trial(request, former) else ()),
        *((DeleteImage(former.id, SameImage(former, guard)),) if former else ()),
        CreateImage(image.id, sources, body, guard),
    )
    return Plan(
        steps,
        before=_result(former),
        after=_result(image),
        warnings=(*warnings, *checked.warnings, *evidence.warnings),
        facts={"sealed": evidence.result},
    )


def _require_evidence(request: ImageRequest, seen: Observed) -> Evidence:
    """The evidence about the OS disk, which names the origin of the image. Every other disk that Azure knows needs evidence, too."""
    found = {
        each.option: require_sealed_source(seen.origins[each.option], request.rules)
        for each in request.disks
        if each.option in seen.origins
    }
    return found.get("os_disk", Evidence())


def _sources(request: ImageRequest) -> str:
    """The sources in the sentence of a step."""
    return " and ".join(title_of(each.source) for each in request.disks)


def _occupied(request: ImageRequest, image: Image, found: Sequence[Difference]) -> InvalidRequest:
    """The error for an existing image that is not the requested one, or that is not usable and cannot be made again without sources."""
    name = f"image {image.id.name} in resource group {image.id.resource_group}"
    if not found:
        return InvalidRequest(f"{name} has the provisioning state Failed: give os_disk, so that it can be made again.")
    what = "; ".join(str(each) for each in found)
    if request.os_disk is None:
        return InvalidRequest(f"{name} exists, but {what}, which cannot be changed: give os_disk and recreate: true to make it again.")
    return InvalidRequest(f"{name} exists, but {what}, which cannot be changed: choose another name, or set recreate: true to replace it.")


def _result(image: Image | None) -> dict[str, Any]:
    return {"image": image.as_result() if image else None}


def _plan(azure: Azure, request: ImageRequest, check_mode: bool) -> Plan:
    return plan_image(request, observe(azure, request, check_mode))


def _read(azure: Azure, request: ImageRequest, plan: Plan) -> Mapping[str, Any]:
    """The image as it is now."""
    return _result(None if request.state == "absent" else azure.images.get(request.image))


MANAGED_IMAGE = Subject(ImageRequest.from_params, _plan, _read)
