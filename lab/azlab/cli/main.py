"""The command `azlab`: start and stop a lab, look at it, reach its guests and its disks."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
from pathlib import Path
from typing import Any

from azlab import daemon
from azlab.client import opener
from azlab.settings import LabError, Settings, command, default_state

_START = 90
_STOP = 900
_EPILOG = "The lab lives in --state, or AZLAB_STATE, or ./build/azlab. Nothing of it is anywhere else."


class CommandFailed(LabError):
    """A command could not do its work; the text says what, where and what to do."""


def main() -> None:
    """Parse the command line and run one command."""
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:  # what started this command may have reasons to let nothing interrupt it
            signal.signal(each, _interrupt)
    options = argparse.Namespace(state=default_state())
    try:
        _parser().parse_args(namespace=options)
        options.run(options)
    except KeyboardInterrupt as interrupted:
        print("azlab: interrupted", file=sys.stderr)
        sys.exit(128 + interrupted.args[0])
    except LabError as error:
        sys.exit(f"azlab: {error}")
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        sys.exit(f"azlab: {error.filename or options.state}: {error.strerror or error}")


def _interrupt(number: int, _frame: Any) -> None:
    """Let the first signal undo what the command began, and no later one disturb that."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt(number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="azlab", description="A local Azure for image work.", epilog=_EPILOG)
    parser.add_argument("--state", type=_state, default=default_state(), help="the lab's directory (default: %(default)s)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start = _command(commands, "up", up, "start the lab; returns when it serves")
    start.add_argument("--no-guests", action="store_true", help="VMs run in name only: for fast tests of the wire")
    start.add_argument("--hurry", action="store_true", help="send Retry-After: 0, so that clients poll at their own pace")
    _command(commands, "down", down, "stop the lab: guests are written back, no process stays")
    _command(commands, "status", status, "is it up, and where").add_argument("--json", action="store_true")
    _command(commands, "env", env, "print what to eval so that clients talk to this lab")
    _group(commands.add_parser("group", help="make and delete resource groups").add_subparsers(required=True, metavar="COMMAND"))
    _network(commands.add_parser("network", help="make virtual networks").add_subparsers(required=True, metavar="COMMAND"))
    _vm(commands.add_parser("vm", help="reach virtual machines").add_subparsers(required=True, metavar="COMMAND"))
    _disk(commands.add_parser("disk", help="build, read and write disks").add_subparsers(required=True, metavar="COMMAND"))
    show = _command(commands, "logs", logs, "print a log")
    show.add_argument("name", nargs="?", default="arm", choices=["arm", "blob", "guests", "daemon", "front", "azurite"])
    return parser


def _state(text: str) -> Path:
    if not text:
        raise CommandFailed("--state must name the lab's directory, not be empty; without --state it is AZLAB_STATE or ./build/azlab")
    return Path(text)


def _command(commands: Any, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    return parser


def _group(commands: Any) -> None:
    from azlab.cli import group

    create = _command(commands, "create", group.create, "make a resource group, and print its id")
    create.add_argument("name")
    create.add_argument("--location", default="westeurope", help="its region (default: %(default)s)")
    _command(commands, "delete", group.delete, "delete a resource group with everything in it").add_argument("name")
    _command(commands, "list", group.list_groups, "the resource groups and their regions").add_argument("--json", action="store_true")


def _network(commands: Any) -> None:
    from azlab.cli import network

    create = _command(commands, "create", network.create, "make a virtual network with a subnet, and print the subnet's id")
    create.add_argument("name")
    create.add_argument("--resource-group", required=True, help="where it is made; its region is that of the group")


def _vm(commands: Any) -> None:
    from azlab.cli import vm

    _command(commands, "list", vm.list_machines, "the VMs, their power and address").add_argument("--json", action="store_true")
    ssh = _command(commands, "ssh", vm.ssh, "log in to a running VM")
    ssh.add_argument("name")
    ssh.add_argument("arguments", nargs=argparse.REMAINDER, help="more for ssh: -i KEY, -l USER, a command")
    proxy = _command(commands, "proxy", vm.proxy, "connect stdio to a port of a running VM (an SSH ProxyCommand)")
    proxy.add_argument("name")
    proxy.add_argument("port", type=int)
    _command(commands, "inventory", vm.inventory, "Ansible inventory lines of the running VMs")
    _command(commands, "log", vm.boot_log, "the serial console of a VM").add_argument("name")


def _disk(commands: Any) -> None:
    from azlab.cli import disk

    build = _command(commands, "build", disk.build, "a bootable Debian disk, raw, from the cache or new")
    build.add_argument("--out", type=Path, default=Path("disk.raw"))
    for name, run, help in (
        ("get", disk.get, "write a disk, snapshot or image disk to a raw file"),
        ("put", disk.put, "make a disk, snapshot or image disk equal to a raw file"),
    ):
        parser = _command(commands, name, run, help)
        parser.add_argument("resource", help="the resource id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--lun", default="os", help="which disk of an image: os or a LUN (default: os)")
    show = _command(commands, "list", disk.list_disks, "all disks, snapshots and images with their blobs")
    show.add_argument("--json", action="store_true")


def up(options: argparse.Namespace) -> None:
    """Start the lab in the background and return when both planes answer."""
    from azlab import tls

    state: Path = options.state.resolve()
    if daemon.running(state):
        settings = Settings.load(state)
        if (settings.guests, settings.hurry) != (not options.no_guests, options.hurry):
            raise CommandFailed(f"the lab in {state} is up with other switches; run `{command(state, 'down')}` first")
        print(f"{settings.arm_url} (was up already)")
        return
    settings = Settings.load_or_create(state, guests=not options.no_guests, hurry=options.hurry)
    tls.ensure(settings)
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / "daemon.log"
    mark = log.stat().st_size if log.exists() else 0
    with log.open("ab") as out:
        serve = [sys.executable, "-m", "azlab.daemon", str(state)]
        process = subprocess.Popen(serve, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=state)
    try:
        _wait_until_serving(settings, process, log, mark)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    print(settings.arm_url)


def _wait_until_serving(settings: Settings, process: subprocess.Popen[bytes], log: Path, mark: int) -> None:
    deadline = time.monotonic() + _START
    waiting = [f"{settings.arm_url}/metadata/endpoints?api-version=2022-09-01", f"https://127.0.0.1:{settings.blob_port}/"]
    while waiting:
        if process.poll() is not None:
            raise CommandFailed(f"the lab did not start; {log} says:\n{_tail(log, mark)}")
        if time.monotonic() > deadline:
            raise CommandFailed(f"the lab did not answer within {_START} s; see {log}:\n{_tail(log, mark)}")
        if _answers(settings, waiting[0]):
            waiting.pop(0)
        else:
            time.sleep(0.05)


def _answers(settings: Settings, url: str) -> bool:
    """Whether something speaks HTTP there, whatever it says."""
    try:
        opener(settings).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _tail(log: Path, mark: int) -> str:
    with log.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace")[-3000:].strip()


def down(options: argparse.Namespace) -> None:
    """Stop the lab and wait until it is gone."""
    state: Path = options.state.resolve()
    pid = daemon.running(state)
    if pid is None:
        from azlab.guests.run.strays import end_strays
        from azlab.storage.azurite import Azurite

        strays = end_strays(state)
        if (state / "config.json").exists():
            Azurite(Settings.load(state)).stop()
        print("not running" + (f"; ended the guests that a killed lab left: {', '.join(strays)}" if strays else ""))
        return
    os.kill(pid, signal.SIGTERM)
    if not daemon.wait_until_gone(pid, state, _STOP):
        raise CommandFailed(f"process {pid} did not stop within {_STOP} s; see {state / 'logs' / 'daemon.log'}")
    print("stopped")


def status(options: argparse.Namespace) -> None:
    """Say whether the lab is up; the exit status says it too."""
    state: Path = options.state.resolve()
    pid = daemon.running(state)
    facts: dict[str, Any] = {"state": str(state), "running": pid is not None}
    if pid is not None:
        settings = Settings.load(state)
        facts.update(pid=pid, arm=settings.arm_url, blob=settings.blob_url, guests=settings.guests, subscription=settings.subscription)
    if options.json:
        print(json.dumps(facts))
    else:
        for key, value in facts.items():
            print(f"{key}: {value}")
    if pid is None:
        sys.exit(3)


def environment(settings: Settings) -> dict[str, str]:
    """What makes any client talk to this lab."""
    bundle = str(settings.bundle)
    return {
        "AZURE_CLOUD_ENVIRONMENT": settings.arm_url,
        "AZURE_SUBSCRIPTION_ID": settings.subscription,
        "AZURE_TENANT": settings.tenant,
        "AZURE_TENANT_ID": settings.tenant,
        "AZURE_CLIENT_ID": settings.client_id,
        "AZURE_SECRET": settings.client_secret,
        "AZURE_CLIENT_SECRET": settings.client_secret,
        "AZURE_AUTHORITY_HOST": settings.arm_url,
        "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        "REQUESTS_CA_BUNDLE": bundle,
        "SSL_CERT_FILE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "AZLAB_STATE": str(settings.state),
    }


def env(options: argparse.Namespace) -> None:
    """Print export lines for a shell."""
    for name, value in environment(Settings.load(options.state)).items():
        print(f"export {name}={shlex.quote(value)}")


def logs(options: argparse.Namespace) -> None:
    """Print one of the logs."""
    kind = "jsonl" if options.name in ("arm", "blob", "guests") else "log"
    path = options.state.resolve() / "logs" / f"{options.name}.{kind}"
    if not path.exists():
        raise CommandFailed(f"there is no {path} yet")
    with path.open("rb") as file:
        while chunk := file.read(1 << 16):
            sys.stdout.buffer.write(chunk)


if __name__ == "__main__":
    main()
