"""Every refusal of the control plane: status, code, text, and how we know that Azure says so.

A refusal is data; calling it with its facts gives the exception to raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, RECORDED, Evidence


class AzureError(Exception):
    """A refusal as the caller gets it, at once or as the end of an operation."""

    def __init__(self, status: int, code: str, message: str, target: str | None = None, gateway: bool = False) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target, self.gateway = status, code, message, target, gateway

    def body(self) -> dict[str, Any]:
        """What stands below `error`."""
        found = {"code": self.code, "message": self.message}
        return found if self.target is None else {**found, "target": self.target}


@dataclass(frozen=True)
class Refusal:
    """One way in which Azure says no. `gateway`: said by ARM's front door, before any resource provider is asked."""

    status: int
    code: str
    text: str
    evidence: Evidence
    gateway: bool = False

    def __call__(self, *, target: str | None = None, **facts: Any) -> AzureError:
        return AzureError(self.status, self.code, self.text.format(**facts), target, self.gateway)


# --- the front door ---------------------------------------------------------------------------------------------------------------
NO_TOKEN = Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", ISSUE, True)
BAD_TOKEN = Refusal(401, "InvalidAuthenticationToken", "The access token is invalid.", ISSUE, True)
EXPIRED_TOKEN = Refusal(
    401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.", ISSUE, True
)
NO_API_VERSION = Refusal(
    400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", ISSUE, True
)
NO_SUBSCRIPTION = Refusal(404, "SubscriptionNotFound", "The subscription '{subscription}' could not be found.", ISSUE, True)
NO_GROUP = Refusal(404, "ResourceGroupNotFound", "Resource group '{group}' could not be found.", RECORDED, True)
NO_NAMESPACE = Refusal(404, "InvalidResourceNamespace", "The resource namespace '{namespace}' is invalid.", ISSUE, True)
NO_TYPE = Refusal(
    404,
    "InvalidResourceType",
    "The resource type '{type}' could not be found in the namespace '{namespace}' for api version '{version}'.",
    ISSUE,
    True,
)
NO_RESOURCE = Refusal(
    404,
    "ResourceNotFound",
    "The Resource '{type}/{name}' under resource group '{group}' was not found."
    " For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    RECORDED,
    True,
)
NO_ENTITY = Refusal(404, "NotFound", "The entity was not found in this Azure location.", RECORDED)
NO_METHOD = Refusal(405, "HttpMethodNotAllowed", "The requested resource does not support http method '{method}'.", ISSUE, True)
BAD_JSON = Refusal(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized: '{detail}'.", ISSUE, True)
NO_LOCATION = Refusal(400, "LocationRequired", "The location property is required for this definition.", ISSUE, True)
BAD_LOCATION = Refusal(
    400,
    "LocationNotAvailableForResourceType",
    "The provided location '{location}' is not available for resource type '{type}'."
    " List of available regions for the resource type is '{known}'.",
    ISSUE,
    True,
)
OTHER_LOCATION = Refusal(
    409,
    "InvalidResourceLocation",
    "The resource '{name}' already exists in location '{there}' in resource group '{group}'."
    " A resource with the same name cannot be created in location '{location}'. Please select a new resource name.",
    DOCUMENTED,
    True,
)
OTHER_GROUP_LOCATION = Refusal(
    409,
    "InvalidResourceGroupLocation",
    "Invalid resource group location '{location}'. The Resource group already exists in location '{there}'.",
    ISSUE,
    True,
)
BAD_TAGS = Refusal(
    400, "InvalidTagNameCharacters", "The tag names '{names}' have reserved characters '<>%&\\?/' or control characters.", ISSUE, True
)
LONG_TAG = Refusal(
    400,
    "InvalidTagValueLength",
    "Tag value too large. Following tag value '{value}' exceeded the maximum length."
    " Maximum allowed length for tag value - '256' characters.",
    ISSUE,
    True,
)
MANY_TAGS = Refusal(400, "InvalidTags", "Number of tags exceeded the maximum allowed value - '50'.", ASSUMED, True)
BAD_FILTER = Refusal(400, "InvalidFilterInQueryString", "Invalid $filter '{filter}' specified in the query string.", ISSUE, True)
GROUP_BLOCKED = Refusal(
    409,
    "ResourceGroupDeletionBlocked",
    "Deletion of resource group '{group}' failed as resources with identifiers '{resources}' could not be deleted."
    " The provisioning state of the resource group will be rolled back.",
    RECORDED,
    True,
)

# --- any resource of Microsoft.Compute --------------------------------------------------------------------------------------------
BAD_NAME = Refusal(
    400,
    "InvalidParameter",
    "The entity name '{name}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{{0,79}}(?<![-.])$.",
    DOCUMENTED,
)
MISSING = Refusal(400, "InvalidParameter", "Required parameter '{parameter}' is missing (null).", RECORDED)
NOT_ALLOWED = Refusal(400, "InvalidParameter", "Parameter '{parameter}' is not allowed.", DOCUMENTED)
BAD_VALUE = Refusal(400, "InvalidParameter", "The value '{value}' of parameter '{parameter}' is invalid.", ISSUE)
UNCHANGEABLE = Refusal(409, "PropertyChangeNotAllowed", "Changing property '{parameter}' is not allowed.", RECORDED)
BUSY = Refusal(
    409,
    "Conflict",
    "The request failed due to conflict with a concurrent request. To resolve it, please refer to"
    " https://aka.ms/activitylog to get more details on the conflicting requests.",
    ISSUE,
)
LAB_FAILED = Refusal(500, "InternalServerError", "The lab failed; see its log arm.log.", ASSUMED)
INTERRUPTED = Refusal(500, "InternalExecutionError", "An internal execution error occurred. Please retry later.", ISSUE)

# --- disks, snapshots, access -----------------------------------------------------------------------------------------------------
UPLOAD_NOT_MIB = Refusal(
    400,
    "BadRequest",
    "The upload size in bytes {size} - 512 bytes for the VHD footer ({disk} in this case) must be a multiple of MiB.",
    ISSUE,
)
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
    "There is an active shared access signature outstanding for disk {disk}. Call EndGetAccess before {deed} the disk."
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
SAS_OTHER = Refusal(
    409, "OperationNotAllowed", "There is already an active shared access signature of another kind for disk {disk}.", ASSUMED
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
NO_SOURCE = Refusal(404, "ResourceNotFound", "The Resource '{type}/{name}' under resource group '{group}' was not found.", RECORDED)
OTHER_REGION_BLOB = Refusal(400, "BadRequest", "The source blob {uri} does not belong to the same region as the disk.", RECORDED)
OTHER_REGION = Refusal(
    400, "InvalidParameter", "Source {source} is in location '{there}', not in location '{location}' of the new resource.", ASSUMED
)
ATTACHED_ELSEWHERE = Refusal(
    409,
    "ConflictingUserInput",
    "Disk '{disk}' cannot be attached as the disk is already owned by VM '{vm}'.",
    ISSUE,
)
DISK_DELETING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{deed}' is not allowed on '{disk}' since it is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    ASSUMED,
)
SOURCE_FAILED = Refusal(409, "OperationNotAllowed", "Source {source} is in provisioning state {state}.", ASSUMED)

# --- images -----------------------------------------------------------------------------------------------------------------------
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
DUPLICATE_LUN = Refusal(400, "InvalidParameter", "A disk with LUN {lun} already exists. All disks must have unique LUNs.", ISSUE)
BAD_BLOB_NAME = Refusal(400, "InvalidParameter", "Blob name in URL {uri} must end with '.vhd' extension.", DOCUMENTED)
BAD_BLOB_TYPE = Refusal(
    400, "IncorrectImageBlobType", "Disk blobs can only be of type page blob. Blob {uri} is of type '{kind}'.", DOCUMENTED
)
NO_VHD = Refusal(400, "InvalidParameter", "Only blobs formatted as VHDs can be imported.", ISSUE)
VHD_SIZE = Refusal(
    400,
    "VHDSizeInvalid",
    "The VHD {uri} has an unsupported virtual size of {size} bytes. The size must be a whole number (in MBs).",
    DOCUMENTED,
)
NO_BLOB = Refusal(404, "ImageBlobNotFound", "Unable to find VHD blob with URI {uri}.", DOCUMENTED)
DYNAMIC_VHD = Refusal(
    400, "InvalidParameter", "Disk '{disk}' with blob {uri} is of {kind} VHD type. Please retry with fixed VHD type.", ISSUE
)
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
    "Operation '{deed}' is not allowed on Image '{image}' since the image is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    DOCUMENTED,
)

