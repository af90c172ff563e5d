"""Ansible inventory lines for the running VMs of a lab, which SSH reaches through `azlab vm proxy`."""

from __future__ import annotations

import shlex
from pathlib import Path

from azlab.guests.access.ssh import ssh_options
from azlab.guests.spec import GuestSpec, homes


def lines(state: Path) -> list[str]:
    """One line per running VM: its name, address, first user and SSH options. The caller adds the private key."""
    return [line(state, home.spec()) for home in homes(state) if home.pid("qemu")]


def line(state: Path, spec: GuestSpec) -> str:
    """The inventory line of one VM."""
    user = f" ansible_user={spec.admin}" if spec.admin else ""
    options = shlex.quote(shlex.join(ssh_options(state, spec.vm_id)))
    return f"{spec.name} ansible_host={spec.private_ip}{user} ansible_ssh_common_args={options}"
