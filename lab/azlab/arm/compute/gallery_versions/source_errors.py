"""Refusals about the sources of versions of gallery images.

Most texts are those of https://learn.microsoft.com/azure/virtual-machines/troubleshooting-shared-images.
"""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, UNKNOWN

ONE_SOURCE = Refusal(
    400,
    "InvalidParameter",
    "The gallery artifact version source can only be specified either directly under storageProfile or within individual OS or data disks."
    " One and only one source type (user image, snapshot, disk, virtual machine) can be provided",
    DOCUMENTED,
)
BAD_SOURCE_ID = Refusal(
    400,
    "LinkedInvalidPropertyId",
    "Property id '{id}' at path 'properties.storageProfile.{place}.id' is invalid. Expect fully qualified resource Id that start with"
    " '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'.",
    DOCUMENTED,
    gateway=True,
)
WHOLE_KIND = Refusal(
    400,
    "InvalidParameter",
    "The source id: {id} must either be a managed image, virtual machine or another gallery image version",
    DOCUMENTED,
)
DISK_KIND = Refusal(400, "InvalidParameter", "The source id: {id} must be a managed disk or snapshot", DOCUMENTED)
NOT_HERE = Refusal(
    404,
    "NotFound",
    "Source {id} is not found. Please check source exists, and is in the same region as gallery image version being created",
    DOCUMENTED,
)
NOT_ANYWHERE = Refusal(404, "NotFound", "Source was not found: {id}. Please make sure the source exists", DOCUMENTED)
DUPLICATE_LUNS = Refusal(
    400,
    "InvalidParameter",
    "Duplicated lun numbers have been detected in the input data disks. Lun number must be unique for each data disk",
    DOCUMENTED,
)
DUPLICATE_IDS = Refusal(
    400, "InvalidParameter", "Duplicated source ids are found in the input disks. Source id should be unique for each disk", DOCUMENTED
)
SAME_BLOB = Refusal(400, "InvalidParameter", "OSDiskImage and DataDiskImage cannot point to same blob {uri}", DOCUMENTED)
OS_STATE = Refusal(
    409,
    "Conflict",
    "Cannot create Gallery Image Version from: {id} since the OS State in the parent gallery image ({wanted}) is not {actual}",
    DOCUMENTED,
)
OS_STATE_OF_VM = Refusal(
    400,
    "BadRequest",
    "The resource with id '{id}' has a different OS state ['{actual}'] than the parent gallery image OS state ['{wanted}'].",
    ISSUE,
)
"""https://github.com/Azure/azure-cli/issues/24972"""
GENERATION = Refusal(
    409,
    "Conflict",
    "The resource with id '{id}' has a different Hypervisor generation ['{actual}'] than the parent gallery image Hypervisor generation"
    " ['{wanted}'].",
    ISSUE,
)
"""It ends the operation and leaves a failed version: https://github.com/MicrosoftDocs/azure-docs/issues/118774"""
OS_TYPE = Refusal(
    409,
    "Conflict",
    "The resource with id '{id}' has a different OS type ['{actual}'] than the parent gallery image OS type generation ['{wanted}']",
    DOCUMENTED,
)
PLAN = Refusal(
    409,
    "Conflict",
    "The resource with id '{id}' has a different plan ['{actual}'] than the parent gallery image plan ['{wanted}']",
    DOCUMENTED,
)
EPHEMERAL = Refusal(409, "OperationNotAllowed", "Source virtual machine {vm} cannot contain an ephemeral OS disk", DOCUMENTED)
ULTRA = Refusal(
    409,
    "OperationNotAllowed",
    "Source virtual machine {vm} cannot contain disk ['{disk}'] stored in an UltraSSD account type",
    DOCUMENTED,
)
PREMIUM_V2 = Refusal(409, "OperationNotAllowed", "Snapshots of PremiumV2_LRS disks are not supported.", ISSUE)
"""https://github.com/Azure/azure-cli/issues/29091"""
ULTRA_DISK = Refusal(409, "OperationNotAllowed", "Source {id} is stored in the account type {sku}, which is not supported.", ASSUMED)
SECURITY_TYPE = Refusal(
    400,
    "InvalidParameter",
    "The security type '{type}' is not supported for the source id '{id}'. Currently only Vhd Blob, User Image and Gallery Image Version"
    " sources are supported for '{type}' images.",
    ISSUE,
)
"""https://github.com/hashicorp/packer-plugin-azure/issues/304"""
SECURITY_KIND = Refusal(
    400, "InvalidParameter", "The security type '{type}' is not supported for the source id '{id}', which is a {kind}.", UNKNOWN
)
SECURITY_MISMATCH = Refusal(
    409,
    "Conflict",
    "The resource with id '{id}' has a different security type ['{actual}'] than the parent gallery image security type ['{wanted}'].",
    UNKNOWN,
)
BUSY_SOURCE = Refusal(
    409,
    "OperationNotAllowed",
    "Too many requests on source '{id}'. Please reduce the number of requests on the source or wait some time before retrying",
    UNKNOWN,
)
"""The text is documented; which number of requests is too many is not."""
ENCRYPTED_ELSEWHERE = Refusal(
    409,
    "OperationNotAllowed",
    "Encryption is not supported for source resource '{id}'. Please use a different source resource type which supports encryption or"
    " remove encryption properties",
    DOCUMENTED,
)
