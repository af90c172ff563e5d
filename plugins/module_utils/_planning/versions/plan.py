# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A version of an image in a gallery: created from its source, changed, replaced or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest, Missing
from ..._core.guard import NO_GUARD, Guard
from ..._core.ids import GALLERY_IMAGE_VERSION
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.gallery_image_version import GalleryImageVersion
from ..._core.model.provisioning import FAILED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.subject import Subject
from ..evidence.required import NO_EVIDENCE, Evidence, inherited, require_sealed_source
from ..gallery.adjusting import adjust
from ..gallery.numbers import Place
from ..gallery.publishing import copied, creation, predicted, published, refers
from ..gallery.replication import is_usable_anywhere, is_usable_in
from ..gallery.source_rules import REFUSED, WARN
from ..gallery.sources import security_type_in
from ..gallery.uefi import TAKES_KEYS
from ..missing_groups import absent
from ..steps.gallery import PutGalleryImageVersion
from .found_source import SAME_REGION, FoundSource
from .interim import interim_id, is_interim, making
from .interim import removal as interim_removal
from .match import differences
from .observe import Observed, machine_sources, observe
from .recheck import StillSealed, StillTheSame
from .removal import removal
from .request import VersionRequest


def plan_version(request: VersionRequest, seen: Observed) -> Plan:
    """Delete the version, keep and change the one that exists, or create it. Raises ``InvalidRequest`` if none of these is possible."""
    existing = seen.choice.existing
    if request.absent:
        steps = removal(request, existing, seen.now) if existing else ()
        return Plan(steps=steps, before=_state(existing), after=_state(None))
    definition = _require_definition(request, seen)
    request.publication.require_regions(seen.regions)
    if existing is None or _is_useless(request, existing):
        return _plan_new(request, seen, definition)
    if found := differences(request, seen, existing):
        if not request.recreate:
            raise InvalidRequest(
                f"version {existing.id.name} of image definition {definition.id.name} exists, but {'; '.join(map(str, found))}."
                " Azure never changes this: choose another version, or set recreate: true to replace this one."
            )
        return _plan_new(request, seen, definition)
    return _plan_match(request, seen, existing)


def _is_useless(request: VersionRequest, existing: GalleryImageVersion) -> bool:
    """Whether a version failed as a whole: no region can use it. It is made again, for which the source must be given."""
    if existing.provisioning_state != FAILED or is_usable_anywhere(existing):
        return False
    if request.source is None:
        raise InvalidRequest(f"version {existing.id.name} has failed, and no region can use it: give its source to replace it.")
    return True


def _plan_new(request: VersionRequest, seen: Observed, definition: GalleryImage) -> Plan:
    """Create the version, instead of the existing one if there is one."""
    source, existing = _require_source(request, seen), seen.choice.existing
    location = request.location or source.location or definition.location
    warnings = _require_fit(request, seen, source, definition, location)
    evidence = _evidence(request, seen, source)
    deletion = removal(request, existing, seen.now, StillTheSame(existing)) if existing else ()
    own = {**evidence.tags, **seen.origin, tag.RUN: request.publication.run_id}
    tags = tag.wanted(tag.without_ours(existing.tags) if existing else {}, request.tags, request.append_tags, own)
    more = {"securityProfile": {"uefiSettings": request.uefi}} if request.uefi else {}
    road, profile, clean_up = _road(request, seen, source, definition, location)
    publication = request.publication
    choice = replace(seen.choice, existing=None)
    steps = creation(publication, choice, location, profile, tags, seen.origin, source.source.title, more, _sealing(request, seen))
    place = next(step.claim.place for step in steps if isinstance(step, PutGalleryImageVersion))
    body = publication.body(location, profile, tags)
    body["properties"].update(more)
    return Plan(
        steps=(*road, *deletion, *steps, *copied(publication, place, location, bool(clean_up))),
        before=_state(existing),
        after=_state(predicted(choice, body)),
        warnings=(*warnings, *evidence.warnings),
        facts={"sealed": evidence.result},
        clean_up=clean_up,
    )


def _road(
    request: VersionRequest, seen: Observed, source: FoundSource, definition: GalleryImage, location: str
) -> tuple[tuple[Step, ...], Mapping[str, Any], tuple[Step, ...]]:
    """The steps before the version, its storage profile, and the steps after it. Most sources need neither step."""
    if not seen.needs_managed_image:
        return (), source.source.storage_profile(), ()
    image = interim_id(request, seen.origin)
    steps = making(image, seen.interim, source.source, definition, location, seen.origin)
    clean_up = () if refers(request.publication) else (interim_removal(image, seen.origin),)
    return steps, {"source": {"id": str(image)}}, clean_up


