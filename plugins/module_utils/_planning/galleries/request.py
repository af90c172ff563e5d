# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a gallery, and with whom it is shared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..._core import tags as tag
from ..._core.errors import InvalidRequest
from ..._core.ids import GALLERY, ResourceId
from ..._core.limits import MOST_SHARED_WITH, require_wait
from ..._core.model.gallery import COMMUNITY, GROUPS, PRIVATE, SUBSCRIPTIONS, TENANTS
from ..._core.references import given_texts, require_group
from ..gallery.names import require_gallery_name
from ..gallery.settings import Setting, same_name

PRESENT, ABSENT = "present", "absent"
PERMISSIONS = {"private": PRIVATE, "groups": GROUPS, "community": COMMUNITY}
KINDS = {"subscriptions": SUBSCRIPTIONS, "tenants": TENANTS}
PUBLISHER = ("publisher_uri", "publisher_contact", "eula", "public_name_prefix")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_INFO = ("sharingProfile", "communityGalleryInfo")

SETTINGS = (
    Setting("description", ("description",), changeable=True),
    Setting("sharing.permissions", ("sharingProfile", "permissions"), same=same_name, absent=PRIVATE),
    Setting("sharing.community.publisher_uri", (*_INFO, "publisherUri"), changeable=True),
    Setting("sharing.community.publisher_contact", (*_INFO, "publisherContact"), changeable=True),
    Setting("sharing.community.eula", (*_INFO, "eula"), changeable=True),
    Setting("sharing.community.public_name_prefix", (*_INFO, "publicNamePrefix")),
)
"""The options that are properties. The prefix is part of the public name, which exists from the beginning."""


@dataclass(frozen=True)
class Sharing:
    """With whom a gallery is to be shared. ``groups`` holds the ids of the given options in lower case, by Azure's kind.

    ``purge`` removes others of the same kind. ``enabled`` shares it with the community, or makes a shared gallery private. None leaves that
    as it is.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    purge: bool = False
    enabled: bool | None = None


@dataclass(frozen=True)
class GalleryRequest:
    """The checked options of one task. ``given`` holds the options that are properties, with values as Azure has them."""

    gallery: ResourceId
    state: str = PRESENT
    location: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    sharing: Sharing = Sharing()
    recreate: bool = False
    tags: Mapping[str, str] | None = None
    append_tags: bool = True

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> GalleryRequest:
        """Check and complete the module's options; raises ``InvalidRequest``."""
        require_wait(params)
        name, sharing = require_gallery_name("name", params["name"]), _without_empty(params["sharing"] or {})
        given = _given(params, sharing)
        request = cls(
            gallery=ResourceId.of(GALLERY, require_group(params["resource_group"]), name),
            state=params["state"],
            location=params["location"] or None,
            given=given,
            sharing=_sharing(sharing),
            recreate=params["recreate"],
            tags=tag.from_params(params),
            append_tags=params["append_tags"],
        )
        if permissions := given.get("sharing.permissions"):
            require_fitting(request, permissions)
        return request

    def within(self, subscription: str) -> GalleryRequest:
        """The same request with full ids."""
        return replace(self, gallery=self.gallery.within(subscription))


def _without_empty(sharing: Mapping[str, Any]) -> dict[str, Any]:
    """The options of sharing; a list of subscriptions or tenants that an empty string has become is omitted, and purges nothing."""
    return {**sharing, **{option: given_texts(sharing.get(option)) for option in KINDS}}


def _given(params: Mapping[str, Any], sharing: Mapping[str, Any]) -> dict[str, Any]:
    community = sharing.get("community") or {}
    given = {"description": params["description"], "sharing.permissions": PERMISSIONS.get(sharing.get("permissions") or "")}
    given |= {f"sharing.community.{key}": community.get(key) for key in PUBLISHER}
    return {option: value for option, value in given.items() if value}


def _sharing(sharing: Mapping[str, Any]) -> Sharing:
    groups = {kind: _ids(option, sharing[option]) for option, kind in KINDS.items() if sharing.get(option) is not None}
    enabled = sharing.get("enabled")
    if enabled is False and (others := [key for key in ("permissions", "community", *KINDS) if sharing.get(key)]):
        raise InvalidRequest(f"sharing.enabled: false stops all sharing, and makes the gallery private: leave out {' and '.join(others)}.")
    return Sharing(groups=groups, purge=bool(sharing.get("purge")), enabled=enabled)


def _ids(option: str, given: Sequence[str]) -> tuple[str, ...]:
    """The ids in a list, in lower case and each once."""
    for each in given:
        if not _GUID.fullmatch(str(each)):
            raise InvalidRequest(f"sharing.{option}: {each!r} is not an id: give one such as 00000000-0000-0000-0000-000000000000.")
    ids = tuple(dict.fromkeys(each.casefold() for each in given))
    require_few(option, len(ids))
    return ids


def require_few(option: str, count: int) -> None:
    """Refuse to share a gallery with more subscriptions or tenants than Azure allows."""
    if count > (most := MOST_SHARED_WITH[option]):
        raise InvalidRequest(f"sharing.{option}: {count} {option} are more than the {most} that Azure allows for a gallery.")


def require_fitting(request: GalleryRequest, permissions: str) -> None:
    """Refuse options about sharing that a gallery with these permissions cannot have."""
    sharing, info = request.sharing, [option for option in request.given if option.startswith("sharing.community.")]
    if permissions != COMMUNITY and info:
        raise InvalidRequest(
            f"{info[0]}: only a gallery with sharing.permissions community has it, and this one has {permissions.lower()}."
        )
    if permissions != COMMUNITY and sharing.enabled:
        raise InvalidRequest(
            "sharing.enabled: only a gallery with sharing.permissions community can be shared with everybody,"
            f" and this one has {permissions.lower()}."
        )
    if permissions != GROUPS and any(sharing.groups.values()):
        raise InvalidRequest(
            "sharing: only a gallery with sharing.permissions groups can be shared with subscriptions and tenants,"
            f" and this one has {permissions.lower()}."
        )
