# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role windows_prepare by its effect on simulated guests: one guest for each documented step in which only that step is missing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.support.windows.guest import Guest
from tests.support.windows.hosts import play_hosts
from tests.support.windows.play import Played
from tests.support.windows.prepared import (
    AZURE,
    CHECKED,
    MANUAL_STEPS,
    POLICY,
    STEPS,
    prepared,
    rows_of_the_role,
    state,
)

PLAY = [{"hosts": "all", "gather_facts": False, "strategy": "free", "roles": ["goldenimage.azure.windows_prepare"]}]
REPORT = "Show what was changed, what was found, and what is left to do"
ROWS = {row["id"] for row in rows_of_the_role()}
MSI = b"the installation file of the agent"
PENDING = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager"
MEMORY = r"HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management"


def only(*ids: str, **options: Any) -> dict[str, Any]:
    """The options of a run that carries out these rows only, so that seventy guests can be prepared in one play."""
    return {"windows_prepare_skip": sorted(ROWS - set(ids)), "windows_prepare_restart": False, **options}


class Case:
    """A guest, and the options that the role gets for it."""

    def __init__(self, *spoiled: str, **options: Any) -> None:
        self.data = prepared()
        for name in spoiled:
            (STEPS[name] if name in STEPS else CHECKED[name]).spoil(self.data)
        self.options = options


class Run:
    """The guests after a play, and the reports of the role about them."""

    def __init__(self, guests: dict[str, Guest], played: dict[str, Played]) -> None:
        self.guests = guests
        self.played = played

    def guest(self, name: str) -> Guest:
        """A guest as it is now. It must have known everything that was asked of it."""
        guest = Guest(self.guests[name].file)
        assert guest.complaints == []
        return guest

    def report(self, name: str) -> dict[str, Any]:
        """The report of the role: changed, findings and manual."""
        played = self.played[name]
        assert played.failed == [], f"{played.failed}: {played.message}"
        report: dict[str, Any] = played.result(REPORT)["msg"]
        return report

    def findings(self, name: str) -> dict[str, str]:
        """The sentences of the findings, by id."""
        return {each["id"]: each["what"] for each in self.report(name)["findings"]}


def _special(agent: Path) -> dict[str, Case]:
    """Guests that show which changes a step must not make, and guests for the options."""
    checksum = hashlib.sha256(MSI).hexdigest()
    cases = {
        "prepared": Case(windows_prepare_restart=False),
        "no_policy": Case("rdp_connections", **only("rdp_connections", "rdp_connections_policy", "rdp_keep_alive_policy")),
        "refusing_service": Case("service_bfe", "service_w32time", **only("service_bfe", "service_w32time")),
        "delayed_service": Case(**only("service_w32time")),
        "missing_service": Case(**only("service_sacsvr")),
        "other_name": Case(**only("rule_azure_inbound", "rule_azure_outbound")),
        "disabled_rule": Case(**only("rule_azure_inbound")),
        "narrow_rule": Case(**only("rule_azure_inbound")),
        "static_address": Case("routes", **only("routes")),
        "with_proxy": Case(**only("proxy", windows_prepare_proxy="proxy:3128", windows_prepare_proxy_bypass=["*.example.com"])),
        "refusing_firewall": Case("firewall_public", "rule_ping", **only("firewall_public", "rule_ping")),
        "refusing_boot": Case("boot_recovery", "boot_menu", **only("boot_recovery", "boot_menu")),
        "german": Case("power_scheme", "boot_console", **only("power_scheme", "display_timeout", "boot_device", "boot_console")),
        "page_file": Case(**only("page_file", windows_prepare_page_file=r"D:\pagefile.sys")),
        "no_agent": Case("agent", **only("agent")),
        "wrong_agent": Case("agent", **only("agent", windows_prepare_agent_msi=str(agent), windows_prepare_agent_sha256="0" * 64)),
        "skipped_unknown": Case(windows_prepare_skip=["no_such_row"]),
    }
    services = {name: cases[name].data["services"] for name in ("refusing_service", "delayed_service", "missing_service")}
    services["refusing_service"]["BFE"]["refuses"] = "Access is denied"
    services["delayed_service"]["w32time"]["start"] = "AutomaticDelayedStart"
    del services["missing_service"]["sacsvr"]
    rules = {name: cases[name].data["commands"]["firewall"]["rules"] for name in ("other_name", "disabled_rule", "narrow_rule")}
    for rule in rules["other_name"][-2:]:
        rule["DisplayName"] = "Plattform"
    rules["disabled_rule"][-2]["Enabled"] = "False"
    rules["narrow_rule"][-2]["Protocol"] = "TCP"
    cases["static_address"].data["commands"]["routes"].append(
        {"DestinationPrefix": "0.0.0.0/0", "NextHop": "10.0.0.1", "InterfaceIndex": 4}
    )
    cases["refusing_firewall"].data["commands"]["firewall"]["refuses"] = "There are no more endpoints available from the endpoint mapper."
    cases["refusing_boot"].data["commands"]["bcdedit"]["refuses"] = ["recoveryenabled"]
    german = cases["german"].data["commands"]
    german["powercfg"]["words"] = ["GUID des Energieschemas", "Minimal", "Maximal", "Schrittweite", "Index (Netzbetrieb)", "Index (Akku)"]
    german["bcdedit"]["words"] = ["Windows-Startladeprogramm", "-------------------------"]
    cases["agent"] = Case("agent", **only("agent", windows_prepare_agent_msi=str(agent), windows_prepare_agent_sha256=checksum))
    return cases


