# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one play on many simulated guests at once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support import ansible_runs
from tests.support.windows.guest import Guest
from tests.support.windows.play import Played, _environment, _inventory, _written

SECONDS = 1800


def play_hosts(
    folder: Path,
    guests: Mapping[str, Guest],
    plays: Sequence[Mapping[str, Any]],
    *options: str,
    variables: Mapping[str, Mapping[str, Any]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Played]:
    """Run plays on guests by their names in the inventory, and return the run of each; ``variables`` are those of single hosts."""
    folder.mkdir(parents=True, exist_ok=True)
    results = folder / "results.jsonl"
    results.unlink(missing_ok=True)
    hosts = {name: {**_inventory(guest)["all"]["hosts"]["guest"], **(variables or {}).get(name, {})} for name, guest in guests.items()}
    inventory = _written(folder / "inventory.json", {"all": {"hosts": hosts}})
    line = ansible_runs.command("ansible-playbook", "-i", inventory, "--forks", "4", *options, _written(folder / "play.json", plays))
    where = {**_environment(folder, results), **(environment or {})}
    done = subprocess.run([str(part) for part in line], cwd=folder, env=where, capture_output=True, text=True, timeout=SECONDS, check=False)
    rows = [json.loads(row) for row in results.read_text().splitlines()] if results.exists() else []
    text = done.stdout + done.stderr
    return {name: Played(done.returncode, text, [(row["task"], row["result"]) for row in rows if row["host"] == name]) for name in guests}
