# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for a gallery: create it, change what may change, share it, or delete it while it is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import region
from ..._core.model.gallery import COMMUNITY, PRIVATE, Gallery
from ..._core.model.provisioning import FAILED, SUCCEEDED
from ..._core.plan import Plan, Step
from ..._core.ports import Azure
from ..._core.references import require_region
from ..._core.subject import Subject
from ..gallery.settings import Difference, differences, listed, require_changeable, with_values
from ..missing_groups import require_groups
from ..settling import settled
from ..steps.gallery import DeleteGallery, PutGallery
from ..steps.gallery_update import UpdateGallery
from .observe import Observed, observe, read_with_sharing
from .request import ABSENT, PUBLISHER, SETTINGS, GalleryRequest, require_fitting
from .sharing import require_room, shared_profile, sharing_steps, stop_sharing

NESTED = "Cannot delete resource while nested resources exist."
DELETE = "Microsoft.Compute/galleries/delete"
_OF_AZURE = ("identifier", "provisioningState", "sharingStatus")
_SHARING_OF_AZURE = ("groups",)
_COMMUNITY_OF_AZURE = ("communityGalleryEnabled", "publicNames")


def plan_gallery(request: GalleryRequest, seen: Observed) -> Plan:
    """The steps that are missing."""
    gallery, warnings = settled("gallery", seen.gallery, seen.check_mode)
    seen = replace(seen, gallery=gallery)
    plan = _plan_absent(request, seen) if request.state == ABSENT else _plan_present(request, seen)
    return replace(plan, warnings=warnings)


def _plan_absent(request: GalleryRequest, seen: Observed) -> Plan:
    if (gallery := seen.gallery) is None:
        return Plan(before={"gallery": None}, after={"gallery": None})
    _require_empty(seen, gallery, "deleted")
    stops = request.sharing.enabled is False and gallery.is_shared
    if gallery.is_shared and not stops:
        raise InvalidRequest(
            f"gallery {gallery.id.name} is shared, so it cannot be deleted:"
            " set sharing: {enabled: false} to stop sharing it first. Others cannot use its images any more then."
        )
    if stops:
        _require_deletable(seen, gallery)
    steps: tuple[Step, ...] = (*([stop_sharing(gallery.id)] if stops else []), DeleteGallery(gallery.id))
    return Plan(steps=steps, before=_state(gallery), after={"gallery": None})


def _require_deletable(seen: Observed, gallery: Gallery) -> None:
    """Refuse to stop sharing, which cannot be undone, if the gallery cannot be deleted after that."""
    if lock := next((lock for lock in seen.locks if lock.holds(gallery.id)), None):
        raise InvalidRequest(
            f"gallery {gallery.id.name} cannot be deleted, and is still shared: the {lock.level} lock {lock.name} on {lock.scope}"
            " forbids it. Remove the lock first."
        )
    if not seen.rights.unread and not seen.rights.allow(DELETE):
        raise InvalidRequest(
            f"gallery {gallery.id.name} cannot be deleted, and is still shared: this identity lacks the right {DELETE}."
            " Use one that has it, or leave out state: absent to stop sharing only."
        )


def _require_empty(seen: Observed, gallery: Gallery, done: str) -> None:
    if names := seen.definitions:
        raise InvalidRequest(
            f"gallery {gallery.id.name} cannot be {done} while it has image definitions: {listed(names)}."
            f" Delete them first (Azure: {NESTED})."
        )


def _plan_present(request: GalleryRequest, seen: Observed) -> Plan:
    require_region(request.location, seen.regions, "galleries")
    require_groups(seen.without_group, request.gallery)
    gallery = seen.gallery
    require_fitting(request, request.given.get("sharing.permissions") or (gallery.permissions if gallery else PRIVATE))
    if gallery is None:
        new = Gallery(request.gallery, region(seen.location))
        return _plan_new(request, None, new, (), "create")
    found = _differences(request, gallery)
    if request.recreate and any(not each.changeable for each in found):
        return _plan_recreate(request, seen, gallery)
    way_out = "leave it as it is, choose another name, or set recreate: true to replace the gallery while it is empty and not shared"
    require_changeable(found, f"gallery {gallery.id.name}", "gallery", way_out)
    if gallery.provisioning_state == FAILED:
        return _plan_new(request, gallery, gallery, (), "complete")
    return _plan_change(request, gallery, found)


def _differences(request: GalleryRequest, gallery: Gallery) -> tuple[Difference, ...]:
    found = differences(SETTINGS, request.given, gallery.properties)
    if request.location and region(request.location) != region(gallery.location):
        moved = Difference("location", "", gallery.location, request.location, changeable=False)
        return (moved, *found)
    return found


