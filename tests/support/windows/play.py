# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs tasks, roles and playbooks with ansible-playbook on a simulated guest."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import ansible_runs
from tests.support.windows.guest import Guest

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
SECONDS = 600


@dataclass(frozen=True)
class Played:
    """A run of ansible-playbook: its exit code, what it printed, and the result of each task in order, for the guest."""

    code: int
    text: str
    tasks: Sequence[tuple[str, dict[str, Any]]]

    def result(self, name: str) -> dict[str, Any]:
        """The result of the last task with a name."""
        return next(result for each, result in reversed(self.tasks) if each.endswith(name))

    @property
    def changed(self) -> list[str]:
        """The names of the tasks that changed something."""
        return [name for name, result in self.tasks if result.get("changed")]

    @property
    def failed(self) -> list[str]:
        """The names of the tasks that failed or did not reach the guest, those that were rescued too."""
        return [name for name, result in self.tasks if result.get("failed") or result.get("unreachable")]

    @property
    def message(self) -> str:
        """The message of the last task that failed."""
        return next((str(result.get("msg")) for _, result in reversed(self.tasks) if result.get("failed") or result.get("unreachable")), "")


def play_tasks(guest: Guest, tasks: Sequence[Mapping[str, Any]], *options: str, **variables: Any) -> Played:
    """Run tasks on a guest."""
    return play(guest, [{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}], *options, **variables)


def play(
    guest: Guest,
    plays: Sequence[Mapping[str, Any]] | str,
    *options: str,
    environment: Mapping[str, str] | None = None,
    host: Mapping[str, Any] | None = None,
    **variables: Any,
) -> Played:
    """Run plays, or a playbook of a collection by its name, on a guest whose name in the inventory is ``guest``.

    ``host`` are its variables there, those of the simulated connection if omitted.
    """
    folder = guest.file.parent / "controller"
    folder.mkdir(exist_ok=True)
    results = folder / "results.jsonl"
    results.unlink(missing_ok=True)
    given = ("-i", _written(folder / "inventory.json", _inventory(guest, host)), "-e", f"@{_written(folder / 'variables.json', variables)}")
    name = plays if isinstance(plays, str) else _written(folder / "play.json", plays)
    line = [str(part) for part in ansible_runs.command("ansible-playbook", *given, *options, name)]
    where = {**_environment(folder, results), **(environment or {})}
    done = subprocess.run(line, cwd=folder, env=where, capture_output=True, text=True, timeout=SECONDS, check=False)
    rows = [json.loads(row) for row in results.read_text().splitlines()] if results.exists() else []
    return Played(done.returncode, done.stdout + done.stderr, [(row["task"], row["result"]) for row in rows])


def _inventory(guest: Guest, host: Mapping[str, Any] | None = None) -> dict[str, Any]:
    simulated = {"ansible_connection": "simulated_windows", "ansible_shell_type": "powershell", "simulated_guest": str(guest.file)}
    return {"all": {"hosts": {"guest": simulated if host is None else host}}}


def _written(file: Path, content: Any) -> Path:
    file.write_text(json.dumps(content))
    return file


def _environment(folder: Path, results: Path) -> dict[str, str]:
    return {
        **os.environ,
        **ansible_runs.places(folder),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "record_results",
        "RECORD_RESULTS": str(results),
        "ANSIBLE_NOCOLOR": "1",
        "PWD": str(folder),
    }
