# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan whose steps make known what the rest needs: it is one plan in the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.listener import Listener, Silence
from ansible_collections.goldenimage.azure.plugins.module_utils._core.plan import Plan
from ansible_collections.goldenimage.azure.plugins.module_utils._core.ports import Azure


@dataclass(frozen=True)
class Noted:
    """A step that is only noted."""

    name: str

    def __str__(self) -> str:
        return self.name

    def run(self, azure: Azure, listener: Listener) -> None:
        cast(Any, azure).append(self.name)


def apply(plan: Plan, done: list[str]) -> Plan:
    return plan.apply(cast(Azure, done), Silence())


def test_the_rest_is_planned_after_the_steps_and_both_are_one_plan() -> None:
    done: list[str] = []

    def rest(azure: Azure) -> Plan:
        done.append("planned")
        return Plan((Noted("b"),), {"x": 2}, {"x": 3}, ("again", "late"), {"seal": 1}, (Noted("c"),), {"checks": []})

    whole = apply(Plan((Noted("a"),), {"x": 1}, {"x": 9}, ("again",), rest=rest), done)
    assert done == ["a", "planned", "b", "c"]
    assert whole.sentences == ["a", "b", "c"]
    assert (whole.before, whole.after, whole.warnings, whole.facts) == ({"x": 1}, {"x": 3}, ("again", "late"), {"seal": 1})


def test_a_rest_that_cannot_be_planned_is_not_begun() -> None:
    done: list[str] = []

    def rest(azure: Azure) -> Plan:
        raise InvalidRequest("no")

    with pytest.raises(InvalidRequest):
        apply(Plan((Noted("a"),), rest=rest), done)
    assert done == ["a"]
