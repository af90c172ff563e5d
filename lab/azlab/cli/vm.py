"""`azlab vm ...`: the VMs, and access to those that run."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from azlab import lock
from azlab.cli.failed import CommandFailed
from azlab.settings import Settings, command
from azlab.store import Resource, stored

_VM = "Microsoft.Compute/virtualMachines"


def machines(state: Path) -> list[Resource]:
    """All VMs of the lab in a state directory."""
    return stored(state).list(_VM)


def _require_running(state: Path) -> Path:
    """The state directory of a lab that is up. While it is down no VM runs, even if the stored power state says so."""
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
    """Print the VMs: group and name, power state and vmId, or as JSON also provisioning state and id."""
    _require_running(options.state)
    facts = [_facts(vm) for vm in machines(options.state)]
    if options.json:
        print(json.dumps(facts, indent=2))
        return
    for each in facts:
        generalized = " generalized" if each["generalized"] else ""
        print(f"{each['group']}/{each['name']}\t{each['power']}{generalized}\t{each['vm_id']}")


def find(state: Path, name: str) -> Resource:
    """The VM with this name, vmId or resource id; raises CommandFailed unless there is exactly one."""
    wanted = name.lower()
    found = [vm for vm in machines(state) if wanted in (vm.name.lower(), vm.properties["vmId"], vm.id.lower())]
    if not found:
        raise CommandFailed(f"there is no VM {name}: see `{command(state, 'vm list')}`")
    if len(found) > 1:
        raise CommandFailed(f"several VMs are called {name}: name one by its vmId ({', '.join(vm.properties['vmId'] for vm in found)})")
    return found[0]


def proxy(options: argparse.Namespace) -> None:
    """Connect stdio to a guest's port."""
    from azlab.guests.access.proxy import proxy as connect  # the other commands do without guests

    connect(_require_running(options.state), options.name, options.port)


def ssh(options: argparse.Namespace) -> None:
    """Replace this process by ssh, with `azlab vm proxy` as its ProxyCommand."""
    from azlab.guests.access.ssh import ssh_options

    _require_running(options.state)
    vm = find(options.state, options.name)
    user = (vm.properties.get("osProfile") or {}).get("adminUsername")
    login = ["-l", user] if user else []
    os.execvp("ssh", ["ssh", *ssh_options(options.state, vm.properties["vmId"]), *login, vm.name, *options.arguments])


def inventory(options: argparse.Namespace) -> None:
    """Print an Ansible inventory of the running VMs."""
    from azlab.guests.access.inventory import lines

    for line in lines(_require_running(options.state)):
        print(line)


def boot_log(options: argparse.Namespace) -> None:
    """Print the output of a VM on its serial console."""
    from azlab.guests.spec import home_of

    vm = find(options.state, options.name)
    path = home_of(options.state.resolve(), vm.properties["vmId"]).serial_log
    if path.exists():
        sys.stdout.buffer.write(path.read_bytes())