# --- virtual machines -------------------------------------------------------------------------------------------------------------
GENERALIZE_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation 'generalize' is not allowed on VM '{vm}' since the VM is running. Please power off explicitly in case you shut down the VM"
    " from inside the guest operating system.",
    DOCUMENTED,
)
VM_DELETING = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{deed}' is not allowed on VM '{vm}' since the VM is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    ISSUE,
)
IS_GENERALIZED = Refusal(409, "OperationNotAllowed", "Operation '{deed}' is not allowed on VM '{vm}' since the VM is generalized.", ISSUE)
NOT_DEALLOCATED = Refusal(
    409, "OperationNotAllowed", "Operation '{deed}' is not allowed on VM '{vm}' since the VM is not deallocated.", DOCUMENTED
)
NOT_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Cannot modify VM '{vm}' when the VM is not running: operation '{deed}' needs a running VM.",
    ASSUMED,
)
CAPTURE_MANAGED = Refusal(
    409,
    "OperationNotAllowed",
    "The Capture action is only supported on a Virtual Machine with blob based disks."
    " Please use the 'Image' resource APIs to create an Image from a managed Virtual Machine.",
    DOCUMENTED,
)
ALREADY_MANAGED = Refusal(409, "OperationNotAllowed", "VM '{vm}' is already using managed disks.", RECORDED)
EPHEMERAL_STOP = Refusal(
    409,
    "OperationNotAllowed",
    "Operation '{deed}' is not supported for VMs or VM Scale Set instances using an ephemeral OS disk.",
    DOCUMENTED,
)
EPHEMERAL_CACHING = Refusal(
    400, "InvalidParameter", "OS disk with the diffDiskSettings option 'Local' requires caching to be set to 'ReadOnly'.", DOCUMENTED
)
EPHEMERAL_ATTACH = Refusal(400, "InvalidParameter", "An ephemeral OS disk requires createOption 'FromImage'.", DOCUMENTED)
NO_IMAGE = Refusal(404, "NotFound", "The Image '{image}' cannot be found in '{location}' region.", ISSUE)
NO_PLATFORM_IMAGE = Refusal(
    404,
    "PlatformImageNotFound",
    "The platform image '{image}' is not available. Verify that all fields in the storage profile are correct."
    " For more details about storage profile information, please refer to https://aka.ms/storageprofile",
    ISSUE,
)
TRUSTED_LAUNCH_IMAGE = Refusal(
    400,
    "BadRequest",
    "Use of TrustedLaunch setting is not supported for the provided image. Please select Trusted Launch Supported Gen2 OS Image."
    " For more information, see https://aka.ms/TrustedLaunch-FAQ.",
    ISSUE,
)
TRUSTED_LAUNCH_DISK_VM = Refusal(
    400,
    "BadRequest",
    "Security type of VM is not compatible with the security type of attached OS Disk.",
    ISSUE,
)
SMALL_DISK = Refusal(
    400,
    "InvalidParameter",
    "The specified disk size {size} GB is smaller than the size of the corresponding disk in the VM image: {least} GB."
    " This is not allowed. Please choose equal or greater size or do not specify an explicit size.",
    ISSUE,
)
NO_LOGIN = Refusal(
    400,
    "InvalidParameter",
    "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
    ISSUE,
)
BAD_USER = Refusal(400, "InvalidParameter", "The Admin Username specified is not allowed.", ISSUE)
WEAK_PASSWORD = Refusal(
    400,
    "InvalidParameter",
    "The supplied password must be between 6-72 characters long and must satisfy at least 3 of password complexity requirements from the"
    " following:\n1) Contains an uppercase character\n2) Contains a lowercase character\n3) Contains a numeric digit\n"
    "4) Contains a special character\n5) Control characters are not allowed",
    ISSUE,
)
BAD_KEY_PATH = Refusal(
    400,
    "InvalidParameter",
    "Destination path for SSH public keys is currently limited to its default value {path}"
    " due to a known issue in Linux provisioning agent.",
    ISSUE,
)
BAD_COMPUTER_NAME = Refusal(
    400,
    "InvalidParameter",
    "Linux host name cannot exceed 64 characters in length or contain the following characters:"
    " ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] {{ }} \\\\ | ; : ' \" , < > / ?.",
    DOCUMENTED,
)
BAD_CUSTOM_DATA = Refusal(
    400, "InvalidParameter", "Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 characters.", ISSUE
)
NO_REFERENCE = Refusal(
    400,
    "InvalidResourceReference",
    "Resource {reference} referenced by resource {resource} was not found. Please make sure that the referenced resource exists,"
    " and that both resources are in the same region.",
    ISSUE,
)
NIC_IN_USE = Refusal(400, "NicInUse", "Network Interface {nic} is used by existing resource {vm}.", ISSUE)
PLACEMENT_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Changing the proximity placement group of VM '{vm}' is not allowed while the VM is running. Please stop/deallocate the VM first.",
    ASSUMED,
)
BLOB_DISK = Refusal(
    409,
    "OperationNotAllowed",
    "A disk of VM '{vm}' is a blob ('vhd'). This lab has managed disks alone: leave 'vhd' out, or import the blob as a managed disk.",
    ASSUMED,
)
ATTACHED_TWICE = Refusal(400, "InvalidParameter", "Disk '{disk}' is named more than once in the storage profile of VM '{vm}'.", ASSUMED)
SAME_DISK_NAME = Refusal(400, "InvalidParameter", "VM '{vm}' asks for more than one new disk with the name '{disk}'.", ASSUMED)
HOT_PLUG = Refusal(
    409,
    "OperationNotAllowed",
    "The disks of VM '{vm}' cannot be changed while its guest runs in this lab. Deallocate the VM first.",
    ASSUMED,
)
TIMED_OUT = Refusal(
    409,
    "OSProvisioningTimedOut",
    "OS Provisioning for VM '{vm}' did not finish in the allotted time. The VM may still finish provisioning successfully."
    " Please check provisioning state later. For details on how to check current provisioning state of Windows VMs,"
    " refer to https://aka.ms/WindowsVMLifecycle and Linux VMs, refer to https://aka.ms/LinuxVMLifecycle.",
    ISSUE,
)
STILL = Refusal(
    409,
    "OSProvisioningTimedOut",
    "OS Provisioning for VM '{vm}' did not finish: its kernel wrote something to the serial console, and nothing more during a minute of"
    " processor time, so it hangs.",
    ASSUMED,
)
AGENT_RUNNING = Refusal(
    409,
    "OSProvisioningTimedOut",
    "OS Provisioning for VM '{vm}' did not finish in the allotted time. However, the VM guest agent was detected running."
    " This suggests the guest OS has not been properly prepared to be used as a VM image (with CreateOption=FromImage)."
    " To resolve this issue, either use the VHD as is with CreateOption=Attach or prepare it properly for use as an image:\n"
    " * Instructions for Windows: https://azure.microsoft.com/documentation/articles/virtual-machines-windows-upload-image/\n"
    " * Instructions for Linux: https://azure.microsoft.com/documentation/articles/virtual-machines-linux-capture-image/",
    ISSUE,
)
GUEST_ENDED = Refusal(
    409,
    "OSProvisioningClientError",
    "OS Provisioning for VM '{vm}' failed: the guest stopped before it reported that provisioning was complete.",
    ASSUMED,
)
NO_BOOT_DIAGNOSTICS = Refusal(
    409,
    "OperationNotAllowed",
    "Boot diagnostics with managed storage is not enabled on VM '{vm}'.",
    ASSUMED,
)
