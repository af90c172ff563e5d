# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each script of windows_prepare in the engine: a good machine, a missing key, denied access, another language, nothing, one element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.tree import ROOT
from tests.support.windows import engine
from tests.support.windows.answers.scripts import run
from tests.support.windows.guest import Guest
from tests.support.windows.prepared import (
    AZURE,
    BALANCED,
    BOOT_MANAGER,
    CAPABILITY,
    CHECKED,
    HIGH_PERFORMANCE,
    LOADER,
    REMOTE_DESKTOP,
    STEPS,
    WSMAN,
    element,
    prepared,
    state,
)

FILES = ROOT / "roles" / "windows_prepare" / "files"
DENIED = {"error": "Access is denied."}
INBOUND = {"id": "inbound", "form": "address", "name": "AzurePlatform", "direction": "Inbound", "address": AZURE, "edge": "Allow"}
DESKTOP = {"id": "desktop", "form": "existing", "group": REMOTE_DESKTOP}
PING = {"id": "ping", "form": "existing", "name": "FPS-ICMP4-ERQ-In"}
TIMEOUT = {
    "id": "timeout",
    "object": "{bootmgr}",
    "arguments": ["/set", "{bootmgr}", "timeout", "5"],
    "stored": {"25000004": "0500000000000000"},
}
DEVICE = {
    "id": "device",
    "object": "{default}",
    "arguments": ["/set", "{default}", "device", "partition=C:"],
    "shown": "device partition=C:",
}
EMS = {"id": "console", "object": "{current}", "arguments": ["/ems", "{current}", "ON"], "stored": {"260000b0": "01"}}
GERMAN = ["GUID des Energieschemas", "Minimal möglich", "Maximal möglich", "Schrittweite", "Index (Netzbetrieb)", "Index (Akkubetrieb)"]
FACTS = {
    "disk_health": "Healthy",
    "wmi_exit_code": 0,
    "port_owners": ["TermService"],
    "domain_controller": False,
    "network_filters": [],
    "pending_restart": [],
    "unread": {},
}


def done(*changed: str, **findings: str) -> dict[str, Any]:
    """The result of a script: the ids that it changed, and the beginning of what it found, by id."""
    return {"changed": list(changed), "findings": findings}


