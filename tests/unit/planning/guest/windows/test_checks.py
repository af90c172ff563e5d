# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of a Windows guest, by facts: exactly one of them speaks if one fact is wrong, and none if all are good."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.filter.windows import FilterModule

from tests.support.tree import ROOT
from tests.support.windows.facts import account, features, guest, package, service, volume

REPORT = FilterModule().filters()["windows_preflight_report"]

# By hand, from the documentation that the checks follow; not from the code.
IDS = {
    "backup", "identity", "single", "domain",
    "imagestate", "upgraded", "cdrom", "answerfile", "rearm",
    "reboot", "servicing",
    "bitlocker", "efs", "appx",
    "roles", "roleprereq",
    "agent", "providers", "extensions", "traces",
    "defender", "sql", "secureboot",
    "accounts", "password",
}  # fmt: skip
ONLY_WARN = {"efs", "extensions", "defender", "sql", "secureboot", "accounts", "password"}
SEEN = {"checks": [{"id": "extensions", "side": "cloud", "verdict": "ok", "what": "", "why": "", "mend": "", "source": ""}]}


def report(facts: dict[str, Any], **known: Any) -> dict[str, Any]:
    """The report on a guest in Azure that has a backup."""
    context = {"vm": "web", "platform": "azure", "backup": "/snapshots/1", "may_be_lost": False, "capture": SEEN}
    compiled: dict[str, Any] = REPORT(facts, **{**context, "before_prepare": False, "traces": {}, "unread_traces": {}, **known})
    return compiled


def findings(compiled: dict[str, Any]) -> list[dict[str, str]]:
    """The rows that say that something is not as it should be."""
    return [row for row in compiled["checks"] if row["verdict"] != "ok"]


def only(compiled: dict[str, Any]) -> dict[str, str]:
    """The only such row."""
    found = findings(compiled)
    assert len(found) == 1, [(row["id"], row["what"]) for row in found]
    return found[0]


def test_nothing_is_found_on_a_good_guest() -> None:
    compiled = report(guest())
    assert findings(compiled) == []
    assert compiled["forbidden_by"] == []


@pytest.mark.parametrize("platform", ["azure", "other"])
@pytest.mark.parametrize(
    "facts", [guest(), {}, guest(machine__os__product_type=1, software__features=None)], ids=["good", "none", "client"]
)
def test_a_report_has_every_check(facts: dict[str, Any], platform: str) -> None:
    assert {row["id"] for row in report(facts, platform=platform, capture={})["checks"]} == IDS


def test_the_readme_of_the_role_names_every_check() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "roles/windows_preflight/README.md").read_text(), re.MULTILINE))
    assert named - {"ok", "warn", "block", "waived", "unproven"} == IDS


def test_every_row_says_what_was_found_and_by_which_document() -> None:
    for row in report({}, backup="")["checks"]:
        if row["side"] == "guest":
            assert row["what"]
            assert row["source"].startswith(("https://", "docs/", "roles/"))
            assert (row["verdict"] == "ok") or (row["why"] and row["mend"]), row["id"]


