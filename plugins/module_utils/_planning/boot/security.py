# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The security type of a new VM: the requested one, or the only one that its image or OS disk allows.

https://learn.microsoft.com/azure/virtual-machines/trusted-launch
https://learn.microsoft.com/azure/confidential-computing/confidential-vm-overview
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..._core.errors import InvalidRequest
from ..._core.model.catalog_image import CatalogImage
from ..._core.model.disk import Disk
from .request import BootRequest

STANDARD, TRUSTED, CONFIDENTIAL = "Standard", "TrustedLaunch", "ConfidentialVM"

ALLOWED: dict[str, tuple[str, ...]] = {
    "standard": (STANDARD,),
    "trustedlaunch": (TRUSTED,),
    "trustedlaunchsupported": (STANDARD, TRUSTED),
    "confidentialvm": (CONFIDENTIAL,),
    "confidentialvmsupported": (STANDARD, CONFIDENTIAL),
    "trustedlaunchandconfidentialvmsupported": (STANDARD, TRUSTED, CONFIDENTIAL),
}
"""The values of an image's feature SecurityType in lower case, and the security types of VMs that they allow."""
GUEST_STATE_ONLY = "VMGuestStateOnly"
ENCRYPTION = {
    "confidentialvm_vmgueststateonlyencryptedwithplatformkey": GUEST_STATE_ONLY,
    "confidentialvm_diskencryptedwithplatformkey": "DiskWithVMGuestState",
    "confidentialvm_diskencryptedwithcustomerkey": "DiskWithVMGuestState",
    "confidentialvm_nonpersistedtpm": "NonPersistedTPM",
}
"""The security types of an OS disk of a confidential VM in lower case, and how a VM names that encryption."""
OF_VERSIONS = {
    "encryptedvmgueststateonlywithpmk": GUEST_STATE_ONLY,
    "encryptedwithpmk": "DiskWithVMGuestState",
    "encryptedwithcmk": "DiskWithVMGuestState",
    "nonpersistedtpm": "NonPersistedTPM",
}
"""The encryption of a version of a confidential image in lower case, and how a VM names it."""


class Security(NamedTuple):
    """The security type of a VM, None if Azure chooses it, and the encryption of the OS disk of a confidential VM."""

    type: str | None = None
    encryption: str = GUEST_STATE_ONLY

    def profile(self, secure_boot: bool) -> dict[str, Any]:
        """The properties of the VM: Secure Boot and the virtual TPM exist only with these security types."""
        if self.type is None:
            return {}
        settings = {"uefiSettings": {"secureBootEnabled": secure_boot, "vTpmEnabled": True}} if self.type != STANDARD else {}
        return {"securityProfile": {"securityType": self.type, **settings}}

    @property
    def disk_profile(self) -> dict[str, Any]:
        """The properties of the OS disk of a confidential VM."""
        return {"securityProfile": {"securityEncryptionType": self.encryption}} if self.type == CONFIDENTIAL else {}


def find_security(request: BootRequest, name: str, os_disk: Disk | None, catalog: CatalogImage | None) -> Security:
    """The security type of a new VM. Raises ``InvalidRequest`` if the image or the OS disk does not allow the requested one.

    Without one, a source that allows only one type other than the standard one decides. Otherwise nothing is requested from Azure, since
    only some subscriptions accept the standard type by name.
    """
    allowed = _allowed(request, os_disk, catalog)
    if request.security_type and allowed and request.security_type not in allowed:
        raise InvalidRequest(
            f"security_type: {name} can be used for VMs of type {' or '.join(allowed)} only, not {request.security_type}: "
            "omit security_type."
        )
    only = allowed[0] if len(allowed) == 1 and allowed[0] != STANDARD else None
    of_version = OF_VERSIONS.get((catalog.encryption or "").casefold()) if catalog else None
    return Security(request.security_type or only, of_version or ENCRYPTION.get(_disk_type(os_disk), GUEST_STATE_ONLY))


def security_of_disk(security_type: str | None, os_disk: Disk) -> Security:
    """The security type that a VM had, or else the only one that its OS disk allows, with the encryption of that disk."""
    allowed = _of_disk(_disk_type(os_disk))
    only = allowed[0] if len(allowed) == 1 and allowed[0] != STANDARD else None
    known = security_type if security_type and security_type != STANDARD else only
    return Security(known, ENCRYPTION.get(_disk_type(os_disk), GUEST_STATE_ONLY))


def _allowed(request: BootRequest, os_disk: Disk | None, catalog: CatalogImage | None) -> tuple[str, ...]:
    """The security types that are possible; empty if that is not known."""
    if request.image is not None:
        return (STANDARD,)
    if os_disk is not None:
        return _of_disk(_disk_type(os_disk))
    return ALLOWED.get((catalog.security_type or STANDARD).casefold(), ()) if catalog else ()


def _of_disk(security_type: str) -> tuple[str, ...]:
    return (CONFIDENTIAL,) if security_type.startswith(CONFIDENTIAL.casefold()) else ALLOWED.get(security_type, ())


def _disk_type(disk: Disk | None) -> str:
    return ((disk.security_type if disk else None) or STANDARD).casefold()
