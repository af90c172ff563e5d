"""Refusals about versions of gallery images: their names, their target regions, their changes and their deletion."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, UNKNOWN

BAD_VERSION_NAME = Refusal(
    400,
    "InvalidParameter",
    "The image version name is invalid. The image version name should follow Major(int).Minor(int).Patch(int) format, for e.g: 1.0.0,"
    " 2018.12.1 etc",
    DOCUMENTED,
)
HOME_REGION = Refusal(
    400,
    "InvalidParameter",
    "Gallery image version publishing profile regions '{regions}' must contain the location of image version '{location}'.",
    ISSUE,
)
"""https://github.com/hashicorp/packer/issues/8895"""
DUPLICATE_REGION = Refusal(400, "InvalidParameter", "Duplicate regions are not allowed in target publishing regions.", ISSUE)
"""https://github.com/hashicorp/terraform-provider-azurerm/issues/7751"""
OUT_OF_RANGE = Refusal(
    400,
    "InvalidParameter",
    "The value {value} of parameter {parameter} is out of range. The value must be between {least} and {most}, inclusive.",
    DOCUMENTED,
)
SHALLOW = Refusal(
    409,
    "OperationNotAllowed",
    "Gallery image version '{version}' has replicationMode 'Shallow': it cannot have more than one region or more than one replica.",
    ISSUE,
)
"""That it is refused: https://github.com/Azure/AgentBaker/pull/4586; the text was not found."""
TYPE_AND_STRATEGY = Refusal(
    400, "InvalidParameter", "Only one of storageAccountType and storageAccountStrategy can be specified for a version.", ASSUMED
)
OTHER_STORAGE = Refusal(
    400,
    "InvalidParameter",
    "Global storage account type does not match the storage account type in the existing TargetRegion: '{region}'."
    " Please specify '{type}' as the storage account type for this region.",
    ISSUE,
)
"""https://github.com/Azure/azure-powershell/issues/9911"""
DES_MISSING = Refusal(
    400,
    "InvalidParameter",
    "A disk encryption set is required for disk '{disk}' in target region '{region}' since disk encryption set '{set}' is used for the"
    " corresponding disk in region '{other}'",
    DOCUMENTED,
)
BAD_DES = Refusal(
    400,
    "InvalidParameter",
    "The value of parameter galleryArtifactVersion.properties.publishingProfile.targetRegions.encryption.{disk}.diskEncryptionSetId"
    " is invalid",
    DOCUMENTED,
)
OTHER_DES = Refusal(
    400,
    "InvalidParameter",
    "The disk encryption set '{set}' must be in the same subscription '{subscription}' as the gallery resource",
    DOCUMENTED,
)
DES_LUN = Refusal(
    400,
    "InvalidParameter",
    "An invalid lun [{lun}] was specified in encryption.dataDiskImages. The lun must be one of the following values ['{known}']",
    DOCUMENTED,
)
DES_LUNS = Refusal(
    400, "InvalidParameter", "Duplicate luns '{luns}' were specified in target region '{region}' encryption.dataDiskImages", DOCUMENTED
)
NO_UEFI = Refusal(
    400,
    "InvalidParameter",
    "securityProfile.uefiSettings of a version is not supported for the security type '{type}' of the parent gallery image.",
    ASSUMED,
)
"""That it is refused: https://learn.microsoft.com/azure/virtual-machines/trusted-launch-secure-boot-custom-uefi."""
NEW_LUN = Refusal(
    409, "OperationNotAllowed", "Adding new Data Disks or changing the LUN of a Data Disk in an existing Image is not allowed", DOCUMENTED
)
KEPT_REGION = Refusal(
    409,
    "OperationNotAllowed",
    "Removing the replicated locations '{regions}' from gallery image version '{version}' is not allowed because its"
    " safetyProfile.allowDeletionOfReplicatedLocations is false.",
    ASSUMED,
)
KEPT_REGION_UNSAID = Refusal(
    409,
    "OperationNotAllowed",
    "Removing the replicated locations '{regions}' from gallery image version '{version}' is not allowed unless its"
    " safetyProfile.allowDeletionOfReplicatedLocations is true.",
    UNKNOWN,
)
BEING_WRITTEN = Refusal(
    409,
    "Conflict",
    "The request failed due to conflict with a concurrent request: gallery image version '{version}' is in provisioning state '{state}'.",
    UNKNOWN,
)
FAILED_BEFORE = Refusal(
    409,
    "OperationNotAllowed",
    "Gallery image version '{version}' is in provisioning state 'Failed'. Delete it before you create it again.",
    UNKNOWN,
)
"""That it must be deleted, without the text: https://github.com/hashicorp/packer/issues/11558"""
VERSION_DELETING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{operation}' is not allowed on {version} since it is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete)",
    DOCUMENTED,
)
DELETION_BLOCKED = Refusal(
    409,
    "DeleteGalleryImageVersionBlockedBeforeEndOfLife",
    "Deletion of Gallery image version is not allowed because the image is enabled for blockDeletionBeforeEndOfLife and its endOfLifeDate"
    " has not reached yet",
    DOCUMENTED,
)
REPLICATION_FAILED = Refusal(
    409,
    "ValidationError",
    "Gallery replication jobs failed in one or more regions. The failing regions' details are as follows: '{details}'."
    " If retry does not work, then please do an update by removing the failed regions and update again by adding them back.",
    ISSUE,
)
"""https://github.com/Azure/azure-cli/issues/15539"""
