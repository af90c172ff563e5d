# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about the speed of lists shows what the file of results says."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from tests.performance import page
from tests.performance.bounds import Row

RESULTS = json.loads(page.RESULTS.read_text(encoding="utf-8"))
SVG = "{http://www.w3.org/2000/svg}"


def of(*rows):
    """Results with these rows."""
    return {**RESULTS, "rows": [row.as_stored() for row in rows]}


def test_the_page_has_the_table_of_the_results():
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.BEGIN in text
    assert page.page_with(text, RESULTS) == text


def test_the_plot_is_that_of_the_results():
    assert page.PLOT.read_text(encoding="utf-8") == page.plot(RESULTS)
    assert f"({page.PLOT.relative_to(page.DOCS)})" in page.PAGE.read_text(encoding="utf-8")


def test_all_documented_bounds_hold():
    assert [row.what for row in page.rows_of(RESULTS) if not row.holds] == []
    assert RESULTS["runs"] >= 5
    assert all(len(row.runs) == RESULTS["runs"] for row in page.rows_of(RESULTS))


def test_a_broken_bound_is_shown_as_such():
    row = Row("time", "s", (3.0,), 2.0, "")
    assert "| time | 3 s | at most 2 s () | **no** |" in page.table(of(row))
    assert page.BROKEN in page.plot(of(row))
    assert page.BROKEN not in page.plot(of(Row("time", "s", (1.0,), 2.0, "")))


def test_a_bar_is_as_long_as_its_share_of_the_bound():
    drawing = ElementTree.fromstring(page.plot(of(Row("a < b", "s", (1.0, 2.0, 1.5), 2.0, ""))))
    bar = drawing.findall(f"{SVG}rect")[1]
    assert float(bar.get("width")) == pytest.approx(75 * page.UNIT)
    assert len(drawing.findall(f"{SVG}circle")) == 3


def test_a_bound_of_0_and_a_minimum_are_in_the_table_alone():
    rows = Row("calls", "calls", (0,), 0, "none"), Row("lines", "lines", (9,), 1, "at least one", at_least=True)
    assert "| calls | 0 calls | at most 0 calls (none) | yes |" in page.table(of(*rows))
    assert "| lines | 9 lines | at least 1 lines (at least one) | yes |" in page.table(of(*rows))
    assert "<circle" not in page.plot(of(*rows))
