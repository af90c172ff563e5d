"""The environment of one run of the demo: a local Azure, the tools that act on it, and the facts that one act passes to the next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azlab.client import LabClient

from .ansible import Ansible, Run
from .guest import AZLAB, Guest, Person
from .offline_search import Needle
from .report import Report
from .scenario import Scenario

PLAYS = Path(__file__).parent / "plays"
COMPUTE_API = "2024-07-01"


@dataclass
class Environment:
    """The objects that all acts use: the lab in the directory `state`, its tools, and the facts about VM 1.

    Timeouts for a VM are in seconds of `clock`, which is called with the name of the VM.
    """

    scenario: Scenario
    report: Report
    state: Path
    clock: Callable[[str], float] = lambda vm: time.monotonic()
    variables: dict[str, str] = field(init=False)
    ansible: Ansible = field(init=False)
    client: LabClient = field(init=False)
    subnet: str = field(init=False)
    disk: Path = field(init=False)
    vm: dict[str, Any] = field(init=False)
    secrets: dict[str, Any] = field(init=False)
    needles: tuple[Needle, ...] = field(init=False)
    backup: dict[str, Any] = field(init=False)
    image: dict[str, Any] = field(init=False)
    restoring: Future[list[str]] = field(init=False)

    def azlab(self, *arguments: str) -> str:
        """Run `azlab` for this lab and return what it prints; RuntimeError if it fails."""
        done = subprocess.run([str(AZLAB), "--state", str(self.state), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"azlab {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        sys.stderr.write(done.stderr)
        return done.stdout

    @property
    def guest(self) -> Guest:
        """VM 1, reached as its first user."""
        return self.guest_of(self.scenario.vm, self.scenario.first_user)

    def guest_of(self, vm: str, person: Person) -> Guest:
        """A VM, reached as one of its users."""
        return Guest(vm, person, self.variables, self.clock)

    def play(self, name: str, **variables: Any) -> Run:
        """Run a playbook of demo/plays; it must succeed."""
        common = {"resource_group": self.scenario.group, "location": self.scenario.location, "subnet": getattr(self, "subnet", "")}
        return self.ansible.play(str(PLAYS / f"{name}.yml"), None, **common, **variables).require()

    def boot(self, name: str, host_name: str, person: Person, **source: Any) -> dict[str, Any]:
        """Boot a VM for one user, and return the module's description of the VM."""
        login = {
            "admin_username": person.user,
            "admin_password": person.password,
            "ssh_public_keys": [person.public_key],
            "computer_name": host_name,
        }
        return dict(self.play("boot", vm_name=name, **login, **source).result("image_boot")["vm"])

    @property
    def inventory(self) -> dict[str, Any]:
        """An inventory of VM 1 with the variables of the playbook capture_linux."""
        scenario = self.scenario
        return self.guest.inventory(
            azure_resource_group=scenario.group,
            azure_vm=scenario.vm,
            image_name=scenario.golden_image,
            image_tags={"made_by": "demo"},
            linux_generalize_confirm=scenario.vm,
            linux_generalize_report_folder=str(scenario.work / "reports"),
        )

    def read_vm(self, vm: str, view: str = "") -> dict[str, Any]:
        """A VM as the REST API returns it; with the view `/instanceView`, its instance view."""
        path = f"resourceGroups/{self.scenario.group}/providers/Microsoft.Compute/virtualMachines/{vm}{view}"
        return self.client.get(path, COMPUTE_API)

    def disks_of(self, vm: str) -> dict[str, str]:
        """The ids of the disks of a VM: `os`, then the data disks in the order of their LUNs."""
        profile = self.read_vm(vm)["properties"]["storageProfile"]
        data_disks = sorted(profile["dataDisks"], key=lambda disk: int(disk["lun"]))
        data = {str(disk["lun"]): str(disk["managedDisk"]["id"]) for disk in data_disks}
        return {"os": str(profile["osDisk"]["managedDisk"]["id"]), **data}

    def agent_of(self, vm: str, seconds: float = 600) -> str:
        """The status of the Azure agent of a VM once it is Ready, or its last status after `seconds`."""
        end = self.clock(vm) + seconds
        while True:
            statuses = self.read_vm(vm, "/instanceView").get("vmAgent", {}).get("statuses", [{}])
            status = str(statuses[0].get("displayStatus", "silent"))
            if status == "Ready" or self.clock(vm) > end:
                return status
            time.sleep(2)

    def read_disk(self, resource: str, raw: Path, lun: str = "") -> Path:
        """Write the bytes of a disk, a snapshot, or one disk of an image to a raw file, and return its path."""
        raw.unlink(missing_ok=True)
        self.azlab("disk", "get", resource, str(raw), *(["--lun", lun] if lun else []))
        return raw


def prepare(env: Environment) -> None:
    """Start an empty local Azure with a resource group and a subnet."""
    scenario = env.scenario
    env.azlab("up")
    env.client = LabClient(env.state)
    env.client.put_group(scenario.group, scenario.location)
    env.subnet = env.client.put_subnet(scenario.group, "net", location=scenario.location)
    env.variables = {**os.environ, **json.loads(env.azlab("env", "--json"))}
    env.ansible = Ansible(env.variables, scenario.work / "ansible")
