# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-playbook with the given arguments, and prints the changed tasks with their items as JSON."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
TASK = re.compile(r"^(?:TASK|RUNNING HANDLER) \[(?:[\w.]+ : )?(?P<name>.*)\] \**$")
CHANGED = re.compile(r"^changed: \[[^\]]+\](?: => \(item=(?P<item>.*)\))?")


def changes(output: str) -> list[str]:
    """The names of the changed tasks, in order; the item of a loop follows the name of its task."""
    found, task = [], ""
    for line in output.splitlines():
        if header := TASK.match(line):
            task = header["name"]
        elif change := CHANGED.match(line):
            found.append(f"{task}: {change['item']}" if change["item"] else task)
    return found


if __name__ == "__main__":
    # Molecule sets another configuration and colors.
    plain = {**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0"}
    command = [Path(sys.executable).with_name("ansible-playbook"), *sys.argv[1:]]
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
    print(json.dumps({"changed": changes(done.stdout), "output": done.stdout.splitlines()}))
    print(done.stderr, file=sys.stderr)
    sys.exit(done.returncode)
