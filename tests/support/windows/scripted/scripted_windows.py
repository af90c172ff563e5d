# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection plugin to a Windows machine whose answers were written before: it runs nothing."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: scripted_windows
short_description: Answers with what a file says
description: For tests. Each command takes the next step of a file; the last one stays.
options:
  steps:
    description: The file with the steps, one JSON document per line. The calls are appended to the file of that name with C(.calls).
    type: path
    required: true
    vars:
      - name: scripted_steps
"""


class Connection(ConnectionBase):  # type: ignore[misc]  # ansible-core has no type information
    """A connection whose steps are {"answer": ...} of win_powershell, {"text": ...}, {"lost": ...}, {"error": ...} or {"hang": true}."""

    transport = "scripted_windows"
    module_implementation_preferences = (".ps1", ".exe", "")
    allow_executable = False
    has_pipelining = True
    always_pipeline_modules = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shell_type = "powershell"
        super().__init__(*args, **kwargs)

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Take the next step."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        step = self._next()
        self._note("ask")
        if "lost" in step:
            raise AnsibleConnectionFailure(step["lost"])
        if "error" in step:
            raise RuntimeError(step["error"])
        if "hang" in step:
            threading.Event().wait()
        text = step["text"] if "text" in step else json.dumps(step["answer"])
        return 0, text.encode(), b""

    def _next(self) -> dict[str, Any]:
        file = Path(self.get_option("steps"))
        first, *others = file.read_text().splitlines()
        if others:
            file.write_text("\n".join(others))
        step: dict[str, Any] = json.loads(first)
        return step

    def _note(self, call: str) -> None:
        with Path(f"{self.get_option('steps')}.calls").open("a") as calls:
            calls.write(f"{call}\n")

    def put_file(self, in_path: str, out_path: str) -> None:
        """Refuse: nothing is copied to such a machine."""
        raise AnsibleConnectionFailure("no files are transferred over this connection")

    fetch_file = put_file

    def reset(self) -> None:
        """Note the call."""
        self._note("reset")

    def close(self) -> None:
        """Note the call."""
        self._note("close")
        self._connected = False
