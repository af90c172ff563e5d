"""Refusals about VMs and disks that are made from a version of a gallery image."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE

BAD_REFERENCE = Refusal(
    400,
    "LinkedInvalidPropertyId",
    "Property id '{id}' at path 'properties.{place}.id' is invalid. Expect fully qualified resource Id that start with"
    " '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'.",
    ISSUE,
    gateway=True,
)
"""https://github.com/ansible-collections/azure/issues/1757"""
NOT_IN_REGION = Refusal(
    404,
    "GalleryImageNotFound",
    "The gallery image {image} is not available in {location} region. Please contact image owner to replicate to this region, or change"
    " your requested region.",
    ISSUE,
)
"""https://github.com/Azure/AgentBaker/pull/8373"""
NO_LATEST = Refusal(404, "GalleryImageNotFound", 'There is no latest image version exists for "{image}"', DOCUMENTED)
"""The text is documented, code and status are not."""
NO_LUN = Refusal(400, "InvalidParameter", "The value of parameter imageReference is invalid.", DOCUMENTED)
