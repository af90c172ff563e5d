# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""traces.ps1 finds and removes what identifies a guest, and keeps what only looks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.windows.guest import Guest

from .conftest import FILES, MakeGuest, result, run

ROWS = yaml.safe_load((FILES.parent / "vars/traces.yml").read_text())["__windows_generalize_traces"]
PROFILES = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"
WINLOGON = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
UPDATE = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate"
SENSE = r"HKLM:\SOFTWARE\Microsoft\Windows Advanced Threat Protection"
LISTENER = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener\*+HTTPS"
ARC = r"C:\ProgramData\AzureConnectedMachineAgent"
CYBER = r"C:\ProgramData\Microsoft\Windows Defender Advanced Threat Protection\Cyber"
HISTORY = r"AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine"
BASE: dict[str, Any] = {
    PROFILES: {"ProfilesDirectory": {"type": "ExpandString", "value": r"%SystemDrive%\Users"}},
    rf"{PROFILES}\S-1-5-18": {"ProfileImagePath": {"type": "ExpandString", "value": r"%systemroot%\System32\config\systemprofile"}},
    rf"{PROFILES}\S-1-5-21-1-2-3-1001": {"ProfileImagePath": r"D:\Homes\it's [me]"},
}


def cert(thumbprint: str, subject: str, issuer: str = "") -> dict[str, str]:
    """A certificate, self-signed if no issuer is named."""
    return {"Thumbprint": thumbprint, "Subject": subject, "Issuer": issuer or subject}


MACHINE_STORE = [cert("C1C1", "CN=WIN-01"), cert("C2", "CN=app"), cert("C3", "CN=x", "CN=Our CA")]
# By the id of the row: the sections of a guest with its traces and with what looks like them, and the places that must
# be found and removed.
SSH = r"C:\ProgramData\ssh"
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "openssh_host_keys": (
        {"files": {rf"{SSH}\ssh_host_ed25519_key": "K", rf"{SSH}\ssh_host_rsa_key.pub": "K", rf"{SSH}\sshd_config": "x"}},
        [rf"{SSH}\ssh_host_ed25519_key", rf"{SSH}\ssh_host_rsa_key.pub"],
    ),
    "powershell_histories": (
        {
            "files": {
                rf"D:\Homes\it's [me]\{HISTORY}\ConsoleHost_history.txt": "net user app geheim /add",
                rf"C:\Users\gone\{HISTORY}\Visual Studio Code Host_history.txt": "x",
                rf"C:\Windows\System32\config\systemprofile\{HISTORY}\ConsoleHost_history.txt": "x",
                r"C:\Users\gone\notes_history.txt": "mine",
            }
        },
        [
            rf"C:\Users\gone\{HISTORY}\Visual Studio Code Host_history.txt",
            rf"C:\Windows\System32\config\systemprofile\{HISTORY}\ConsoleHost_history.txt",
            rf"D:\Homes\it's [me]\{HISTORY}\ConsoleHost_history.txt",
        ],
    ),
    "ansible_async": (
        {"files": {r"C:\Users\builder\.ansible_async\1.2": '{"password": "x"}', r"C:\Users\builder\.ansible\x": "x"}},
        [r"C:\Users\builder\.ansible_async"],
    ),
    "autologon": (
        {"registry": {WINLOGON: {"DefaultPassword": "geheim", "AutoAdminLogon": "1", "ForceAutoLogon": "0", "Shell": "explorer.exe"}}},
        [rf"{WINLOGON}\DefaultPassword", rf"{WINLOGON}\AutoAdminLogon"],
    ),
    "windows_update": (
        {
            "registry": {UPDATE: {"SusClientId": "1-2", "SusClientIDValidation": {"type": "Binary", "value": [1, 2]}, "Other": 1}},
            "services": {"wuauserv": {"status": "Running", "start": "Manual"}},
        },
        [rf"{UPDATE}\SusClientId", rf"{UPDATE}\SusClientIdValidation"],
    ),
    "configmgr_id": (
        {
            "files": {r"C:\Windows\SMSCFG.INI": "x", r"C:\Windows\win.ini": "x"},
            "services": {"CcmExec": {"status": "Running", "start": "Automatic"}},
        },
        [r"C:\Windows\SMSCFG.INI"],
    ),
    "configmgr_certificates": (
        {"commands": {"certificates": {r"LocalMachine\SMS": [cert("A1", "CN=SMS, CN=WIN-01"), cert("A2", "CN=SMS")]}}},
        [r"Cert:\LocalMachine\SMS\A1", r"Cert:\LocalMachine\SMS\A2"],
    ),
    "azure_arc": (
        {
            "files": {
                rf"{ARC}\Config\agentconfig.json": "{}",
                rf"{ARC}\Certs\myCert.cer": "x",
                rf"{ARC}\Tokens\t.key": "x",
                rf"{ARC}\Log\himds.log": "x",
            },
            "services": {"himds": {"status": "Running", "start": "Automatic"}},
        },
        [rf"{ARC}\Config\agentconfig.json", rf"{ARC}\Certs\myCert.cer", rf"{ARC}\Tokens\t.key"],
    ),
    "defender_endpoint_id": ({"registry": {SENSE: {"senseGuid": "1", "Other": "x"}}}, [rf"{SENSE}\senseGuid"]),
    "defender_endpoint_data": ({"files": {rf"{CYBER}\a.bin": "x", rf"{CYBER}\deep\b.bin": "x"}}, [rf"{CYBER}\a.bin", rf"{CYBER}\deep"]),
    "rdp_certificate": (
        {"commands": {"certificates": {r"LocalMachine\Remote Desktop": [cert("B1", "CN=WIN-01"), cert("B2", "CN=WIN-01", "CN=Our CA")]}}},
        [r"Cert:\LocalMachine\Remote Desktop\B1"],
    ),
    "winrm_certificate": (
        {
            "registry": {LISTENER: {"certThumbprint": "c1 c1"}},
            "commands": {"certificates": {r"LocalMachine\My": MACHINE_STORE}},
        },
        [r"Cert:\LocalMachine\My\C1C1"],
    ),
}
STOPPED = {"windows_update": "wuauserv", "configmgr_id": "CcmExec", "azure_arc": "himds"}


