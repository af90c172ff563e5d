# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One thing is wrong with a server, and exactly one check or failure says so. The findings are in build/windows.json."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.preflight import RULES, Context, compile_report
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.signatures import SIGNATURES
from ansible_collections.goldenimage.azure.plugins.module_utils._planning.guest.windows.verdict import GENERALIZED, VERDICTS

from tests.support.windows.campaign import Found, campaign, write
from tests.support.windows.mutations import PREFLIGHT


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """All mutations, run once."""
    found = campaign(tmp_path_factory.mktemp("mutations"))
    write(found)
    return found


def test_each_mutation_fires_what_names_it_and_nothing_else(found: Found) -> None:
    assert [line for line in found.lines() if line.startswith("WRONG")] == []


def test_each_rule_signature_and_verdict_is_fired_by_a_mutation(found: Found) -> None:
    expected = {each.expected for each in found.mutations}
    known = {rule.id for rule in RULES} | {each.id for each in SIGNATURES} | set(VERDICTS) - {GENERALIZED}
    assert known - expected == set()
    assert len({each.name for each in found.mutations}) == len(found.mutations) >= 25


@pytest.mark.parametrize("check", sorted({each.expected for each in PREFLIGHT}))
def test_check_fires(found: Found, check: str) -> None:
    fired = {each.name: each.fired for each in found.mutations if each.expected == check}
    assert fired == {name: [check] for name in fired}, f"windows_preflight does not find what the check {check} is for"


@pytest.mark.parametrize("check", ["backup", "extensions", "traces"])
def test_check_of_the_controller(check: str) -> None:
    """These are judged by what is known outside the guest."""
    nothing = Context(
        vm="web-01",
        platform="azure",
        backup="",
        may_be_lost=False,
        capture={},
        waived=frozenset(),
        before_prepare=False,
        traces={},
        unread_traces={"autologon": "access is denied"},
    )
    cloud = {"checks": [{"id": "extensions", "side": "cloud", "verdict": "ok"}]}
    known = replace(nothing, backup="a backup", capture=cloud, unread_traces={})
    verdicts = [{row["id"]: row["verdict"] for row in compile_report({}, each)["checks"]}[check] for each in (nothing, known)]
    assert verdicts == ["block" if check == "backup" else "unproven", "ok"]
