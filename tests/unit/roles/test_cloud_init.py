# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of cloud-init's configuration, with what four of its versions made of the files in cloud_init/cases.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.unit.roles.cloud_init.cases import CASES, VERSIONS, recorded

Load = Callable[[str], ModuleType]
MACHINE = SimpleNamespace(extra=(), waived=frozenset(), os_only=False)


def found(load: Load, *rooms: str) -> list[tuple[str, str]]:
    """The findings of these files of the finalizer, each as the id of its check and its verdict."""
    report = load("report")
    checks = [check for room in rooms for check in load(room).CHECKS]
    return [(row["id"], row["verdict"]) for row in report.evaluate(checks, MACHINE) if row["verdict"] != "ok"]


@pytest.fixture
def cloud_init(load: Load, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The file cloud_init.py on a machine on which nothing but its configuration can be wrong."""
    room = load("cloud_init")
    monkeypatch.setattr(room, "kernel_arguments", lambda: "ro console=ttyS0")
    monkeypatch.setattr(room, "reasons_not_to_run", lambda machine: [])
    monkeypatch.setattr(room, "ds_identify", lambda: ("search", "", ["Azure"]))
    monkeypatch.setattr(load("network"), "READERS", ())
    monkeypatch.setattr(load("secret_files"), "KEY_FOLDERS", ())
    monkeypatch.setattr(load("network"), "is_real", lambda name: name.startswith("eth"))
    return room


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CASES)
def test_a_configuration_is_judged_as_cloud_init_reads_it(
    load: Load, cloud_init: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, version: str
) -> None:
    known, identified = recorded(version, name)
    monkeypatch.setattr(cloud_init, "configuration", lambda: known)
    monkeypatch.setattr(cloud_init, "ds_identify", lambda: identified)
    checks = [row for row in found(load, "cloud_init", "network", "secret_files") if row[0] not in ("registrations", "secrets_unknown")]
    checks = [row for row in checks if row[0] != "cloud_init_disabled"]
    assert sorted(checks) == sorted(CASES[name].findings)


def test_a_finding_names_the_file_that_wins(cloud_init: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    known, identified = recorded("22.4.2", "an earlier file loses")
    monkeypatch.setattr(cloud_init, "ds_identify", lambda: identified)
    assert "99_pve.cfg" in next(iter(cloud_init.wrong_datasources(known))).what


def test_a_configuration_that_cannot_be_read_blocks_once(load: Load, cloud_init: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_init, "configuration", lambda: {"failure": "cloud-init's own parser could not be run (ImportError)"})
    checks = [row for row in found(load, "cloud_init") if row[0] != "cloud_init_disabled"]
    assert {row for row in checks if row[1] == "block"} == {("cloud_init_config", "block")}
    assert ("datasource", "unproven") in checks


def test_the_text_of_a_file_is_not_quoted_if_the_parser_fails(load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = load("cloud_init")
    probe = tmp_path / "probe.py"
    probe.write_text("raise ValueError('password: secret')\n")
    monkeypatch.setattr(room, "PROBE", probe)
    monkeypatch.setattr(room, "interpreter", lambda: [sys.executable])
    monkeypatch.setattr(room.shutil, "which", lambda name: "/usr/bin/cloud-init")
    room.configuration.cache_clear()
    assert room.configuration() == {"failure": "cloud-init's own parser could not be run (ValueError)"}


@pytest.mark.parametrize(("first", "command"), [
    ("#!/usr/libexec/platform-python -s\n", ["/usr/libexec/platform-python", "-s"]),
    ("#!/usr/bin/env python3\n", ["/usr/bin/env", "python3"]),
])  # fmt: skip
def test_cloud_inits_own_python_is_asked(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: str, command: list[str]
) -> None:
    room = load("cloud_init")
    script = tmp_path / "cloud-init"
    script.write_text(first)
    monkeypatch.setattr(room.shutil, "which", lambda name: str(script))
    assert room.interpreter() == command


@pytest.mark.parametrize(("state", "arguments", "mode", "what"), [
    ("enabled", "quiet", "search", []),
    ("masked", "quiet", "search", ["cloud-final.service is masked"]),
    ("disabled", "quiet", "", ["cloud-final.service is disabled"]),
    ("enabled", "quiet cloud-init=disabled", "search", ["cloud-init=disabled"]),
    ("enabled", "quiet", "disabled", ["policy of ds-identify"]),
])  # fmt: skip
def test_cloud_init_must_run(load: Load, monkeypatch: pytest.MonkeyPatch, state: str, arguments: str, mode: str, what: list[str]) -> None:
    room = load("cloud_init")
    monkeypatch.setattr(room.shutil, "which", lambda name: "/usr/bin/cloud-init")
    monkeypatch.setattr(room, "unit_states", lambda units: [("cloud-init-local.service", "enabled"), ("cloud-final.service", state)])
    monkeypatch.setattr(room, "kernel_arguments", lambda: arguments)
    monkeypatch.setattr(room, "ds_identify", lambda: (mode, "", []))
    findings = [finding.what for finding in room.reasons_not_to_run(MACHINE)]
    assert len(findings) == len(what)
    assert all(part in finding for part, finding in zip(what, findings, strict=True))


@pytest.mark.parametrize(("only", "considered", "blocked"), [
    ("", ["Azure"], False), ("", [], False), ("Azure", ["Azure"], False), ("nocloud", ["nocloud"], True), ("", ["NoCloud", "None"], True),
])  # fmt: skip
def test_ds_identify_must_consider_azure(
    cloud_init: ModuleType, monkeypatch: pytest.MonkeyPatch, only: str, considered: list[str], blocked: bool
) -> None:
    monkeypatch.setattr(cloud_init, "ds_identify", lambda: ("search", only, considered))
    known: dict[str, Any] = {"merged": {"datasource_list": ["Azure"]}, "files": {}}
    assert bool(list(cloud_init.wrong_datasources(known))) == blocked


def test_cloud_init_is_reset_only_after_the_rehearsal(load: Load) -> None:
    steps = [step.__name__ for step in load("finalizer").STEPS]
    assert steps.index("require_rehearsal") < steps.index("reset_cloud_init") < steps.index("deprovision_agent")