def nothing(data: dict[str, Any]) -> None:
    """A machine that stays as it is."""


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Replace a value in the JSON of the machine, by the names on the way to it; None removes it."""

    def spoil(data: dict[str, Any]) -> None:
        *way, last = path.split("|")
        found: Any = data
        for part in way:
            found = found[part]
        if value is None:
            del found[last]
        else:
            found[last] = value

    return spoil


@dataclass(frozen=True)
class Case:
    """A script on a machine, and its result."""

    script: str
    name: str
    spoil: Callable[[dict[str, Any]], None]
    result: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)


def _rules(*kept: str) -> Callable[[dict[str, Any]], None]:
    def spoil(data: dict[str, Any]) -> None:
        rules = data["commands"]["firewall"]["rules"]
        rules[:] = [rule for rule in rules if rule["Name"] in kept]

    return spoil


def _off(data: dict[str, Any]) -> None:
    STEPS["rule_remote_desktop"].spoil(data)
    STEPS["rule_ping"].spoil(data)


def _route(prefix: str, hop: str) -> dict[str, Any]:
    return {"DestinationPrefix": prefix, "NextHop": hop, "InterfaceIndex": 4}


def _client(data: dict[str, Any]) -> None:
    STEPS["console_capability"].spoil(data)


def _client_denied(data: dict[str, Any]) -> None:
    _client(data)
    data["commands"]["capabilities"] = DENIED


def _no_winrm(data: dict[str, Any]) -> None:
    data["services"]["WinRM"] = {"status": "Stopped", "start": "Manual"}
    data["commands"]["firewall"]["rules"][2]["DisplayGroup"] = "Windows-Remoteverwaltung"


ROUTES = {"Keep": ["0.0.0.0/0"]}
CASES = [
    Case("boot", "good", nothing, done(), {"Rows": [TIMEOUT, DEVICE, EMS]}),
    Case("boot", "missing key", put(f"registry|{element(BOOT_MANAGER, '25000004')}", None), done("timeout"), {"Rows": [TIMEOUT, EMS]}),
    Case(
        "boot",
        "access denied",
        put(f"registry|{element(BOOT_MANAGER, '25000004')}", "denied"),
        done("device", timeout="The boot configuration could not be read: Requested registry access is not allowed."),
        {"Rows": [TIMEOUT, {**DEVICE, "shown": "device partition=X:"}]},
    ),
    Case("boot", "localized", put("commands|bcdedit|words", ["Windows-Startladeprogramm", "----"]), done(), {"Rows": [DEVICE, EMS]}),
    Case("boot", "empty", nothing, done(), {"Rows": []}),
    Case("boot", "single element", STEPS["boot_console"].spoil, done("console"), {"Rows": [EMS]}),
    Case(
        "boot",
        "no entry",
        put(f"commands|bcdedit|entries|{LOADER}", None),
        done(device="The boot configuration could not be read: bcdedit cannot show {default}: exit code 1"),
        {"Rows": [DEVICE]},
    ),
    Case("firewall", "good", nothing, done(), {"Rows": [INBOUND, DESKTOP, PING]}),
    Case(
        "firewall",
        "missing key",
        _rules("{1}"),
        done(ping="The firewall rule could not be set: No MSFT_NetFirewallRule objects found"),
        {"Rows": [INBOUND, PING]},
    ),
    Case(
        "firewall",
        "access denied",
        put("commands|firewall", DENIED),
        done(inbound="The firewall rule could not be set: Access is denied."),
        {"Rows": [INBOUND]},
    ),
    Case("firewall", "localized", _off, done("desktop", "ping"), {"Rows": [DESKTOP, PING]}),
    Case("firewall", "empty", nothing, done(), {"Rows": []}),
    Case("firewall", "single element", _rules(), done("inbound"), {"Rows": [INBOUND]}),
    Case(
        "routes",
        "good",
        put("commands|routes", [_route("0.0.0.0/0", "10.0.0.1")]),
        done(routes="The persistent route 0.0.0.0/0 via 10.0.0.1 was kept"),
        ROUTES,
    ),
    Case("routes", "missing key", put("commands|routes", None), done(routes="The persistent routes could not be read"), ROUTES),
    Case(
        "routes",
        "access denied",
        put("commands|routes", DENIED),
        done(routes="The persistent routes could not be read: Access is denied."),
        ROUTES,
    ),
    Case(
        "routes",
        "localized",
        put("commands|routes", [_route("10.1.0.0/16", "10.0.0.9"), _route("10.2.0.0/16", "10.0.0.9")]),
        done("routes"),
        ROUTES,
    ),
    Case("routes", "empty", put("commands|routes", []), done(), ROUTES),
    Case("routes", "single element", put("commands|routes", [_route("10.1.0.0/16", "10.0.0.9")]), done("routes"), {"Keep": []}),
    Case("san_policy", "good", nothing, done()),
    Case("san_policy", "missing key", put("commands|storage|new_disk_policy", None), done(san_policy="The SAN policy could not be set")),
    Case(
        "san_policy",
        "access denied",
        put("commands|storage", DENIED),
        done(san_policy="The SAN policy could not be set: Access is denied."),
    ),
    Case("san_policy", "localized", put("commands|storage|new_disk_policy", "OfflineShared"), done("san_policy")),
    Case("san_policy", "empty", put("commands|storage|new_disk_policy", "Unknown"), done("san_policy")),
    Case("san_policy", "single element", put("commands|storage|new_disk_policy", "OfflineAll"), done("san_policy")),
    Case("power", "good", nothing, done()),
    Case(
        "power",
        "missing key",
        put("commands|powercfg|timeouts", {}),
        done(display_timeout="The power settings could not be set: powercfg /query"),
    ),
    Case(
        "power",
        "access denied",
        put("commands|powercfg", DENIED),
        done(
            power_scheme="The power settings could not be set: Access is denied.",
            display_timeout="The power settings could not be set: Access is denied.",
        ),
    ),
    Case(
        "power",
        "localized",
        put("commands|powercfg", {"active": BALANCED, "timeouts": {HIGH_PERFORMANCE: 600}, "words": GERMAN}),
        done("power_scheme", "display_timeout"),
    ),
    Case("power", "empty", put("commands|powercfg|active", BALANCED), done(), {"Ids": []}),
    Case("power", "single element", put("commands|powercfg|active", BALANCED), done("power_scheme"), {"Ids": ["power_scheme"]}),
    Case("system_files", "good", nothing, done()),
    Case("system_files", "missing key", put("files", {r"C:\Windows": None}), done()),
    Case(
        "system_files",
        "access denied",
        put("commands|sfc", {"refuses": "Sie müssen Administrator sein."}),
        done(system_files="sfc.exe /scannow did not check anything: exit code 1: Sie müssen Administrator sein."),
    ),
    Case("system_files", "localized", put("commands|sfc|damaged", ["utilman.exe", "osk.exe"]), done("system_files")),
    Case("system_files", "empty", put(r"files|C:\Windows\Logs\CBS\CBS.log", ""), done()),
    Case("system_files", "single element", put("commands|sfc|lost", ["osk.exe"]), done(system_files="sfc.exe could not repair 1 damaged")),
    Case("console", "good", nothing, done()),
    Case("console", "missing key", put("commands|capabilities", {}), done()),
    Case(
        "console",
        "access denied",
        _client_denied,
        done(console_capability=f"The capability {CAPABILITY} could not be added: Access is denied."),
    ),
    Case("console", "localized", _client, done("console_capability")),
    Case("console", "empty", put("commands|Get-CimInstance|Win32_OperatingSystem", []), done()),
    Case("console", "single element", put("commands|Get-CimInstance|Win32_OperatingSystem", [{"ProductType": 3}]), done()),
    Case("remote_management", "good", nothing, done()),
    Case("remote_management", "missing key", put(rf"registry|{WSMAN}\*+HTTP", None), done("remote_management")),
    Case(
        "remote_management",
        "access denied",
        put("commands|firewall", DENIED),
        done(remote_management="WinRM could not be set up: Access is denied."),
    ),
    Case("remote_management", "localized", _no_winrm, done("remote_management")),
    Case("remote_management", "empty", put("services", {}), done("remote_management")),
    Case(
        "remote_management",
        "single element",
        put("commands|firewall|rules", [{"Name": "a", "Group": "@FirewallAPI.dll,-30267", "Enabled": "True"}]),
        done(),
    ),
    Case("checks", "good", nothing, FACTS),
    Case(
        "checks",
        "missing key",
        put("commands|storage|health", None),
        {**FACTS, "disk_health": None, "unread": {"disk_health": "the simulated guest has no answer of storage health"}},
    ),
    Case(
        "checks",
        "access denied",
        put(r"registry|HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager", "denied"),
        {**FACTS, "pending_restart": [], "unread": {"pending_restart": "Requested registry access is not allowed."}},
    ),
    Case("checks", "localized", put("commands|winmgmt", 2), {**FACTS, "wmi_exit_code": 2}),
    Case("checks", "empty", put("commands|connections", []), {**FACTS, "port_owners": []}),
    Case("checks", "single element", CHECKED["network_filters"].spoil, {**FACTS, "network_filters": ["avgtdi"]}),
]


def guest_of(case: Case, folder: Path) -> Guest:
    """The machine of a case."""
    data = prepared()
    case.spoil(data)
    return Guest.start(data, folder / "guest")


def run_case(case: Case, guest: Guest, check_mode: bool = False) -> dict[str, Any]:
    """The answer of win_powershell."""
    parameters = {"KnownFilters": ["AFD"], **case.parameters} if case.script == "checks" else case.parameters
    return run(guest, (FILES / f"{case.script}.ps1").read_text(), parameters, {"depth": 5, "check_mode": check_mode})


def _expected(case: Case, result: dict[str, Any]) -> dict[str, Any]:
    """The result with each sentence about a finding cut to the beginning that is expected."""
    if "findings" not in case.result:
        return result
    begun = {each["id"]: each["what"][: len(case.result["findings"].get(each["id"], ""))] or each["what"] for each in result["findings"]}
    return {**result, "findings": begun}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.script}-{case.name}")
def test_the_result_of_a_script(tmp_path: Path, case: Case) -> None:
    guest = guest_of(case, tmp_path)
    answer = run_case(case, guest)
    assert not answer["failed"], answer.get("msg")
    assert answer["error"] == []
    assert _expected(case, answer["result"]) == case.result
    assert answer["changed"] is bool(case.result.get("changed"))


CHANGING = [case for case in CASES if case.result.get("changed")]


@pytest.mark.parametrize("case", CHANGING, ids=lambda case: f"{case.script}-{case.name}")
def test_check_mode_says_what_a_run_changes_and_a_second_run_changes_nothing(tmp_path: Path, case: Case) -> None:
    guest = guest_of(case, tmp_path)
    before = state(guest)
    predicted = run_case(case, guest, check_mode=True)
    assert state(guest) == before
    real = run_case(case, guest)
    assert (predicted["changed"], predicted["result"]["changed"]) == (real["changed"], real["result"]["changed"])
    if case.parameters.get("Rows") != [TIMEOUT, {**DEVICE, "shown": "device partition=X:"}]:
        assert run_case(case, guest)["changed"] is False


def test_no_script_uses_what_windows_powershell_5_1_lacks() -> None:
    scripts = sorted(FILES.glob("*.ps1"))
    assert sorted({case.script for case in CASES}) == [script.stem for script in scripts]
    for found in engine.check(*scripts):
        assert (found["errors"], found["newer_than_5_1"]) == ([], []), found["file"]
