"""A person at the keyboard of a guest: keys, passwords and commands over SSH."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AZLAB = Path(sys.executable).parent / "azlab"
HANG = 3600.0  # seconds after which one command in a guest is taken to hang


class GuestFailed(Exception):
    """A command in a guest ended with an error."""


def word(prefix: str = "") -> str:
    """A random name that no other text contains by chance."""
    return prefix + "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(12))


@dataclass(frozen=True)
class Person:
    """Someone with an account: user name, password and key pair, new in every run."""

    user: str
    password: str
    key: Path

    @property
    def public_key(self) -> str:
        return self.key.with_suffix(".pub").read_text().strip()

    @classmethod
    def invent(cls, folder: Path) -> Person:
        folder.mkdir(parents=True, exist_ok=True)
        user = word()
        key = folder / user
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"{user}@desk", "-f", str(key)], check=True)
        return cls(user, f"Aa1-{secrets.token_urlsafe(18)}", key)


@dataclass(frozen=True)
class Guest:
    """One VM of the lab as its user reaches it. Patience with it is counted in seconds of `clock`."""

    vm: str
    person: Person
    environment: dict[str, str]
    clock: Callable[[str], float]

    @property
    def ssh_options(self) -> list[str]:
        door = shlex.join([str(AZLAB), "--state", self.environment["AZLAB_STATE"], "vm", "proxy", self.vm])
        proxy = f"ProxyCommand={door.replace('%', '%%')} %p"
        return [
            *("-o", proxy, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=60"),
        ]

    def wait(self) -> None:
        """Come back once the person can log in and first boot is over: cloud-init restarts the SSH server while it is at work.

        The end is seen by the last file that it writes: `cloud-init status --wait` is an interpreter that competes with cloud-init's own.
        """
        self.first_login("until [ -e /run/cloud-init/result.json ]; do sleep 1; done")

    def first_login(self, script: str, seconds: float = 900) -> str:
        """What the person's script prints, as soon as the guest lets the person in and the script to its end."""
        end = self.clock(self.vm) + seconds
        while True:
            try:
                return self.run(script, root=False)
            except GuestFailed:
                if self.clock(self.vm) > end:
                    raise
            time.sleep(4)

    def run(self, script: str, root: bool = True) -> str:
        """What a shell script in the guest prints; the script travels on standard input."""
        shell = "sudo -n sh -seu" if root else "sh -seu"
        command = ["ssh", "-i", str(self.person.key), "-o", "BatchMode=yes", *self.ssh_options, f"{self.person.user}@{self.vm}", shell]
        done = subprocess.run(command, input=script, capture_output=True, text=True, env=self.environment, check=False, timeout=HANG)
        if done.returncode:
            raise GuestFailed(f"{self.vm}: exit status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def password_login(self) -> bool:
        """Whether the person's password opens the door."""
        options = ["-o", "PubkeyAuthentication=no", "-o", "PreferredAuthentications=password", *self.ssh_options]
        done = subprocess.run(
            ["sshpass", "-e", "ssh", *options, f"{self.person.user}@{self.vm}", "true"],
            env={**self.environment, "SSHPASS": self.person.password},
            capture_output=True,
            check=False,
            timeout=HANG,
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


def environment_of(state: Path) -> dict[str, str]:
    """This process's environment with the lab's variables over it, as `eval "$(azlab env)"` would make it."""
    shown = subprocess.run([str(AZLAB), "--state", str(state), "env"], capture_output=True, text=True, check=True).stdout
    shell = f"{shown}\nenv -0"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True, env=dict(os.environ))
    return dict(entry.split("=", 1) for entry in done.stdout.split("\0") if "=" in entry)
