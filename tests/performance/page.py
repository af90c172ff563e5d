# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table and the plot of a file of results, for `docs/performance.md`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from tests.performance.bounds import Row

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, RESULTS, PLOT = DOCS / "performance.md", DOCS / "performance" / "listing.json", DOCS / "performance" / "listing.svg"
BEGIN, END = "<!-- made by make bench-listing: begin -->", "<!-- made by make bench-listing: end -->"
LEFT, WIDTH, STEP, TOP = 380, 860, 34, 34
UNIT = 3.2
"""The width of one percent of a bound; a bar ends at ``LONGEST`` percent."""
LONGEST = 130.0
KEPT, BROKEN = "#3b7dd8", "#c0392b"


def rows_of(results: dict[str, Any]) -> list[Row]:
    """The rows of a file of results."""
    return [Row.of(each) for each in results["rows"]]


def page_with(page: str, results: dict[str, Any]) -> str:
    """A page, with the table of these results in place of the one it has."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(results)}{END}{after}"


def table(results: dict[str, Any]) -> str:
    """The results as Markdown: where and when they were measured, and one line per bound."""
    machine, versions = results["machine"], results["versions"]
    lines = [
        f"Measured on {results['date']} on {machine['processor']}, {machine['cores']} cores, {machine['system']}, with",
        f"{', '.join(f'{name} {number}' for name, number in versions.items())}.",
        f"Each value is the median of {results['runs']} runs; the catalogue is that of seed {results['seed']}.",
        "",
        "| what | measured | bound | holds |",
        "| --- | ---: | --- | --- |",
    ]
    lines += [
        f"| {row.what} | {number(row.measured, row.unit)} | {_bound(row)} | {'yes' if row.holds else '**no**'} |"
        for row in rows_of(results)
    ]
    return "\n".join(lines) + "\n"


def number(value: float, unit: str) -> str:
    """A value with its unit; counts have no decimals."""
    shown = f"{value:.0f}" if value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"
    return f"{shown} {unit}"


def _bound(row: Row) -> str:
    limit = "at least" if row.at_least else "at most"
    return f"{limit} {number(row.bound, row.unit)} ({row.source})"


def plot(results: dict[str, Any]) -> str:
    """The results as a picture: each bar is a median in percent of its bound, each point one run. A bound of 0 cannot be drawn."""
    rows = [row for row in rows_of(results) if row.bound and not row.at_least]
    height = TOP + STEP * len(rows) + 30
    limit = _x(100)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{limit}" y="{TOP - 14}" text-anchor="middle">bound</text>',
        *(part for place, row in enumerate(rows) for part in _bar(row, TOP + STEP * place)),
        f'<line x1="{limit}" x2="{limit}" y1="{TOP - 8}" y2="{height - 26}" stroke="black" stroke-dasharray="4 3"/>',
        *(f'<text x="{_x(mark)}" y="{height - 8}" text-anchor="middle">{mark} %</text>' for mark in (0, 25, 50, 75, 100)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bar(row: Row, y: int) -> Sequence[str]:
    color, middle = KEPT if row.holds else BROKEN, y + 11
    return (
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(row.what)}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{_x(_percent(row, row.measured)) - LEFT:.1f}" height="22" fill="{color}"/>',
        f'<text x="{LEFT + 6}" y="{y + 15}" stroke="white" stroke-width="3" paint-order="stroke">{number(row.measured, row.unit)}</text>',
        *(f'<circle cx="{_x(_percent(row, each)):.1f}" cy="{middle}" r="3" fill="white" stroke="black"/>' for each in row.runs),
    )


def _percent(row: Row, value: float) -> float:
    return min(100 * value / row.bound, LONGEST)


def _x(percent: float) -> float:
    return LEFT + UNIT * max(percent, 0.0)