def _plan_match(request: VersionRequest, seen: Observed, existing: GalleryImageVersion) -> Plan:
    """The version exists: change what can be changed, repair failed replicas, and delete the image that an interrupted run left."""
    publication = request.publication
    found = adjust(publication, existing, lambda tags: tag.wanted(tags, request.tags, request.append_tags), seen.check_mode)
    has_left = seen.interim is not None and is_interim(seen.interim, seen.origin) and not refers(publication, existing)
    clean_up = (interim_removal(interim_id(request, seen.origin), seen.origin),) if has_left else ()
    uncopied = bool(clean_up) and not is_usable_in(existing, existing.location)
    steps = (*found.steps, *copied(publication, Place(existing.id), existing.location, uncopied))
    return Plan(
        steps=steps,
        before=_state(existing),
        after=_state(found.after),
        warnings=found.warnings,
        facts={"sealed": _sealed(existing)},
        clean_up=clean_up,
    )


def _require_definition(request: VersionRequest, seen: Observed) -> GalleryImage:
    image = request.publication.image
    if seen.definition is not None:
        return seen.definition
    if not seen.has_gallery:
        raise absent("gallery", image.parent, (), "; create it with gallery, or check the name")
    raise Missing(
        f"there is no image definition {image.name} in gallery {image.parent.name}: create it with gallery_image, or check the name."
    )


def _require_source(request: VersionRequest, seen: Observed) -> FoundSource:
    if request.source is None or seen.source is None:
        raise InvalidRequest(
            f"source: version {seen.choice.version.name} of image definition {request.publication.image.name} does not exist yet,"
            " so give the source to make it from."
        )
    for each in seen.source.missing:
        raise Missing(f"source {each.name} does not exist in resource group {each.resource_group}. {SAME_REGION}")
    return seen.source


def _require_fit(request: VersionRequest, seen: Observed, source: FoundSource, definition: GalleryImage, location: str) -> tuple[str, ...]:
    """Refuse a source that the definition or Azure does not take; the warnings about what is not known."""
    source.require_usable(location, request.publication.replication_mode)
    judgement = seen.judgement
    if judgement is not None and judgement.verdict == REFUSED:
        raise InvalidRequest(f"source: {judgement.text}")
    _require_plan(source, definition)
    security = security_type_in(definition.security_type)
    if request.uefi and security not in TAKES_KEYS:
        raise InvalidRequest(
            f"uefi_settings: image definition {definition.id.name} has the security type {security}; only versions of"
            f" {' and '.join(TAKES_KEYS)} can have them."
        )
    request.publication.regions(location)
    return (judgement.text,) if judgement is not None and judgement.verdict == WARN else ()


def _require_plan(source: FoundSource, definition: GalleryImage) -> None:
    """Refuse a source with another purchase plan than the definition's. What is not known to Azure cannot be compared."""
    if source.plan is None or _plain(source.plan) == _plain(definition.plan):
        return
    raise InvalidRequest(
        f"{source.source.title} has a different plan [{_text(source.plan)}] than the parent gallery image plan [{_text(definition.plan)}]:"
        " use an image definition with the purchase_plan of the source."
    )


def _plain(plan: Mapping[str, str]) -> dict[str, str]:
    return {key: str(plan.get(key) or "").casefold() for key in ("name", "publisher", "product")}


def _text(plan: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {plan[key]}" for key in ("name", "publisher", "product") if plan.get(key)) or "null"


def _evidence(request: VersionRequest, seen: Observed, source: FoundSource) -> Evidence:
    """The evidence about a VM or its disks, or what the image or version says of its own origin."""
    if not seen.origins:
        return inherited(source.tags) if source.tags else NO_EVIDENCE
    found = [require_sealed_source(each, request.rules) for each in seen.origins]
    return Evidence(found[0].seal, found[0].tags, tuple(warning for each in found for warning in each.warnings))


def _sealing(request: VersionRequest, seen: Observed) -> Guard:
    """The guard of the creation: evidence that was required is required again."""
    sources = machine_sources(request) if seen.origins else []
    return StillSealed(tuple(sources), request.rules, request.resource_group) if sources else NO_GUARD


def _sealed(version: GalleryImageVersion) -> str | None:
    return inherited(version.tags).result


def _state(version: GalleryImageVersion | None) -> dict[str, Any]:
    return {"gallery_image_version": version.as_result() if version else None}


def _result(azure: Azure, request: VersionRequest, plan: Plan) -> Mapping[str, Any]:
    """The version as it is now, with the states of its replicas."""
    if request.absent:
        return {}
    named = plan.after["gallery_image_version"]["name"]
    version = published(plan.steps, request.publication.image.child(GALLERY_IMAGE_VERSION, named))
    return _state(azure.gallery_image_versions.find_replicated(version, request.publication.api))


def _plan(azure: Azure, request: VersionRequest, check_mode: bool) -> Plan:
    return plan_version(request, observe(azure, request, check_mode))


SUBJECT = Subject(VersionRequest.from_params, _plan, _result)
