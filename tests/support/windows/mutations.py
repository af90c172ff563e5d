# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests in which one thing is wrong, each with the one check or failure that must name it.

Three kinds: what the preflight must find, courses of Sysprep that explain themselves by a line of the logs, and courses that only the
state, the exit code and the connection give away.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.windows.guest import SERVER
from tests.support.windows.readings import LOGS
from tests.support.windows.registry import Registry

Description = dict[str, Any]
CURRENT = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion"
CONTROL = r"HKLM:\SYSTEM\CurrentControlSet\Control"
SERVICES = r"HKLM:\SYSTEM\CurrentControlSet\Services"
STATE = rf"{CURRENT}\Setup\State"
STATE_INI = r"C:\Windows\Setup\State\State.ini"
SYSPREP = r"C:\Windows\System32\Sysprep"
TAG, ERRORS, ACTIONS = rf"{SYSPREP}\Sysprep_succeeded.tag", rf"{SYSPREP}\Panther\setuperr.log", rf"{SYSPREP}\Panther\setupact.log"
COMPLETE, UNDEPLOYABLE = "IMAGE_STATE_COMPLETE", "IMAGE_STATE_UNDEPLOYABLE"
SPECIALIZE, RESEALED = "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE", "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"
BUILDER = "S-1-5-21-1004336348-1177238915-682003330-1001"


@dataclass(frozen=True)
class Mutation:
    """A change of the prepared server, and what must be fired by it: the id of a check, of a known failure, or a verdict."""

    name: str
    expected: str
    spoil: Callable[[Description], None]

    def guest(self) -> Description:
        """The spoiled guest."""
        described = server()
        self.spoil(described)
        return described


def server() -> Description:
    """The prepared server."""
    described: Description = json.loads(SERVER.read_text())
    return described


def value(key: str, name: str, data: Any) -> Callable[[Description], None]:
    """Set a value of the registry."""
    return lambda guest: Registry(guest["registry"]).set(key, name, data)


def without_value(key: str, name: str) -> Callable[[Description], None]:
    """Remove a value of the registry."""
    return lambda guest: Registry(guest["registry"]).remove_value(key, name)


def key(path: str) -> Callable[[Description], None]:
    """Create a key of the registry."""
    return lambda guest: Registry(guest["registry"]).create(path)


def file(path: str, content: Any) -> Callable[[Description], None]:
    """Put a file into the guest."""
    return lambda guest: guest["files"].__setitem__(path, content)


def without_file(path: str) -> Callable[[Description], None]:
    """Remove a file of the guest."""
    return lambda guest: guest["files"].__delitem__(path)


def row(*path: str | int, **values: Any) -> Callable[[Description], None]:
    """Change members of a part of the JSON that is named by its path."""

    def spoil(guest: Description) -> None:
        part: Any = guest
        for name in path:
            part = part[name]
        part.update(values)

    return spoil


def add(*path: str, **values: Any) -> Callable[[Description], None]:
    """Add a row to a list that is named by its path."""

    def spoil(guest: Description) -> None:
        part: Any = guest
        for name in path:
            part = part[name]
        part.append(values)

    return spoil


def all_of(*changes: Callable[[Description], None]) -> Callable[[Description], None]:
    """Several changes."""

    def spoil(guest: Description) -> None:
        for change in changes:
            change(guest)

    return spoil


def role(name: str, display_name: str) -> Callable[[Description], None]:
    """Install a role."""
    return add("features", name=name, display_name=display_name, installed=True, kind="Role")


def _package(**values: Any) -> Callable[[Description], None]:
    user = {"UserSecurityId": {"Sid": BUILDER, "Username": r"WEB-01\builder"}, "InstallState": "Installed"}
    common = {"IsFramework": False, "IsBundle": False, "IsResourcePackage": False, "NonRemovable": False, "SignatureKind": "Store"}
    return add("commands", "Get-AppxPackage", **common, PackageUserInformation=[user], **values)


_IIS = (
    '<configuration><system.applicationHost><add userName="a" password="[enc:AesProvider:x:enc]"/></system.applicationHost></configuration>'
)
_TEAMS = _package(Name="MSTeams", PackageFullName="MSTeams_1.0.0.0_x64__8wekyb3d8bbwe", Version="1.0.0.0")
_NEWER = _package(
    Name="Microsoft.SecHealthUI", PackageFullName="Microsoft.SecHealthUI_1000.99999.0.0_x64__8wekyb3d8bbwe", Version="1000.99999.0.0"
)
_SQL = r"HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server"
_DEFENDER = r"HKLM:\SOFTWARE\Microsoft\Windows Advanced Threat Protection"

