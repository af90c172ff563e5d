# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the result of each task of a run to a file, for tests."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record_results
type: notification
short_description: Writes the result of each task to the file in RECORD_RESULTS
description: One line of JSON for each result. For tests.
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core has no type information
    """Writes one line of JSON for each result of a task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record_results"

    def v2_runner_on_ok(self, result: Any) -> None:
        """Write a result."""
        self._write(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Write a result."""
        self._write(result, failed=True)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Write a result."""
        self._write(result, unreachable=True)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Write a result."""
        self._write(result, skipped=True)

    def _write(self, result: Any, **marks: bool) -> None:
        with open(os.environ["RECORD_RESULTS"], "a", encoding="utf-8") as file:
            row = {"host": result.host.get_name(), "task": result.task.get_name(), "result": {**result.result, **marks}}
            file.write(json.dumps(row, default=str) + "\n")
