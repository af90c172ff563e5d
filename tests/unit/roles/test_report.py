# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the report that the finalizer's checks give."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


def evaluated(load: Callable[[str], ModuleType], look: Callable[[Any], Any], *waived: str) -> list[tuple[str, str]]:
    """The verdicts and sentences of one check, whose id is `disk`."""
    report = load("report")
    check = report.Check("disk", "all is well", "it breaks", "mend it", "a page", look)
    return [(row["verdict"], row["what"]) for row in report.evaluate([check], SimpleNamespace(waived=frozenset(waived)))]


def fail(machine: Any) -> None:
    raise OSError("no such device")


def test_a_check_without_findings_gives_one_row(load: Callable[[str], ModuleType]) -> None:
    assert evaluated(load, lambda machine: ()) == [("ok", "all is well")]


def test_each_finding_gives_a_row(load: Callable[[str], ModuleType]) -> None:
    finding = load("report").Finding
    assert evaluated(load, lambda machine: [finding("sda"), finding("sdb", "warn")]) == [("block", "sda"), ("warn", "sdb")]


def test_a_check_that_fails_blocks(load: Callable[[str], ModuleType]) -> None:
    assert evaluated(load, fail) == [("block", "the check failed: no such device")]


@pytest.mark.parametrize(("verdict", "reported"), [("block", "waived"), ("warn", "warn"), ("unproven", "unproven")])
def test_only_a_blocker_is_waived(load: Callable[[str], ModuleType], verdict: str, reported: str) -> None:
    finding = load("report").Finding
    assert evaluated(load, lambda machine: [finding("sda", verdict)], "disk") == [(reported, "sda")]


def test_a_file_name_that_is_not_utf8_leaves_the_report_valid(load: Callable[[str], ModuleType]) -> None:
    finding = load("report").Finding
    assert evaluated(load, lambda machine: [finding("/opt/a\udcffb")]) == [("block", "/opt/a\N{REPLACEMENT CHARACTER}b")]
