# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the checkout: license lines, length, folders that they name, and which of them are in the artifact."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest
import yaml

from tests.support.tree import ROOT, tracked

HEAD = (
    "# Copyright: (c) 2026, goldenimage.azure contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
LONGEST = 450
SHIPPED = {
    "CHANGELOG.rst",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "changelogs",
    "docs",
    "galaxy.yml",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", tracked("plugins/*.py"), ids=name)
def test_a_plugin_begins_with_its_license_and_modern_annotations(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith(("#!", "# -*-"))]
    assert tuple(lines[:3]) == HEAD
    assert "from __future__ import annotations" in lines


@pytest.mark.parametrize("path", tracked("*.py", "*.sh", "*.yml", "Makefile"), ids=name)
def test_a_file_is_not_too_long(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_folders_next_to_the_checkout_are_named_by_ci_alone() -> None:
    outside = re.compile(r"\.\./(\.\./)*shared\b")
    assert [name(path) for path in tracked() if ".ci" not in path.parts and outside.search(path.read_text(errors="replace"))] == []


def test_the_artifact_holds_what_runs_and_nothing_else() -> None:
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {top for top in tops if not any(fnmatch.fnmatch(top, pattern) for pattern in ignored)} <= SHIPPED


PAGES = [path for path in tracked("*.md") if path.name != "CODE_OF_CONDUCT.md"]
ELSEWHERE = ("build/", ".venv/", "~", "/", "<state>/", "inventory.yml", "requirements.yml")
SUFFIXES = "py|yml|yaml|sh|md|txt|toml|rst|json"


def missing(page: str) -> list[str]:
    """The files and folders that a page names in backticks and that are not in the checkout.

    A path may leave out its first folders. A part in <> stands for any name.
    """
    files = [name(path) for path in tracked()]
    prose = "\n".join(line for line in page.splitlines() if not line.startswith("    "))
    named = set(re.findall(rf"`([\w.~<>*/-]+(?:/|\.(?:{SUFFIXES})))`", prose))
    return sorted(each for each in named if not each.startswith(ELSEWHERE) and not _is_there(each, files))


def _is_there(named: str, files: list[str]) -> bool:
    pattern = re.sub(r"<\w+>", "*", named) + ("*" if named.endswith("/") else "")
    return any(fnmatch.fnmatch(file, pattern) or fnmatch.fnmatch(file, f"*/{pattern}") for file in files)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_names_files_that_exist(path: Path) -> None:
    assert missing(path.read_text()) == []


def test_a_missing_file_is_found() -> None:
    page = "`_core/tags.py` `plugins/gone/` `_planning/<subject>/gone.py` `gone.yml` `build/x.json` `compute/disks/`\n    `also/gone.py`\n"
    assert missing(page) == ["_planning/<subject>/gone.py", "gone.yml", "plugins/gone/"]


def test_requirements_are_lower_bounds() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+>=[0-9.]+", line)] == []


def test_an_execution_environment_takes_its_own_requirements() -> None:
    environment = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    assert environment["dependencies"] == {"python": "meta/ee-requirements.txt"}


def test_no_sanity_test_is_ignored() -> None:
    assert tracked("tests/sanity/ignore*") == []
