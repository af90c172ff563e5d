"""One TCP connection into a guest: what `azlab vm proxy` runs, as an SSH ProxyCommand."""

from __future__ import annotations

import array
import contextlib
import os
import select
import socket
from pathlib import Path

from azlab.guests.run.qmp import connect
from azlab.guests.spec import CONNECT_SOCKET, Home, homes
from azlab.settings import LabError, command

_CHUNK = 1 << 16


class NoWay(LabError):
    """No running guest has this name, or it does not listen on the port."""


def proxy(state: Path, vm: str, port: int) -> None:
    """Connect standard input and output to a port of the running VM with this name or id, until either side ends."""
    _relay(open_port(find(state, vm), port))


def find(state: Path, vm: str) -> Home:
    """The home of the running VM with this name or id."""
    found = [home for home in homes(state) if home.pid("qemu") and vm.lower() in (home.vm_id, home.spec().name.lower())]
    if not found:
        raise NoWay(f"no running VM is called {vm}: see `{command(state, 'vm list')}`")
    if len(found) > 1:
        ids = ", ".join(home.vm_id for home in found)
        raise NoWay(f"several running VMs are called {vm}: name one by its vmId ({ids})")
    return found[0]


def open_port(home: Home, port: int, timeout: float = 60) -> socket.socket:
    """A connection to a port of this guest, which the guest's warden opens in its network namespace and passes to this process."""
    try:
        with connect(home.path, CONNECT_SOCKET, timeout) as warden:
            warden.send(str(port).encode())
            word, ancillary, _, _ = warden.recvmsg(256, socket.CMSG_SPACE(array.array("i").itemsize))
    except OSError as error:
        raise NoWay(f"the VM {home.spec().name} cannot be reached: {error}") from error
    handles = array.array("i")
    for _, _, data in ancillary:
        handles.frombytes(data)
    if not handles:
        raise NoWay(f"port {port} of the VM {home.spec().name}: {word[1:].decode() or 'the VM has ended'}")
    return socket.socket(fileno=handles[0])


def _relay(guest: socket.socket) -> None:
    """Copy in both directions. The end of our input closes that direction only; the end of the guest's data ends the relay.

    So does the end of the program that reads our output: a guest that powers off at that moment never ends its side.
    """
    watched = select.poll()
    watched.register(0, select.POLLIN)
    watched.register(guest, select.POLLIN)
    watched.register(1, 0)  # reports nothing but that its reader has ended
    with guest, contextlib.suppress(ConnectionError):
        while True:
            for source, _events in watched.poll():
                if source == 1:
                    return
                data = os.read(source, _CHUNK)
                if source == 0:
                    if data:
                        guest.sendall(data)
                    else:
                        watched.unregister(0)
                        guest.shutdown(socket.SHUT_WR)
                elif not data:
                    return
                else:
                    _write(data)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]
