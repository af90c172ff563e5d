# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of the preflight of a Windows guest: backups, waivers, windows_prepare, the rows of Azure, and what forbids Sysprep."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.filter.preflight import FilterModule as SharedFilters
from ansible_collections.goldenimage.azure.plugins.filter.windows import FilterModule

from tests.support.windows.facts import guest

REPORT = FilterModule().filters()["windows_preflight_report"]
LINES = SharedFilters().filters()["preflight_lines"]


def report(facts: dict[str, Any], **known: Any) -> dict[str, Any]:
    """The report on a guest in Azure that has a backup."""
    context = {"vm": "web", "platform": "azure", "backup": "/snapshots/1", "may_be_lost": False, "capture": {}, "before_prepare": False}
    compiled: dict[str, Any] = REPORT(facts, **{**context, "traces": {}, "unread_traces": {}, **known})
    return compiled


def row_of(check: str, compiled: dict[str, Any]) -> dict[str, str]:
    (found,) = [row for row in compiled["checks"] if row["id"] == check]
    return dict(found)


def verdict_of(check: str, compiled: dict[str, Any]) -> str:
    return row_of(check, compiled)["verdict"]


@pytest.mark.parametrize(("known", "verdict", "forbidden"), [
    ({"backup": "/snapshots/1"}, "ok", []),
    ({"backup": ""}, "block", ["backup"]),
    ({"backup": "", "may_be_lost": True}, "waived", []),
])  # fmt: skip
def test_a_missing_backup_blocks_unless_the_vm_may_be_lost(known: dict[str, Any], verdict: str, forbidden: list[str]) -> None:
    compiled = report(guest(), **known)
    assert (verdict_of("backup", compiled), compiled["forbidden_by"]) == (verdict, forbidden)


def test_a_backup_outside_azure_is_reported_as_the_word_of_the_user() -> None:
    assert (
        row_of("backup", report(guest(), platform="other", backup="tape 7"))["what"]
        == "the machine has the backup tape 7, by the word of the user"
    )
    assert "word of the user" not in row_of("backup", report(guest(), backup="tape 7"))["what"]


def test_a_waived_check_stays_in_the_report_and_does_not_forbid() -> None:
    facts = guest(setup__rearm_count=0, volumes__efs_files=1)
    compiled = report(facts, waived=["rearm", "efs"])
    assert (verdict_of("rearm", compiled), verdict_of("efs", compiled), compiled["forbidden_by"]) == ("waived", "warn", [])


def test_a_check_without_an_answer_can_be_waived_where_it_forbids() -> None:
    facts = guest(setup__unread={"rearm_count": "Access is denied"}, volumes__unread={"efs_files": "Access is denied"})
    assert report(facts)["forbidden_by"] == ["rearm"]
    compiled = report(facts, waived=["rearm", "efs"])
    assert (verdict_of("rearm", compiled), verdict_of("efs", compiled), compiled["forbidden_by"]) == ("waived", "unproven", [])


@pytest.mark.parametrize("wrong", [
    {"setup__cdrom_start": 4},
    {"setup__removable_deny": True},
    {"setup__pending__cbs": True},
    {"setup__pending__file_renames": 1},
    {"setup__pending__server_manager": True},
    {"setup__pending__windows_update": True},
    {"setup__pending__pending_xml": True},
], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_windows_prepare_turns_what_it_mends_into_warnings_and_nothing_else(wrong: dict[str, Any]) -> None:
    facts = guest(**wrong, setup__rearm_count=0)
    check = "reboot" if "setup__pending" in next(iter(wrong)) else "cdrom"
    early = row_of(check, report(facts, before_prepare=True))
    assert (early["verdict"], early["mend"]) == ("warn", "windows_prepare mends this")
    assert report(facts, before_prepare=True)["forbidden_by"] == ["rearm"]
    assert report(facts)["forbidden_by"] == sorted(["rearm", check])


def test_what_is_unproven_before_windows_prepare_forbids_only_afterwards() -> None:
    facts = guest(setup__unread={"rearm_count": "Access is denied"})
    early = report(facts, before_prepare=True)
    assert (verdict_of("rearm", early), early["forbidden_by"]) == ("unproven", [])


def cloud(check: str, verdict: str) -> dict[str, str]:
    return {"id": check, "side": "cloud", "verdict": verdict, "what": f"{check} of Azure", "why": "", "mend": "", "source": ""}


def test_the_rows_of_azure_follow_as_they_are_and_their_blockers_forbid() -> None:
    rows = [cloud("rights", "block"), cloud("plan", "unproven"), cloud("locks", "waived")]
    compiled = report(guest(), capture={"checks": rows}, waived=["rights"])
    assert compiled["checks"][-3:] == rows
    assert compiled["forbidden_by"] == ["rights"]


@pytest.mark.parametrize(("known", "side", "verdict"), [
    ({}, "guest", "unproven"),
    ({"platform": "other"}, "guest", "ok"),
    ({"capture": {"checks": [cloud("extensions", "warn")]}}, "cloud", "warn"),
], ids=["nobody asked Azure", "outside Azure", "asked Azure"])  # fmt: skip
def test_extensions_are_what_azure_says_of_them(known: dict[str, Any], side: str, verdict: str) -> None:
    row = row_of("extensions", report(guest(), **known))
    assert (row["side"], row["verdict"]) == (side, verdict)


def test_the_report_has_what_will_be_removed_and_is_read_like_that_of_linux() -> None:
    traces = {"ssh_host_keys": [r"C:\ProgramData\ssh\ssh_host_rsa_key"], "arc": []}
    compiled = report(guest(setup__rearm_count=0), traces=traces, platform="other")
    assert LINES(compiled) == [
        "block rearm: the license of Windows cannot be reset any more: RemainingWindowsReArmCount is 0 "
        "(build the image from a new installation, or from a backup before the last generalization)",
        r"removes ssh_host_keys: C:\ProgramData\ssh\ssh_host_rsa_key",
        r"removes answer_files: C:\Windows\Panther\unattend.xml",
    ]


def test_an_answer_file_outside_panther_is_not_among_what_is_removed() -> None:
    assert report(guest(volumes__answer_files=[r"C:\unattend.xml"]))["removes"]["answer_files"] == []
    assert report(guest(volumes__unread={"answer_files": "Access is denied"}))["removes"]["answer_files"] == []


def test_a_trace_that_could_not_be_looked_for_is_unproven_and_forbids_nothing() -> None:
    compiled = report(guest(), unread_traces={"arc": "Access is denied"})
    assert row_of("traces", compiled)["verdict"] == "unproven"
    assert "arc could not be looked for: Access is denied" in row_of("traces", compiled)["what"]
    assert compiled["forbidden_by"] == []
