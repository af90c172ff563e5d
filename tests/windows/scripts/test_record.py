# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/record-windows.ps1 on simulated guests: what it records is a guest of which the roles say the same, without secrets."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.windows import judged, machine
from tests.support.windows.engine import check
from tests.support.windows.guest import Guest
from tests.support.windows.mutations import PREFLIGHT, server
from tests.support.windows.prepared import CHECKED, STEPS, prepared, rows_of_the_role, state
from tests.support.windows.registry import full_path

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "docs" / "record-windows.ps1"
PREPARE = ROOT / "roles" / "windows_prepare"
RECORD = r"C:\record.json"
PASSWORD = "correct-horse-7"  # noqa: S105
AGENT_ID = "0f3c9a52-7d1e-4c86-b7a3-5e2d90c41f68"
NOT_TO_BE_SEEN = {"updates are being installed", "the agent is not installed"}
"""That a process uses the processor is in no file; a missing agent leaves nothing that could be compared."""
OF_ANOTHER_WINDOWS = {"console_capability", "domain_controller"}
"""A client has no roles, and a domain controller no local accounts."""
WINLOGON = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"
_PREPARE = """
[CmdletBinding(SupportsShouldProcess)] param($Scripts, $Rows, $KnownFilters)
$all = @{}
foreach ($name in $Scripts.Keys) {
    $parameters = @{}
    if ($Rows[$name]) { $parameters.Rows = $Rows[$name] }
    if ($name -eq 'checks') { $parameters.KnownFilters = $KnownFilters }
    $Ansible.Result = $null
    & ([scriptblock]::Create($Scripts[$name])) @parameters
    $all[$name] = $Ansible.Result
}
$Ansible.Result = $all
"""


def whole(azure: dict[str, Any] | None = None) -> dict[str, Any]:
    """A server about which each script of each role gets an answer."""
    described, azure = server(), azure or prepared()
    described["registry"].update({full_path(key): values for key, values in azure["registry"].items()})
    described["files"].update(azure["files"])
    described["commands"] = {**azure["commands"], **described["commands"]}
    described["services"] = {**azure["services"], **described["services"]}
    described["services"].pop("w32time")
    return described


def spoiled() -> dict[str, Any]:
    """That server with everything wrong that the preflight or the preparation can find, and with secrets wherever Windows may have one."""
    azure = prepared()
    for name, step in {**STEPS, **CHECKED}.items():
        if name not in OF_ANOTHER_WINDOWS:
            step.spoil(azure)
    described = whole(azure)
    for mutation in PREFLIGHT:
        if mutation.name not in NOT_TO_BE_SEEN:
            mutation.spoil(described)
    described["registry"].setdefault(full_path(WINLOGON), {}).update(DefaultPassword=PASSWORD, AutoAdminLogon="1")
    described["registry"][full_path(r"HKLM:\SYSTEM\Setup")]["CmdLine"] = f"setup.exe /password:{PASSWORD} /token={PASSWORD}"
    described["registry"][full_path(r"HKLM:\SOFTWARE\Microsoft\Windows Advanced Threat Protection")] = {"senseGuid": AGENT_ID}
    described["files"][r"C:\Windows\Panther\unattend.xml"] = f"<unattend><Password><Value>{PASSWORD}</Value></Password></unattend>"
    described["files"][r"C:\Windows\System32\Sysprep\Panther\setuperr.log"] = f"Error SYSPRP AdminPassword = {PASSWORD}\r\n"
    described["files"][r"C:\Windows\System32\inetsrv\config\applicationHost.config"] = (
        f'<configuration><sites password="{PASSWORD}">'
        f'<add userName="a" password="[enc:AesProvider:{PASSWORD}:enc]"/></sites></configuration>'
    )
    described["files"][r"C:\Users\builder\AppData\Roaming\Microsoft\Windows\PowerShell\PSReadLine\ConsoleHost_history.txt"] = PASSWORD
    described["commands"]["winhttp_proxy"] = {"proxy": f"http://user:{PASSWORD}@proxy:3128", "bypass": ["*.example.com"]}
    described["commands"]["Get-NpsRadiusClient"] = [{"Name": "switch", "SharedSecret": PASSWORD}]
    described["registry"][full_path(r"HKLM:\SYSTEM\CurrentControlSet\Services\IAS")] = {"Start": 2}
    return described


class Recorded:
    """A guest, its state before it was recorded, and the guest that the record is."""

    def __init__(self, described: dict[str, Any], folder: Path) -> None:
        self.guest = Guest.start(described, folder / "guest")
        self.before = deepcopy(self.seen())
        answer = machine.run_script(self.guest, SCRIPT.read_text(), {"Path": RECORD}, check_mode=False)
        assert not answer.get("failed"), answer["msg"]
        assert self.guest.complaints == []
        place = self.guest.drives.find(RECORD)
        self.text = place.read_text(encoding="ascii")
        place.unlink()
        self.data: dict[str, Any] = json.loads(self.text)
        self.record = Guest.start(self.data, folder / "record")

    def seen(self) -> Any:
        """Everything that could be changed: the JSON, and the files with their contents. Each look at processes changes their times."""
        described = {name: value for name, value in state(self.guest).items() if name != "processes"}
        return described, {letter: list(self.guest.drives.contents(letter)) for letter in "CD"}


