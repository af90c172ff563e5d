# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""panther.ps1 returns the logs and answer files of Windows Setup without their secrets, and clears them."""

from __future__ import annotations

import base64
import json
import xml.etree.ElementTree as ET
from typing import Any

from .conftest import MakeGuest, result, run

PANTHER = r"C:\Windows\Panther"
OTHER = r"C:\Windows\System32\Sysprep\Panther"
FOLDERS = {"Folders": [r"%SystemRoot%\Panther", r"%SystemRoot%\System32\Sysprep\Panther"]}
REMOVED = "*REMOVED BY GOLDENIMAGE*"
SECRETS = [f"Geheim-{n}-Pässwörd" for n in range(17)]
ENCODED = base64.b64encode("Geheim-Password".encode("utf-16-le")).decode()
ANSWERS = f"""<?xml version="1.0" encoding="utf-8"?>
<unattend xmlns="urn:schemas-microsoft-com:unattend" xmlns:wcm="http://schemas.microsoft.com/WMIConfig/2002/State">
  <settings pass="oobeSystem"><component name="Microsoft-Windows-Shell-Setup" language="neutral">
    <ComputerName>web-01</ComputerName>
    <ProductKey>{SECRETS[0]}</ProductKey>
    <AutoLogon><Password><Value>{SECRETS[1]}</Value><PlainText>true</PlainText></Password><Username>builder</Username></AutoLogon>
    <UserAccounts>
      <AdministratorPassword><Value>{ENCODED}</Value><PlainText>false</PlainText></AdministratorPassword>
      <LocalAccounts><LocalAccount wcm:action="add"><Password>
        <Value><![CDATA[{SECRETS[2]}]]></Value></Password>
        <Name>builder</Name></LocalAccount></LocalAccounts>
      <DomainAccounts><Password>*SENSITIVE*DATA*DELETED*</Password></DomainAccounts>
    </UserAccounts>
    <FirstLogonCommands><SynchronousCommand>
      <CommandLine>net user app {SECRETS[3]} /add</CommandLine><Order>1</Order>
    </SynchronousCommand></FirstLogonCommands>
  </component>
  <component name="Microsoft-Windows-UnattendedJoin"><Identification>
    <Credentials><Domain>example</Domain><Password>{SECRETS[4]}</Password></Credentials>
    <Provisioning><AccountData>{SECRETS[5]}</AccountData></Provisioning>
  </Identification></component>
  <component name="Microsoft-Windows-Setup"><UserData><ProductKey><Key>{SECRETS[6]}</Key>
      <WillShowUI>Never</WillShowUI></ProductKey></UserData>
    <RunSynchronous><RunSynchronousCommand><Path>cmd /c echo {SECRETS[7]}</Path></RunSynchronousCommand></RunSynchronous>
    <Account AdminPassword="{SECRETS[8]}" name="x"/>
  </component></settings>
</unattend>"""
OVF = f'<Environment xmlns:w="urn:w"><w:UserPassword>{SECRETS[9]}</w:UserPassword><w:CustomData>{SECRETS[10]}</w:CustomData></Environment>'
LOG = f"""2026-11-28 07:00:00, Info [windeploy] starts
2026-11-28 07:00:01, Info the account has {SECRETS[1]}
2026-11-28 07:00:02, Info <AdministratorPassword>{SECRETS[11]}</AdministratorPassword>
2026-11-28 07:00:03, Info <Password>*SENSITIVE*DATA*DELETED*</Password>
AdminPassword = "{SECRETS[12]}"
password: {SECRETS[13]}
2026-11-28 07:00:03, Info azcopy copy "https://a.blob.core.windows.net/c/b?sp=r&sig={SECRETS[14]}&sv=1" D:\\b
2026-11-28 07:00:03, Info DefaultEndpointsProtocol=https;AccountName=a;AccountKey={SECRETS[15]}
2026-11-28 07:00:03, Info SharedAccessSignature={SECRETS[16]}
2026-11-28 07:00:04, Error SYSPRP Failed to validate, hr = 0x80073cf2
"""
FILES: dict[str, Any] = {
    rf"{PANTHER}\unattend.xml": ANSWERS,
    rf"{PANTHER}\UnattendGC\Unattend-old.XML": {"base64": base64.b64encode(ANSWERS.replace("utf-8", "utf-16").encode("utf-16")).decode()},
    rf"{PANTHER}\WaSetup.xml": OVF,
    rf"{PANTHER}\setupact.log": LOG,
    rf"{PANTHER}\empty.log": "",
    rf"{PANTHER}\setup.etl": {"base64": base64.b64encode(SECRETS[0].encode("utf-16-le")).decode()},
    rf"{PANTHER}\broken.xml": f"<unattend><Password>{SECRETS[2]}</unattend>",
    rf"{OTHER}\setuperr.log": "2026-11-28 07:00:04, Error SYSPRP one",
}


