# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A subject: one thing that users ask for, such as an image captured from a VM.

A module consists of its documentation, its option table and one subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from .plan import Plan
from .ports import Azure


class Request(Protocol):
    """The checked options of one task."""

    def within(self: R, subscription: str) -> R:
        """The same request with full ids."""


R = TypeVar("R", bound=Request)


def nothing_newer(azure: Azure, request: Any, plan: Plan) -> Mapping[str, Any]:
    """For subjects whose plan already holds everything that is returned."""
    return {}


@dataclass(frozen=True)
class Subject(Generic[R]):
    """How a module's options become a plan, and the plan a result.

    ``request`` checks the options and raises ``InvalidRequest``. ``plan`` reads from Azure what it needs and decides; its last argument
    is whether the task runs in check mode. ``result`` reads the return values that the plan could only predict.
    """

    request: Callable[[Mapping[str, Any]], R]
    plan: Callable[[Azure, R, bool], Plan]
    result: Callable[[Azure, R, Plan], Mapping[str, Any]] = nothing_newer
