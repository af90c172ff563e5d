"""`azlab vm ...`: the running machines and the ways into them."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from azlab import lock
from azlab.cli.failed import CommandFailed
from azlab.settings import Settings, command
from azlab.store import Resource, stored

_VM = "Microsoft.Compute/virtualMachines"


def machines(state: Path) -> list[Resource]:
    """All VMs that the control plane knows."""
    return stored(state).list(_VM)


def _require_running(state: Path) -> Path:
    """The directory of a lab that is up: while it is down, no VM runs, whatever was known of its power."""
    settings = Settings.load(state)
    lock.require_running(settings.state)
    return settings.state


def _facts(vm: Resource) -> dict[str, Any]:
    return {
        "name": vm.name,
        "group": vm.group,
        "vm_id": vm.properties["vmId"],
        "power": vm.hidden.get("power"),
        "generalized": vm.hidden.get("generalized", False),
        "provisioning": vm.properties["provisioningState"],
        "id": vm.id,
    }


def list_machines(options: argparse.Namespace) -> None:
    """Print the VMs."""
    _require_running(options.state)
    facts = [_facts(vm) for vm in machines(options.state)]
    if options.json:
        print(json.dumps(facts, indent=2))
        return
    for each in facts:
        sealed = " generalized" if each["generalized"] else ""
        print(f"{each['group']}/{each['name']}\t{each['power']}{sealed}\t{each['vm_id']}")


def find(state: Path, name: str) -> Resource:
    """The VM with this name, vmId or id."""
    wanted = name.lower()
    found = [vm for vm in machines(state) if wanted in (vm.name.lower(), vm.properties["vmId"], vm.id.lower())]
    if not found:
        raise CommandFailed(f"there is no VM {name}: see `{command(state, 'vm list')}`")
    if len(found) > 1:
        raise CommandFailed(f"several VMs are called {name}: say which by its vmId ({', '.join(vm.properties['vmId'] for vm in found)})")
    return found[0]


def proxy(options: argparse.Namespace) -> None:
    """Connect stdio to a guest's port."""
    from azlab.guests.access.proxy import proxy as connect

    connect(_require_running(options.state), options.name, options.port)


def ssh(options: argparse.Namespace) -> None:
    """Become ssh, through the lab."""
    _require_running(options.state)
    vm = find(options.state, options.name)
    user = (vm.properties.get("osProfile") or {}).get("adminUsername")
    azlab = str(Path(sys.executable).parent / "azlab")
    door = shlex.join([azlab, "--state", str(options.state.resolve()), "vm", "proxy", vm.properties["vmId"]])
    settings = (f"ProxyCommand={door.replace('%', '%%')} %p", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
    switches = [word for setting in settings for word in ("-o", setting)]
    login = ["-l", user] if user else []
    os.execvp("ssh", ["ssh", *switches, *login, vm.name, *options.arguments])


def inventory(options: argparse.Namespace) -> None:
    """Print an Ansible inventory."""
    from azlab.guests.build.inventory import lines

    for line in lines(_require_running(options.state)):
        print(line)


def boot_log(options: argparse.Namespace) -> None:
    """Print what a VM wrote to its serial console."""
    from azlab.guests.spec import home_of

    vm = find(options.state, options.name)
    path = home_of(options.state.resolve(), vm.properties["vmId"]).serial_log
    if path.exists():
        sys.stdout.buffer.write(path.read_bytes())
