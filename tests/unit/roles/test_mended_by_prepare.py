# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The blockers that only warn before linux_prepare has run: those that the role mends, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.support.tree import ROOT
from tests.unit.roles.linux_prepare import loaded, trusted

Load = Callable[[str], ModuleType]
FOLDER = "/etc/cloud/cloud.cfg.d"
DISABLED = {"network": {"config": "disabled"}}
PVE = {"datasource_list": ["NoCloud"]}


@pytest.fixture(scope="module")
def mended() -> dict[str, str]:
    """The regular expressions by the id of a check, as Ansible evaluates them."""
    variables = yaml.safe_load((ROOT / "roles/linux_generalize/vars/main.yml").read_text())
    table = trusted({name: value for name, value in variables.items() if "mended" in name or "leftovers" in name})
    return dict(Templar(DataLoader(), variables=table).template(table["__linux_generalize_mended_by_prepare"]))


def outcome(mended: dict[str, str], check: str, findings: Iterable[Any]) -> list[bool]:
    return [bool(re.search(mended[check], finding.what)) for finding in findings]


def test_the_names_of_leftovers_are_those_that_linux_prepare_removes(mended: dict[str, str]) -> None:
    removed = {
        name: "udev/rules.d" if name.endswith(".rules") else "cloud/cloud.cfg.d"
        for name in loaded("vars/Debian.yml")["__linux_prepare_leftovers"]
    }
    others = {"cloud-init.disabled", "ds-identify.cfg"}
    for name in removed.keys() - others:
        assert re.search(mended["network_config"], f"the device is bound to a hardware address in /etc/{removed[name]}/{name}")
    for name in others:
        assert any(re.search(pattern, f"the file /etc/cloud/{name} says so, as set in /etc/cloud/{name}") for pattern in mended.values())
    assert not re.search(mended["network_config"], "the device is bound to a hardware address in /etc/netplan/00-installer-config.yaml")


@pytest.mark.parametrize(("files", "arguments", "identified", "expected"), [
    ({f"{FOLDER}/99_pve.cfg": PVE}, "ro", ("search", "", ["NoCloud"]), [True, True]),
    ({f"{FOLDER}/zzz.cfg": PVE}, "ro", ("search", "", []), [False]),
    ({}, "ro cc:datasource_list=[NoCloud]end_cc", ("search", "", []), [False]),
    ({f"{FOLDER}/99_pve.cfg": PVE}, "ro", ("search", "NoCloud", []), [True, True]),
    ({f"{FOLDER}/99_pve.cfg": PVE}, "ro ds=nocloud", ("search", "nocloud", []), [True, False]),
])  # fmt: skip
def test_a_data_source_is_mended_in_files_that_are_read_before_its_own(
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    mended: dict[str, str],
    files: dict[str, Any],
    arguments: str,
    identified: Any,
    expected: list[bool],
) -> None:
    room = load("cloud_init")
    monkeypatch.setattr(room, "kernel_arguments", lambda: arguments)
    monkeypatch.setattr(room, "ds_identify", lambda: identified)
    findings = room.wrong_datasources({"merged": {"datasource_list": ["NoCloud"]}, "files": files})
    assert outcome(mended, "datasource", findings) == expected


@pytest.mark.parametrize(("files", "expected"), [
    ({f"{FOLDER}/99-x.cfg": DISABLED}, True),
    ({f"{FOLDER}/99-x.cfg": {**DISABLED, "users": []}}, False),
    ({f"{FOLDER}/99-installer.cfg": {**DISABLED, "users": []}}, True),
    ({}, False),
])  # fmt: skip
def test_a_disabled_network_is_mended_in_files_that_say_nothing_else(
    load: Load, monkeypatch: pytest.MonkeyPatch, mended: dict[str, str], files: dict[str, Any], expected: bool
) -> None:
    room = load("network")
    monkeypatch.setattr(load("cloud_init"), "configuration", lambda: {"merged": DISABLED, "files": files, "others": {}})
    monkeypatch.setattr(load("cloud_init"), "kernel_arguments", lambda: "ro")
    monkeypatch.setattr(room, "READERS", ())
    assert outcome(mended, "network_disabled", room.disabled_network(SimpleNamespace(extra=()))) == [expected]


@pytest.mark.parametrize(("arguments", "states", "mode", "expected"), [
    ("ro", [("cloud-final.service", "masked"), ("cloud-init.service", "disabled")], "", [True, True]),
    ("ro", [("cloud-final.service", "bad")], "", [False]),
    ("ro cloud-init=disabled", [], "", [False]),
    ("ro", [], "disabled", [True]),
    ("ro ci.di.policy=disabled", [], "disabled", [False]),
])  # fmt: skip
def test_what_disables_cloud_init_is_mended_unless_it_is_an_argument_of_the_kernel(
    load: Load, monkeypatch: pytest.MonkeyPatch, mended: dict[str, str], arguments: str, states: Any, mode: str, expected: list[bool]
) -> None:
    room = load("cloud_init")
    monkeypatch.setattr(room.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(room, "kernel_arguments", lambda: arguments)
    monkeypatch.setattr(room, "unit_states", lambda units: states)
    monkeypatch.setattr(room, "ds_identify", lambda: (mode, "", []))
    assert outcome(mended, "cloud_init_disabled", room.reasons_not_to_run(None)) == expected


def test_missing_packages_are_mended(load: Load, monkeypatch: pytest.MonkeyPatch, mended: dict[str, str]) -> None:
    rooms = {name: load(name) for name in ("agent", "cloud_init", "provisioning")}
    monkeypatch.setattr(rooms["agent"].shutil, "which", lambda name: None)
    rooms["cloud_init"].configuration.cache_clear()
    assert outcome(mended, "agent", rooms["agent"].broken_agents(None)) == [True]
    assert outcome(mended, "provisioning_agent", rooms["provisioning"].wrong_agent(None)) == [True]
    assert outcome(mended, "cloud_init_disabled", rooms["cloud_init"].reasons_not_to_run(None)) == [True]
    assert outcome(mended, "cloud_init_config", rooms["cloud_init"].unread_files(None)) == [True]


def test_settings_of_the_agent_are_mended_and_a_broken_agent_is_not(
    load: Load, monkeypatch: pytest.MonkeyPatch, mended: dict[str, str]
) -> None:
    agent, provisioning = load("agent"), load("provisioning")
    monkeypatch.setattr(agent.shutil, "which", lambda name: f"/usr/sbin/{name}")
    monkeypatch.setattr(agent, "output", lambda *command: "Traceback")
    monkeypatch.setattr(provisioning, "read", lambda path: "Provisioning.Agent=disabled\n")
    monkeypatch.setattr(provisioning, "unit_states", lambda units: [("walinuxagent.service", "disabled")])
    assert outcome(mended, "agent", agent.broken_agents(None)) == [False]
    assert outcome(mended, "provisioning_agent", provisioning.wrong_agent(None)) == [True, True]


def test_every_service_of_cloud_init_is_enabled(load: Load) -> None:
    enabled = {*loaded("vars/Debian.yml")["__linux_prepare_services"], *loaded("vars/Debian.yml")["__linux_prepare_services_of_versions"]}
    assert {f"{name}.service" for name in load("cloud_init").UNITS} <= enabled
