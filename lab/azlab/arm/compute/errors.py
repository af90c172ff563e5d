"""Refusals that several resource types of Microsoft.Compute share: names, sources of disks, blobs in storage accounts."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, RECORDED

BAD_NAME = Refusal(
    400,
    "InvalidParameter",
    "The entity name '{name}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{{0,79}}(?<![-.])$.",
    DOCUMENTED,
)
NO_SOURCE = Refusal(404, "ResourceNotFound", "The Resource '{type}/{name}' under resource group '{group}' was not found.", RECORDED)
OTHER_REGION = Refusal(
    400, "InvalidParameter", "Source {source} is in location '{there}', not in location '{location}' of the new resource.", ASSUMED
)
SOURCE_FAILED = Refusal(409, "OperationNotAllowed", "Source {source} is in provisioning state {state}.", ASSUMED)
DUPLICATE_LUN = Refusal(400, "InvalidParameter", "A disk with LUN {lun} already exists. All disks must have unique LUNs.", ISSUE)
SMALL_DISK = Refusal(
    400,
    "InvalidParameter",
    "The specified disk size {size} GB is smaller than the size of the corresponding disk in the VM image: {least} GB."
    " This is not allowed. Please choose equal or greater size or do not specify an explicit size.",
    ISSUE,
)
NO_ARTIFACT = Refusal(404, "NotFound", "Artifact: VMImage was not found.", ISSUE)
