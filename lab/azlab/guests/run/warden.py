"""The warden: the process around one machine, with its network namespace, the platform's endpoints, a socket for connections, and QEMU.

It depends on no other process of the lab: a lab that is killed and started again finds its machines still running.
Run as `unshare --net python -m azlab.guests.run.warden HOME`.
"""

from __future__ import annotations

import array
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from azlab.guests.platform import dhcp, fabric
from azlab.guests.platform.guest_report import Recorder
from azlab.guests.run import qemu
from azlab.guests.spec import CONNECT_SOCKET, GuestSpec, Home
from azlab.parent import end_with_parent
from azlab.requestlog import RequestLog


def main() -> int:
    """Set up network and endpoints, run QEMU, and end when it ends; returns QEMU's exit status."""
    home = Home(Path(sys.argv[1]))
    os.chdir(home.path)
    spec = home.spec()
    (home.path / "warden.pid").write_text(str(os.getpid()))
    _network(spec)
    log = RequestLog(home.path.parents[1] / "logs" / "guests.jsonl")
    fabric.serve(fabric.Fabric(spec, Recorder(home.platform_file)), log)
    threading.Thread(target=dhcp.serve, args=(qemu.TAP, spec), daemon=True).start()
    connections = listen()
    threading.Thread(target=serve_connections, args=(connections, spec.private_ip), daemon=True).start()
    return subprocess.run(qemu.command(spec, home), preexec_fn=lambda: end_with_parent(signal.SIGKILL)).returncode


def _network(spec: GuestSpec) -> None:
    """Give the loopback device the platform's addresses, and a tap device the gateway's."""
    for arguments in (
        "link set lo up",
        f"address add {dhcp.WIRE_SERVER}/32 dev lo",
        f"address add {dhcp.METADATA}/32 dev lo",
        f"tuntap add dev {qemu.TAP} mode tap",
        f"address add {spec.gateway}/{spec.network.prefixlen} dev {qemu.TAP}",
        f"link set {qemu.TAP} up",
    ):
        subprocess.run(["ip", *arguments.split()], check=True)


def listen() -> socket.socket:
    """The socket on which processes outside the namespace ask for a connection into it."""
    Path(CONNECT_SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(CONNECT_SOCKET)
    os.chmod(CONNECT_SOCKET, 0o600)
    listener.listen(16)
    return listener


def serve_connections(listener: socket.socket, guest: str) -> None:
    """Serve every request for a connection, each in a thread."""
    while True:
        caller, _ = listener.accept()
        threading.Thread(target=_connect, args=(caller, guest), daemon=True).start()


def _connect(caller: socket.socket, guest: str) -> None:
    """Read a port, connect to it in the guest, and pass the open socket to the caller, so that no data goes through this process."""
    with caller:
        try:
            port = int(caller.recv(16))
            with socket.create_connection((guest, port), timeout=30) as connection:
                connection.setblocking(True)
                handle = array.array("i", [connection.fileno()])
                caller.sendmsg([b"+"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handle)])
        except (OSError, ValueError) as error:
            caller.send(f"-{error}".encode()[:200])


if __name__ == "__main__":
    sys.exit(main())
