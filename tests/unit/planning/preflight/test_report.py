# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the preflight: which verdict each row gets, and what a person reads."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.filter.preflight import FilterModule
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.preflight.report import compile_report, lines

FILTERS = FilterModule().filters()
NOW = 1_000_000.0
GIB = 1024**3


def row(check: str, verdict: str, side: str = "guest") -> dict[str, str]:
    return {"id": check, "side": side, "verdict": verdict, "what": f"{check} is wrong", "why": "", "mend": f"mend {check}", "source": ""}


def report(*rows: dict[str, str], ahead: float = 0, wipe: int = 0, **known: Any) -> dict[str, Any]:
    """The report on a guest whose clock is `ahead` of the controller's."""
    rehearsed = {"checks": list(rows), "removes": {"accounts": ["bob"]}, "wipe": {"bytes": wipe}, "time": NOW + ahead}
    context = {"vm": "web", "now": NOW, "capture": {}, "timeout": 0, "backed_up": True, "may_be_lost": False, **known}
    compiled: dict[str, Any] = FILTERS["preflight_report"](rehearsed, **context)
    return compiled


def verdict_of(check: str, compiled: dict[str, Any]) -> str:
    (found,) = [each["verdict"] for each in compiled["checks"] if each["id"] == check]
    return str(found)


@pytest.mark.parametrize(("known", "verdict"), [
    ({"backed_up": True}, "ok"),
    ({"backed_up": False}, "block"),
    ({"backed_up": False, "may_be_lost": True}, "waived"),
])  # fmt: skip
def test_a_missing_backup_blocks_unless_the_vm_may_be_lost(known: dict[str, bool], verdict: str) -> None:
    assert verdict_of("backup", report(**known)) == verdict


@pytest.mark.parametrize(("ahead", "offset", "verdict"), [
    (5, 0, "ok"),
    (61, 0, "block"),
    (-61, 0, "block"),
    (600, 600, "ok"),
    (0, 600, "block"),
    (600, None, "unproven"),
], ids=["equal", "guest ahead", "guest behind", "controller wrong", "guest wrong like the controller", "Azure's time unknown"])  # fmt: skip
def test_the_clock_of_the_guest_is_compared_with_that_of_azure(ahead: float, offset: int | None, verdict: str) -> None:
    assert verdict_of("clock", report(ahead=ahead, capture={"azure_clock_offset": offset})) == verdict


def test_the_difference_of_the_clocks_is_reported() -> None:
    (found,) = [each["what"] for each in report(ahead=-90, capture={"azure_clock_offset": 10})["checks"] if each["id"] == "clock"]
    assert found == "the guest's clock is 100 s behind Azure's"


@pytest.mark.parametrize(("speed", "timeout", "minutes", "verdict"), [
    (60, 3600, 299, "block"),
    (60, 18000, 299, "ok"),
    (60, 0, 299, "ok"),
    (None, 3600, None, "unproven"),
])  # fmt: skip
def test_the_time_of_the_wipe_is_compared_with_the_time_that_the_caller_waits(
    speed: int | None, timeout: int, minutes: int | None, verdict: str
) -> None:
    compiled = report(wipe=1000 * GIB, timeout=timeout, capture={"os_disk_mbps": speed})
    assert (compiled["wipe_minutes"], verdict_of("wipe_time", compiled)) == (minutes, verdict)


def test_the_rows_of_the_cloud_follow_those_of_the_guest() -> None:
    compiled = report(row("swap", "block"), capture={"checks": [row("rights", "block", "cloud")]})
    assert [(each["id"], each["side"]) for each in compiled["checks"][-2:]] == [("swap", "guest"), ("rights", "cloud")]


def test_a_waiver_for_the_guest_lets_no_vm_be_sealed_that_cannot_be_captured() -> None:
    cloud = {"checks": [row("boot_diagnostics", "block", side="cloud"), row("rights", "waived", side="cloud")]}
    compiled = report(capture=cloud, waived=["boot_diagnostics"], mended=["boot_diagnostics"])
    assert [each["verdict"] for each in compiled["checks"][-2:]] == ["block", "waived"]


def test_a_blocker_that_is_waived_or_that_a_later_task_mends_does_not_block() -> None:
    rows = (row("swap", "block"), row("agent", "block"), row("datasource", "block"), row("names", "warn"))
    compiled = report(*rows, waived=["swap", "names"], mended={"agent": "is wrong$", "datasource": "in a file$"})
    assert [each["verdict"] for each in compiled["checks"][-4:]] == ["waived", "warn", "block", "warn"]


def test_what_blocks_in_azure_is_not_waived_for_the_guest() -> None:
    compiled = report(row("swap", "block"), capture={"checks": [row("rights", "block", "cloud")]}, waived=["rights", "swap"])
    assert [each["verdict"] for each in compiled["checks"][-2:]] == ["waived", "block"]


def test_a_person_reads_the_most_serious_first_and_nothing_that_is_fine() -> None:
    compiled = report(
        row("names", "warn"), row("mounts", "ok"), row("swap", "block"), capture={"azure_clock_offset": 0, "os_disk_mbps": 60}, wipe=1
    )
    assert FILTERS["preflight_lines"](compiled) == [
        "block swap: swap is wrong (mend swap)",
        "warn names: names is wrong (mend names)",
        "removes accounts: bob",
        "wipes for 1 minute(s) or more",
    ]


def test_only_the_rows_of_one_verdict_can_be_asked_for() -> None:
    assert lines(report(row("names", "warn"), row("swap", "block")), ["warn"]) == ["warn names: names is wrong (mend names)"]


def test_the_filter_takes_the_fields_of_the_context() -> None:
    with pytest.raises(TypeError, match="may_be_lost"):
        FILTERS["preflight_report"]({}, vm="web", now=NOW, capture={}, timeout=0, backed_up=True)
    assert callable(compile_report)
