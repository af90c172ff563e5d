# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of win_command and win_shell, for the command lines that the guest knows."""

from __future__ import annotations

from typing import Any

from tests.support.windows.commands import run_line
from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers

_OPTIONS = ("_raw_params", "cmd", "argv", "free_form", "chdir", "creates", "removes", "stdin", "output_encoding_override", "executable")


def _run(guest: Guest, task: Task) -> dict[str, Any]:
    if task["creates"] and guest.drives.find(task["creates"]).exists():
        return {"changed": False, "skipped": True, "msg": f"skipped, since {task['creates']} exists", "rc": 0}
    if task["removes"] and not guest.drives.find(task["removes"]).exists():
        return {"changed": False, "skipped": True, "msg": f"skipped, since {task['removes']} does not exist", "rc": 0}
    line = task["_raw_params"] or task["cmd"] or " ".join(task["argv"] or ())
    if task.check_mode:
        return {"changed": False, "skipped": True, "msg": "remote module does not support check mode"}
    code, out, err = run_line(guest, line)
    result = {"changed": True, "rc": code, "cmd": line, "stdout": out, "stderr": err}
    if code:
        raise Failed(f"non-zero return code {code}: {err or out}")
    return result


win_command = answers("win_command", *_OPTIONS)(_run)
win_shell = answers("win_shell", *_OPTIONS)(_run)
