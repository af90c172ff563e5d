# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An OpenSSH server for a simulated Windows guest, on a free port of this machine, with a configuration and keys of its own.

It is the real sshd, run by the user of the test, one process per connection. For every command it runs `forced_command.py`, which hands
the command to this process.
"""

from __future__ import annotations

import json
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

PROGRAM = shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])) or "/usr/sbin/sshd"
FORCED_COMMAND = Path(__file__).with_name("forced_command.py")
CONFIGURATION = """\
HostKey "{folder}/host_key"
AuthorizedKeysFile "{folder}/user_key.pub"
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
UsePAM {pam}
PidFile none
Subsystem sftp internal-sftp
ForceCommand {command}
"""
PRIVILEGE_SEPARATION = Path("/run/sshd")
"""The folder without which sshd does not start as root; the service of the package makes it when it starts."""
SECONDS = 10


@dataclass(frozen=True)
class Request:
    """A command of a client, and its standard input, output and error."""

    command: str | None
    streams: tuple[int, int, int]


class Lost(Exception):
    """A command whose connection ends, because the machine or its network is gone."""


class Hangs(Exception):
    """A command on whose connection nothing arrives any more."""


Answer = Callable[[Request], int]


class Server:
    """The server; ``answer`` carries out a command and returns its exit code, or raises Lost or Hangs."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self.connections = self._stopped = 0
        self._folder, self._answer = folder, answer
        self._network, self._local = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Server:
        for name in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self._folder / name], check=True)
        command = shlex.join(["exec", sys.executable, "-I", "-S", str(FORCED_COMMAND), str(self._folder / "socket")])
        self._file.write_text(CONFIGURATION.format(folder=self._folder, command=command, pam="yes" if _is_locked() else "no"))
        if os.geteuid() == 0:
            PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        subprocess.run([PROGRAM, "-t", "-f", self._file], check=True)
        self._local.bind(str(self._folder / "socket"))
        self._local.listen()
        for work in (self._take_connections, self._take_commands):
            threading.Thread(target=work, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each in (self._network, self._local):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for process in self._processes:
            process.kill()
            process.wait()

    @property
    def host(self) -> dict[str, Any]:
        """The variables of the host in an inventory."""
        key = (self._folder / "host_key.pub").read_text()
        address, port = self._network.getsockname()
        known_hosts = self._folder / "known_hosts"
        known_hosts.write_text(f"[{address}]:{port} {key}")
        return {
            "ansible_connection": "ssh",
            "ansible_shell_type": "powershell",
            "ansible_host": address,
            "ansible_port": port,
            "ansible_user": pwd.getpwuid(os.getuid()).pw_name,
            "ansible_private_key_file": str(self._folder / "user_key"),
            "ansible_control_path_dir": str(self._folder / "masters"),
            "ansible_host_key_checking": True,
            "ansible_ssh_common_args": (
                f"-F /dev/null -o IdentitiesOnly=yes -o UserKnownHostsFile={known_hosts} -o ServerAliveInterval=2 -o ServerAliveCountMax=3"
            ),
        }

    def wait_until_unused(self) -> bool:
        """Whether all clients have ended their connections within some seconds, except those on which nothing arrives."""
        ends_at = time.monotonic() + SECONDS
        while sum(process.poll() is None for process in self._processes) > self._stopped:
            if time.monotonic() > ends_at:
                return False
            time.sleep(0.1)
        return True

    @property
    def _file(self) -> Path:
        return self._folder / "sshd_config"

    def _take_connections(self) -> None:
        with suppress(OSError):  # the socket is closed at the end
            while True:
                client, _address = self._network.accept()
                with client:
                    line = [PROGRAM, "-i", "-f", str(self._file), "-E", str(self._folder / "sshd.log")]
                    self._processes.append(subprocess.Popen(line, stdin=client.fileno(), stdout=client.fileno(), stderr=subprocess.DEVNULL))
                self.connections += 1

    def _take_commands(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._local.accept()
                threading.Thread(target=self._carry_out, args=(client,), daemon=True).start()

    def _carry_out(self, client: socket.socket) -> None:
        text, streams, _flags, _address = socket.recv_fds(client, 1 << 20, 3)
        with client:
            while not text.endswith(b"\n"):
                text += client.recv(1 << 20)
            asked = json.loads(text)
            try:
                code = self._answer(Request(asked["command"], (streams[0], streams[1], streams[2])))
            except Lost:
                os.kill(asked["sshd"], signal.SIGKILL)
                return
            except Hangs:
                self._stopped += 1
                os.kill(asked["sshd"], signal.SIGSTOP)
                return
            finally:
                for each in streams:
                    os.close(each)
            with suppress(OSError):  # the connection may be gone
                client.sendall(str(code).encode())


def _is_locked() -> bool:
    """Whether the password of this user is locked: sshd then refuses the user, unless PAM decides."""
    name = pwd.getpwuid(os.getuid()).pw_name
    with suppress(OSError):
        return f"\n{name}:!" in f"\n{Path('/etc/shadow').read_text()}"
    return False