PREFLIGHT = (
    Mutation("Ansible works as LocalSystem", "identity", row("commands", "identity", sid="S-1-5-18", name=r"NT AUTHORITY\SYSTEM")),
    Mutation("Ansible works without an elevated token", "identity", row("commands", "identity", administrator=False)),
    Mutation("another Sysprep runs", "single", add("processes", name="sysprep", id=77, started="2026-11-28T06:00:00Z")),
    Mutation("an earlier Sysprep failed, by the registry", "imagestate", value(STATE, "ImageState", UNDEPLOYABLE)),
    Mutation("an earlier Sysprep failed, by State.ini", "imagestate", file(STATE_INI, f"[State]\r\nImageState={SPECIALIZE}\r\n")),
    Mutation("the machine is generalized already", "imagestate", value(STATE, "ImageState", RESEALED)),
    Mutation("the machine has no image state", "imagestate", without_value(STATE, "ImageState")),
    Mutation(
        "the machine is in a domain",
        "domain",
        row("commands", "Get-CimInstance", Win32_ComputerSystem=[{"Name": "WEB-01", "PartOfDomain": True, "Domain": "example.com"}]),
    ),
    Mutation(
        "drive C is encrypted, its protection off", "bitlocker", row("commands", "Get-BitLockerVolume", 0, VolumeStatus="FullyEncrypted")
    ),
    Mutation(
        "a data volume is being decrypted", "bitlocker", row("commands", "Get-BitLockerVolume", 1, VolumeStatus="DecryptionInProgress")
    ),
    Mutation("files are encrypted with EFS", "efs", row("commands", **{"cipher.exe": [r"C:\Users\builder\secret.txt"]})),
    Mutation("servicing waits for a restart", "reboot", key(rf"{CURRENT}\Component Based Servicing\RebootPending")),
    Mutation("Windows Update waits for a restart", "reboot", key(rf"{CURRENT}\WindowsUpdate\Auto Update\RebootRequired")),
    Mutation(
        "files are renamed at the next start",
        "reboot",
        value(rf"{CONTROL}\Session Manager", "PendingFileRenameOperations", [r"\??\C:\a", ""]),
    ),
    Mutation(
        "a role waits for a restart",
        "reboot",
        value(r"HKLM:\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache", "RestartRequired", 1),
    ),
    Mutation("servicing has left work", "reboot", file(r"C:\Windows\WinSxS\pending.xml", "<a/>")),
    Mutation("updates are being installed", "servicing", add("processes", name="TiWorker", id=88, cpu=10, busy=5)),
    Mutation("an update uses reserved storage", "servicing", value(rf"{CURRENT}\ReserveManager", "ActiveScenario", 6)),
    Mutation("an app is installed for one user", "appx", _TEAMS),
    Mutation("an app of one user is newer than the provisioned one", "appx", _NEWER),
    Mutation("no rearm is left", "rearm", row("commands", "Get-CimInstance", SoftwareLicensingService=[{"RemainingWindowsReArmCount": 0}])),
    Mutation("a domain controller", "roles", role("AD-Domain-Services", "Active Directory Domain Services")),
    Mutation("a certification authority", "roles", role("AD-Certificate", "Active Directory Certificate Services")),
    Mutation("a role that no table has", "roles", role("HostGuardianServiceRole", "Host Guardian Service")),
    Mutation(
        "credentials of IIS are encrypted",
        "roleprereq",
        all_of(role("Web-Server", "Web Server (IIS)"), file(r"C:\Windows\System32\inetsrv\config\applicationHost.config", _IIS)),
    ),
    Mutation("the server was upgraded in place", "upgraded", key(r"HKLM:\SYSTEM\Setup\Source OS (Updated on 1/2/2024 03:04:05)")),
    Mutation("DVD drives are disabled", "cdrom", value(rf"{SERVICES}\cdrom", "Start", 4)),
    Mutation(
        "a policy denies removable storage",
        "cdrom",
        value(r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices", "Deny_All", 1),
    ),
    Mutation("an answer file lies beside Sysprep", "answerfile", file(rf"{SYSPREP}\Unattend.xml", "<unattend/>")),
    Mutation("an answer file lies on the temporary disk", "answerfile", file(r"D:\Autounattend.xml", "<unattend/>")),
    Mutation("the registry names an answer file", "answerfile", value(r"HKLM:\SYSTEM\Setup", "UnattendFile", r"E:\answers\build.xml")),
    Mutation("the agent does not run", "agent", row("services", "WindowsAzureGuestAgent", status="Stopped")),
    Mutation("the agent is not installed", "agent", all_of(lambda guest: guest["services"].pop("RdAgent"))),
    Mutation(
        "a provider of the agent is missing", "providers", without_file(r"C:\WindowsAzure\GuestAgent_2.7.41491.1102\VMAgentDisabler.dll")
    ),
    Mutation("Defender for Endpoint is onboarded", "defender", value(rf"{_DEFENDER}\Status", "OnboardingState", 1)),
    Mutation("the sensor of Defender for Endpoint runs", "defender", row("services", "Sense", status="Running")),
    Mutation("Administrator must change its password", "accounts", row("users", 0, enabled=True, password_last_set=None)),
    Mutation("the password of the build expires", "accounts", row("users", 2, password_expires="2026-11-29T00:00:00Z")),
    Mutation("an account needs no password", "password", row("users", 2, password_required=False)),
    Mutation(
        "the certificates of 2023 are missing", "secureboot", value(rf"{CONTROL}\SecureBoot\Servicing", "UEFICA2023Status", "InProgress")
    ),
    Mutation("SQL Server was not prepared", "sql", value(rf"{_SQL}\Instance Names\SQL", "MSSQLSERVER", "MSSQL16.MSSQLSERVER")),
)


def step(
    after: int, state: str | None = None, *, ini: str | None = "", exit_code: int | None = None, files: Description | None = None
) -> dict[str, Any]:
    """A step of a course: the image state in both places (``ini`` if State.ini differs, None to leave it), an exit code, and files."""
    made: dict[str, Any] = {"after": after, "files": dict(files or {})}
    if state:
        made["registry"] = {STATE: {"ImageState": state}}
    if state and ini is not None:
        made["files"][STATE_INI] = f"[State]\r\nImageState={ini or state}\r\n"
    if exit_code is not None:
        made["exit_code"] = exit_code
    return made


def course(*steps: dict[str, Any]) -> Callable[[Description], None]:
    """Let Sysprep take another course."""
    return lambda guest: guest.__setitem__("sysprep", copy.deepcopy(list(steps)))


def tagged(made: dict[str, Any]) -> dict[str, Any]:
    """A step in which Sysprep leaves its tag."""
    made["files"][TAG] = ""
    return made


def grows(polls: int) -> Iterator[dict[str, Any]]:
    """Steps in which only the log grows."""
    return (step(number, files={ACTIONS: {"append": "{now}, Info                  SYSPRP working\r\n"}}) for number in range(1, polls))


def explained(name: str) -> Mutation:
    """A course that Sysprep refuses with the lines of a known failure, after lines of an earlier run with another failure."""
    other = next(lines for each, lines in LOGS.items() if each not in (name, "provider"))
    lines = [f"2026-01-02 03:04:05, Error                 {line}\r\n" for line in other]
    lines += [f"{{now}}, Error                 {line}\r\n" for line in LOGS[name]]
    return Mutation(f"Sysprep refuses with the lines of {name}", name, course(step(1, exit_code=1, files={ERRORS: "".join(lines)})))


def faults(*rules: dict[str, Any]) -> Callable[[Description], None]:
    """Let connections fail."""
    return lambda guest: guest.__setitem__("connection", list(rules))


SIGNATURES = tuple(explained(name) for name in LOGS)
SEQUENCES = (
    Mutation("Sysprep ends at once with exit code 0", "refused", course(step(0, exit_code=0))),
    Mutation("Sysprep is refused without a known line", "refused", course(step(1, exit_code=31))),
    Mutation("Sysprep breaks off in the middle with exit code 0", "broken", course(step(0, UNDEPLOYABLE), tagged(step(1, exit_code=0)))),
    Mutation("Sysprep breaks off after its cleanup", "broken", course(step(0, UNDEPLOYABLE), step(1, SPECIALIZE, exit_code=0))),
    Mutation(
        "the image is sealed for audit mode", "broken", course(tagged(step(1, "IMAGE_STATE_GENERALIZE_RESEAL_TO_AUDIT", exit_code=0)))
    ),
    Mutation("the registry says sealed, State.ini broken", "broken", course(tagged(step(1, RESEALED, ini=UNDEPLOYABLE, exit_code=0)))),
    Mutation("Sysprep leaves no tag", "unproven", course(step(1, RESEALED, exit_code=0))),
    Mutation("the tag is of an earlier Sysprep", "unproven", all_of(file(TAG, ""), course(step(1, RESEALED, exit_code=0)))),
    Mutation("all is sealed, but for the exit code", "unproven", course(tagged(step(1, RESEALED, exit_code=31)))),
    Mutation("only the registry says sealed", "unproven", course(tagged(step(1, RESEALED, ini=None, exit_code=0)))),
    Mutation("only State.ini says sealed", "unproven", course(tagged(step(1, COMPLETE, ini=RESEALED, exit_code=0)))),
    Mutation("the waiting process vanishes, no exit code is kept", "unproven", course(tagged({**step(1, RESEALED), "process": "absent"}))),
    Mutation("Sysprep hangs in its validation", "stalled", course(step(0))),
    Mutation("Sysprep hangs while it generalizes", "stalled", course(step(1, UNDEPLOYABLE))),
    Mutation("Sysprep works for ever", "stalled", course(*grows(70))),
    Mutation("the connection is lost for ever after the launch", "unknown", faults({"poll": 1, "fault": "lost", "times": None})),
    Mutation("connections are refused before the end", "unknown", faults({"poll": 2, "fault": "refused", "times": None})),
    Mutation("connections time out", "unknown", faults({"poll": 2, "fault": "timeout", "times": None})),
    Mutation("the machine powers off by itself", "unknown", course(step(1, UNDEPLOYABLE), {"after": 2, "power": "stopped"})),
)
HARMLESS = (
    Mutation("the connection is lost twice", "", faults({"poll": 1, "fault": "lost"}, {"poll": 3, "fault": "refused"})),
    Mutation(
        "errors of earlier runs", "", file(ERRORS, "2026-01-02 03:04:05, Error                 SYSPRP Not running DLLs; dwRet = 31\r\n")
    ),
)
"""Changes that must fire nothing."""