def _run(folder: Path, cases: dict[str, Case]) -> Run:
    guests = {name: Guest.start(case.data, folder / "guests" / name) for name, case in cases.items()}
    played = play_hosts(folder / "controller", guests, PLAY, variables={name: case.options for name, case in cases.items()})
    return Run(guests, played)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One play over all guests."""
    folder = tmp_path_factory.mktemp("prepare")
    agent = folder / "agent file.msi"
    agent.write_bytes(MSI)
    cases = {name: Case(name, **only(name)) for name in (*STEPS, *CHECKED)} | _special(agent)
    return _run(folder, cases)


@pytest.mark.parametrize("step", STEPS)
def test_step(run: Run, step: str) -> None:
    assert STEPS[step].read(run.guest(step)) == STEPS[step].right, f"windows_prepare does not carry out the step {step}"
    assert run.report(step)["changed"] == [step]
    assert run.findings(step) == {}


@pytest.mark.parametrize("step", CHECKED)
def test_check(run: Run, step: str) -> None:
    assert CHECKED[step].says in run.findings(step).get(step, ""), f"windows_prepare does not check {step}"
    assert run.report(step)["changed"] == []


def test_a_prepared_machine_is_not_changed(run: Run) -> None:
    assert run.report("prepared")["changed"] == []
    assert run.findings("prepared") == {}
    assert run.played["prepared"].changed == []


def test_every_manual_step_is_reported(run: Run) -> None:
    manual = run.report("prepared")["manual"]
    assert sorted(each["id"] for each in manual) == sorted(MANUAL_STEPS)


@pytest.mark.parametrize("step", MANUAL_STEPS)
def test_manual_step(run: Run, step: str) -> None:
    (found,) = (each for each in run.report("prepared")["manual"] if each["id"] == step)
    assert found["what"]
    assert found["reason"]
    assert found["source"].startswith("https://")


def test_the_key_of_a_policy_is_not_created(run: Run) -> None:
    assert run.report("no_policy")["changed"] == ["rdp_connections"]
    assert not run.guest("no_policy").registry.has_key(POLICY)


def test_a_service_that_refuses_is_reported_and_the_others_are_set(run: Run) -> None:
    guest = run.guest("refusing_service")
    assert (guest.data["services"]["BFE"]["start"], guest.data["services"]["w32time"]["start"]) == ("Manual", "Automatic")
    assert run.report("refusing_service")["changed"] == ["service_w32time"]
    assert "Access is denied" in run.findings("refusing_service")["service_bfe"]


def test_a_delayed_start_is_automatic(run: Run) -> None:
    assert run.report("delayed_service")["changed"] == []
    assert run.guest("delayed_service").data["services"]["w32time"]["start"] == "AutomaticDelayedStart"


def test_a_missing_service_is_reported(run: Run) -> None:
    assert run.findings("missing_service") == {"service_sacsvr": "The service sacsvr does not exist."}


def _azure(guest: Guest, direction: str) -> list[dict[str, Any]]:
    rules = guest.data["commands"]["firewall"]["rules"]
    return [rule for rule in rules if (rule.get("RemoteAddress"), rule["Direction"]) == (AZURE, direction)]


def test_a_rule_of_another_name_that_does_the_same_is_enough(run: Run) -> None:
    assert run.report("other_name")["changed"] == []
    assert [len(_azure(run.guest("other_name"), direction)) for direction in ("Inbound", "Outbound")] == [1, 1]


def test_a_disabled_rule_is_enabled_and_no_second_one_is_added(run: Run) -> None:
    assert run.report("disabled_rule")["changed"] == ["rule_azure_inbound"]
    assert [rule["Enabled"] for rule in _azure(run.guest("disabled_rule"), "Inbound")] == ["True"]


def test_a_rule_for_one_protocol_is_not_enough(run: Run) -> None:
    rules = _azure(run.guest("narrow_rule"), "Inbound")
    assert sorted(rule.get("Protocol", "Any") for rule in rules) == ["Any", "TCP"]


def test_the_default_route_of_a_static_address_stays_and_is_reported(run: Run) -> None:
    assert [route["DestinationPrefix"] for route in run.guest("static_address").data["commands"]["routes"]] == ["0.0.0.0/0"]
    assert "0.0.0.0/0 via 10.0.0.1" in run.findings("static_address")["routes"]
    assert run.report("static_address")["changed"] == ["routes"]


def test_a_proxy_is_not_asked_for_the_address_of_azure(run: Run) -> None:
    found = run.guest("with_proxy").data["commands"]["winhttp_proxy"]
    assert found == {"proxy": "proxy:3128", "bypass": ["*.example.com", AZURE]}


def test_a_firewall_that_refuses_is_reported_and_the_role_goes_on(run: Run) -> None:
    assert run.report("refusing_firewall")["changed"] == ["rule_ping"]
    assert (
        "The firewall profile Public could not be set: There are no more endpoints" in run.findings("refusing_firewall")["firewall_public"]
    )


def test_a_refused_element_is_reported_and_the_others_are_set(run: Run) -> None:
    assert run.report("refusing_boot")["changed"] == ["boot_menu"]
    assert "Secure Boot" in run.findings("refusing_boot")["boot_recovery"]


def test_the_language_of_windows_does_not_matter(run: Run) -> None:
    assert run.report("german")["changed"] == ["power_scheme", "boot_console"]
    assert run.findings("german") == {}


def test_the_page_file_is_set_on_request(run: Run) -> None:
    report = run.report("page_file")
    assert report["changed"] == ["page_file"]
    assert run.guest("page_file").registry.value(MEMORY, "PagingFiles") == {"type": "MultiString", "value": [r"D:\pagefile.sys"]}
    assert report["manual"] == []


def test_a_missing_agent_without_a_file_is_reported(run: Run) -> None:
    assert "windows_prepare_agent_msi" in run.findings("no_agent")["agent"]


def test_the_agent_is_installed_from_the_file_of_the_user_only(run: Run) -> None:
    assert "agent" in run.report("agent")["changed"]
    assert not run.guest("agent").drives.find(r"C:\Windows\Temp\goldenimage_azure_agent.msi").exists()
    wrong = run.played["wrong_agent"]
    assert "SHA-256 checksum" in wrong.message
    assert "Nothing was installed" in wrong.message
    assert "WindowsAzureGuestAgent" not in run.guest("wrong_agent").data["services"]


def test_an_unknown_row_to_skip_is_refused(run: Run) -> None:
    assert "no_such_row" in run.played["skipped_unknown"].message
    assert "dvd_drive" in run.played["skipped_unknown"].message


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """A guest in which every step is missing and a restart is pending: in check mode, in a real run, and in a second one."""
    folder = tmp_path_factory.mktemp("spoiled")
    agent = folder / "agent.msi"
    agent.write_bytes(MSI)
    case = Case(*STEPS, windows_prepare_agent_msi=str(agent), windows_prepare_agent_sha256=hashlib.sha256(MSI).hexdigest())
    case.data["registry"][PENDING] = {"PendingFileRenameOperations": {"type": "MultiString", "value": [r"\??\C:\a", ""]}}
    guest = Guest.start(case.data, folder / "guest")
    before = state(guest)
    runs = {}
    for name, options in (("check", ["--check"]), ("real", []), ("second", [])):
        played = play_hosts(folder / name, {"win": guest}, PLAY, *options, variables={"win": case.options})
        runs[name] = Run({"win": guest}, played)
        if name == "check":
            assert state(Guest(guest.file)) == before
    return runs


def test_check_mode_changes_nothing_and_reports_what_a_run_changes(spoiled: dict[str, Run]) -> None:
    assert sorted(spoiled["check"].report("win")["changed"]) == sorted(STEPS)
    assert spoiled["real"].report("win")["changed"] == spoiled["check"].report("win")["changed"]
    assert spoiled["real"].findings("win") == {} == spoiled["check"].findings("win")


def test_a_run_carries_out_every_step(spoiled: dict[str, Run]) -> None:
    guest = spoiled["real"].guest("win")
    assert {name: step.read(guest) for name, step in STEPS.items()} == {name: step.right for name, step in STEPS.items()}


def test_a_run_restarts_the_machine_once(spoiled: dict[str, Run]) -> None:
    assert spoiled["real"].guest("win").run["boots"] == 2
    assert any(name.endswith("Restart the machine") for name in spoiled["check"].played["win"].changed)


def test_a_second_run_changes_nothing(spoiled: dict[str, Run]) -> None:
    assert spoiled["second"].report("win")["changed"] == []
    assert spoiled["second"].played["win"].changed == []
    assert spoiled["second"].findings("win") == {}
