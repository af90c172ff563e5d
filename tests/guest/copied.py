# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server of the guest tests as the source of a throw-away copy, which is captured in its place."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any

from demo import guest_scripts
from demo.guest import random_name
from tests.guest import lived_in

COPY = "copied"


@dataclass
class CopiedServer:
    """The server of this tier, with the variables for a capture from a copy."""

    env: lived_in.LivedInServer
    gallery: str = field(default_factory=lambda: random_name("gallery."))
    clone: str = field(default_factory=lambda: random_name("clone-"))

    def inventory(self, closed: str) -> dict[str, Any]:
        """The inventory for a capture from a copy in the closed subnet."""
        env = self.env
        known = env.inventory
        copy = env.guest_of(COPY, env.scenario.first_user)
        variables = {
            "image_gallery_version": {
                "gallery": self.gallery,
                "gallery_image": "server",
                "create_gallery": True,
                "create_gallery_image": True,
                "identifier": {"publisher": "tests", "offer": "servers", "sku": "lived-in"},
            },
            "image_from": "copy",
            "copy_subnet": closed,
            "copy_confirm": env.scenario.vm,
            "copy_name": COPY,
            "copy_host": COPY,
            "copy_ssh_common_args": shlex.join(copy.ssh_options),
        }
        known["all"]["hosts"][env.scenario.vm].update(variables)
        for name in ("image_name", "linux_generalize_confirm"):
            del known["all"]["hosts"][env.scenario.vm][name]
        return known

    def bodies(self) -> list[dict[str, Any]]:
        """The server and its disks as Azure answers them."""
        env = self.env
        return [env.read_vm(env.scenario.vm), *(env.client.get(disk, "2024-03-02") for disk in env.disks_of(env.scenario.vm).values())]

    def prepare(self, inventory: dict[str, Any]) -> None:
        """Run the role linux_prepare on the server, as the documentation asks for."""
        play = self.env.scenario.work / "prepare.yml"
        play.write_text("- hosts: all\n  become: true\n  roles: [goldenimage.azure.linux_prepare]\n")
        self.env.ansible.play(str(play), inventory).require()

    def left(self) -> list[str]:
        """The names of what was made for the copy and still exists."""
        env, found = self.env, list[str]()
        for kind, version in (("disks", "2024-03-02"), ("snapshots", "2024-03-02"), ("virtualMachines", "2024-07-01")):
            path = f"resourceGroups/{env.scenario.group}/providers/Microsoft.Compute/{kind}"
            found += [each["name"] for each in env.client.get(path, version)["value"]]
        return [name for name in found if name.startswith(COPY)]

    def facts_of_a_clone(self, version: str) -> dict[str, Any]:
        """Boot a VM from the version with this id, read its identity in the guest, and remove it."""
        env, scenario = self.env, self.env.scenario
        env.boot(self.clone, scenario.clone_host_name, scenario.second_user, image=version)
        clone = env.guest_of(self.clone, scenario.second_user)
        clone.wait()
        known = guest_scripts.facts_of(clone)
        env.play("remove", vm_name=self.clone)
        return known