def _plan_recreate(request: GalleryRequest, seen: Observed, gallery: Gallery) -> Plan:
    _require_empty(seen, gallery, "replaced")
    if gallery.is_shared:
        raise InvalidRequest(f"gallery {gallery.id.name} is shared, so it cannot be replaced: stop sharing it first.")
    properties = dict(gallery.properties)
    permissions = request.given.get("sharing.permissions", gallery.permissions)
    if permissions != COMMUNITY:
        properties["sharingProfile"] = {"permissions": permissions}
    new = Gallery(gallery.id, region(request.location or gallery.location), properties=properties, tags=tag.without_ours(gallery.tags))
    return _plan_new(request, gallery, new, (DeleteGallery(gallery.id),), "create")


def _plan_new(request: GalleryRequest, before: Gallery | None, base: Gallery, first: tuple[Step, ...], verb: str) -> Plan:
    """Send the complete gallery: the properties of the base, replaced by the given ones."""
    wanted = _wanted(request, _own_properties(base), base)
    _require_publisher(wanted)
    body = {"location": wanted.location, "tags": dict(wanted.tags), "properties": dict(wanted.properties)}
    steps = (*first, PutGallery(wanted.id, body, verb), *sharing_steps(request, base))
    return Plan(steps=steps, before=_state(before), after=_state(_after(request, base, wanted)))


def _plan_change(request: GalleryRequest, gallery: Gallery, found: tuple[Difference, ...]) -> Plan:
    wanted = _wanted(request, gallery.properties, gallery)
    changed = [each.option for each in found]
    body: dict[str, Any] = {}
    if found:
        own, stored = _own_properties(wanted), _own_properties(gallery)
        body["properties"] = {key: value for key, value in own.items() if value != stored.get(key)}
    if dict(wanted.tags) != dict(gallery.tags):
        changed, body = [*changed, "tags"], {**body, "tags": dict(wanted.tags)}
    update = (UpdateGallery(gallery.id, body, ", ".join(changed)),) if body else ()
    steps = (*update, *sharing_steps(request, gallery))
    return Plan(steps=steps, before=_state(gallery), after=_state(_after(request, gallery, wanted)))


def _wanted(request: GalleryRequest, properties: Mapping[str, Any], base: Gallery) -> Gallery:
    """The gallery with the given properties and tags."""
    tags = tag.wanted(base.tags, request.tags, request.append_tags)
    require_room(request, base)
    return replace(base, properties=with_values(SETTINGS, request.given, properties), tags=tags)


def _own_properties(gallery: Gallery) -> dict[str, Any]:
    """The properties without those that Azure alone sets.

    A soft delete policy that is off is left out: in subscriptions without that feature, Azure refuses to be sent it back
    (https://github.com/Azure/azure-cli/issues/27017).
    """
    own = {key: value for key, value in gallery.properties.items() if key not in _OF_AZURE}
    if not (own.get("softDeletePolicy") or {}).get("isSoftDeleteEnabled"):
        own.pop("softDeletePolicy", None)
    if profile := own.get("sharingProfile"):
        own["sharingProfile"] = profile = {key: value for key, value in profile.items() if key not in _SHARING_OF_AZURE}
        if info := profile.get("communityGalleryInfo"):
            profile["communityGalleryInfo"] = {key: value for key, value in info.items() if key not in _COMMUNITY_OF_AZURE}
    return own


def _require_publisher(wanted: Gallery) -> None:
    """Refuse to create a gallery for the community without what the community is shown about its publisher."""
    if wanted.permissions != COMMUNITY:
        return
    missing = [each for each in PUBLISHER if not _SHOWN[each].stored(wanted.properties)]
    if missing:
        raise InvalidRequest(f"sharing.community: a gallery for the community needs {', '.join(missing)}, too.")


_SHOWN = {each.option.rpartition(".")[2]: each for each in SETTINGS}


def _after(request: GalleryRequest, base: Gallery, wanted: Gallery) -> Gallery:
    """The gallery as it is predicted to be after the steps."""
    profile = wanted.properties.get("sharingProfile")
    shared = {"sharingProfile": shared_profile(request, base, profile)} if profile else {}
    return replace(wanted, provisioning_state=SUCCEEDED, properties={**wanted.properties, **shared, "provisioningState": SUCCEEDED})


def _state(gallery: Gallery | None) -> dict[str, Any]:
    return {"gallery": gallery.as_result() if gallery else None}


def _plan(azure: Azure, request: GalleryRequest, check_mode: bool) -> Plan:
    return plan_gallery(request, observe(azure, request, check_mode))


def _result(azure: Azure, request: GalleryRequest, plan: Plan) -> Mapping[str, Any]:
    """The gallery as it is now. Its public names are Azure's, so they are read after it was shared."""
    return {} if request.state == ABSENT else _state(read_with_sharing(azure, request.gallery))


GALLERY = Subject(GalleryRequest.from_params, _plan, _result)
