"""Refusals about disks and snapshots, and about access to them."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, RECORDED, UNKNOWN

UPLOAD_NOT_MIB = Refusal(
    400,
    "BadRequest",
    "The upload size in bytes {size} - 512 bytes for the VHD footer ({disk} in this case) must be a multiple of MiB.",
    ISSUE,
)
ONLY_INCREMENTAL = Refusal(400, "BadRequest", "Only incremental snapshots are supported for disks of Sku {sku}.", ISSUE)
STILL_COPIED = Refusal(
    409, "OperationNotAllowed", "Snapshot {snapshot} cannot be used before its completionPercent is 100; it is {percent} now.", ASSUMED
)
"""That such a snapshot is of no use before: https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots"""
UPLOAD_SIZE = Refusal(
    400,
    "InvalidParameter",
    "The value '{size}' of parameter 'creationData.uploadSizeBytes' is out of range."
    " Value '{size}' must be between '20972032' and '35183298347520' inclusive.",
    ASSUMED,
)
DISK_SIZE = Refusal(
    400,
    "InvalidParameter",
    "Value '{size}' of parameter 'diskSizeGB' is out of range. It must be between '1' and '32767' inclusive.",
    ASSUMED,
)
SHRINK = Refusal(409, "InvalidParameter", "Disks or snapshot cannot be resized down.", RECORDED)
RESIZE_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Cannot resize disk {disk} while it is attached to running VM {vm}."
    " Resizing a disk of an Azure Virtual Machine requires the virtual machine to be deallocated."
    " Please stop your VM and retry the operation.",
    ISSUE,
)
RESIZE_UPLOAD = Refusal(409, "OperationNotAllowed", "Disk {disk} cannot be resized while it is in state {state}.", ASSUMED)
ATTACHED_DELETE = Refusal(409, "OperationNotAllowed", "Disk {disk} is attached to VM {vm}.", ISSUE)
ACTIVE_SAS = Refusal(
    409,
    "OperationNotAllowed",
    "There is an active shared access signature outstanding for disk {disk}. Call EndGetAccess before {operation} the disk."
    " To learn more, visit: aka.ms/revokedisksas.",
    ISSUE,
)
ACTIVE_SAS_START = Refusal(
    409, "OperationNotAllowed", "There is an active shared access signature outstanding for disk {disk}.", DOCUMENTED
)
SAS_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Disk {disk} is attached to VM {vm}, which is running. Deallocate the VM or take a snapshot before asking for access.",
    ASSUMED,
)
EXPORT_DENIED = Refusal(
    409, "OperationNotAllowed", "Access to the data of disk {disk} is not allowed, because its {setting} is {value}.", ASSUMED
)
"""That it is not allowed: https://learn.microsoft.com/azure/virtual-machines/disks-restrict-import-export-overview"""
SAS_OTHER = Refusal(
    409, "OperationNotAllowed", "There is already an active shared access signature of another kind for disk {disk}.", ASSUMED
)
SECOND_WRITE = Refusal(
    409,
    "OperationNotAllowed",
    "There is an active shared access signature outstanding for disk {disk}. Call EndGetAccess before requesting access again.",
    UNKNOWN,
)
PATCH_UPLOAD = Refusal(
    409, "OperationNotAllowed", "Disk {disk} is in state ActiveUpload and cannot be changed until access to it ends.", UNKNOWN
)
WRITE_NOT_UPLOAD = Refusal(
    409,
    "OperationNotAllowed",
    "Write access to disk {disk} is not allowed: upload can only be used during the creation of a new empty disk"
    " with the ReadyToUpload state, and this one is {state}.",
    ASSUMED,
)
READ_UPLOAD = Refusal(409, "OperationNotAllowed", "Read access to disk {disk} is not allowed while it is in state {state}.", ASSUMED)
USE_UPLOAD = Refusal(
    409, "OperationNotAllowed", "Disk {disk} is in state {state}: its upload must be completed before it is used.", DOCUMENTED
)
OTHER_REGION_BLOB = Refusal(400, "BadRequest", "The source blob {uri} does not belong to the same region as the disk.", RECORDED)
ATTACHED_ELSEWHERE = Refusal(
    409,
    "ConflictingUserInput",
    "Disk '{disk}' cannot be attached as the disk is already owned by VM '{vm}'.",
    ISSUE,
)
DISK_DELETING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{operation}' is not allowed on '{disk}' since it is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    ASSUMED,
)
