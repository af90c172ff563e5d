# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated guest behind a real OpenSSH server: takes what Ansible sends over SSH, in place of PowerShell and SFTP on Windows."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ansible_runs import TEMPORARY
from tests.support.windows import machine, manifest
from tests.support.windows.guest import Guest, UnknownToGuest
from tests.support.windows.over_ssh import sftp, wrappers
from tests.support.windows.over_ssh.server import Hangs, Lost, Request, Server

POWERSHELL = re.compile(r"PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand [A-Za-z0-9+/]+=*")
LONGEST = 8191
"""The longest line of cmd.exe, the default shell of OpenSSH on Windows.

https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation
"""


@contextmanager
def served(guest: Guest) -> Iterator[Server]:
    """Let a guest be reached over SSH."""
    turn = threading.Lock()

    def answer(request: Request) -> int:
        with turn:
            return _answer(Guest(guest.file), request)

    with tempfile.TemporaryDirectory(dir=TEMPORARY.name) as folder, Server(Path(folder), answer) as server:
        yield server


def _answer(guest: Guest, request: Request) -> int:
    try:
        return _transfer(guest, request) if request.command == "internal-sftp" else _run(guest, request)
    except machine.TimedOut as error:
        raise Hangs from error
    except machine.NotReached as error:
        raise Lost from error
    except Exception as error:
        text = str(error) if isinstance(error, UnknownToGuest) else str(guest.complain(repr(error)))
        os.write(request.streams[2], f"simulated guest: {text}\n".encode())
        return 1


def _run(guest: Guest, request: Request) -> int:
    line = request.command or ""
    if not POWERSHELL.fullmatch(line) or len(line) > LONGEST:
        raise guest.complain(f"the simulated guest does not take the command line {line[:200]!r} of {len(line)} characters over SSH")
    script = manifest.encoded_command(line) or ""
    data = _input(request, script)
    if data is None:
        code, out, err = machine.run_command(guest, line, None)
    elif manifest.module(data) is None:
        code, out, err = 0, machine.reach(guest, lambda: _run_script_of_core(guest, script, data)), b""
    else:
        code, out, err = machine.run_command(guest, line, wrappers.through(guest, script, data))
    for stream, content in zip(request.streams[1:], (out, err), strict=True):
        with os.fdopen(os.dup(stream), "wb") as file:
            file.write(content + b"\r\n" if content else b"")
    return code


def _run_script_of_core(guest: Guest, script: str, data: bytes) -> bytes:
    name, _parameters = manifest.script(data)
    machine.log(guest, {"script": name})
    return wrappers.run(guest, script, data).strip().encode()


def _input(request: Request, script: str) -> bytes | None:
    """The standard input of a command, which ends only if Ansible has something to send."""
    if wrappers.READS_INPUT not in script:
        return None
    with os.fdopen(os.dup(request.streams[0]), "rb") as file:
        return file.read()


def _transfer(guest: Guest, request: Request) -> int:
    machine.transfer(guest, "SFTP")
    return sftp.serve(request.streams, lambda path: str(guest.drives.find(path.lstrip("/"))))
