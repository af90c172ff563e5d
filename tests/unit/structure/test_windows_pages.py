# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/windows.md names each file with a fact that was not verified on Windows, and every page says that nothing was run there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.tree import ROOT, tracked

PAGE = (ROOT / "docs" / "windows.md").read_text()
SECTION = PAGE.partition("## What is not verified\n")[2].partition("\n## ")[0]
MARK = re.compile(r"\[[KT]\b|verified on Windows|never seen on Windows")
SOURCES = tracked("tests/support/windows/preludes/*.ps1", "roles/windows_*/files/*.ps1", "roles/windows_*/vars/*.yml")
PAGES = [ROOT / "README.md", ROOT / "docs" / "windows.md", *tracked("roles/windows_*/README.md")]


def named() -> list[str]:
    """The files in the first column of the table."""
    rows = [line.split("|")[1] for line in SECTION.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_each_file_with_a_mark_is_in_the_table_and_no_other() -> None:
    marked = {path for path in SOURCES if MARK.search(path.read_text(encoding="utf-8-sig"))}
    listed = [{path for path in SOURCES if path.as_posix().endswith(f"/{name}")} for name in named()]
    assert [len(paths) for paths in listed] == [1] * len(listed)
    assert set().union(*listed) == marked


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_about_windows_says_that_it_was_never_run_there(page: Path) -> None:
    assert re.search(r"never\s+run\s+on\s+Windows", page.read_text(), re.IGNORECASE)
