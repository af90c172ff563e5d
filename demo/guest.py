"""Access to a guest as one of its users: keys, passwords and commands over SSH."""

from __future__ import annotations

import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azlab.guests.access.ssh import ssh_options as azlab_ssh_options

AZLAB = Path(sys.executable).parent / "azlab"
COMMAND_TIMEOUT = 3600.0  # seconds for one command in a guest


class GuestFailed(Exception):
    """A command in a guest failed, or the guest could not be reached."""


def random_name(prefix: str = "") -> str:
    """A random name of lower-case letters that no other text contains by chance."""
    return prefix + "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(12))


@dataclass(frozen=True)
class Person:
    """A user account: user name, password and key pair, all new in every run."""

    user: str
    password: str
    key: Path

    @property
    def public_key(self) -> str:
        return self.key.with_suffix(".pub").read_text().strip()

    @classmethod
    def create(cls, folder: Path) -> Person:
        """A new user; the key pair is written to `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        user = random_name()
        key = folder / user
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{user}@desk", "-f", str(key)], check=True)
        return cls(user, f"Aa1-{secrets.token_urlsafe(18)}", key)


@dataclass(frozen=True)
class Guest:
    """One VM of the lab, reached as one of its users. Timeouts are in seconds of `clock`, which is called with the name of the VM."""

    vm: str
    person: Person
    environment: dict[str, str]
    clock: Callable[[str], float]

    @property
    def ssh_options(self) -> list[str]:
        """Options that lead ssh to the guest through `azlab vm proxy`."""
        state = Path(self.environment["AZLAB_STATE"])
        return [*azlab_ssh_options(state, self.vm), "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=60"]

    def wait(self) -> None:
        """Wait until the user can log in and the first boot has ended: cloud-init restarts the SSH server while it runs.

        The end is recognized by the last file that cloud-init writes, because `cloud-init status --wait` starts a second Python
        interpreter that competes with cloud-init for the processor.
        """
        self.first_login("until [ -e /run/cloud-init/result.json ]; do sleep 1; done")

    def first_login(self, script: str, seconds: float = 900) -> str:
        """The output of a script, repeated until the guest accepts the login and the script succeeds; GuestFailed after `seconds`."""
        end = self.clock(self.vm) + seconds
        while True:
            try:
                return self.run(script, root=False)
            except GuestFailed:
                if self.clock(self.vm) > end:
                    raise
            time.sleep(4)

    def run(self, script: str, root: bool = True, timeout: float = COMMAND_TIMEOUT) -> str:
        """The output of a shell script in the guest; the script is sent on standard input. The timeout is in seconds of the host."""
        shell = "sudo -n sh -seu" if root else "sh -seu"
        command = ["ssh", "-i", str(self.person.key), "-o", "BatchMode=yes", *self.ssh_options, f"{self.person.user}@{self.vm}", shell]
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=self.environment, check=False, timeout=timeout)
        if done.returncode:
            raise GuestFailed(f"{self.vm}: exit status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def password_login(self) -> bool:
        """Whether the user can log in by password."""
        options = ["-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password", *self.ssh_options]
        done = subprocess.run(
            ["sshpass", "-e", "ssh", *options, f"{self.person.user}@{self.vm}", "true"],
            env={**self.environment, "SSHPASS": self.person.password},
            capture_output=True,
            check=False,
            timeout=COMMAND_TIMEOUT,
        )
        return done.returncode == 0

    def inventory(self, **variables: Any) -> dict[str, Any]:
        """An Ansible inventory of this one host."""
        return {
            "all": {
                "hosts": {
                    self.vm: {
                        "ansible_host": self.vm,
                        "ansible_user": self.person.user,
                        "ansible_ssh_private_key_file": str(self.person.key),
                        "ansible_ssh_common_args": shlex.join(self.ssh_options),
                        "ansible_python_interpreter": "/usr/bin/python3",
                        **variables,
                    }
                }
            }
        }
