# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that should not be in an image are found on the disk, each kind by a machine that has only this; secrets by their places alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.windows.inspect import inspect
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.disk_verdict import judge

from tests.support.tree import ROOT
from tests.support.windows.disks import SEALED, machine, opened
from tests.support.windows.render import render

SOFTWARE = "HKLM:\\SOFTWARE\\Microsoft"
WINLOGON = f"{SOFTWARE}\\Windows NT\\CurrentVersion\\Winlogon"
UPDATE = f"{SOFTWARE}\\Windows\\CurrentVersion\\WindowsUpdate"
STORES = f"{SOFTWARE}\\SystemCertificates"
PASSWORD = "Planted-Pa55word"
ANSWERS = """<?xml version="1.0" encoding="utf-8"?>
<unattend xmlns="urn:schemas-microsoft-com:unattend"><settings pass="oobeSystem"><component name="Microsoft-Windows-Shell-Setup">
<AutoLogon><Password><Value>{0}</Value><PlainText>true</PlainText></Password></AutoLogon>
<UserAccounts><AdministratorPassword><Value>{1}</Value></AdministratorPassword></UserAccounts>
</component></settings></unattend>"""
HIDDEN = "*SENSITIVE*DATA*DELETED*"
HISTORY = "AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\ConsoleHost_history.txt"

CASES: list[tuple[str, dict[str, Any], set[tuple[str, str, str | None]]]] = [
    ("host keys", {"files": {"C:\\ProgramData\\ssh\\ssh_host_rsa_key": PASSWORD, "C:\\ProgramData\\ssh\\sshd_config": ""}},
     {("openssh_host_keys", "C:\\ProgramData\\ssh\\ssh_host_rsa_key", None)}),
    ("authorized keys", {"files": {"C:\\Users\\bob\\.ssh\\authorized_keys": ""}},
     {("authorized_keys", "C:\\Users\\bob\\.ssh\\authorized_keys", None)}),
    ("history", {"files": {f"C:\\Users\\bob\\{HISTORY}": PASSWORD}}, {("powershell_histories", f"C:\\Users\\bob\\{HISTORY}", None)}),
    ("history of the system", {"files": {f"C:\\Windows\\System32\\config\\systemprofile\\{HISTORY}": PASSWORD}},
     {("powershell_histories", f"C:\\Windows\\System32\\config\\systemprofile\\{HISTORY}", None)}),
    ("ConfigMgr", {"files": {"C:\\Windows\\SMSCFG.INI": ""}}, {("configmgr_id", "C:\\Windows\\SMSCFG.ini", None)}),
    ("ConfigMgr certificate", {"registry": {f"{STORES}\\SMS\\Certificates\\AB12": {}}},
     {("configmgr_certificates", f"{STORES}\\SMS\\Certificates\\AB12", None)}),
    ("Arc", {"files": {"C:\\ProgramData\\AzureConnectedMachineAgent\\Certs\\myCert.cer": ""}},
     {("azure_arc", "C:\\ProgramData\\AzureConnectedMachineAgent\\Certs\\myCert.cer", None)}),
    ("Defender", {"registry": {f"{SOFTWARE}\\Windows Advanced Threat Protection": {"senseGuid": "1b2c"}}},
     {("defender_endpoint_id", f"{SOFTWARE}\\Windows Advanced Threat Protection", "senseGuid")}),
    ("Defender data", {"files": {"C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Cyber\\x.bin": ""}},
     {("defender_endpoint_data", "C:\\ProgramData\\Microsoft\\Windows Defender Advanced Threat Protection\\Cyber\\x.bin", None)}),
    ("autologon", {"registry": {WINLOGON: {"DefaultPassword": PASSWORD, "AutoAdminLogon": "0", "DefaultUserName": "bob"}}},
     {("autologon", WINLOGON, "DefaultPassword")}),
    ("Windows Update", {"registry": {UPDATE: {"SusClientId": "7f1e", "SusClientIdValidation": {"type": "Binary", "value": [1, 2]}}}},
     {("windows_update", UPDATE, "SusClientId"), ("windows_update", UPDATE, "SusClientIdValidation")}),
    ("RDP certificate", {"registry": {f"{STORES}\\Remote Desktop\\Certificates\\AB12": {}}},
     {("rdp_certificate", f"{STORES}\\Remote Desktop\\Certificates\\AB12", None)}),
    ("WinRM certificate", {"registry": {
        f"{STORES}\\MY\\Certificates\\AB12": {}, f"{STORES}\\MY\\Certificates\\CD34": {},
        f"{SOFTWARE}\\Windows\\CurrentVersion\\WSMAN\\Listener\\*+HTTPS": {"certThumbprint": "ab 12"}}},
     {("winrm_certificate", f"{STORES}\\MY\\Certificates\\AB12", None)}),
    ("profile", {"registry": {
        f"{SOFTWARE}\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-18": {"ProfileImagePath": "C:\\Windows"},
        f"{SOFTWARE}\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1001": {"ProfileImagePath": "C:\\Users\\bob"}}},
     {("profile", "C:\\Users\\bob", None)}),
    ("own traces", {"files": {"C:\\Windows\\goldenimage-sysprep\\exit_code": "0"}},
     {("own_traces", "C:\\Windows\\goldenimage-sysprep", None)}),
    ("Ansible", {"files": {"C:\\Users\\bob\\.ansible_async\\1": ""}}, {("ansible_async", "C:\\Users\\bob\\.ansible_async", None)}),
    ("Panther", {"files": {"C:\\Windows\\Panther\\setupact.log": PASSWORD}},
     {("panther_logs", "C:\\Windows\\Panther\\setupact.log", None)}),
    ("answer file", {"files": {"C:\\Windows\\Panther\\unattend.xml": ANSWERS.format(HIDDEN, HIDDEN)}},
     {("answer_file", "C:\\Windows\\Panther\\unattend.xml", None)}),
    ("answer file with secrets", {"files": {"C:\\Autounattend.xml": ANSWERS.format(PASSWORD, HIDDEN)}},
     {("answer_file", "C:\\Autounattend.xml", None), ("answer_file_secret", "C:\\Autounattend.xml", "Password")}),
    ("other XML", {"files": {"C:\\Windows\\Panther\\other.xml": f"<a><Password>{PASSWORD}</Password></a>"}}, set()),
]  # fmt: skip


@pytest.mark.parametrize("more, expected", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_leftover_is_found_by_its_place(tmp_path: Path, more: dict[str, Any], expected: set[tuple[str, str, str | None]]) -> None:
    found = inspect(opened(render(machine(SEALED, **more), tmp_path / "disk")))
    listed = {(each["kind"], each["path"].replace("HKLM\\", "HKLM:\\"), each.get("name")) for each in found.leftovers}
    assert listed == expected
    assert judge(found).verdict == "generalized"
    assert len(judge(found).warnings) == len({kind for kind, _, _ in expected})
    assert PASSWORD not in repr(found)


def test_accounts_of_people_are_found_and_those_of_windows_are_not(tmp_path: Path) -> None:
    accounts = {"alice": 1001, "Gast": 501, "WDAGUtilityAccount": 504}
    found = inspect(opened(render(machine(SEALED), tmp_path / "disk", accounts=accounts)))
    assert found.leftovers == ({"kind": "account", "path": "alice"},)


def test_everything_that_the_role_removes_is_looked_for() -> None:
    rows = ROOT / "roles/windows_generalize/vars/traces.yml"
    ids = {row["id"] for row in yaml.safe_load(rows.read_text())["__windows_generalize_traces"]}
    assert ids <= {kind for _, _, expected in CASES for kind, _, _ in expected}
