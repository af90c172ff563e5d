# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that should not be in an image: accounts of people, identities, credentials, and traces of the work on the machine.

Of secrets only the place is kept, never the content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .hives import Hive, Key
    from .ntfs import Volume

Leftover = Mapping[str, Any]
MOST_FOUND = 500
"""More leftovers than this are not listed of one search."""
FIRST_OF_PEOPLE = 1000
"""Accounts below this relative id are Windows' own."""
NAMES = "SAM\\Domains\\Account\\Users\\Names"
PROFILES = "Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
HOMES = ("Users\\*", "Windows\\System32\\config\\systemprofile", "Windows\\ServiceProfiles\\*")
FILES: tuple[tuple[str, str], ...] = (
    ("openssh_host_keys", "ProgramData\\ssh\\ssh_host_*_key*"),
    ("authorized_keys", "ProgramData\\ssh\\administrators_authorized_keys"),
    *(("authorized_keys", f"{home}\\.ssh\\authorized_keys") for home in HOMES),
    *(("powershell_histories", f"{home}\\AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\*_history.txt") for home in HOMES),
    ("configmgr_id", "Windows\\SMSCFG.ini"),
    ("azure_arc", "ProgramData\\AzureConnectedMachineAgent\\Config\\agentconfig.json"),
    ("azure_arc", "ProgramData\\AzureConnectedMachineAgent\\Certs\\*"),
    ("azure_arc", "ProgramData\\AzureConnectedMachineAgent\\Tokens\\*"),
    ("defender_endpoint_data", "ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Cyber\\*"),
    *(("ansible_async", f"{home}\\.ansible_async") for home in HOMES),
    *(("own_traces", f"{home}\\AppData\\Local\\Temp\\ansible*") for home in HOMES),
    ("own_traces", "Windows\\Temp\\ansible*"),
    ("own_traces", "Windows\\goldenimage-sysprep"),
    ("panther_logs", "Windows\\Panther\\setup*.log"),
)
"""Kinds of leftovers, each with the path of its files on the Windows volume. Those that windows_generalize removes have the names that its
vars/traces.yml gives them."""
VALUES: tuple[tuple[str, str, str], ...] = (
    ("autologon", "Microsoft\\Windows NT\\CurrentVersion\\Winlogon", "DefaultPassword"),
    ("autologon", "Microsoft\\Windows NT\\CurrentVersion\\Winlogon", "AutoAdminLogon"),
    ("autologon", "Microsoft\\Windows NT\\CurrentVersion\\Winlogon", "AutoLogonCount"),
    ("autologon", "Microsoft\\Windows NT\\CurrentVersion\\Winlogon", "ForceAutoLogon"),
    ("windows_update", "Microsoft\\Windows\\CurrentVersion\\WindowsUpdate", "SusClientId"),
    ("windows_update", "Microsoft\\Windows\\CurrentVersion\\WindowsUpdate", "SusClientIdValidation"),
    ("defender_endpoint_id", "Microsoft\\Windows Advanced Threat Protection", "senseGuid"),
)
"""Kinds of leftovers, each with a key of the SOFTWARE hive and a value in it that is neither empty nor 0."""
CERTIFICATES = "Microsoft\\SystemCertificates"
KEYS: tuple[tuple[str, str], ...] = (
    ("rdp_certificate", f"{CERTIFICATES}\\Remote Desktop\\Certificates"),
    ("configmgr_certificates", f"{CERTIFICATES}\\SMS\\Certificates"),
)
"""Kinds of leftovers, each with a key of the SOFTWARE hive whose subkeys they are."""
LISTENERS = "Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener"
OWN = f"{CERTIFICATES}\\MY\\Certificates"
ANSWER_FILES = (
    "*unattend*.xml",
    "Windows\\Panther\\*.xml",
    "Windows\\Panther\\Unattend\\*.xml",
    "Windows\\System32\\Sysprep\\*.xml",
    "Windows\\System32\\Sysprep\\Panther\\*.xml",
)
"""The places where Windows Setup looks for answer files and keeps them: the documentation of Windows Setup automation."""
LARGEST_ANSWER_FILE = 4 * 1024 * 1024
DELETED = "*SENSITIVE*DATA*DELETED*"
"""The text that Windows Setup writes over a secret in an answer file."""
_SECRET = re.compile(
    r"<(?:\w+:)?(?P<element>\w*(?:Password|ProductKeySecret|MachinePassword|AccountData))\b[^>]*>(?P<content>.*?)</(?:\w+:)?(?P=element)\s*>",
    re.IGNORECASE | re.DOTALL,
)
_VALUE = re.compile(r"<(?:\w+:)?Value\b[^>]*>(.*?)</(?:\w+:)?Value\s*>", re.IGNORECASE | re.DOTALL)


