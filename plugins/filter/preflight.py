# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters preflight_report and preflight_lines: a rehearsal becomes a report, and a report becomes lines to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..module_utils._planning.preflight.report import Context, compile_report, lines


def preflight_report(
    rehearsed: Mapping[str, Any], *, waived: Iterable[str] = (), mended: Mapping[str, str] | None = None, **known: Any
) -> dict[str, Any]:
    """The report on a rehearsal; the arguments are the fields of ``Context``."""
    return compile_report(rehearsed, Context(waived=frozenset(waived), mended=mended or {}, **known))


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {"preflight_report": preflight_report, "preflight_lines": lines}
