# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a script on a Windows machine again and again until it is known how Sysprep has ended, whatever the connection does."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._core.times import parse_time
from ..module_utils._planning.guest.windows.reading import Reading, parse_reading
from ..module_utils._planning.guest.windows.verdict import Run
from ..module_utils._planning.guest.windows.wait import Limits, NoReading, Wait, as_result

display = Display()

ARGUMENTS = {
    "script": {"type": "str", "required": True},
    "parameters": {"type": "dict", "default": {}},
    "started": {"type": "str", "required": True},
    "timeout": {"type": "int", "default": 3600},
    "stall_timeout": {"type": "int", "default": 600},
    "lost_timeout": {"type": "int", "default": 900},
    "poll": {"type": "int", "default": 10},
}
ANSWER = 120.0
"""Seconds that one reading may take: a machine that was switched off leaves connections on which nothing ever arrives."""
AGAIN = 5.0


class NoAnswer(Exception):
    """A reading that took too long, or gave something else."""


class ActionModule(ActionBase):  # type: ignore[misc]  # ansible-core has no type information
    """Waits for Sysprep. Nothing that the machine or the connection does makes the task fail: that would hide the verdict."""

    _supports_check_mode = False
    _supports_async = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _valid, options = self.validate_argument_spec(ARGUMENTS)
        self._script = {"script": options["script"], "parameters": options["parameters"], "depth": 5}
        self._task_vars = task_vars or {}
        self._lost, self._folders = False, set[str]()
        wait = self._wait(begun(options), options["poll"])
        self._remove_folders()
        return {**result, **as_result(wait, time.monotonic()), "changed": False}

    def _wait(self, wait: Wait, poll: int) -> Wait:
        """Read the machine until there is a verdict, and show each new state."""
        shown = ""
        while True:
            wait = wait.after(time.monotonic(), self._attempt())
            if wait.line != shown and not self._task.no_log:
                shown = wait.line
                display.display(f"[{self._task_vars.get('inventory_hostname')}] Sysprep: {shown}", stderr=True)
            if wait.verdict:
                return wait
            time.sleep(poll)

    def _attempt(self) -> Reading | NoReading:
        """One reading, over a new connection if the one before got no answer.

        Connections raise what their libraries raise, so that any exception counts as a lost connection. Interrupts and the timeout of the
        task are not among them.
        """
        try:
            with bounded(ANSWER):
                answer = self._ask()
        except Exception as error:
            self._lost = True
            self._forget_folder()
            return NoReading(first_line(error))
        return NoReading(first_line(answer.get("msg"))) if answer.get("failed") else parse_reading(answer.get("result"))

    def _ask(self) -> dict[str, Any]:
        """The answer of win_powershell."""
        if self._lost:
            self._reset()
        module = "ansible.windows.win_powershell"
        answer: dict[str, Any] = self._execute_module(module_name=module, module_args=dict(self._script), task_vars=self._task_vars)
        if "result" not in answer:
            raise NoAnswer(answer.get("msg") or "the answer is not one of win_powershell")
        self._lost = False
        return answer

    def _reset(self) -> None:
        """Close the connection, which may fail on one that is gone, and let it be opened again."""
        with suppress(Exception):
            self._connection.close()
        self._connection.reset()

    def _forget_folder(self) -> None:
        """Let the next reading make a folder of its own: Sysprep and a restart may have removed the one of this task."""
        if folder := self._connection._shell.tmpdir:
            self._folders.add(folder)
        self._connection._shell.tmpdir = None

    def _remove_folders(self) -> None:
        """Remove what this task left on the machine. Ansible would do so too, and take a connection lost then for the task's result."""
        self._forget_folder()
        for folder in () if self._lost else self._folders:
            with suppress(Exception), bounded(ANSWER):
                self._remove_tmp_path(folder)


def begun(options: dict[str, Any]) -> Wait:
    """A wait that begins now."""
    if not (options["script"] or "").strip():
        raise AnsibleActionFail("script must be the text of the script that reads the state, and is empty.")
    if (started := parse_time(options["started"])) is None:
        raise AnsibleActionFail(f"started must be a time such as 2026-11-28T10:00:00Z, not '{options['started']}'.")
    for name in ("timeout", "stall_timeout", "lost_timeout", "poll"):
        if options[name] < 1:
            raise AnsibleActionFail(f"{name} must be at least 1 second, not {options[name]}.")
    limits = Limits(options["timeout"], options["stall_timeout"], options["lost_timeout"])
    return Wait(Run(started), limits, began_at=time.monotonic())


def first_line(error: object) -> str:
    """The first line of an error: the others are traces, and the output of programs."""
    lines = [line.strip() for line in str(error or "").splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise ``NoAnswer`` in the block when it takes too long, and then again and again, for code that goes on after an exception.

    The alarm of a task's own timeout stays if it comes first, and is set again afterwards. Only a main thread can be interrupted.
    """
    left, began = signal.getitimer(signal.ITIMER_REAL)[0], time.monotonic()
    if threading.current_thread() is not threading.main_thread() or 0 < left <= seconds:
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise NoAnswer(f"no answer within {seconds:.0f} s")

    former = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001) if left else 0)
        signal.signal(signal.SIGALRM, former)
