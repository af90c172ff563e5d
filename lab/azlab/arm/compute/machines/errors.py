"""Refusals about virtual machines and the provisioning of their guests."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, DOCUMENTED, ISSUE, RECORDED

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
    "Operation '{operation}' is not allowed on VM '{vm}' since the VM is marked for deletion."
    " You can only retry the Delete operation (or wait for an ongoing one to complete).",
    ISSUE,
)
IS_GENERALIZED = Refusal(
    409, "OperationNotAllowed", "Operation '{operation}' is not allowed on VM '{vm}' since the VM is generalized.", ISSUE
)
NOT_DEALLOCATED = Refusal(
    409, "OperationNotAllowed", "Operation '{operation}' is not allowed on VM '{vm}' since the VM is not deallocated.", DOCUMENTED
)
NO_HIBERNATION = Refusal(409, "OperationNotAllowed", "The VM '{vm}' is not enabled for hibernation.", ASSUMED)
NOT_RUNNING = Refusal(
    409,
    "OperationNotAllowed",
    "Cannot modify VM '{vm}' when the VM is not running: operation '{operation}' needs a running VM.",
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
    "Operation '{operation}' is not supported for VMs or VM Scale Set instances using an ephemeral OS disk.",
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
NO_NIC_TAGS = Refusal(
    400, "BadRequest", "Could not find member 'tags' on object of type 'VirtualMachineNetworkInterfaceConfiguration'.", ASSUMED
)
TRUSTED_LAUNCH_ONLY = Refusal(
    400,
    "BadRequest",
    "The image requires a VM with security type 'TrustedLaunch', and the security type of the VM is not compatible with it.",
    ASSUMED,
)
TRUSTED_LAUNCH_DISK_VM = Refusal(
    400,
    "BadRequest",
    "Security type of VM is not compatible with the security type of attached OS Disk.",
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
    "A disk of VM '{vm}' is a blob ('vhd'). This lab supports only managed disks: leave 'vhd' out, or import the blob as a managed disk.",
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
HUNG = Refusal(
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
USER_DATA = Refusal(
    409,
    "OperationNotAllowed",
    "VM '{vm}' has user data ('userData'). The guests of this lab cannot read it: leave 'userData' out, or use 'customData'.",
    ASSUMED,
)