def guest_of(make_guest: MakeGuest, sections: dict[str, Any]) -> Guest:
    """A guest with profiles, and these sections."""
    return make_guest(**{**sections, "registry": {**BASE, **sections.get("registry", {})}})


def inventory(guest: Guest) -> set[str]:
    """Every file, value and certificate of a guest."""
    files = {
        f"{letter}:\\{path}" for letter in guest.drives.letters for path, content in guest.drives.contents(letter) if content is not None
    }
    values = {
        f"{key.replace('HKEY_LOCAL_MACHINE', 'HKLM:')}\\{name}"
        for key, content in guest.data["registry"].items()
        for name in (content if isinstance(content, dict) else {})
    }
    stores = guest.data.get("commands", {}).get("certificates", {})
    return files | values | {rf"Cert:\{store}\{each['Thumbprint']}" for store, found in stores.items() for each in found}


def lowered(places: Any) -> set[str]:
    """Places whose case does not count."""
    return {place.lower() for place in places}


def test_every_row_has_a_case() -> None:
    assert [row["id"] for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", CASES)
def test_a_trace_is_found_and_removed_and_nothing_else(make_guest: MakeGuest, row: str) -> None:
    sections, places = CASES[row]
    guest = guest_of(make_guest, sections)
    before = inventory(guest)
    found = result(guest, "traces.ps1", {"Rows": ROWS})
    assert found["failed"] == {}
    assert {name: lowered(each) for name, each in found["found"].items()} == {row: lowered(places)}
    assert inventory(guest) == before
    answer = run(guest, "traces.ps1", {"Rows": ROWS, "Remove": True})
    assert answer["changed"]
    assert answer["result"]["failed"] == {}
    gone = lowered(before - inventory(guest))
    assert gone == {each for each in lowered(before) if any(each == place or each.startswith(f"{place}\\") for place in lowered(places))}
    assert "kept_keys" not in guest.data.get("commands", {})
    if row in STOPPED:
        assert guest.data["services"][STOPPED[row]]["status"] == "Stopped"


def test_what_must_let_the_next_connection_in_is_removed_last() -> None:
    assert [row["id"] for row in ROWS if row["stage"] == "last"] == ["openssh_host_keys", "winrm_certificate"]


def test_a_guest_without_traces_is_not_changed(make_guest: MakeGuest) -> None:
    answer = run(
        guest_of(make_guest, {"services": {"wuauserv": {"status": "Running", "start": "Manual"}}}),
        "traces.ps1",
        {"Rows": ROWS, "Remove": True},
    )
    assert not answer["changed"]
    assert answer["result"] == {"found": {}, "failed": {}}


def test_places_that_refuse_access_are_named_and_the_others_are_removed(make_guest: MakeGuest) -> None:
    sections: dict[str, Any] = {
        "registry": {WINLOGON: "denied"},
        "files": {**CASES["openssh_host_keys"][0]["files"], rf"{ARC}\Certs\c.cer": "x", rf"{CYBER}\a.bin": "x"},
        "services": {"himds": {"status": "Running", "start": "Automatic", "refuses": "Le service ne peut pas être arrêté."}},
        "commands": {"certificates": {r"LocalMachine\SMS": "denied"}},
        "denied": [CYBER],
    }
    guest = guest_of(make_guest, sections)
    failed = result(guest, "traces.ps1", {"Rows": ROWS, "Remove": True})["failed"]
    assert sorted(failed) == ["autologon", "azure_arc", "configmgr_certificates", "defender_endpoint_data"]
    assert failed["azure_arc"] == "Le service ne peut pas être arrêté."
    assert not guest.drives.find(rf"{SSH}\ssh_host_rsa_key.pub").exists()
    assert guest.drives.find(rf"{ARC}\Certs\c.cer").exists()


def test_nothing_behind_a_link_is_removed(make_guest: MakeGuest) -> None:
    """Anybody can create a folder in ProgramData or in his profile, and make it a link to one that only administrators may change."""
    kept = [r"C:\Windows\System32\drivers\disk.sys", r"D:\Shares\team\budget_history.txt", r"D:\Shares\team\deep\notes"]
    guest = guest_of(make_guest, {"files": dict.fromkeys([*kept, rf"{ARC}\Log\x", r"C:\Users\me\AppData\Local\x"], "x")})
    links = {rf"{ARC}\Certs": r"C:\Windows\System32", rf"C:\Users\me\{HISTORY}": r"D:\Shares\team"}
    for link, target in links.items():
        place = guest.drives.find(link)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(guest.drives.find(target))
    for options in ({}, {"Remove": True}):
        failed = result(guest, "traces.ps1", {"Rows": ROWS, **options})["failed"]
        assert sorted(failed) == ["azure_arc", "powershell_histories"]
        assert [link for row, link in zip(sorted(failed), links, strict=True) if f" is behind the link {link}, " not in failed[row]] == []
    assert [path for path in kept if not guest.drives.find(path).exists()] == []


def test_a_link_is_removed_without_what_it_leads_to(make_guest: MakeGuest) -> None:
    kept = r"D:\Shares\team\notes"
    guest = guest_of(make_guest, {"files": {kept: "x", r"C:\Users\one\.ansible_async\1": "x", r"C:\Users\two\x": "x"}})
    links = [guest.drives.find(path) for path in (r"C:\Users\one\.ansible_async\2", r"C:\Users\two\.ansible_async")]
    for link in links:
        link.symlink_to(guest.drives.find(r"D:\Shares\team"))
    assert result(guest, "traces.ps1", {"Rows": ROWS, "Remove": True})["failed"] == {}
    assert [link for link in links if link.is_symlink()] == []
    assert not guest.drives.find(r"C:\Users\one\.ansible_async").exists()
    assert guest.drives.find(kept).exists()


def test_the_links_of_windows_among_the_profiles_are_not_profiles(make_guest: MakeGuest) -> None:
    history = rf"C:\Users\Default\{HISTORY}\ConsoleHost_history.txt"
    guest = guest_of(make_guest, {"files": {history: "x"}})
    guest.drives.find(r"C:\Users\Default User").symlink_to(guest.drives.find(r"C:\Users\Default"))
    removed = result(guest, "traces.ps1", {"Rows": ROWS, "Remove": True})
    assert removed == {"found": {"powershell_histories": [history]}, "failed": {}}


@pytest.mark.parametrize("script", sorted(FILES.glob("*.ps1")), ids=lambda script: script.name)
def test_no_folder_is_removed_by_remove_item(script: Path) -> None:
    """Windows PowerShell 5.1 fails at some links (https://github.com/PowerShell/PowerShell/issues/621). Delete of .NET ends at all."""
    assert [line for line in script.read_text().splitlines() if "Remove-Item" in line and "-Recurse" in line] == []


def test_check_mode_removes_nothing(make_guest: MakeGuest) -> None:
    guest = guest_of(make_guest, CASES["openssh_host_keys"][0])
    answer = run(guest, "traces.ps1", {"Rows": ROWS, "Remove": True}, check_mode=True)
    assert not answer.get("failed"), answer
    assert guest.drives.find(rf"{SSH}\ssh_host_rsa_key.pub").exists()


def test_no_secret_is_returned(make_guest: MakeGuest) -> None:
    assert "geheim" not in str(run(guest_of(make_guest, CASES["autologon"][0]), "traces.ps1", {"Rows": ROWS}))
