# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_csv: quoting as in RFC 4180, and no formulas from others in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.filter.to_csv import to_csv


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("", ""),
        ("plain", "plain"),
        ('a, "b"\r\nc', 'a, "b"\r\nc'),
        (True, "true"),
        (30, "30"),
        (["a", 1], '["a", 1]'),
        ({"b": "Ä", "a": None}, '{"a": null, "b": "Ä"}'),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
    ],
)
def test_a_value_becomes_one_cell(value: Any, cell: str) -> None:
    assert read(to_csv([{"x": value, "y": "end"}])) == [["x", "y"], [cell, "end"]]


def test_lines_are_those_of_rfc_4180() -> None:
    assert to_csv([{"a": 'x"y', "b": "c,d"}]) == 'a,b\r\n"x""y","c,d"\r\n'


def test_columns_are_chosen_or_collected_from_all_rows() -> None:
    rows = [{"a": 1, "b": 2}, {"b": 3, "c": 4}]
    assert read(to_csv(rows)) == [["a", "b", "c"], ["1", "2", ""], ["", "3", "4"]]
    assert read(to_csv(rows, ["c", "b"])) == [["c", "b"], ["", "2"], ["4", "3"]]
    assert to_csv([], ["a"]) == "a\r\n"