@pytest.fixture(scope="module", params=["whole", "spoiled"])
def recorded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A server with which nothing is wrong, and one with which everything is."""
    return Recorded({"whole": whole, "spoiled": spoiled}[request.param](), tmp_path_factory.mktemp("record"))


def test_windows_powershell_can_run_it() -> None:
    (found,) = check(SCRIPT)
    assert found["errors"] == []
    assert found["newer_than_5_1"] == []
    assert SCRIPT.read_text(encoding="ascii").startswith("# Copyright: (c) ")


def test_it_changes_nothing(recorded: Recorded) -> None:
    assert recorded.seen() == recorded.before


def test_it_records_no_secret(recorded: Recorded) -> None:
    assert PASSWORD not in recorded.text
    assert AGENT_ID not in recorded.text


def test_the_preflight_says_the_same_of_the_record(recorded: Recorded) -> None:
    found = [judged.preflight(guest) for guest in (recorded.guest, recorded.record)]
    rows = [[(row["id"], row["verdict"], row["what"]) for row in report["checks"]] for report in found]
    assert rows[1] == rows[0]
    assert [sorted(report["removes"]) for report in found] == [sorted(found[0]["removes"])] * 2
    assert recorded.record.complaints == []


def _prepare(guest: Guest) -> dict[str, Any]:
    """The changes and findings of the scripts of windows_prepare, but for the checker of system files, which is never only a reader."""
    scripts = {file.stem: file.read_text() for file in PREPARE.glob("files/*.ps1") if file.stem != "system_files"}
    tables = {
        name: [row for row in rows_of_the_role() if row["id"].startswith(start)]
        for name, start in (("boot", "boot_"), ("firewall", "rule_"))
    }
    options = yaml.safe_load((PREPARE / "vars/main/main.yml").read_text())
    parameters = {"Scripts": scripts, "Rows": tables, "KnownFilters": options["__windows_prepare_known_filters"]}
    answer = machine.run_script(guest, _PREPARE, parameters, depth=6, check_mode=True)
    assert not answer.get("failed"), answer["msg"]
    result: dict[str, Any] = answer["result"]
    return result


def test_the_preparation_finds_the_same_in_the_record(recorded: Recorded) -> None:
    before, found = _prepare(recorded.guest), _prepare(recorded.record)
    assert found == before
    assert recorded.record.complaints == []


@pytest.mark.parametrize("table", ["system", "rdp", "dumps"])
def test_every_value_that_the_preparation_sets_is_recorded(recorded: Recorded, table: str) -> None:
    rows = yaml.safe_load((PREPARE / f"vars/main/{table}.yml").read_text())[f"__windows_prepare_{table}"]
    values = [[guest.registry.value(row["key"], row["name"]) for row in rows] for guest in (recorded.guest, recorded.record)]
    assert values[1] == values[0]


def test_services_profiles_and_proxy_are_recorded(recorded: Recorded) -> None:
    found, known = recorded.data, recorded.guest.data
    assert {name: row["start"] for name, row in found["services"].items()} == {
        name: row["start"] for name, row in known["services"].items()
    }
    assert found["commands"]["firewall"]["profiles"] == known["commands"]["firewall"]["profiles"]
    assert found["commands"]["winhttp_proxy"]["bypass"] == known["commands"]["winhttp_proxy"]["bypass"]


ASK = """
[CmdletBinding(SupportsShouldProcess)] param($Scheme)
$first = powercfg.exe /getactivescheme
$null = powercfg.exe /setactive $Scheme
$Ansible.Result = @{ first = $first; then = "$(powercfg.exe /getactivescheme)" }
"""


def test_recorded_output_replaces_that_of_the_stand_in_until_something_is_changed(tmp_path: Path) -> None:
    described = whole()
    said = "GUID des Energieschemas: 381b4222-f694-41f0-9685-ff5bb260df2e  (Ausbalanciert)"
    described["recorded"] = {"outputs": {"powercfg.exe /getactivescheme": {"exit_code": 0, "lines": [said]}}}
    (scheme,) = described["commands"]["powercfg"]["timeouts"]
    answer = machine.run_script(Guest.start(described, tmp_path / "guest"), ASK, {"Scheme": scheme}, depth=3)
    assert answer["result"] == {"first": said, "then": f"Power Scheme GUID: {scheme}  (Balanced)"}


def test_a_missing_command_is_one_that_the_recorded_guest_lacks(tmp_path: Path) -> None:
    described = whole()
    described["commands"]["missing"] = ["Get-BitLockerVolume"]
    found = Recorded(described, tmp_path)
    assert found.data["commands"]["missing"] == ["Get-BitLockerVolume"]
    assert "Get-BitLockerVolume" not in found.data["commands"]
