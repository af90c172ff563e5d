# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every task's result as a JSON line to the file that DEMO_RECORD names."""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Task results as JSON lines
description: Writes host, task, action, seconds and result of every finished task to the file named by the environment variable DEMO_RECORD.
"""


class CallbackModule(CallbackBase):
    """One line a finished task, one more for the totals of the play."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = False

    def __init__(self):
        super().__init__()
        self._began = {}

    def _write(self, **line):
        with open(os.environ["DEMO_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def _task(self, outcome, result):
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

    def v2_runner_on_start(self, host, task):
        self._began[host.get_name(), task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result, **kwargs):
        self._task("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False, **kwargs):
        self._task("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_unreachable(self, result, **kwargs):
        self._task("unreachable", result)

    def v2_runner_on_skipped(self, result, **kwargs):
        self._task("skipped", result)

    def v2_playbook_on_stats(self, stats):
        self._write(outcome="stats", stats={host: stats.summarize(host) for host in stats.processed})
