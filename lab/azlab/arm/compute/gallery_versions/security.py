"""Which sources a version may have, by the security type of its image definition: the lab's own copy of Azure's table.

https://learn.microsoft.com/azure/virtual-machines/trusted-launch-portal
"""

from __future__ import annotations

from azlab.arm.compute.gallery_versions import source_errors
from azlab.arm.compute.gallery_versions.definitions import STANDARD
from azlab.arm.core.lab import Lab

BLOB, IMAGE_KIND, VERSION_KIND, DISK_KIND, SNAPSHOT_KIND, VM_KIND = "VHD blob", "managed image", "version", "disk", "snapshot", "VM"
_TAKES = {
    STANDARD: {BLOB, IMAGE_KIND, VERSION_KIND, DISK_KIND, SNAPSHOT_KIND, VM_KIND},
    "TrustedLaunchSupported": {BLOB, IMAGE_KIND, VERSION_KIND},
    "ConfidentialVMSupported": {BLOB, IMAGE_KIND, VERSION_KIND},
    "TrustedLaunchAndConfidentialVmSupported": {BLOB, IMAGE_KIND, VERSION_KIND},
    "TrustedLaunch": {VERSION_KIND, DISK_KIND, SNAPSHOT_KIND, VM_KIND},
    "ConfidentialVM": {VERSION_KIND, DISK_KIND, SNAPSHOT_KIND, VM_KIND},
}
_WITH_STATE = ("TrustedLaunch", "ConfidentialVM")
"""Security types whose images hold the state of a virtual TPM, so that the source must have had one."""


def check_security(lab: Lab, wanted: str, kind: str, id: str, actual: str) -> None:
    """Refuse a source that the image definition's security type does not take. `actual` is the security type of the source.

    Azure's text is known only for the types that end in `Supported`; with `loose_security_sources`, nothing else is refused.
    """
    allowed = _TAKES.get(wanted, _TAKES[STANDARD])
    if kind not in allowed and wanted not in _WITH_STATE:
        raise source_errors.SECURITY_TYPE(type=wanted, id=id, target="galleryImageVersion.properties.storageProfile")
    if lab.faults.on("loose_security_sources"):
        return
    if kind not in allowed:
        raise source_errors.SECURITY_KIND(type=wanted, id=id, kind=kind)
    if kind not in (BLOB, IMAGE_KIND) and _held(wanted) != _held(actual):
        raise source_errors.SECURITY_MISMATCH(id=id, actual=actual, wanted=wanted)


def _held(type: str) -> str:
    """The kind of state that an image of this security type holds."""
    kind = type.partition("_")[0]  # a confidential disk also says how it is encrypted
    return kind if kind in _WITH_STATE else STANDARD
