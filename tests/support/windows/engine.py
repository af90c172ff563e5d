# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs PowerShell scripts in the real engine, on a registry and drives that are files of this machine.

The engine is the program that the environment variable PWSH_ENGINE names. Its README says what it stands in for.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = "PWSH_ENGINE"
PROGRAM = os.environ.get(VARIABLE, "")
LEFT_OUT = f"tests of PowerShell scripts are left out: {VARIABLE} does not name the engine"
NEED_ENGINE = ("mutations", "plays", "scripts", "steps")
"""The folders of tests/windows whose tests run scripts."""
SECONDS = 120


@dataclass(frozen=True)
class Machine:
    """The parts of a Windows machine that a script can see.

    ``registry`` maps paths of keys to values, as the engine's README describes; ``drives`` maps letters to folders; ``prelude`` is a script
    with stand-ins for the commands that exist on Windows alone; ``denied`` are paths that refuse access.
    """

    registry: Mapping[str, Any] = field(default_factory=dict)
    drives: Mapping[str, Path] = field(default_factory=dict)
    prelude: Path | None = None
    denied: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The answer of win_powershell to a task, and the registry afterwards."""

    returned: Mapping[str, Any]
    registry: Mapping[str, Any]


def check(*scripts: Path) -> Any:
    """The findings of the engine about scripts: syntax errors, and what Windows PowerShell 5.1 lacks."""
    return json.loads(run("-Check", *map(str, scripts)).stdout)


def run_task(machine: Machine, folder: Path, task: Mapping[str, Any]) -> Answer:
    """Run a task of win_powershell on a machine; ``folder`` is an empty folder for the engine's files. A failed task is an answer too."""
    (folder / "registry.json").write_text(json.dumps(machine.registry))
    (folder / "task.json").write_text(json.dumps(task))
    options = ["-Registry", str(folder / "registry.json"), "-RegistryOut", str(folder / "after.json")]
    options += [part for letter, place in machine.drives.items() for part in ("-Drive", f"{letter}={place}")]
    options += [part for path in machine.denied for part in ("-Deny", path)]
    options += [part for name, value in machine.environment.items() for part in ("-Env", f"{name}={value}")]
    options += ["-Prelude", str(machine.prelude)] if machine.prelude else []
    done = run(*options, "-Task", str(folder / "task.json"))
    try:
        returned = json.loads(done.stdout)
    except ValueError as error:
        raise AssertionError(f"the engine gave no answer: {done.stdout[-2000:]}{done.stderr[-2000:]}") from error
    return Answer(returned, json.loads((folder / "after.json").read_text()))


def run(*arguments: str, data: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the engine, with ``data`` as its standard input."""
    if not PROGRAM:
        raise AssertionError(LEFT_OUT)
    return subprocess.run([PROGRAM, *arguments], check=False, capture_output=True, text=True, timeout=SECONDS, input=data)
