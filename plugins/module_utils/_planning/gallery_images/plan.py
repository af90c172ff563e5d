# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for an image definition: create it, change what may change, or delete it while it has no versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest, Missing
from ..._core.ids import region
from ..._core.model.gallery import PRIVATE
from ..._core.model.gallery_image import GalleryImage
from ..._core.model.provisioning import FAILED, SUCCEEDED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.references import require_region
from ..._core.subject import Subject
from ..gallery.dates import moment
from ..gallery.settings import Difference, differences, listed, placed, require_changeable, with_values
from ..missing_groups import absent_group
from ..settling import settled
from ..steps.gallery import DeleteGalleryImage, PutGalleryImage, ReplaceGalleryImage
from ..steps.gallery_update import UpdateGalleryImage
from .features import feature_differences, merged_features, sendable
from .observe import Observed, observe
from .request import ABSENT, GalleryImageRequest
from .settings import DEFAULTS, SETTINGS, require_complete, require_consistent, require_new_identifier, require_shareable

NESTED = "Cannot delete resource while nested resources exist."
PAST = "EndOfLifeDate must be set to a future date."
_OF_AZURE = ("provisioningState",)


def plan_gallery_image(request: GalleryImageRequest, seen: Observed, now: datetime) -> Plan:
    """The steps that are missing. ``now`` is the current time."""
    image, warnings = settled("image definition", seen.image, seen.check_mode)
    seen = replace(seen, image=image)
    plan = _plan_absent(seen) if request.state == ABSENT else _plan_present(request, seen, now)
    return replace(plan, warnings=warnings)


def _plan_absent(seen: Observed) -> Plan:
    if (image := seen.image) is None:
        return Plan(before={"gallery_image": None}, after={"gallery_image": None})
    _require_empty(seen, image, "deleted")
    return Plan(steps=(DeleteGalleryImage(image.id),), before=_state(image), after={"gallery_image": None})


def _require_empty(seen: Observed, image: GalleryImage, done: str) -> None:
    if names := seen.versions:
        raise InvalidRequest(
            f"{_named(image)} cannot be {done} while it has versions: {listed(names)}. Delete them first (Azure: {NESTED})."
        )


def _plan_present(request: GalleryImageRequest, seen: Observed, now: datetime) -> Plan:
    require_region(request.location, seen.regions, "image definitions")
    if (image := seen.image) is None:
        return _plan_new(request, seen, None, now)
    found = _differences(request, image)
    _require_future(found, now)
    if request.recreate and any(not each.changeable for each in found):
        _require_empty(seen, image, "replaced")
        return _plan_new(request, seen, image, now)
    way_out = "leave it as it is, choose another name, or set recreate: true to replace the definition while it has no versions"
    require_changeable(found, _named(image), "galleryImage", way_out)
    return _plan_change(request, image, found)


def _differences(request: GalleryImageRequest, image: GalleryImage) -> tuple[Difference, ...]:
    """The options that differ from the stored definition. Features may change if the definition allows it, now or by this task."""
    allowed = bool(image.properties.get("allowUpdateImage") or request.given.get("allow_update_image"))
    found = (
        *differences(SETTINGS, request.given, image.properties),
        *feature_differences(request.features, image.properties.get("features") or (), allowed),
    )
    if request.location and region(request.location) != region(image.location):
        return (Difference("location", "", image.location, request.location, changeable=False), *found)
    return found


def _require_future(found: tuple[Difference, ...], now: datetime) -> None:
    """Refuse another end of life than the stored one if it is over: Azure only keeps such a date."""
    for each in found:
        if each.option == "end_of_life_date":
            _require_later_end(each.new, now)


def _require_later_end(end: str | None, now: datetime) -> None:
    """Refuse an end of life that is over, also one that a definition would take over from the one it replaces."""
    date = moment(end) if end else None
    if date is not None and date <= now:
        raise InvalidRequest(f"end_of_life_date: {end} is not in the future (Azure: {PAST}): give end_of_life_date another value.")


def _plan_new(request: GalleryImageRequest, seen: Observed, replaced: GalleryImage | None, now: datetime) -> Plan:
    """Create the definition. One that replaces another has the properties of that one as well, unless the task gives others."""
    if (gallery := seen.gallery) is None:
        raise _no_gallery(request, seen)
    if replaced is None:
        require_complete(request.given, f"image definition {request.image.name} in gallery {gallery.id.name}")
    base = _own_properties(replaced) if replaced else {}
    defaults = {option: getattr(replaced, option) for option in DEFAULTS} if replaced else DEFAULTS
    properties = _new_features(_featured(request, placed(SETTINGS, {**defaults, **request.given}, base)))
    _require_later_end(properties.get("endOfLifeDate"), now)
    location = region(request.location or (replaced or gallery).location)
    current = tag.without_ours(replaced.tags) if replaced else {}
    tags = tag.wanted(current, request.tags, request.append_tags)
    wanted = GalleryImage(request.image, location, properties=properties, tags=tags)
    require_consistent(wanted)
    if gallery.permissions != PRIVATE:
        require_shareable(wanted, gallery.permissions)
    require_new_identifier(wanted, seen.others)
    body = {"location": location, "tags": tags, "properties": properties}
    steps: tuple[Step, ...] = (PutGalleryImage(request.image, body),)
    if replaced:
        steps = (DeleteGalleryImage(replaced.id), ReplaceGalleryImage(request.image, body, _as_new(replaced, now)))
    return Plan(steps=steps, before=_state(replaced), after=_state(_succeeded(wanted)))


