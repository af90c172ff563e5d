"""Ansible inventory lines for the running VMs of a lab, which SSH reaches through `azlab vm proxy`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from azlab.guests.spec import GuestSpec, homes


def lines(state: Path) -> list[str]:
    """One line per running VM: its name, address, first user and SSH options. The caller adds the private key."""
    return [line(state, home.spec()) for home in homes(state) if home.pid("qemu")]


def line(state: Path, spec: GuestSpec) -> str:
    """The inventory line of one VM."""
    command = shlex.join([str(Path(sys.executable).parent / "azlab"), "--state", str(state), "vm", "proxy", spec.vm_id])
    options = [
        f'-o ProxyCommand="{command} %p"',
        "-o StrictHostKeyChecking=no",
        "-o UserKnownHostsFile=/dev/null",
        "-o LogLevel=ERROR",
    ]
    user = f" ansible_user={spec.admin}" if spec.admin else ""
    return f"{spec.name} ansible_host={spec.private_ip}{user} ansible_ssh_common_args={shlex.quote(' '.join(options))}"
