"""Refusals that any resource provider gives about a resource: missing, in another location, or busy."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE, RECORDED

NO_RESOURCE = Refusal(
    404,
    "ResourceNotFound",
    "The Resource '{type}/{name}' under resource group '{group}' was not found."
    " For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    RECORDED,
    gateway=True,
)
NO_ENTITY = Refusal(404, "NotFound", "The entity was not found in this Azure location.", RECORDED)
OTHER_LOCATION = Refusal(
    409,
    "InvalidResourceLocation",
    "The resource '{name}' already exists in location '{there}' in resource group '{group}'."
    " A resource with the same name cannot be created in location '{location}'. Please select a new resource name.",
    DOCUMENTED,
    gateway=True,
)
BUSY = Refusal(
    409,
    "Conflict",
    "The request failed due to conflict with a concurrent request. To resolve it, please refer to"
    " https://aka.ms/activitylog to get more details on the conflicting requests.",
    ISSUE,
)
NO_REFERENCE = Refusal(
    400,
    "InvalidResourceReference",
    "Resource {reference} referenced by resource {resource} was not found. Please make sure that the referenced resource exists,"
    " and that both resources are in the same region.",
    ISSUE,
)