def find_leftovers(
    volume: Volume, software: Hive | None, accounts: Hive | None, reading: Callable[[str], AbstractContextManager[None]]
) -> tuple[Leftover, ...]:
    """Everything that is left on a volume and in its hives. ``reading`` notes what could not be searched."""
    found: list[Leftover] = []
    searches: tuple[tuple[str, Callable[[], Iterator[Leftover]]], ...] = (
        ("the accounts in the hive SAM", lambda: _accounts(accounts)),
        ("the hive SOFTWARE", lambda: _in_software(software)),
        ("the files of the Windows volume", lambda: _files(volume)),
        ("the answer files", lambda: _answer_files(volume)),
    )
    for subject, search in searches:
        with reading(subject):
            found.extend(islice(search(), MOST_FOUND))
    return tuple(found)


def _accounts(accounts: Hive | None) -> Iterator[Leftover]:
    """Accounts that Windows did not bring along. The type of the value in the key of a name is the relative id."""
    for key in _subkeys(accounts, NAMES) if accounts else ():
        ids = [int(kind) for name, kind, data in key.values() if kind.isdigit()]
        if any(number >= FIRST_OF_PEOPLE for number in ids):
            yield {"kind": "account", "path": key.name}


def _in_software(software: Hive | None) -> Iterator[Leftover]:
    """Profiles of people, values and certificates."""
    if software is None:
        return
    for key in _subkeys(software, PROFILES):
        if key.name.upper().startswith(("S-1-5-21-", "S-1-12-1-")):
            yield {"kind": "profile", "path": str(key.value("ProfileImagePath") or key.name)}
    for kind, path, name in VALUES:
        holder = software.find(path)
        if holder is not None and holder.value(name) not in (None, "", "0", 0, b""):
            yield {"kind": kind, "path": f"HKLM\\SOFTWARE\\{path}", "name": name}
    for kind, path in KEYS:
        for key in _subkeys(software, path):
            yield {"kind": kind, "path": f"HKLM\\SOFTWARE\\{path}\\{key.name}"}
    used = {str(key.value("certThumbprint")).replace(" ", "").upper() for key in _subkeys(software, LISTENERS)}
    for key in _subkeys(software, OWN):
        if key.name.upper() in used:
            yield {"kind": "winrm_certificate", "path": f"HKLM\\SOFTWARE\\{OWN}\\{key.name}"}


def _subkeys(hive: Hive, path: str) -> Iterator[Key]:
    """The subkeys of a key; none if it does not exist."""
    parent = hive.find(path)
    yield from parent.subkeys() if parent else ()


def _files(volume: Volume) -> Iterator[Leftover]:
    for kind, pattern in FILES:
        for path in volume.find(pattern):
            yield {"kind": kind, "path": f"C:\\{path}"}


def _answer_files(volume: Volume) -> Iterator[Leftover]:
    """Answer files, and the elements in them that hold secrets."""
    for pattern in ANSWER_FILES:
        for path in volume.find(pattern):
            content = text_of(volume.read(path, LARGEST_ANSWER_FILE) or b"")
            if "urn:schemas-microsoft-com:unattend" not in content:
                continue
            elements = tuple(dict.fromkeys(secret_elements(content)))
            yield {"kind": "answer_file", "path": f"C:\\{path}"}
            yield from ({"kind": "answer_file_secret", "path": f"C:\\{path}", "name": element} for element in elements)


def text_of(content: bytes) -> str:
    """The text of an XML file."""
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")


def secret_elements(content: str) -> Iterator[str]:
    """The names of elements of an answer file that hold a secret."""
    for found in _SECRET.finditer(content):
        inner = found["content"]
        value = _VALUE.search(inner)
        if (value[1] if value else inner).strip() not in ("", DELETED):
            yield found["element"]
