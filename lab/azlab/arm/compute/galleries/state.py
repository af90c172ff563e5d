"""Facts about a gallery that only the lab keeps, and how a caller sees a gallery."""

from __future__ import annotations

from dataclasses import dataclass, field

from azlab.arm.core.json import Json
from azlab.arm.core.state import State
from azlab.store import Resource

PRIVATE, GROUPS, COMMUNITY = "Private", "Groups", "Community"
SUBSCRIPTIONS, TENANTS = "Subscriptions", "AADTenants"
_ALWAYS_SOFT_DELETE = "2021-07-01"
"""The one version that showed the policy of a gallery without one (recorded; 2022-03-03 does not)."""


@dataclass
class GalleryState(State):
    """How a gallery is shared."""

    permissions: str = PRIVATE
    community: Json | None = None
    """communityGalleryInfo, as it is shown."""
    groups: list[Json] = field(default_factory=list)
    """The subscriptions and tenants that the gallery is shared with, each kind as `{"type", "ids"}`."""

    @property
    def is_public(self) -> bool:
        """Whether the gallery is shared with the community."""
        return bool(self.community and self.community["communityGalleryEnabled"])

    def is_shared_with(self, kind: str, id: str) -> bool:
        """Whether the gallery is shared with a subscription or a tenant, as `kind` says."""
        return any(group["type"] == kind and id.lower() in group["ids"] for group in self.groups)


def shown(gallery: Resource, version: str, *, permissions: bool = False, groups: bool = False) -> Json:
    """A gallery as a caller sees it.

    A private gallery shows its sharing profile only to a caller who asks for `permissions` (recorded). Its groups are shown on request too.
    """
    state, properties = GalleryState.of(gallery), {**gallery.properties}
    provisioning, policy = properties.pop("provisioningState"), properties.pop("softDeletePolicy", None)
    profile: Json = {"permissions": state.permissions}
    if state.community is not None:
        profile["communityGalleryInfo"] = state.community
    if groups:
        profile["groups"] = state.groups
    if permissions or groups or state.permissions != PRIVATE:
        properties["sharingProfile"] = profile
    if groups and (state.groups or state.is_public):
        summary = [{"region": gallery.location, "state": "Succeeded"}]
        properties["sharingStatus"] = {"aggregatedState": "Succeeded", "summary": summary}
    properties["provisioningState"] = provisioning
    if policy is not None or version == _ALWAYS_SOFT_DELETE:
        properties["softDeletePolicy"] = policy or {"isSoftDeleteEnabled": False}
    return {**gallery.body, "properties": properties}
