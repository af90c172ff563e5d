# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The known failures of Sysprep: how each shows in its logs, its cause and its remedy.

A line of a log never decides a verdict: runs that succeed leave lines with "Error" too. It explains a verdict that was found otherwise.
The codes are matched as well as the words, because Windows translates words. Failures that leave no line in these logs have no row: those
of a Sysprep that ran as LocalSystem, and those of a machine that does not come up from its image.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

_LINE = re.compile(r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.\d+)?,?\s*(?P<level>[^\W\d]*)\s*(?P<message>.*)")
_NOT_ERRORS = frozenset({"info", "warning"})

_TROUBLESHOOTING = "https://learn.microsoft.com/troubleshoot/windows-client/setup-upgrade-and-drivers/"
_MANUFACTURE = "https://learn.microsoft.com/windows-hardware/manufacture/desktop/"
_REBUILD = "restore the machine from its backup: Sysprep cannot be repeated on it"


@dataclass(frozen=True)
class Signature:
    """A known failure. ``pattern`` is searched in the lines of Sysprep's logs, ``source`` is where cause and remedy are described."""

    id: str
    pattern: str
    cause: str
    remedy: str
    source: str


SIGNATURES = (
    Signature(
        "appx",
        r"installed for a user, but not provisioned|\b0x(?:8007)?3cf2\b",
        "an app package is installed for a user, but not provisioned for all users",
        "remove the package that setuperr.log names for every user (Remove-AppxPackage -AllUsers), "
        "and its provisioned package if there is one (Remove-AppxProvisionedPackage -Online)",
        _TROUBLESHOOTING + "sysprep-fails-remove-or-update-store-apps",
    ),
    Signature(
        "appx_service",
        r"AppxSysprep\.dll.*\b0x(?:80070)?422\b",
        "the service AppXSvc is disabled",
        "set the service AppXSvc to start manually (Set-Service AppXSvc -StartupType Manual)",
        "https://learn.microsoft.com/windows/win32/debug/system-error-codes--1000-1299-",
    ),
    Signature(
        "bitlocker",
        r"\b0x80310039\b|BitLocker is on for the OS volume",
        "a volume is encrypted with BitLocker; that its protection is off is not enough",
        "decrypt the volume (Disable-BitLocker), and wait until its VolumeStatus is FullyDecrypted",
        "https://github.com/antifob/incus-windows/issues/30",
    ),
    Signature(
        "reserved_storage",
        r"\b0x800f0975\b|spopk\.dll.*\b0x975\b|reserved storage is in use|if there is an active scenario",
        "an update or other servicing uses the reserved storage",
        "let all updates finish, restart the machine, and run Sysprep again",
        "https://learn.microsoft.com/troubleshoot/mem/configmgr/os-deployment/windows-11-image-capture-fail",
    ),
    Signature(
        "servicing_busy",
        r"query pending CBS operations|spopk\.dll.*\b0x80080005\b",
        "Windows did not say in time whether updates are pending: its servicing was busy",
        "wait until TrustedInstaller and TiWorker have ended, and run Sysprep again",
        "https://github.com/GoogleCloudPlatform/compute-image-windows/issues/156",
    ),
    Signature(
        "pending_restart",
        r"updates that require a (?:reboot|restart)",
        "updates wait for a restart",
        "restart the machine, and run Sysprep again",
        "https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image",
    ),
    Signature(
        "updates_during_sysprep",
        r"\b0x80240041\b|WU_E_SYSPREP_IN_PROGRESS",
        "updates were searched or installed while Sysprep ran",
        "stop what installs updates (a policy, an agent), restart the machine, and run Sysprep again",
        "https://learn.microsoft.com/windows/deployment/update/windows-update-error-reference",
    ),
    Signature(
        "licensing_stopped",
        r"\b0xc004f075\b|-1073418123\b",
        "the service sppsvc (Software Protection) was stopping or had not started when Sysprep reset the activation",
        _REBUILD + "; there, wait until the service sppsvc runs before Sysprep starts",
        "https://learn.microsoft.com/windows-server/get-started/activation-error-codes",
    ),
    Signature(
        "rearm",
        r"\b0xc004d307\b|-1073425657\b",
        "the activation of this Windows cannot be reset any more: its rearm count is used up",
        "build the image from a new installation of Windows, not from one that went through Sysprep so often",
        _TROUBLESHOOTING + "error-occurs-when-running-sysprep-generalize",
    ),
    Signature(
        "defender_for_endpoint",
        r"\bsenseGuid\b|Windows-SenseClient-Service",
        "Microsoft Defender for Endpoint protects its identity from Sysprep",
        _REBUILD + "; there, offboard the machine from Defender for Endpoint, and exclude it from automatic onboarding",
        "https://github.com/actions/runner-images/issues/9659",
    ),
    Signature(
        "guest_agent_provider",
        r"VMAgentDisabler",
        "a provider of the Azure VM Agent is missing: the agent has replaced itself by a new version",
        _REBUILD + "; there, install the agent again, and wait until its services RdAgent and WindowsAzureGuestAgent run",
        "https://github.com/hashicorp/packer/issues/9261",
    ),
    Signature(
        "desired_state",
        r"DscCore\.dll",
        "the state of Desired State Configuration could not be removed; the cause of this failure is not known",
        "look for what is missing below C:\\Windows\\System32\\Configuration, and report your finding there",
        "https://github.com/MicrosoftDocs/azure-docs/issues/80346",
    ),
    Signature(
        "upgraded",
        r"will not run on an upgraded OS",
        "this Windows was upgraded in place from an older version, which its Sysprep does not support",
        "build the image from a new installation of Windows",
        _MANUFACTURE + "sysprep--system-preparation--overview",
    ),
    Signature(
        "earlier_failure",
        r"Not running DLLs|machine is in an invalid state|\[0x0f0073\]",
        "an earlier Sysprep failed on this machine",
        _REBUILD,
        _TROUBLESHOOTING + "fatal-error-occurred-sysprep-machine",
    ),
    Signature(
        "provider",
        r"(?:LaunchDll|LaunchModule)\s*:\s*(?:Failure occurred|Could not load)",
        "a provider that Sysprep calls has failed",
        "repair or remove the program to which the DLL in this line belongs",
        _MANUFACTURE + "sysprep-process-overview",
    ),
)
"""The signatures; if several are found, the first in this table explains the failure: those of causes stand before those of effects."""


@dataclass(frozen=True)
class Found:
    """A signature, and the message of the line in which it was found."""

    signature: Signature
    message: str


def find(logs: Iterable[Iterable[str]], earliest: datetime) -> Found | None:
    """The signature in the lines of some logs that were written at ``earliest`` or later, in the machine's local time without a zone.

    The logs of Sysprep keep the lines of earlier runs. A line without a time continues the one before it.
    """
    messages = [message for log in logs for message in _messages(log, earliest)]
    for signature in SIGNATURES:
        for message in messages:
            if re.search(signature.pattern, message, re.IGNORECASE):
                return Found(signature, message)
    return None


def _messages(lines: Iterable[str], earliest: datetime) -> Iterator[str]:
    """The messages of the lines of this run, but for those that report progress."""
    of_this_run = False
    for line in lines:
        found = _LINE.match(line)
        if found:
            of_this_run = _is_later(found["time"], earliest) and found["level"].lower() not in _NOT_ERRORS
        if of_this_run:
            yield found["message"] if found else line.strip()


def _is_later(text: str, earliest: datetime) -> bool:
    try:
        return datetime.fromisoformat(text.replace("T", " ")) >= earliest
    except ValueError:
        return False
