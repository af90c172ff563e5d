# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback plugin that writes the result of every task as a JSON line to the file named by DEMO_RECORD."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Task results as JSON lines
description: Writes host, task, action, seconds and result of every finished task to the file named by the environment variable DEMO_RECORD.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core has no type information
    """Writes one line per finished task and one for the totals of the play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[tuple[str, str], float] = {}

    def _write(self, **line: Any) -> None:
        with open(os.environ["DEMO_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def _task(self, outcome: str, result: Any) -> None:
        host, now = result._host.get_name(), time.monotonic()
        began = self._began.pop((host, result._task._uuid), now)  # a skipped meta task ends without having started
        self._write(
            outcome=outcome,
            host=host,
            task=result._task.get_name(),
            action=result._task.action,
            seconds=round(now - began, 3),
            result=json.loads(self._dump_results(result._result, keep_invocation=False)),
        )

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._began[host.get_name(), task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result: Any, **kwargs: Any) -> None:
        self._task("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False, **kwargs: Any) -> None:
        self._task("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_unreachable(self, result: Any, **kwargs: Any) -> None:
        self._task("unreachable", result)

    def v2_runner_on_skipped(self, result: Any, **kwargs: Any) -> None:
        self._task("skipped", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._write(outcome="stats", stats={host: stats.summarize(host) for host in stats.processed})
