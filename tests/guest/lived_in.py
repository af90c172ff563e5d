# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that was in use for years, as far as a container cannot show it: homes and logs on other disks, and swap on one of them.

What a container can show is in extensions/molecule/tools/lived_in.py. Neither has LVM or a network share of the kernel: the guest disk has
no packages for them, and guests have no network.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import guest_scripts
from demo.environment import Environment
from demo.offline_search import Needle, key_body, opened

HOMES, LOGS = 5, 0
"""The LUNs of the disks that are mounted at /home and at /var/log/app."""
SWAP = "/home/swapfile"
SWAP_UUID = "11111111-2222-3333-4444-555555555555"

BLOCKERS = {
    ("guest", "other_disk"): "the home and the keys of the user, and the logs of the application",
    ("guest", "pending_restart"): "an update",
    ("cloud", "rights"): "no right to make an image",
}
"""The reviewed list of what forbids the capture, with what stands behind it."""
MENDED = {"datasource", "network_disabled"}
"""The ids of what would forbid the capture if linux_prepare did not mend it."""
UNPROVEN = {"active_swap", "covered_files", "other_disks_not_searched"}
"""The ids of what the capture cannot look at on this server."""

MOVE = """
move() {  # LUN, folder, options of fstab: the content of a folder moves to a data disk, which is mounted there
  disk=$(disk_at "$1"); mkdir -p "$2"
  mount "$disk" /mnt; cp -a "$2/." /mnt/; umount /mnt; find "$2" -mindepth 1 -delete
  echo "UUID=$(blkid --output value --match-tag UUID "$disk") $2 ext4 $3 0 2" >>/etc/fstab
  mount "$2"
}
"""
# cloud-init does not wait for /home by itself: without that option, it could make the home of a user below the mount point.
FURNISH = f"""
{guest_scripts.DISK_AT}
{MOVE}
mkdir -p /var/log/app/archive
echo 'a customer bought a lamp' >/var/log/app/orders.log
echo 'a customer bought a chair' >/var/log/app/orders.log.1
echo 'three customers' >/var/log/app/archive/2019.log
chown -R daemon:adm /var/log/app; chmod 0640 /var/log/app/orders.log
mkdir -p /home/plans; echo 'build a shop' >/home/plans/shop.txt
move {LOGS} /var/log/app defaults,nofail
move {HOMES} /home defaults,x-systemd.before=cloud-init.service
systemctl daemon-reload

mount --bind / /mnt; echo 'before the move' >/mnt/home/notes; umount /mnt

fallocate --length 64M {SWAP}; chmod 0600 {SWAP}; mkswap --uuid {SWAP_UUID} {SWAP}
ssh-keygen -q -t ed25519 -N '' -f /run/swapped
dd if=/run/swapped of={SWAP} bs=4096 seek=1024 conv=notrunc status=none
echo '{SWAP} none swap sw,nofail 0 0' >>/etc/fstab; swapon {SWAP}

echo 'datasource_list: [ ConfigDrive, NoCloud ]' >/etc/cloud/cloud.cfg.d/99_pve.cfg
echo 'network: {{config: disabled}}' >/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg
echo linux-base >/run/reboot-required.pkgs; touch /run/reboot-required
sync
"""
SWAPPED = "cat /run/swapped; rm /run/swapped /run/swapped.pub"

# Every name, type, mode, owner and link in a folder, and the content of every file.
DIGEST = r"""
digest() (
  export LC_ALL=C; cd "$1"; shift
  find . -xdev "$@" -printf '%p %y %m %U:%G %l\n' | sort
  find . -xdev "$@" -type f -print0 | sort -z | xargs -0 -r sha256sum
)
"""


@dataclass
class LivedInServer(Environment):
    """An environment in whose inventory the owner of the server has answered what the preflight found."""

    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def inventory(self) -> dict[str, Any]:
        """The inventory of the demo with the answers."""
        known = super().inventory
        known["all"]["hosts"][self.scenario.vm].update(self.answers)
        return known


def furnish(env: LivedInServer) -> None:
    """Turn VM 1 into a server that has lived, and add what must not be in its image to the secrets that are searched for."""
    printed = env.guest.run(FURNISH + SWAPPED)
    keys = {
        "private key in swap": printed[printed.index("-----BEGIN") :],
        "private key deleted from another disk": env.guest.run(guest_scripts.delete_a_key(), root=False),
    }
    env.needles = (*env.needles, *(Needle("private_key", name, tuple(key_body(text)), blocks=True) for name, text in keys.items()))


def answers(env: Environment) -> dict[str, Any]:
    """The answers that the documentation gives: what goes and what stays on the other disks, and that the server need not restart."""
    return {
        "linux_generalize_remove": listed(env),
        "linux_generalize_keep": ["/var/log/app"],
        "linux_generalize_waive": ["pending_restart"],
    }


def listed(env: Environment) -> list[str]:
    """The paths on other disks that the owner lists for removal."""
    return [f"/home/{env.scenario.first_user.user}", SWAP]


def state_of(env: Environment) -> str:
    """A description of everything that a run in check mode could change.

    Ansible keeps files of its own in the home of the user, and systemd mounts a folder of /run/user whenever a first session begins.
    """
    own = f"{without(f'/{env.scenario.first_user.user}/.ansible')} {without(SWAP.removeprefix('/home'))}"
    return env.guest.run(
        f"{DIGEST}digest /etc; digest /home {own}; digest /var/log/app; ls /run; grep -v ' /run/user/' /proc/mounts; swapon --show=NAME"
    )


def untouched(env: Environment) -> dict[str, str]:
    """By LUN, a description of what must stay on the data disks."""
    return {str(lun): env.guest.run(f"{DIGEST}digest {folder} {tests}") for lun, (folder, tests) in staying(env).items()}


def untouched_on(env: Environment, lun: str, raw: Path) -> str:
    """The description of the same, from the raw disk."""
    tests = staying(env)[int(lun)][1]
    with opened(raw, 0, raw.stat().st_size) as root:
        return subprocess.run(["sh", "-euc", f"{DIGEST}digest {root} {tests}"], capture_output=True, text=True, check=True).stdout


def staying(env: Environment) -> dict[int, tuple[str, str]]:
    """By LUN, the mount point of a data disk, and the tests of find that leave out what is listed for removal."""
    return {LOGS: ("/var/log/app", ""), HOMES: ("/home", " ".join(without(path.removeprefix("/home")) for path in listed(env)))}


def without(path: str) -> str:
    """Tests of find that leave out a path and what is below it."""
    return f"-not -path '.{path}' -not -path '.{path}/*'"
