"""Commands to QEMU over its monitor socket (QMP), one connection for each."""

from __future__ import annotations

import json
import os
import socket
from io import BufferedRWPair
from pathlib import Path
from typing import Any


class MonitorError(Exception):
    """QEMU refused a command or does not answer."""


def execute(home: Path, command: str, timeout: float = 60) -> Any:
    """Run one command on the machine whose directory is `home`; returns its result. Raises MonitorError."""
    try:
        with connect(home, "qmp.sock", timeout) as client, client.makefile("rwb") as stream:
            _read(stream)
            _ask(stream, "qmp_capabilities")
            return _ask(stream, command)
    except (OSError, json.JSONDecodeError) as error:
        raise MonitorError(f"the monitor of {home.name} does not answer to {command}: {error}") from error


def connect(home: Path, name: str, timeout: float) -> socket.socket:
    """A connection to a Unix socket in `home`, whose full path may be longer than the limit for a socket's address."""
    directory = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    client = socket.socket(socket.AF_UNIX)
    try:
        client.settimeout(timeout)
        client.connect(f"/proc/self/fd/{directory}/{name}")
    except OSError:
        client.close()
        raise
    finally:
        os.close(directory)
    return client


def _ask(stream: BufferedRWPair[Any, Any], command: str) -> Any:
    stream.write(json.dumps({"execute": command}).encode() + b"\n")
    stream.flush()
    while True:
        answer = _read(stream)
        if "return" in answer:
            return answer["return"]
        if "error" in answer:
            raise MonitorError(f"QEMU refused {command}: {answer['error'].get('desc')}")


def _read(stream: BufferedRWPair[Any, Any]) -> dict[str, Any]:
    line = stream.readline()
    if not line:
        raise ConnectionError("QEMU closed the connection")
    message: dict[str, Any] = json.loads(line)
    return message