def _featured(request: GalleryImageRequest, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties with the requested features."""
    features = merged_features(request.features, properties.get("features") or ())
    return {**properties, "features": features} if features or "features" in properties else dict(properties)


def _new_features(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a new definition, whose features are sent: the one that it replaces may have been made with a newer api-version."""
    return {**properties, "features": sendable(properties["features"])} if "features" in properties else dict(properties)


def _as_new(image: GalleryImage, now: datetime) -> dict[str, Any]:
    """The body that creates a definition again as it was, except an end of life that is over, which Azure would refuse."""
    properties = _new_features(_own_properties(image))
    if (end := moment(properties.get("endOfLifeDate") or "")) and end <= now:
        del properties["endOfLifeDate"]
    return {"location": image.location, "tags": dict(image.tags), "properties": properties}


def _no_gallery(request: GalleryImageRequest, seen: Observed) -> Missing:
    gallery = request.image.parent
    if request.image in seen.without_group:
        return Missing(f"{absent_group(gallery)}, so there is no gallery {gallery.name} in it: create them first, or name another gallery.")
    return Missing(
        f"there is no gallery {gallery.name} in resource group {gallery.resource_group}: create it first, or name another gallery."
    )


def _plan_change(request: GalleryImageRequest, image: GalleryImage, found: tuple[Difference, ...]) -> Plan:
    tags = tag.wanted(image.tags, request.tags, request.append_tags)
    wanted = replace(image, tags=tags)
    if found:
        wanted = replace(wanted, properties=_featured(request, with_values(SETTINGS, request.given, image.properties)))
        require_consistent(wanted)
    changed_tags = {"tags": tags} if dict(tags) != dict(image.tags) else {}
    steps: tuple[Step, ...]
    if image.provisioning_state == FAILED:
        body = {"location": image.location, "tags": tags, "properties": _own_properties(wanted)}
        steps = (PutGalleryImage(image.id, body, "complete"),)
    else:
        steps = _updates(image, wanted, [each.option for each in found], changed_tags)
    return Plan(steps=steps, before=_state(image), after=_state(_succeeded(wanted)))


def _updates(image: GalleryImage, wanted: GalleryImage, options: list[str], tags: Mapping[str, Any]) -> tuple[Step, ...]:
    """The requests that change a definition; the last one also changes its tags.

    Features change only while ``allowUpdateImage`` is stored, so switching it is a request of its own, before or after that.
    """
    stored, final = image.properties, wanted.properties
    if not options:
        return (UpdateGalleryImage(image.id, tags, "tags"),) if tags else ()
    stages = [final]
    if _features(stored) != _features(final) and bool(stored.get("allowUpdateImage")) != bool(final.get("allowUpdateImage")):
        first = {"allowUpdateImage": True} if final.get("allowUpdateImage") else {"features": final["features"]}
        stages = [{**stored, **first}, final]
    before, steps = stored, []
    for number, stage in enumerate(stages, 1):
        last = number == len(stages)
        what = _changed(options, before, stage) + (["tags"] if last and tags else [])
        steps.append(UpdateGalleryImage(image.id, {"properties": _sent(before, stage), **(tags if last else {})}, ", ".join(what)))
        before = stage
    return tuple(steps)


def _changed(options: list[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The options among the given ones that a request changes."""
    paths = {each.option: each for each in SETTINGS}
    features = _features(before) != _features(after)
    return [each for each in options if (paths[each].stored(before) != paths[each].stored(after) if each in paths else features)]


def _sent(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a request for a change.

    Azure requires some that never change, and it is not known whether the others would be kept if they were left out, so all are sent.
    Features are sent only to change them: a stored security type Standard may not be known to the api-version in use.
    """
    own = {key: value for key, value in after.items() if key not in _OF_AZURE}
    if _features(before) == _features(after):
        own.pop("features", None)
    return own


def _features(properties: Mapping[str, Any]) -> list[Any]:
    return list(properties.get("features") or ())


def _own_properties(image: GalleryImage) -> dict[str, Any]:
    return {key: value for key, value in image.properties.items() if key not in _OF_AZURE}


def _succeeded(image: GalleryImage) -> GalleryImage:
    return replace(image, provisioning_state=SUCCEEDED, properties={**image.properties, "provisioningState": SUCCEEDED})


def _named(image: GalleryImage) -> str:
    return f"image definition {image.id.name} in gallery {image.id.parent.name}"


def _state(image: GalleryImage | None) -> dict[str, Any]:
    return {"gallery_image": image.as_result() if image else None}


def _plan(azure: Azure, request: GalleryImageRequest, check_mode: bool) -> Plan:
    return plan_gallery_image(request, observe(azure, request, check_mode), datetime.now(timezone.utc))


def _result(azure: Azure, request: GalleryImageRequest, plan: Plan) -> Mapping[str, Any]:
    """The definition as it is now."""
    return {} if request.state == ABSENT else _state(azure.gallery_images.get(request.image))


GALLERY_IMAGE = Subject(GalleryImageRequest.from_params, _plan, _result)