ADMINISTRATOR, BUILDER = "S-1-5-21-1-2-3-500", "S-1-5-21-1-2-3-1001"
MISSING = {"phase": "Generalize", "dll": r"C:\x\VMAgentDisabler.dll", "entry": "{9}", "exists": False}
OLDER = [{"name": "a", "version": "1.1.9.9"}]
CLIENT = {"machine__os__product_type": 1, "software__features": None}
WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("identity", "block", {"machine__sid": "S-1-5-18"}, "LocalSystem"),
    ("identity", "block", {"machine__is_administrator": False}, "rights of an administrator"),
    ("single", "block", {"machine__sysprep_running": True}, "running already"),
    ("single", "block", {"machine__is_64bit": False}, "32 bits"),
    ("domain", "block", {"machine__domain": {"joined": True, "name": "corp.example"}}, "corp.example"),
    ("imagestate", "block", {"setup__image_state": "IMAGE_STATE_UNDEPLOYABLE"}, "HKLM.*is IMAGE_STATE_UNDEPLOYABLE"),
    ("imagestate", "block", {"setup__state_ini": "IMAGE_STATE_SPECIALIZE_RESEAL_TO_OOBE"}, "State.ini is IMAGE_STATE_SPECIALIZE"),
    ("imagestate", "block", {"setup__state_ini": None}, "State.ini is missing"),
    ("imagestate", "warn", {"setup__setup_type": 2, "setup__cmd_line": "oobe\\windeploy.exe"}, "SetupType.*windeploy"),
    ("upgraded", "warn", {"setup__source_os": ["Source OS (Updated on 1)"]}, "Windows Server was upgraded"),
    ("upgraded", "block", {"setup__source_os": ["Source OS"], "machine__os__build": 9600}, "upgraded in place"),
    ("upgraded", "block", {**CLIENT, "setup__source_os": ["Source OS"], "setup__miracast_view": True}, "MiracastView"),
    ("cdrom", "block", {"setup__cdrom_start": 4}, "disabled"),
    ("cdrom", "block", {"setup__cdrom_start": None}, "does not have the driver"),
    ("cdrom", "warn", {"setup__cdrom_start": 3}, "documents 1"),
    ("cdrom", "block", {"setup__removable_deny": True}, "Deny all access.*Deny read access"),
    ("answerfile", "block", {"setup__unattend_file": r"C:\build\unattend.xml"}, r"C:\\build"),
    ("answerfile", "block", {"volumes__answer_files": [r"C:\Windows\System32\Sysprep\unattend.xml"]}, r"Sysprep\\unattend.xml"),
    ("answerfile", "block", {"volumes__answer_files": [r"C:\Panther\unattend.xml"]}, r"C:\\Panther"),
    ("rearm", "block", {"setup__rearm_count": 0}, "RemainingWindowsReArmCount"),
    ("reboot", "block", {"setup__pending__cbs": True}, "RebootPending"),
    ("reboot", "block", {"setup__pending__file_renames": 2}, "^2 file"),
    ("reboot", "block", {"setup__pending__server_manager": True}, "ServerComponentCache"),
    ("reboot", "block", {"setup__pending__windows_update": True}, "Windows Update"),
    ("reboot", "block", {"setup__pending__pending_xml": True}, r"pending\.xml"),
    ("servicing", "block", {"setup__servicing_processes": ["TiWorker"]}, "TiWorker"),
    ("servicing", "block", {"setup__reserve_scenario": 3}, "ActiveScenario.* is 3"),
    ("bitlocker", "block", {"volumes__bitlocker": [volume("D:", "FullyEncrypted", 1)]}, "D:.*FullyEncr"),
    ("bitlocker", "block", {"volumes__bitlocker": [volume("C:", None, 1)]}, "C:.* is 1"),
    ("bitlocker", "block", {"volumes__bitlocker": [volume("C:", "DecryptionInProgress", 3)]}, "Decryption"),
    ("efs", "warn", {"volumes__efs_files": 1}, "1 file"),
    ("appx", "block", {"appx__packages": [package("Alice.App")]}, "Alice.App_1.2.0.0.* for alice and not provisioned"),
    ("appx", "block", {"appx__packages": [package("A")], "appx__provisioned": OLDER}, "newer than .* 1.1.9.9"),
    ("roles", "block", {"software__features": features("AD-Domain-Services")}, "Domain Services .documented for Windows Server 2012 only"),
    ("roles", "block", {"software__features": features("UpdateServices")}, "does not support the role Windows Server Update"),
    ("roles", "warn", {"software__features": features("DNS")}, "DNS Server is not documented"),
    ("roles", "warn", {"software__features": features("HostGuardianServiceRole")}, "HostGuardianServiceRole is not documented"),
    ("roleprereq", "block", {"software__features": features("Hyper-V"), "software__virtual_switches": ["nat"]}, "nat"),
    ("roleprereq", "block", {"software__features": features("WDS"), "software__wds_initialized": True}, "initialized"),
    ("roleprereq", "block", {"software__features": features("Web-Server"), "software__iis_encrypted": ["Pool1"]}, "Pool1"),
    ("agent", "block", {"software__services__RdAgent": service("Stopped")}, "RdAgent .* is Stopped"),
    ("agent", "block", {"software__services__WindowsAzureTelemetryService": service("Stopped")}, "Telemetry"),
    ("agent", "warn", {"software__services__WindowsAzureGuestAgent": None}, "WindowsAzureGuestAgent do not exist"),
    ("providers", "block", {"software__providers": [MISSING]}, "VMAgent"),
    ("defender", "warn", {"software__services__Sense": service("Running")}, "Sense"),
    ("defender", "warn", {"software__defender_onboarded": True}, "onboarded"),
    ("sql", "warn", {"software__sql_instances": [{"name": "MSSQLSERVER", "prepared": False}]}, "MSSQLSERVER"),
    ("secureboot", "warn", {"machine__uefica2023_status": "InProgress"}, "is InProgress"),
    ("secureboot", "warn", {"machine__uefica2023_status": None}, "is missing"),
    ("accounts", "warn", {"accounts__users": [account("Verwalter", sid=ADMINISTRATOR, must_change_password=True)]}, "Verwalter"),
    ("accounts", "warn", {"accounts__users": [account("b", sid=BUILDER, password_expires="2026-12-01T00:00:00Z")]}, "2026-12-01"),
    ("password", "warn", {"accounts__users": [account("kiosk", password_required=False)]}, "kiosk"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "verdict", "changes", "what"), WRONG, ids=[f"{check}-{what}" for check, _, _, what in WRONG])
