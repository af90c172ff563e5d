# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image of a server that keeps running: a throw-away copy is sealed, captured and removed, and the server is as it was."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any

from demo import guest_scripts
from demo.acts import CAPTURE
from demo.guest import random_name
from tests.guest import lived_in

COPY = "copied"


@dataclass
class CopiedServer:
    """The server of this tier, with the variables for a capture from a copy."""

    env: lived_in.LivedInServer
    image: str = field(default_factory=lambda: random_name("copied-"))
    clone: str = field(default_factory=lambda: random_name("clone-"))

    def inventory(self, closed: str) -> dict[str, Any]:
        """The inventory for a capture from a copy in the closed subnet."""
        env = self.env
        env.answers = lived_in.answers(env)
        known = env.inventory
        copy = env.guest_of(COPY, env.scenario.first_user)
        variables = {
            "image_name": self.image,
            "image_from": "copy",
            "copy_subnet": closed,
            "copy_confirm": env.scenario.vm,
            "copy_name": COPY,
            "copy_host": COPY,
            "copy_ssh_common_args": shlex.join(copy.ssh_options),
        }
        known["all"]["hosts"][env.scenario.vm].update(variables)
        del known["all"]["hosts"][env.scenario.vm]["linux_generalize_confirm"]
        return known

    def bodies(self) -> list[dict[str, Any]]:
        """The server and its disks as Azure answers them."""
        env = self.env
        return [env.read_vm(env.scenario.vm), *(env.client.get(disk, "2024-03-02") for disk in env.disks_of(env.scenario.vm).values())]


def test_a_server_that_keeps_running_is_captured_from_a_copy(env: lived_in.LivedInServer) -> None:
    server, scenario = CopiedServer(env), env.scenario
    closed = env.client.put_subnet(scenario.group, "closed", location=scenario.location)
    boot, bodies = env.guest.run("cat /proc/sys/kernel/random/boot_id"), server.bodies()

    env.ansible.play(CAPTURE, server.inventory(closed), "--check", "--diff", target=scenario.vm).require()
    run = env.ansible.play(CAPTURE, server.inventory(closed), target=scenario.vm).require()

    assert env.guest.run("cat /proc/sys/kernel/random/boot_id") == boot
    assert server.bodies() == bodies
    image = run.result("image_capture")["image"]
    assert image["tags"]["goldenimage.copy_of"].endswith(f"/{scenario.vm}")
    again = env.ansible.play(CAPTURE, server.inventory(closed), target=scenario.vm).require()
    assert again.changed == 0

    env.boot(server.clone, scenario.clone_host_name, scenario.second_user, image=server.image)
    clone = env.guest_of(server.clone, scenario.second_user)
    clone.wait()
    known = guest_scripts.facts_of(clone)
    assert known["machine_id"] != env.secrets["machine_id"]
    assert known["marker"] == scenario.marker
    env.play("remove", vm_name=server.clone)
