"""Refusals about resource groups and lists of resources."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE, RECORDED

OTHER_GROUP_LOCATION = Refusal(
    409,
    "InvalidResourceGroupLocation",
    "Invalid resource group location '{location}'. The Resource group already exists in location '{there}'.",
    ISSUE,
    gateway=True,
)
BAD_FILTER = Refusal(400, "InvalidFilterInQueryString", "Invalid $filter '{filter}' specified in the query string.", ISSUE, gateway=True)
GROUP_BLOCKED = Refusal(
    409,
    "ResourceGroupDeletionBlocked",
    "Deletion of resource group '{group}' failed as resources with identifiers '{resources}' could not be deleted."
    " The provisioning state of the resource group will be rolled back.",
    RECORDED,
    gateway=True,
)