def test_exactly_one_check_finds_the_one_fact_that_is_wrong(check: str, verdict: str, changes: dict[str, Any], what: str) -> None:
    compiled = report(guest(**changes))
    row = only(compiled)
    assert (row["id"], row["side"], row["verdict"]) == (check, "guest", verdict)
    assert re.search(what, row["what"])
    assert compiled["forbidden_by"] == ([check] if verdict == "block" else [])


def test_every_check_of_the_guest_is_shown_to_find_something() -> None:
    assert {check for check, *_ in WRONG} == IDS - {"backup", "extensions", "traces"}


GOOD_TOO: dict[str, dict[str, Any]] = {
    "an answer file in Panther, named by the registry": {"setup__unattend_file": r"c:\WINDOWS\panther\unattend\unattend.xml"},
    "a client that was upgraded": {**CLIENT, "setup__source_os": ["Source OS"]},
    "MiracastView of a new installation": {"setup__miracast_view": True},
    "a client, whose features cannot be read": {**CLIENT, "software__unread": {"features": "not recognized"}},
    "a server without BitLocker": {"volumes__bitlocker": None, "volumes__unread": {"bitlocker": "not recognized"}},
    "a volume by the older interface": {"volumes__bitlocker": [volume("C:", None, 0)]},
    "a package that is older than the provisioned one": {
        "appx__packages": [package("A", version="1.10.0.0")],
        "appx__provisioned": [{"name": "A", "version": "2019.1.0.0"}],
    },
    "a newer part in tens": {
        "appx__packages": [package("A", version="1.9.0.0")],
        "appx__provisioned": [{"name": "A", "version": "1.10.0.0"}],
    },
    "a package in a bundle, which has a version of its own": {
        "appx__packages": [package("A", version="2023.9.0.0"), package("A", version="1.2.0.0", bundle=True)],
        "appx__provisioned": [{"name": "A", "version": "1.2.0.0", "bundle": True}],
    },
    "a package that no user has installed": {"appx__packages": [package("A", users=[])]},
    "a package of Windows itself": {"appx__packages": [package("A", part_of_windows=True)]},
    "Hyper-V without networks": {"software__features": features("Hyper-V")},
    "networks without Hyper-V": {"software__virtual_switches": ["nat"]},
    "networks that cannot be read, without Hyper-V": {"software__unread": {"virtual_switches": "not recognized"}},
    "a web server": {"software__features": features("Web-Server")},
    "a machine without UEFI": {"machine__secure_boot": None, "machine__uefica2023_status": None},
    "a disabled account without a password": {"accounts__users": [account("Guest", enabled=False, password_required=False)]},
    "a disabled administrator": {
        "accounts__users": [account("Administrator", sid=ADMINISTRATOR, enabled=False, must_change_password=True)]
    },
    "a password of another account that expires": {"accounts__users": [account("alice", password_expires="2026-11-29T00:00:00Z")]},
    "SQL Server by PrepareImage": {"software__sql_instances": [{"name": "MSSQLSERVER", "prepared": True}]},
    "a Windows without reserved storage": {"setup__reserve_scenario": None},
}


