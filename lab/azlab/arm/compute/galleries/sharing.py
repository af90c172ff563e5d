"""The sharing profile of a gallery in a PUT or PATCH: who may see the gallery is chosen once, when the gallery is created."""

from __future__ import annotations

import uuid
from dataclasses import replace

from azlab.arm.compute.galleries import errors as gallery_errors
from azlab.arm.compute.galleries.state import COMMUNITY, GROUPS, PRIVATE, GalleryState
from azlab.arm.core import parameter_errors
from azlab.arm.core.json import Json

_CHOICES = (PRIVATE, GROUPS, COMMUNITY)
_NEEDED = ("publisherUri", "publisherContact", "eula", "publicNamePrefix")
_PROFILE = "gallery.properties.sharingProfile"


def new_sharing(profile: Json | None) -> GalleryState:
    """The sharing of a new gallery. `profile` is the `sharingProfile` of the request."""
    profile = profile or {}
    permissions, info = _permissions(profile) or PRIVATE, profile.get("communityGalleryInfo")
    if permissions != COMMUNITY:
        _check_no_info(info)
        return GalleryState(permissions)
    info = info or {}
    for name in _NEEDED:
        if not info.get(name):
            parameter = f"{_PROFILE}.communityGalleryInfo.{name}"
            raise parameter_errors.MISSING(parameter=parameter, target=parameter)
    return GalleryState(permissions, _community(info, f"{info['publicNamePrefix']}-{uuid.uuid4()}"))


def changed_sharing(known: GalleryState, profile: Json | None) -> GalleryState:
    """The sharing of a gallery that exists; what the request leaves out stays as it is."""
    profile = profile or {}
    if (_permissions(profile) or known.permissions) != known.permissions:
        raise gallery_errors.NOT_CONVERTIBLE(target=f"{_PROFILE}.permissions")
    info = profile.get("communityGalleryInfo")
    if known.community is None:
        _check_no_info(info)
        return known
    wanted = {**known.community, **(info or {})}
    if wanted["publicNamePrefix"] != known.community["publicNamePrefix"]:
        parameter = f"{_PROFILE}.communityGalleryInfo.publicNamePrefix"
        raise parameter_errors.UNCHANGEABLE(parameter=parameter, target=parameter)
    enabled, [public_name] = known.is_public, known.community["publicNames"]
    return replace(known, community={**_community(wanted, public_name), "communityGalleryEnabled": enabled})


def _permissions(profile: Json) -> str | None:
    given = profile.get("permissions")
    if given is None:
        return None
    for choice in _CHOICES:
        if str(given).lower() == choice.lower():
            return choice
    raise parameter_errors.BAD_VALUE(value=given, parameter=f"{_PROFILE}.permissions")


def _check_no_info(info: Json | None) -> None:
    if info:
        raise parameter_errors.NOT_ALLOWED(parameter=f"{_PROFILE}.communityGalleryInfo")


def _community(info: Json, public_name: str) -> Json:
    """communityGalleryInfo as Azure shows it: the public name exists before the gallery is shared (recorded)."""
    facts = {name: info[name] for name in _NEEDED}
    return {"communityGalleryEnabled": False, **facts, "publicNames": [public_name]}
