# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data and the files of windows_prepare: every documented step is a row with a reason and a source, and every script is thin."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.support.tree import ROOT
from tests.support.windows.prepared import CHECKED, MANUAL_STEPS, STEPS, rows_of_the_role

ROLE = ROOT / "roles" / "windows_prepare"
SCRIPTS = sorted((ROLE / "files").glob("*.ps1"))


@pytest.mark.parametrize(("kind", "ids"), [("set", STEPS), ("check", CHECKED), ("manual", MANUAL_STEPS)])
def test_the_documented_steps_are_the_rows(kind: str, ids: Any) -> None:
    assert sorted(row["id"] for row in rows_of_the_role() if row["kind"] == kind) == sorted(ids)


def test_every_row_has_a_reason_and_a_source_of_microsoft() -> None:
    lacking = [row["id"] for row in rows_of_the_role() if not row["reason"] or not row["source"].startswith("https://learn.microsoft.com/")]
    assert lacking == []
    assert [row["id"] for row in rows_of_the_role() if row["kind"] == "check" and not row["mend"]] == []


def test_every_table_is_one_of_the_rows_of_the_role() -> None:
    tables = [name for file in (ROLE / "vars" / "main").glob("*.yml") if file.stem != "main" for name in yaml.safe_load(file.read_text())]
    joined = yaml.safe_load((ROLE / "vars" / "main" / "main.yml").read_text())["__windows_prepare_rows"]
    assert sorted(re.findall(r"__windows_prepare_\w+", joined)) == sorted(tables)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_is_thin_and_knows_check_mode(script: Any) -> None:
    text = script.read_text()
    assert len(text.splitlines()) < 100
    assert "[CmdletBinding(SupportsShouldProcess)]" in text
    assert "$ErrorActionPreference = 'Stop'" in text
    assert "$Ansible.Changed = " in text
    assert "$Ansible.Result = " in text


def test_options_have_the_defaults_that_are_documented() -> None:
    documented = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    assert {name: option["default"] for name, option in documented.items()} == yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
