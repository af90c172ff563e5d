# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SFTP on the drives of a simulated guest: OpenSSH's sftp-server, after Windows paths in its requests are replaced by places of files."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Callable
from typing import BinaryIO

PROGRAM = "/usr/lib/openssh/sftp-server"
WITH_PATH = frozenset((3, 7, 9, 11, 13, 14, 15, 17))
"""Requests of version 3 whose first argument is a path: OPEN, LSTAT, SETSTAT, OPENDIR, REMOVE, MKDIR, RMDIR, STAT."""
_HEAD = struct.Struct(">IBI")
_LENGTH = struct.Struct(">I")


def serve(streams: tuple[int, int, int], place: Callable[[str], str]) -> int:
    """Serve a client until it ends; ``place`` tells where a path such as ``/C:/Windows`` is on this machine."""
    incoming, outgoing, errors = streams
    server = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=outgoing, stderr=errors)
    assert server.stdin is not None
    with os.fdopen(os.dup(incoming), "rb") as client, server.stdin as requests:
        while packet := _packet(client):
            requests.write(_moved(packet, place))
            requests.flush()
    return server.wait()


def _packet(client: BinaryIO) -> bytes:
    length = client.read(_LENGTH.size)
    return length + client.read(_LENGTH.unpack(length)[0]) if length else b""


def _moved(packet: bytes, place: Callable[[str], str]) -> bytes:
    """A request with another path."""
    _length, kind, number = _HEAD.unpack_from(packet)
    if kind not in WITH_PATH:
        return packet
    begin = _HEAD.size + _LENGTH.size
    end = begin + _LENGTH.unpack_from(packet, _HEAD.size)[0]
    path = place(packet[begin:end].decode()).encode()
    rest = _LENGTH.pack(len(path)) + path + packet[end:]
    return _HEAD.pack(_HEAD.size - _LENGTH.size + len(rest), kind, number) + rest
