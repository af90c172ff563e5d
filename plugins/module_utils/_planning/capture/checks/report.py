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
from . import existing, gallery, locks, machine, managed_image, plans, rights, windows
from .rule import Candidate

RULES = (
    *existing.RULES,
    *machine.RULES,
    *windows.RULES,
    *managed_image.RULES,
    *plans.RULES,
    *gallery.RULES,
    *rights.RULES,
    *locks.RULES,
)


def check_capture(request: CaptureRequest, seen: Observed, vm: Vm) -> tuple[Check, ...]:
    """The rows about a VM that is to be captured."""
    candidate = Candidate(request, seen, vm)
    return tuple(row for rule in RULES if rule.concerns(request, vm.os_type) for row in rule.rows(candidate))


def require_unblocked(seen: Observed, vm: Vm, checks: Sequence[Check]) -> None:
    """Refuse a capture that any row blocks, and name all of them: mending one at a time would take a run for each.

    The error also has the VM as it is, with which a playbook can go on to look at the guest.
    """
    blocking = with_verdict(checks, BLOCK)
    if not blocking:
        return
    first, *others = (each.sentence for each in blocking)
    listed = "; ".join(each.rstrip(".") for each in (first, *others))
    message = f"{len(blocking)} things forbid capturing VM {vm.id.name}: {listed}." if others else first
    raise InvalidRequest(message, vm=vm.as_result(), **findings(seen, checks))


def refuse_before_waiting(request: CaptureRequest, seen: Observed) -> None:
    """Refuse what can be refused already: waiting for a guest to stop is of no use if its VM can never be captured."""
    if seen.vm and needs(request, seen.existing, seen.vm).capture:
        require_unblocked(seen, seen.vm, check_capture(request, seen, seen.vm))


def warnings_of(checks: Sequence[Check]) -> tuple[str, ...]:
    """The sentences of the rows that only warn."""
    return tuple(f"{each.sentence[:1].upper()}{each.sentence[1:]}" for each in with_verdict(checks, WARN))


def as_results(checks: Sequence[Check]) -> list[dict[str, str]]:
    """The return value for all rows."""
    return [each.as_result() for each in checks]


def findings(seen: Observed, checks: Sequence[Check]) -> dict[str, Any]:
    """The return values about the time before the capture: the rows, and what the preflight of a guest needs to know."""
    speed = seen.os_disk.mbps if seen.os_disk else None
    return {"checks": as_results(checks), "azure_clock_offset": seen.clock_offset, "os_disk_mbps": speed}


@contextmanager
def reported_with(seen: Observed, checks: Sequence[Check]) -> Iterator[None]:
    """Add the findings to the return values of an error that is raised in this block."""
    try:
        yield
    except GoldenImageError as error:
        facts: dict[str, Any] = {**findings(seen, checks), **error.facts}
        raise type(error)(error.message, **facts) from error
