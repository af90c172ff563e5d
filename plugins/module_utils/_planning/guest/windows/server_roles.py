# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server roles that Sysprep supports, as Microsoft documents them; the table ends with Windows Server 2012.

The names of features are those of Get-WindowsFeature. They are not in the table of Microsoft, and were not compared on Windows.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "https://learn.microsoft.com/windows-hardware/manufacture/desktop/sysprep-support-for-server-roles"

YES, NO, NOT_APPLICABLE = "yes", "no", "n/a"
HYPER_V, NPAS, WEB_SERVER, WDS = "Hyper-V", "NPAS", "Web-Server", "WDS"

BUILD_2008_R2, BUILD_2012 = 7600, 9200

ALWAYS_INSTALLED = "FileAndStorage-Services"
"""Every server has this role, so it cannot be a reason against Sysprep."""


@dataclass(frozen=True)
class ServerRole:
    """A row of the table: whether Sysprep supports the role on Windows Server 2008, 2008 R2 and 2012.

    ``feature`` is empty for a role whose feature is not known. ``condition`` is what must be so for a yes.
    """

    name: str
    feature: str
    w2008: str
    w2008_r2: str
    w2012: str
    condition: str = ""

    def support(self, build: int) -> str:
        """The documented support for a build of Windows; that of 2012 for later ones."""
        if build < BUILD_2008_R2:
            return self.w2008
        return self.w2008_r2 if build < BUILD_2012 else self.w2012


def basis(build: int) -> str:
    """The basis of an answer: the table does not speak of a Windows Server later than 2012."""
    return "documented" if build <= BUILD_2012 else "documented for Windows Server 2012 only"


TABLE = (
    ServerRole("Active Directory Certificate Services", "AD-Certificate", NO, NO, NO),
    ServerRole("Active Directory Domain Services", "AD-Domain-Services", NO, NO, NO),
    ServerRole("Active Directory Federation Services", "ADFS-Federation", NO, NO, NO),
    ServerRole("Active Directory Lightweight Directory Services", "ADLDS", NO, NO, NO),
    ServerRole("Active Directory Rights Management Services", "ADRMS", NO, NO, NO),
    ServerRole("Application Server", "Application-Server", YES, YES, YES),
    ServerRole("DHCP Server", "DHCP", YES, NO, NO),
    ServerRole("DNS Server", "DNS", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE),
    ServerRole("Fax Server", "Fax", NO, NO, NO),
    ServerRole("File and Storage Services", ALWAYS_INSTALLED, NO, YES, YES),
    ServerRole("Hyper-V", HYPER_V, NOT_APPLICABLE, YES, YES, "its virtual networks are deleted first"),
    ServerRole("Network Policy and Access Services", NPAS, NO, NO, NO),
    ServerRole("Network Policy Routing and Remote Access Services", "", YES, NOT_APPLICABLE, NOT_APPLICABLE),
    ServerRole("Printing and Document Services", "Print-Services", NO, YES, YES),
    ServerRole("Remote Desktop Services", "Remote-Desktop-Services", YES, YES, YES),
    ServerRole("Streaming Media Services", "", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE),
    ServerRole("UDDI Services", "", NO, NOT_APPLICABLE, NOT_APPLICABLE),
    ServerRole("Volume Activation Services", "VolumeActivation", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE),
    ServerRole("Web Server (IIS)", WEB_SERVER, YES, YES, YES, "applicationHost.config has no encrypted credentials"),
    ServerRole("Windows Deployment Services", WDS, NO, NO, YES, "it is not initialized"),
    ServerRole("Windows Server Update Services", "UpdateServices", NO, NO, NO),
)