@pytest.mark.parametrize("changes", GOOD_TOO.values(), ids=GOOD_TOO)
def test_nothing_is_found_where_nothing_is_wrong(changes: dict[str, Any]) -> None:
    assert findings(report(guest(**changes))) == []


@pytest.mark.parametrize(("section", "fact", "checks"), [
    ("machine", "sid", {"identity", "accounts"}),
    ("machine", "is_administrator", {"identity"}),
    ("machine", "domain", {"domain"}),
    ("machine", "os", {"roles", "roleprereq"}),
    ("machine", "uefica2023_status", {"secureboot"}),
    ("setup", "image_state", {"imagestate"}),
    ("setup", "source_os", {"upgraded"}),
    ("setup", "cdrom_start", {"cdrom"}),
    ("setup", "unattend_file", {"answerfile"}),
    ("setup", "rearm_count", {"rearm"}),
    ("setup", "pending", {"reboot"}),
    ("setup", "pending.windows_update", {"reboot"}),
    ("setup", "reserve_scenario", {"servicing"}),
    ("volumes", "efs_files", {"efs"}),
    ("volumes", "answer_files", {"answerfile"}),
    ("appx", "packages", {"appx"}),
    ("appx", "provisioned", {"appx"}),
    ("software", "features", {"roles", "roleprereq"}),
    ("software", "services", {"agent", "defender"}),
    ("software", "providers", {"providers"}),
    ("software", "sql_instances", {"sql"}),
    ("accounts", "users", {"accounts", "password"}),
])  # fmt: skip
def test_a_fact_that_could_not_be_read_proves_nothing(section: str, fact: str, checks: set[str]) -> None:
    compiled = report(guest(**{f"{section}__unread": {fact: "Access is denied"}}))
    assert {(row["id"], row["verdict"]) for row in findings(compiled)} == {(each, "unproven") for each in checks}
    assert all(f"{section}.{fact}" in row["what"] and "Access is denied" in row["what"] for row in findings(compiled))
    assert set(compiled["forbidden_by"]) == checks - ONLY_WARN


def test_a_failed_script_leaves_its_checks_unproven_and_the_others_judged() -> None:
    compiled = report(guest(setup={"error": "The script has a fault"}))
    assert {row["id"] for row in findings(compiled)} == {"imagestate", "upgraded", "cdrom", "answerfile", "rearm", "reboot", "servicing"}
    assert {row["verdict"] for row in findings(compiled)} == {"unproven"}


def test_one_unread_fact_hides_no_finding_of_its_check() -> None:
    compiled = report(guest(setup__pending__cbs=True, setup__unread={"pending.windows_update": "Access is denied"}))
    assert sorted((row["id"], row["verdict"]) for row in findings(compiled)) == [("reboot", "block"), ("reboot", "unproven")]


def test_bitlocker_that_cannot_be_asked_proves_nothing_where_it_is_installed() -> None:
    unread = {"volumes__unread": {"bitlocker": "Access is denied"}}
    on_server = guest(software__features=features("BitLocker"), **unread)
    assert ("bitlocker", "unproven") in {(row["id"], row["verdict"]) for row in findings(report(on_server))}
    assert only(report(guest(**CLIENT, **unread)))["verdict"] == "unproven"


def test_a_server_core_without_the_commands_of_appx_is_only_warned_about() -> None:
    unread = {"appx__unread": {"packages": "Get-AppxPackage is not recognized"}}
    assert only(report(guest(machine__os__installation_type="Server Core", **unread)))["verdict"] == "warn"


def test_an_agent_that_waits_for_azure_elsewhere_only_warns_there() -> None:
    facts = guest(software__services__RdAgent=service("Stopped"))
    assert only(report(facts, platform="other"))["verdict"] == "warn"
