# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a module: ``reporting`` holds the only ``exit_json`` and ``fail_json`` of the collection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._core.errors import GoldenImageError
from .._core.plan import Plan


class Report:
    """Collects the result of a module while its plan is carried out.

    ``plan`` is set once; ``set_values`` adds or replaces return values; ``add_warnings`` adds to the plan's warnings.
    """

    def __init__(self, module: Any, writes: bool = True) -> None:
        self._module = module
        self._writes = writes
        self._values: dict[str, Any] = {}
        self._done: list[str] = []
        self._left: list[str] = []
        self._warnings: list[str] = []
        self.plan: Plan | None = None

    def started(self, step: str) -> None:
        """Ignore a step that begins: only a finished step is reported."""

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Ignore bytes that were sent: they are not part of a result."""

    def replicated(self, region: str, state: str, progress: int | None) -> None:
        """Ignore the progress of a replica: the result has the states at the end."""

    def walked(self, done: int, known: int) -> None:
        """Ignore the progress of a walk through the catalogue."""

    def done(self, step: str) -> None:
        """Remember a step that was carried out."""
        self._done.append(step)

    def left(self, step: str, reason: str) -> None:
        """Remember a step that could not clean up, and warn about it: the task has succeeded all the same."""
        self._left.append(step)
        failure = f"{reason[:1].upper()}{reason[1:].rstrip('.')}"
        self.add_warnings(f"{failure}. Everything else was done: remove it by hand, or run again when nothing forbids it.")

    def set_values(self, **values: Any) -> None:
        """Set return values as they are in Azure now; they replace the plan's prediction."""
        self._values.update(values)

    def add_warnings(self, *warnings: str) -> None:
        """Add warnings, which are shown whether the task succeeds or fails."""
        self._warnings += warnings

    def success(self) -> dict[str, Any]:
        """The arguments of ``exit_json``."""
        plan = self.plan or Plan()
        done = [step for step in plan.sentences if step not in self._left]
        steps = {"steps": done} if self._writes else {}
        diff = {"diff": plan.diff} if self._writes and self._module._diff else {}
        return {"changed": bool(done), **steps, **plan.after, **plan.facts, **plan.findings, **self._values, **diff}

    def failure(self, error: GoldenImageError) -> dict[str, Any]:
        """The arguments of ``fail_json``, with the steps that were carried out before the error and what planning had found."""
        steps = {"steps": list(self._done)} if self._writes else {}
        findings = self.plan.findings if self.plan else {}
        return {"msg": error.message, "changed": bool(self._done), **steps, **findings, **error.facts}

    def pass_warnings(self) -> None:
        """Pass all warnings to Ansible."""
        for warning in (*self._warnings, *(self.plan.warnings if self.plan else ())):
            self._module.warn(warning)


@contextmanager
def reporting(module: Any, writes: bool = True) -> Iterator[Report]:
    """Run a module's body, then exit or fail. An error of any other class is a bug and keeps its traceback.

    Without ``writes`` the module only reads, and has no steps to return.
    """
    report = Report(module, writes)
    try:
        yield report
    except GoldenImageError as error:
        report.pass_warnings()
        module.fail_json(**report.failure(error))
    report.pass_warnings()
    module.exit_json(**report.success())
