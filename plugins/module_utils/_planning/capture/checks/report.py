# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All checks of a capture: their rows, the error if any of them blocks, and the warnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ...._core.checks import BLOCK, WARN, Check, with_verdict
from ...._core.errors import GoldenImageError, InvalidRequest
from ...._core.model.vm import Vm
from ..observe import Observed, needs
from ..request import CaptureRequest
from . import existing, machine, managed_image, rights
from .rule import Candidate

RULES = (*existing.RULES, *machine.RULES, *managed_image.RULES, *rights.RULES)


def check_capture(request: CaptureRequest, seen: Observed, vm: Vm) -> tuple[Check, ...]:
    """The rows about a VM that is to be captured."""
    candidate = Candidate(request, seen, vm)
    return tuple(row for rule in RULES for row in rule.rows(candidate))


def require_unblocked(vm: Vm, checks: Sequence[Check]) -> None:
    """Refuse a capture that any row blocks, and name all of them: mending one at a time would take a run for each."""
    blocking = with_verdict(checks, BLOCK)
    if not blocking:
        return
    first, *others = (each.sentence for each in blocking)
    listed = "; ".join(each.rstrip(".") for each in (first, *others))
    message = f"{len(blocking)} things forbid capturing VM {vm.id.name}: {listed}." if others else first
    raise InvalidRequest(message, checks=as_results(checks))


def refuse_before_waiting(request: CaptureRequest, seen: Observed) -> None:
    """Refuse what can be refused already: waiting for a guest to stop is of no use if its VM can never be captured."""
    if seen.vm and needs(request, seen.image, seen.vm).capture:
        require_unblocked(seen.vm, check_capture(request, seen, seen.vm))


def warnings_of(checks: Sequence[Check]) -> tuple[str, ...]:
    """The sentences of the rows that only warn."""
    return tuple(f"{each.sentence[:1].upper()}{each.sentence[1:]}" for each in with_verdict(checks, WARN))


def as_results(checks: Sequence[Check]) -> list[dict[str, str]]:
    """The return value for all rows."""
    return [each.as_result() for each in checks]


@contextmanager
def reported_with(checks: Sequence[Check]) -> Iterator[None]:
    """Add the rows to the return values of an error that is raised in this block."""
    try:
        yield
    except GoldenImageError as error:
        facts: dict[str, Any] = {"checks": as_results(checks), **error.facts}
        raise type(error)(error.message, **facts) from error
