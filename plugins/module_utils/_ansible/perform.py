# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of every module: request, connect, plan, apply, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._core.listener import Listener, Listeners, Silence
from .._core.ports import Azure
from .._core.subject import R, Subject
from .._core.tags import left_out
from .report import reporting
from .signatures import hide_signatures


def perform(
    module: Any,
    connect: Callable[[Mapping[str, Any]], Azure],
    subject: Subject[R],
    writes: bool = True,
    listener: Listener | None = None,
) -> None:
    """Run one task and exit or fail. A module without ``writes`` only reads, and returns neither steps nor a diff.

    ``connect`` makes the connection from the module's options. In check mode the plan is made and not applied.
    ``listener`` receives the progress of the plan while it is carried out.
    """
    hide_signatures(module)
    with reporting(module, writes) as report:
        request = subject.request(module.params)
        if writes:
            report.add_warnings(*left_out(module.params))
        azure = connect(module.params)
        request = request.within(azure.subscription)
        report.plan = plan = subject.plan(azure, request, module.check_mode)
        if plan.changed and not module.check_mode:
            report.plan = plan = plan.apply(azure, Listeners(report, listener or Silence()))
            report.set_values(**subject.result(azure, request, plan))
