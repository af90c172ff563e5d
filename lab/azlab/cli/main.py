"""The command `azlab`: start and stop a lab, look at it, reach its guests and its disks.

A subcommand is named by file and function, and the file is imported when the subcommand runs: `azlab vm proxy` runs once per SSH
connection, and reading every file of this folder would more than double its start-up.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from azlab.cli.failed import CommandFailed
from azlab.settings import PAY_AS_YOU_GO, LabError, default_state

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_FOR_A_SHELL = ', as lines for a shell: eval "$(azlab env)"'
_EPILOG = "All files of the lab are in its directory: --state, or AZLAB_STATE, or ./build/azlab."


def main() -> None:
    """Parse the command line and run one command."""
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is not signal.SIG_IGN:  # the caller may have a reason to ignore a signal here: an interrupted demo has
            signal.signal(each, _interrupt)
    options = argparse.Namespace(state=default_state())
    try:
        build_parser().parse_args(namespace=options)
        run(options)
    except KeyboardInterrupt as interrupted:
        print("azlab: interrupted", file=sys.stderr)
        sys.exit(128 + interrupted.args[0])
    except LabError as error:
        sys.exit(f"azlab: {error}")
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        sys.exit(f"azlab: {error.filename or options.state}: {error.strerror or error}")


def run(options: argparse.Namespace) -> None:
    """Import the file of the chosen subcommand and call its function."""
    file, _, function = options.run.partition(".")
    getattr(importlib.import_module(f"azlab.cli.{file}"), function)(options)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Let the first signal undo what the command began, and ignore all later ones meanwhile."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt(number)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line; `options.run` names the function to call, as `file.function` below this folder."""
    parser = argparse.ArgumentParser(prog="azlab", description="A local Azure for image work.", epilog=_EPILOG)
    parser.add_argument("--state", type=_state, default=default_state(), help="the lab's directory (default: %(default)s)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _lifecycle(commands)
    _group(_subject(commands, "group", "create and delete resource groups"))
    _network(_subject(commands, "network", "create virtual networks"))
    _vm(_subject(commands, "vm", "reach virtual machines"))
    _disk(_subject(commands, "disk", "build, read and write disks"))
    _logs(commands)
    return parser


def _state(text: str) -> Path:
    if not text:
        raise CommandFailed("--state must name the lab's directory, not be empty; without --state it is AZLAB_STATE or ./build/azlab")
    return Path(text)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise CommandFailed(f"--catalogue-seed (or AZLAB_CATALOGUE_SEED) must be a number without sign, not {text!r}")
    return int(text)


def _subject(commands: Commands, name: str, help: str) -> Commands:
    """A command that has subcommands of its own."""
    return commands.add_parser(name, help=help).add_subparsers(required=True, metavar="COMMAND")


def _command(commands: Commands, name: str, run: str, help: str, more: str = "") -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help, description=f"{help}{more}")
    parser.set_defaults(run=run)
    return parser


def _lifecycle(commands: Commands) -> None:
    start = _command(commands, "up", "lifecycle.up", "start the lab; returns when it serves")
    start.add_argument("--no-guests", action="store_true", help="start no guests for VMs: for fast tests of the API")
    start.add_argument("--hurry", action="store_true", help="send Retry-After: 0, so that clients poll at their own pace")
    start.add_argument(
        "--catalogue-seed",
        type=_seed,
        default=os.environ.get("AZLAB_CATALOGUE_SEED") or None,
        metavar="N",
        help="fill the Marketplace and galleries of others with images that a number determines (default: AZLAB_CATALOGUE_SEED, or none)",
    )
    start.add_argument(
        "--quota-id",
        default=PAY_AS_YOU_GO,
        metavar="ID",
        help="the kind of contract of the subscription, such as MSDN_2014-09-01 (default: %(default)s)",
    )
    _command(commands, "down", "lifecycle.down", "stop the lab: guests' disks are written back, no process is left")
    _command(commands, "status", "lifecycle.status", "print whether the lab is up, and its addresses").add_argument(
        "--json", action="store_true", help="print a JSON object"
    )
    show = _command(commands, "env", "lifecycle.env", "print the environment variables that make clients use this lab", _FOR_A_SHELL)
    show.add_argument("--json", action="store_true", help="print a JSON object with the same names and values")


def _group(commands: Commands) -> None:
    create = _command(commands, "create", "group.create", "create a resource group, and print its id")
    create.add_argument("name")
    create.add_argument("--location", default="westeurope", help="its region (default: %(default)s)")
    _command(commands, "delete", "group.delete", "delete a resource group with everything in it").add_argument("name")
    show = _command(commands, "list", "group.list_groups", "print the resource groups and their regions")
    show.add_argument("--json", action="store_true", help="print a JSON list")


def _network(commands: Commands) -> None:
    create = _command(commands, "create", "network.create", "create a virtual network with a subnet, and print the subnet's id")
    create.add_argument("name")
    create.add_argument("--resource-group", required=True, help="the group to create it in; the network gets the group's region")


def _vm(commands: Commands) -> None:
    show = _command(commands, "list", "vm.list_machines", "print the VMs, their power state and vmId")
    show.add_argument("--json", action="store_true", help="print a JSON list")
    ssh = _command(commands, "ssh", "vm.ssh", "log in to a running VM")
    ssh.add_argument("name")
    ssh.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments for ssh: -i KEY, -l USER, a command")
    proxy = _command(commands, "proxy", "vm.proxy", "connect stdio to a port of a running VM (an SSH ProxyCommand)")
    proxy.add_argument("name")
    proxy.add_argument("port", type=int)
    _command(commands, "inventory", "vm.inventory", "print Ansible inventory lines of the running VMs")
    _command(commands, "log", "vm.boot_log", "print the serial console of a VM").add_argument("name")


def _disk(commands: Commands) -> None:
    build = _command(commands, "build", "disk.build", "build a bootable Debian disk as a raw file, or take it from the cache")
    build.add_argument("--out", type=Path, default=Path("disk.raw"), help="the raw file to write (default: %(default)s)")
    for name, help in (
        ("get", "write a disk, snapshot or image disk to a raw file"),
        ("put", "make a disk, snapshot or image disk equal to a raw file"),
    ):
        parser = _command(commands, name, f"disk.{name}", help)
        parser.add_argument("resource", help="the resource id")
        parser.add_argument("file", type=Path)
        parser.add_argument("--lun", default="os", help="the disk of an image: os or a LUN (default: %(default)s)")
    show = _command(commands, "list", "disk.list_disks", "print all disks, snapshots and images with their blobs")
    show.add_argument("--json", action="store_true", help="print a JSON list")


def _logs(commands: Commands) -> None:
    show = _command(commands, "logs", "lifecycle.logs", "print a log")
    show.add_argument("name", nargs="?", default="arm", choices=["arm", "blob", "guests", "daemon", "front", "azurite"])


if __name__ == "__main__":
    main()
