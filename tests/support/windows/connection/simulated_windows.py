# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a simulated Windows guest, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.connection import ConnectionBase

from tests.support.windows import machine
from tests.support.windows.guest import Guest, UnknownToGuest

DOCUMENTATION = """
name: simulated_windows
short_description: Connects to a simulated Windows guest
description: The guest is a file on the controller. For tests.
options:
  guest:
    description: The file in which the guest keeps its state.
    type: path
    required: true
    vars:
      - name: simulated_guest
"""


class Connection(ConnectionBase):  # type: ignore[misc]  # ansible-core has no type information
    """A connection to the guest in the file that the variable ``simulated_guest`` names."""

    transport = "simulated_windows"
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
        """Carry out a command on the guest."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        completed: tuple[int, bytes, bytes] = self._reach(lambda guest: machine.run_command(guest, cmd, in_data))
        return completed

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy a file to the guest."""
        super().put_file(in_path, out_path)
        self._reach(lambda guest: machine.put_file(guest, Path(in_path), out_path.strip("'\"")))

    def fetch_file(self, in_path: str, out_path: str) -> None:
        """Copy a file from the guest."""
        super().fetch_file(in_path, out_path)
        self._reach(lambda guest: machine.fetch_file(guest, in_path.strip("'\""), Path(out_path)))

    def reset(self) -> None:
        """Forget the connection."""
        self.close()

    def close(self) -> None:
        """Forget the connection."""
        self._connected = False

    def _reach(self, work: Any) -> Any:
        guest = Guest(Path(self.get_option("guest")))
        try:
            return work(guest)
        except machine.NotReached as error:
            raise AnsibleConnectionFailure(str(error)) from error
        except UnknownToGuest as error:
            raise AnsibleError(f"simulated guest: {error}") from error
        except Exception as error:
            raise AnsibleError(f"simulated guest: {guest.complain(repr(error))}") from error