def texts(found: dict[str, Any]) -> dict[str, str]:
    """The text of each file by its path."""
    return {each["path"]: each["text"] for each in found["files"]}


def test_no_secret_leaves_the_guest(make_guest: MakeGuest) -> None:
    answer = run(make_guest(files=FILES), "panther.ps1", FOLDERS)
    everything = json.dumps(answer, ensure_ascii=False)
    assert [secret for secret in [*SECRETS, ENCODED] if secret in everything] == []


def test_all_else_is_saved(make_guest: MakeGuest) -> None:
    found = texts(result(make_guest(files=FILES), "panther.ps1", FOLDERS))
    assert sorted(path.rsplit("\\", 1)[1] for path in found) == [
        "Unattend-old.XML", "WaSetup.xml", "empty.log", "setupact.log", "setuperr.log", "unattend.xml",
    ]  # fmt: skip
    for name in (rf"{PANTHER}\unattend.xml", rf"{PANTHER}\UnattendGC\Unattend-old.XML"):
        document = ET.fromstring(found[name].split("?>", 1)[1])
        kept = {each.tag.split("}")[1]: (each.text or "").strip() for each in document.iter()}
        assert kept["ComputerName"] == "web-01"
        assert kept["Username"] == "builder"
        assert kept["Order"] == "1"
        assert [each.text for each in document.iter() if each.tag.endswith("PlainText")] == ["true", "false"]
        assert found[name].count("*SENSITIVE*DATA*DELETED*") == 1
        assert found[name].count(REMOVED) == 10
    log = found[rf"{PANTHER}\setupact.log"].splitlines()
    assert log[0] == "2026-11-28 07:00:00, Info [windeploy] starts"
    assert log[3] == "2026-11-28 07:00:03, Info <Password>*SENSITIVE*DATA*DELETED*</Password>"
    assert log[-1] == "2026-11-28 07:00:04, Error SYSPRP Failed to validate, hr = 0x80073cf2"


def test_files_that_cannot_be_searched_for_secrets_are_left_out_and_named(make_guest: MakeGuest) -> None:
    files = {**FILES, rf"{OTHER}\huge.log": "x" * 200}
    guest = make_guest(files=files, denied=[rf"{OTHER}\setuperr.log"])
    left = "\n".join(result(guest, "panther.ps1", {**FOLDERS, "MaximumSize": 190})["left_out"])
    assert rf"{OTHER}\huge.log: larger than 190 bytes" in left
    assert rf"{PANTHER}\setup.etl: not text" in left
    assert rf"{PANTHER}\broken.xml: not valid XML" in left
    assert "denied" in left


def test_a_guest_without_the_folders_or_without_files_gives_an_empty_list(make_guest: MakeGuest) -> None:
    assert result(make_guest(files={PANTHER: None}), "panther.ps1", FOLDERS) == {"files": [], "left_out": []}


def test_a_single_file_is_a_list_with_one_element(make_guest: MakeGuest) -> None:
    guest = make_guest(files={rf"{OTHER}\setuperr.log": "one line"})
    assert result(guest, "panther.ps1", FOLDERS)["files"] == [{"path": rf"{OTHER}\setuperr.log", "text": "one line"}]


def test_removing_clears_both_folders_and_nothing_else(make_guest: MakeGuest) -> None:
    guest = make_guest(files={**FILES, r"C:\Windows\keep.log": "kept"})
    assert run(guest, "panther.ps1", {**FOLDERS, "Remove": True}, check_mode=True)["changed"]
    assert guest.drives.find(rf"{PANTHER}\setupact.log").exists()
    assert run(guest, "panther.ps1", {**FOLDERS, "Remove": True})["changed"]
    assert list(guest.drives.find(PANTHER).iterdir()) == []
    assert list(guest.drives.find(OTHER).iterdir()) == []
    assert guest.drives.find(r"C:\Windows\keep.log").exists()
    assert not run(guest, "panther.ps1", {**FOLDERS, "Remove": True})["changed"]


def test_a_file_that_cannot_be_removed_fails(make_guest: MakeGuest) -> None:
    guest = make_guest(files=FILES, denied=[rf"{PANTHER}\setupact.log"])
    answer = run(guest, "panther.ps1", {**FOLDERS, "Remove": True})
    assert answer["failed"]
    assert "denied" in answer["msg"]
