# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads docs/migrating-from-azcollection.md: its sections are pairs of modules, and its tables are options and return values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "migrating-from-azcollection.md"
_HEADING = re.compile(r"## `(azure_rm_\w+)` → `(\w+)`")
_RETURNED = "returned by "
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """One option or return value of azure.azcollection, and those of ours with their modules; none if there is no counterpart."""

    theirs_of: str
    theirs: str
    ours: tuple[tuple[str, str], ...]
    returned: bool
    note: str


@dataclass(frozen=True)
class Section:
    """A module of azure.azcollection and ours."""

    theirs: str
    ours: str
    rows: tuple[Row, ...]


def page() -> str:
    """The text of the page."""
    return PAGE.read_text()


def sections(text: str) -> list[Section]:
    """The sections of the page."""
    found = list(_HEADING.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [
        Section(match[1], match[2], tuple(_rows(match[1], match[2], text[match.end() : end])))
        for match, end in zip(found, ends, strict=True)
    ]


def _rows(theirs: str, ours: str, text: str) -> Iterator[Row]:
    returned = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "---":
            continue
        name = _CODE.fullmatch(cells[0])
        if name is None:
            returned = cells[0].startswith(_RETURNED)
        else:
            named = (each.rpartition(": ") for each in _CODE.findall(cells[1]))
            yield Row(theirs, name[1], tuple((module or ours, option) for module, _colon, option in named), returned, cells[2])
