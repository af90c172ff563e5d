"""Shell scripts for Guest.run: what the user of a guest leaves there, and what identifies the guest."""

from __future__ import annotations

import json
from typing import Any

from . import offline_search
from .guest import Guest
from .offline_search import Needle, key_body
from .scenario import Scenario

PLACES, COPIES_AT_ONE = 128, 8
COPIES = PLACES * COPIES_AT_ONE + COPIES_AT_ONE + 2  # in the file `spread`; in the file `copies`; one each in `copy` and `lost`
BLOCK = 4096

DELETED_KEY = "deleted private key"

DISK_AT = """
disk_at() {  # the data disk at a LUN: not the disk that holds the root file system
  root=$(lsblk -no PKNAME "$(findmnt -no SOURCE /)")
  lsblk -dno NAME,HCTL,TYPE | while read -r name hctl type; do
    if [ "$type" = disk ] && [ "$name" != "$root" ] && [ "${hctl##*:}" = "$1" ]; then echo "/dev/$name"; fi
  done
}
"""


def leave_markers(scenario: Scenario) -> str:
    """Write a marker file to the OS disk, and create a file system with a marker of its own on each data disk."""
    fill = 'disk=$(disk_at {}); mkfs.ext4 -q "$disk"; mount "$disk" /mnt; echo {} >/mnt/marker; umount /mnt'
    disks = "\n".join(fill.format(lun, marker) for lun, marker in scenario.disk_markers.items())
    return f"{DISK_AT}\necho {scenario.marker} >/opt/golden-marker\n{disks}\nsync\n"


def delete_a_key() -> str:
    """Write many copies of a private key to the disk, one per block, print the key, and delete all copies.

    A deleted block may be overwritten at any time. The copies are in one file, spread evenly over most of the free space, so that some
    remain unless nearly all of it is used again. Separate files would not be spread: ext4 places small files next to each other.
    """
    return f"""
mkdir -p ~/work && cd ~/work && ssh-keygen -q -t ed25519 -N '' -f lost
{{ cat lost; head -c {BLOCK} /dev/zero; }} | head -c {BLOCK} >copy
for each in $(seq {COPIES_AT_ONE}); do cat copy; done >copies
blocks=$(( $(df --output=avail --block-size={BLOCK} . | tail -n 1) * 4 / 5 ))
fallocate --length $(( blocks * {BLOCK} )) spread
for each in $(seq 0 {PLACES - 1}); do
  dd if=copies of=spread bs={BLOCK} seek=$(( blocks / {PLACES} * each )) conv=notrunc status=none
done
sync -f . && cat lost && rm lost lost.pub copy copies spread && sync -f .
"""


def keep_a_key() -> str:
    """Create a private key, as users do to reach another machine, print it and keep it."""
    return "ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519 && cat ~/.ssh/id_ed25519\n"


def read_markers(scenario: Scenario) -> str:
    """Print the marker of each data disk in the order of LUNs, and an empty line for a disk that is missing or has no marker.

    The clone of a server may have mounted the disk already, and the kernel mounts none a second time that is read-only only there.
    """
    read = 'if mount "$(disk_at {})" /mnt; then cat /mnt/marker || echo; umount /mnt; else echo; fi'
    return "\n".join([DISK_AT, *(read.format(lun) for lun in scenario.disk_markers), ""])


def facts_of(guest: Guest) -> dict[str, Any]:
    """The facts that identify a guest, read in the guest: machine-id, names, keys, password hashes, MAC address, state of cloud-init."""
    script = r"""
import glob, json, pathlib, subprocess
run = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.strip()
read = lambda path: pathlib.Path(path).read_text()
shadow = [line.split(":") for line in read("/etc/shadow").splitlines()]
print(json.dumps({
    "machine_id": read("/etc/machine-id").strip(),
    "host_name": run("hostname"),
    "host_keys": {path.rsplit("/", 1)[1]: read(path) for path in glob.glob("/etc/ssh/ssh_host_*_key")},
    "hashes": {line[0]: line[1] for line in shadow if line[1].startswith("$")},
    "users": [line.split(":")[0] for line in read("/etc/passwd").splitlines()],
    "mac": next(iter(pathlib.Path("/sys/class/net").glob("e*"))).joinpath("address").read_text().strip(),
    "cloud_init": run("cloud-init", "status").replace("status: ", ""),
    "cloud_id": read("/run/cloud-init/cloud-id").strip(),
    "marker": read("/opt/golden-marker").strip() if pathlib.Path("/opt/golden-marker").exists() else "",
}))
"""
    return dict(json.loads(guest.run(f"python3 - <<'EOF'\n{script}\nEOF\n")))


def provisioned(known: dict[str, Any], host_name: str) -> bool:
    """Whether cloud-init has finished, used the datasource of Azure, and set the host name."""
    return (known["host_name"], known["cloud_init"], known["cloud_id"]) == (host_name, "done", "azure")


def needles_of(scenario: Scenario, vm_id: str, known: dict[str, Any]) -> tuple[Needle, ...]:
    """Everything that must be found in the backup of VM 1 and nowhere in the image."""
    body = scenario.first_user.public_key.split()[1]
    keys = [("private_key", name, known[name]) for name in ("private key", DELETED_KEY)]
    keys += [("host_key", name, text) for name, text in known["host_keys"].items()]
    return (
        offline_search.text("user", "user name", scenario.first_user.user),
        offline_search.text("host_name", "host name", scenario.host_name),
        offline_search.text("key", "public key", body),
        offline_search.mac("mac", "MAC address", known["mac"]),
        offline_search.guid("vm_id", "VM id", vm_id),
        offline_search.guid("machine_id", "machine-id", known["machine_id"]),
        *(Needle(check, name, tuple(key_body(text)), blocks=True) for check, name, text in keys),
        Needle("password_hash", "password hash", (known["hashes"][scenario.first_user.user].encode(),), blocks=True),
    )
