# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a module that succeeds or fails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._ansible.report import reporting
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.plan import Plan


@dataclass(frozen=True)
class Say:
    what: str

    def __str__(self) -> str:
        return self.what

    def run(self, azure: list[str], listener: object) -> None:
        azure.append(self.what)
        if self.what == "break":
            raise Refused("could not break: (Boom) no", code="Boom", status=409, request_id=None)


class Ended(Exception):
    def __init__(self, how: str, result: dict) -> None:
        super().__init__(how)
        self.how, self.result = how, result


class Module:
    def __init__(self, diff: bool = False) -> None:
        self._diff = diff
        self.warnings: list[str] = []

    def exit_json(self, **result):
        raise Ended("exit", result)

    def fail_json(self, **result):
        raise Ended("fail", result)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


PLAN = Plan((Say("one"), Say("two")), {"image": None}, {"image": {"name": "i"}, "vm": None}, ("mind the gap",))


def ended(module: Module, body, writes: bool = True) -> Ended:
    with pytest.raises(Ended) as raised, reporting(module, writes) as report:
        body(report)
    return raised.value


def test_a_plan_that_was_applied():
    module, done = Module(), []

    def body(report):
        report.plan = PLAN
        report.plan.apply(done, report)
        report.set_values(image={"name": "i", "id": "/i"})

    end = ended(module, body)
    assert (end.how, done, module.warnings) == ("exit", ["one", "two"], ["mind the gap"])
    assert end.result == {"changed": True, "steps": ["one", "two"], "image": {"name": "i", "id": "/i"}, "vm": None}


def test_a_plan_that_was_only_made_shows_its_diff_when_asked():
    def body(report):
        report.plan = PLAN

    after = {"image": {"name": "i"}, "vm": None}
    assert ended(Module(), body).result == {"changed": True, "steps": ["one", "two"], **after}
    assert ended(Module(diff=True), body).result["diff"] == {"before": {"image": None}, "after": after}


def test_a_failure_returns_the_steps_that_were_done():
    def body(report):
        report.plan = Plan((Say("one"), Say("break"), Say("three")), warnings=("w",))
        report.plan.apply([], report)

    module = Module()
    end = ended(module, body)
    assert (end.how, module.warnings) == ("fail", ["w"])
    assert end.result == {"msg": "could not break: (Boom) no", "changed": True, "steps": ["one"], "code": "Boom", "status": 409}


def test_a_clean_up_that_fails_is_a_warning_and_not_among_the_steps():
    def body(report):
        report.plan = Plan((Say("one"),), clean_up=(Say("break"), Say("sweep")))
        report.plan.apply([], report)

    module = Module()
    end = ended(module, body)
    assert (end.how, end.result) == ("exit", {"changed": True, "steps": ["one", "sweep"]})
    assert module.warnings == [
        "Could not break: (Boom) no. Everything else was done: remove it by hand, or run again when nothing forbids it."
    ]


def test_a_run_that_could_only_have_cleaned_up_has_changed_nothing():
    def body(report):
        report.plan = Plan(clean_up=(Say("break"),))
        report.plan.apply([], report)

    assert ended(Module(), body).result == {"changed": False, "steps": []}


def test_facts_are_returned_and_not_part_of_the_diff():
    def body(report):
        report.plan = Plan(after={"image": "i"}, facts={"bytes_sent": 7})

    assert ended(Module(diff=True), body).result == {
        "changed": False,
        "steps": [],
        "image": "i",
        "bytes_sent": 7,
        "diff": {"before": {}, "after": {"image": "i"}},
    }


def test_a_module_that_reads_returns_neither_steps_nor_a_diff():
    def body(report):
        report.plan = Plan(after={"images": []}, warnings=("w",))

    module = Module(diff=True)
    assert ended(module, body, writes=False).result == {"changed": False, "images": []}
    assert module.warnings == ["w"]


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError), reporting(Module()):
        _ = 1 // 0
