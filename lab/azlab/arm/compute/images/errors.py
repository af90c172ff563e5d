"""Refusals about managed images."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE

NOT_GENERALIZED = Refusal(
    409, "OperationNotAllowed", "The operation 'Create Image' requires the Virtual Machine '{vm}' to be Generalized.", ISSUE
)
TRUSTED_LAUNCH = Refusal(
    409, "OperationNotAllowed", "Creation of managed images are not supported for virtual machine with TrustedLaunch security type.", ISSUE
)
TRUSTED_LAUNCH_DISK = Refusal(
    409, "OperationNotAllowed", "Creation of managed images are not supported for disk {disk} with TrustedLaunch security type.", ASSUMED
)
EPHEMERAL_SOURCE = Refusal(409, "OperationNotAllowed", "Source virtual machine {vm} cannot contain an ephemeral OS disk", DOCUMENTED)
ULTRA_SOURCE = Refusal(409, "OperationNotAllowed", "Source virtual machine {vm} cannot contain UltraSSD", DOCUMENTED)
PREMIUM_V2_SOURCE = Refusal(409, "OperationNotAllowed", "Snapshots of PremiumV2_LRS disks are not supported.", ISSUE)
"""The text is that of a gallery version made from such a VM (Azure/azure-cli#29091); that of a managed image was not found."""
ENCRYPTED_SOURCE = Refusal(
    409, "OperationNotAllowed", "Creating an image of disk {disk}, which is encrypted by Azure Disk Encryption, is not supported.", ASSUMED
)
"""Microsoft's documentation names images of encrypted VMs as unsupported (MicrosoftDocs/azure-docs#76264), without an error."""
GENERATION_MISMATCH = Refusal(
    400,
    "InvalidParameter",
    "The hyperVGeneration '{given}' of the image does not match the hyperVGeneration '{actual}' of its source {source}.",
    ASSUMED,
)
ONE_SOURCE = Refusal(
    400, "InvalidParameter", "One and only one of 'snapshot', 'managedDisk' and 'blobUri' can be specified for a disk of an image.", ASSUMED
)
BOTH_SOURCES = Refusal(
    400, "InvalidParameter", "Parameter 'storageProfile.osDisk' is not allowed with parameter 'sourceVirtualMachine'.", ASSUMED
)
NO_BLOB = Refusal(404, "ImageBlobNotFound", "Unable to find VHD blob with URI {uri}.", DOCUMENTED)
DUPLICATE_SOURCE = Refusal(400, "InvalidParameter", "Duplicated source ids {source} are not allowed in one image.", ASSUMED)
IMAGE_IN_USE = Refusal(
    409,
    "OperationNotAllowed",
    "Image '{image}' cannot be deleted since the Virtual Machines '{vms}' are being provisioned using the Image '{image}'.",
    DOCUMENTED,
)
IMAGE_DELETING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{operation}' is not allowed on Image '{image}' since the image is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    DOCUMENTED,
)
