# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter windows_preflight_report: the facts about a Windows guest become the report of its preflight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..module_utils._planning.guest.windows.preflight import Context, compile_report


def windows_preflight_report(facts: Mapping[str, Any], *, waived: Iterable[str] = (), **known: Any) -> dict[str, Any]:
    """The report on a guest; the arguments are the fields of ``Context``."""
    return compile_report(facts, Context(waived=frozenset(waived), **known))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"windows_preflight_report": windows_preflight_report}
