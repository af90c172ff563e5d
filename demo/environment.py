"""The stage: a local Azure, the tools to act on it, and what one act hands to the next."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .ansible import Ansible, Run
from .cloud import Cloud
from .guest import AZLAB, Guest, Person, environment_of
from .offline_search import Needle
from .report import Story

PLAYS = Path(__file__).parent / "plays"
COMPUTE_API = "2024-07-01"


@dataclass
class Stage:
    """What the acts hand on: the lab, its tools, and what is known of VM 1. Patience with a VM is counted in seconds of `clock`."""

    story: Story
    state: Path
    clock: Callable[[str], float] = lambda vm: time.monotonic()
    environment: dict[str, str] = field(init=False)
    ansible: Ansible = field(init=False)
    cloud: Cloud = field(init=False)
    subnet: str = field(init=False)
    disk: Path = field(init=False)
    vm: dict[str, Any] = field(init=False)
    secrets: dict[str, Any] = field(init=False)
    needles: tuple[Needle, ...] = field(init=False)
    backup: dict[str, Any] = field(init=False)
    image: dict[str, Any] = field(init=False)
    restoring: Future[list[str]] = field(init=False)

    def azlab(self, *arguments: str) -> str:
        done = subprocess.run([str(AZLAB), "--state", str(self.state), *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"azlab {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        sys.stderr.write(done.stderr)
        return done.stdout

    @property
    def guest(self) -> Guest:
        """VM 1, as its first user reaches it."""
        return self.guest_of(self.story.vm, self.story.first)

    def guest_of(self, vm: str, person: Person) -> Guest:
        return Guest(vm, person, self.environment, self.clock)

    def play(self, name: str, **variables: Any) -> Run:
        common = {"resource_group": self.story.group, "location": self.story.location, "subnet": getattr(self, "subnet", "")}
        return self.ansible.play(str(PLAYS / f"{name}.yml"), None, **common, **variables).require()

    def boot(self, name: str, host_name: str, person: Person, **what: Any) -> dict[str, Any]:
        """A VM of the lab for one person; the module's own description of it."""
        who = {
            "admin_username": person.user,
            "admin_password": person.password,
            "ssh_public_keys": [person.public_key],
            "computer_name": host_name,
        }
        return dict(self.play("boot", vm_name=name, **who, **what).result("image_boot")["vm"])

    @property
    def inventory(self) -> dict[str, Any]:
        """VM 1 as capture_linux wants to hear of it."""
        story = self.story
        return self.guest.inventory(
            azure_resource_group=story.group,
            azure_vm=story.vm,
            image_name=story.golden_image,
            image_tags={"made_by": "demo"},
            linux_generalize_confirm=story.vm,
        )

    def vm_path(self, vm: str) -> str:
        return f"{self.cloud.group_id(self.story.group)}/providers/Microsoft.Compute/virtualMachines/{vm}"

    def read_vm(self, vm: str, view: str = "") -> dict[str, Any]:
        """A VM as Azure shows it, or its instance view."""
        return self.cloud.get(self.vm_path(vm) + view, COMPUTE_API)

    def disks_of(self, vm: str) -> dict[str, str]:
        """The ids of a VM's disks: `os`, and the data disks by their LUN."""
        profile = self.read_vm(vm)["properties"]["storageProfile"]
        data = {str(disk["lun"]): str(disk["managedDisk"]["id"]) for disk in profile["dataDisks"]}
        return {"os": str(profile["osDisk"]["managedDisk"]["id"]), **data}

    def agent_of(self, vm: str, seconds: float = 600) -> str:
        """What Azure shows of the guest's agent, which begins to report some time after the guest is up."""
        end = self.clock(vm) + seconds
        while True:
            statuses = self.read_vm(vm, "/instanceView").get("vmAgent", {}).get("statuses", [{}])
            status = str(statuses[0].get("displayStatus", "silent"))
            if status == "Ready" or self.clock(vm) > end:
                return status
            time.sleep(2)

    def read_disk(self, resource: str, raw: Path, lun: str = "") -> Path:
        """The bytes of a disk, a snapshot, or one disk of an image, as a raw file."""
        raw.unlink(missing_ok=True)
        self.azlab("disk", "get", resource, str(raw), *(["--lun", lun] if lun else []))
        return raw


def prologue(stage: Stage) -> None:
    """An empty local Azure with a resource group and a subnet."""
    group = stage.story.group
    stage.azlab("up")
    stage.azlab("group", "create", group, "--location", stage.story.location)
    stage.subnet = stage.azlab("network", "create", "net", "--resource-group", group).strip()
    stage.environment = environment_of(stage.state)
    stage.ansible = Ansible(stage.environment, stage.story.work / "ansible")
    stage.cloud = Cloud(stage.environment)
