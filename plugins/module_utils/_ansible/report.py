# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way out of a module: ``reporting`` holds its only ``exit_json`` and ``fail_json``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._core.errors import GoldenImageError
from .._core.plan import Plan


class Report:
    """The result of a module while it comes into being: a listener to its plan.

    ``plan`` is set once; ``returns`` adds or replaces return values; ``warns`` adds to the plan's warnings.
    """

    def __init__(self, module: Any, writes: bool = True) -> None:
        self._module = module
        self._writes = writes
        self._values: dict[str, Any] = {}
        self._done: list[str] = []
        self._warnings: list[str] = []
        self.plan: Plan | None = None

    def started(self, step: str) -> None:
        """A step begins: nothing to report yet."""

    def moved(self, sent: int, total: int, skipped: int) -> None:
        """Bytes were sent: they are not part of a result."""

    def done(self, step: str) -> None:
        """A step was carried out."""
        self._done.append(step)

    def returns(self, **values: Any) -> None:
        """Return values as they are in Azure now; they go before the plan's prediction."""
        self._values.update(values)

    def warns(self, *warnings: str) -> None:
        """What the user should know, however the task ends."""
        self._warnings += warnings

    def success(self) -> dict[str, Any]:
        """What ``exit_json`` gets."""
        if self.plan is None or not self._writes:
            return {"changed": False, **(self.plan.after if self.plan else {}), **self._values}
        result: dict[str, Any] = {"changed": self.plan.changed, "steps": self.plan.sentences, **self.plan.after, **self._values}
        if self._module._diff:
            result["diff"] = self.plan.diff
        return result

    def failure(self, error: GoldenImageError) -> dict[str, Any]:
        """What ``fail_json`` gets: work done so far is not forgotten."""
        steps = {"steps": list(self._done)} if self._writes else {}
        return {"msg": error.message, "changed": bool(self._done), **steps, **error.facts}

    def warn(self) -> None:
        """Hand all warnings to Ansible."""
        for warning in (*self._warnings, *(self.plan.warnings if self.plan else ())):
            self._module.warn(warning)


@contextmanager
def reporting(module: Any, writes: bool = True) -> Iterator[Report]:
    """Run a module's body, then exit or fail. Errors that are not ours are bugs, and keep their traceback.

    Without ``writes`` the module only reads, and has no steps to return.
    """
    report = Report(module, writes)
    try:
        yield report
    except GoldenImageError as error:
        report.warn()
        module.fail_json(**report.failure(error))
    report.warn()
    module.exit_json(**report.success())
