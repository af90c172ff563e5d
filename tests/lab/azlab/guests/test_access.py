"""Access to a guest: a connection that the warden opens and passes on, and the inventory."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from azlab.guests.access import inventory
from azlab.guests.access.proxy import NoWay, find, open_port
from azlab.guests.access.ssh import ssh_options
from azlab.guests.run import warden
from azlab.guests.spec import Home
from azlab.settings import Settings

from tests.support.guest_specs import SPEC, machine

from .conftest import pretend


@pytest.fixture
def guest(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A machine with a listening socket whose guest is this computer; returns a port that sends everything back twice."""
    process = pretend(home, "qemu")
    monkeypatch.chdir(home.path)
    listener = warden.listen()
    threading.Thread(target=warden.serve_connections, args=(listener, "127.0.0.1"), daemon=True).start()
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_say_twice, args=(server,), daemon=True).start()
    yield server.getsockname()[1]
    server.close()
    process.kill()
    process.wait()


def _say_twice(server: socket.socket) -> None:
    while True:
        try:
            client, _ = server.accept()
        except OSError:
            return
        with client:
            while data := client.recv(1 << 16):
                client.sendall(data * 2)


def test_the_connection_leads_to_the_guest(guest: int, home: Home) -> None:
    with open_port(home, guest) as connection:
        connection.sendall(b"hello")
        assert connection.recv(64) == b"hellohello"


def test_the_proxy_relays_large_amounts_of_data(guest: int, settings: Settings) -> None:
    program = (
        "import sys, pathlib; from azlab.guests.access.proxy import proxy; proxy(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))"
    )
    said = os.urandom(3_000_000)
    command = [sys.executable, "-c", program, str(settings.state), SPEC.name.upper(), str(guest)]
    heard = subprocess.run(command, input=said, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    assert len(heard) == 2 * len(said)


def test_the_error_about_a_closed_port_names_it(guest: int, home: Home) -> None:
    with pytest.raises(NoWay, match=r"port 1 of the VM web: .*refused"):
        open_port(home, 1)


@pytest.mark.parametrize("name", ["web", "WEB", SPEC.vm_id])
def test_a_running_machine_is_found_by_name_or_id(guest: int, home: Home, settings: Settings, name: str) -> None:
    assert find(settings.state, name) == home


def test_a_machine_that_does_not_run_is_not_found(home: Home, settings: Settings) -> None:
    with pytest.raises(NoWay, match="no running VM is called web"):
        find(settings.state, "web")


def test_the_inventory_has_address_user_and_proxy_command(guest: int, settings: Settings) -> None:
    [line] = inventory.lines(settings.state)
    name, *variables = shlex.split(line)
    values = dict(variable.split("=", 1) for variable in variables)
    assert (name, values["ansible_host"], values["ansible_user"]) == ("web", "10.1.0.4", "alice")
    assert f"vm proxy {SPEC.vm_id} %p" in values["ansible_ssh_common_args"]


def test_ssh_options_survive_any_path(tmp_path: Path) -> None:
    state = tmp_path / "it's 100% here"
    values = dict(word.split("=", 1) for word in shlex.split(inventory.line(state, SPEC))[1:])
    options = shlex.split(values["ansible_ssh_common_args"])
    assert options == ssh_options(state, SPEC.vm_id)
    command = options[1].removeprefix("ProxyCommand=")
    assert shlex.split(command.replace("%%", "%"))[1:] == ["--state", str(state), "vm", "proxy", SPEC.vm_id, "%p"]


def test_a_specialized_machine_has_no_user_in_the_inventory(settings: Settings) -> None:
    assert "ansible_user" not in inventory.line(settings.state, machine(os_profile=None))


def relay(guest: socket.socket) -> subprocess.Popen[bytes]:
    """A process that relays between its standard streams and a connection to a guest."""
    code = f"import socket; from azlab.guests.access.proxy import _relay; _relay(socket.socket(fileno={guest.fileno()}))"
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[guest.fileno()])


def test_a_relay_copies_both_ways_until_the_guest_ends() -> None:
    ours, guests = socket.socketpair()
    with ours, guests, relay(guests) as process:
        guests.close()
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"ping")
        process.stdin.close()
        assert ours.recv(100) == b"ping"
        assert ours.recv(100) == b"", "the end of the input was not passed on"
        ours.sendall(b"pong")
        ours.close()
        assert process.stdout.read() == b"pong"
        assert process.wait(20) == 0


def test_a_relay_ends_with_its_caller_though_the_guest_is_silent() -> None:
    """As when ssh is killed while its guest powers off."""
    ours, guests = socket.socketpair()
    with ours, guests, relay(guests) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        process.stdout.close()
        try:
            assert process.wait(20) == 0
        finally:
            process.kill()
