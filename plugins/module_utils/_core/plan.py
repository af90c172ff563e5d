# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan: the steps that are missing, and the state before and after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from .errors import GoldenImageError, InvalidRequest
from .listener import Listener
from .ports import Azure


class Step(Protocol):
    """One request to Azure as a value. ``str(step)`` is the sentence that users see."""

    def run(self, azure: Azure, listener: Listener) -> None:
        """Make the one call; a step that moves many bytes reports them to the listener."""


@dataclass(frozen=True)
class Plan:
    """The steps that are still missing. A task that has nothing to change has an empty plan.

    ``before`` and ``after`` hold a module's return values by their return keys, so that ``after`` is both what check mode
    returns and the second half of the diff. A module that only reads has its results in ``after``.
    ``facts`` are further return values, which are not states and not part of the diff. So are ``findings``, which are about the time before
    the first step and are returned when a step fails, too.
    ``clean_up`` holds the last steps, which only remove what the result does not need. A lock can forbid them, and then the task still
    succeeds, with a warning; it fails if a step itself finds that it must not be carried out.
    ``rest`` makes the plan of what follows the steps, if only they make known what that needs.
    """

    steps: tuple[Step, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    clean_up: tuple[Step, ...] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)
    rest: Callable[[Azure], Plan] | None = None

    @property
    def changed(self) -> bool:
        """Whether any step is missing."""
        return bool(self.steps or self.clean_up)

    @property
    def sentences(self) -> list[str]:
        """The steps as a user reads them, in order."""
        return [str(step) for step in (*self.steps, *self.clean_up)]

    @property
    def diff(self) -> dict[str, Any]:
        """The two halves that ``--diff`` shows."""
        return {"before": dict(self.before), "after": dict(self.after)}

    def apply(self, azure: Azure, listener: Listener) -> Plan:
        """Carry out the steps in order; the listener learns of each one before and after it. Returns the plan with all that was done."""
        for step in self.steps:
            listener.started(str(step))
            step.run(azure, listener)
            listener.done(str(step))
        if self.rest is not None:
            return self._followed_by(self.rest(azure).apply(azure, listener))
        for step in self.clean_up:
            listener.started(str(step))
            try:
                step.run(azure, listener)
            except InvalidRequest:
                raise
            except GoldenImageError as error:
                listener.left(str(step), error.message)
            else:
                listener.done(str(step))
        return self

    def _followed_by(self, other: Plan) -> Plan:
        """One plan of both, of which the other was made later and so knows more."""
        warnings = tuple(dict.fromkeys((*self.warnings, *other.warnings)))
        return replace(other, steps=(*self.steps, *other.steps), before=self.before, warnings=warnings)
