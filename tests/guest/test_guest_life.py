"""One Gen1 guest on the built disk: provisioned, taken over by a second lab, agent ready, frozen, and ended by itself."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from azlab.guests import Guests, GuestSpec
from azlab.guests.image import build_disk
from azlab.settings import Settings

from tests.guest.patience import HANG, require_time

VM = "7c1d1f0e-93a1-4c53-8f3a-5b8e0c7f2a11"
MARKERS = {"d-zero": b"marker zero\n", "d-five": b"marker five\n"}
BUDGET = 600.0


class FolderBlobs:
    """A blob store whose disks are sparse files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def download(self, key: str, path: Path) -> None:
        self._copy(self.folder / key, path)

    def write_back(self, path: Path, key: str) -> None:
        self._copy(path, self.folder / key)

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        subprocess.run(["cp", "--sparse=always", source, target], check=True)


def until(guests: Guests, condition: Callable[[], object], what: str) -> None:
    """Wait for something the guest does, at the price of the guest's processor time."""
    while not condition():
        assert guests.is_running(VM), f"the guest ended before {what}"
        require_time(what)
        assert guests.cpu_seconds(VM) < BUDGET, f"{what} took more than {BUDGET:.0f} seconds of processor time"
        time.sleep(0.5)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    return tmp_path / "key"


def test_a_guest_lives_the_life_of_an_azure_vm(tmp_path: Path, key: Path) -> None:
    settings, blobs = Settings.create(tmp_path / "azlab"), FolderBlobs(tmp_path)
    build_disk(tmp_path / "d-os")
    for name, marker in MARKERS.items():
        (tmp_path / name).write_bytes(marker.ljust(1 << 20, b"\0"))
    public = key.with_suffix(".pub").read_text()
    spec = GuestSpec(
        vm_id=VM,
        name="life",
        resource_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/life",
        resource_group="g",
        location="westeurope",
        size="Standard_B2s",
        generation="V1",
        os_disk="d-os",
        data_disks=((0, "d-zero"), (5, "d-five")),
        mac="00:0d:3a:0a:0b:0c",
        private_ip="10.0.0.4",
        subnet="10.0.0.0/24",
        os_profile={"computerName": "lifehost", "adminUsername": "ada", "adminPassword": "Pw-4-ada!", "sshKeys": [public]},
        provision=True,
    )
    door = "import sys, pathlib; from azlab.guests.proxy import proxy; proxy(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))"

    def ssh(command: str) -> subprocess.CompletedProcess[str]:
        options = ("IdentitiesOnly=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR")
        way = f"ProxyCommand={sys.executable} -c '{door}' {settings.state} life %p"
        words = [word for option in (*options, way) for word in ("-o", option)]
        login = ["ssh", "-i", key, *words, "ada@life", command]
        return subprocess.run(login, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG)

    def first_lab() -> None:
        """Start the guest, and die once it is provisioned, as a lab does that is killed."""
        lab = Guests(settings, blobs, lambda vm_id: None)
        lab.start(spec)
        os._exit(0 if lab.wait_provisioned(VM) == "ready" else 1)

    killed = multiprocessing.get_context("fork").Process(target=first_lab)
    ended: list[str] = []
    lab = None
    try:
        killed.start()
        killed.join()
        lab = Guests(settings, blobs, ended.append)
        assert (killed.exitcode, lab.is_running(VM)) == (0, True), lab.boot_log(VM)[-2000:]
        assert not list(settings.state.glob("vms/*/provisioning.iso")), "the password stays on no disk"
        until(lab, lambda: lab.agent_status(VM), "the agent uploaded its status")
        assert lab.agent_status(VM)["statuses"][0]["displayStatus"] == "Ready"
        until(lab, lambda: ssh("cloud-init status --wait").returncode == 0, "cloud-init was done")
        seen = ssh(
            "hostname; systemd-detect-virt; systemctl show --value --property=DefaultDeviceTimeoutUSec; "
            "sudo passwd -S ada | cut -d' ' -f2; "
            "disk() { ls /sys/bus/scsi/devices/1:0:0:$1/block; }; sudo head -n1 /dev/$(disk 0); sudo head -n1 /dev/$(disk 5); "
            "echo written | sudo dd of=/dev/$(disk 5) conv=notrunc,fsync status=none"
        )
        assert seen.stdout.splitlines() == ["lifehost", "microsoft", "15min", "P", "marker zero", "marker five"], seen.stderr

        with lab.frozen(VM, "d-five"):
            assert (tmp_path / "d-five").read_bytes().startswith(b"written\n")
        assert (tmp_path / "d-zero").read_bytes().startswith(MARKERS["d-zero"])

        ssh("sudo systemctl poweroff")
        until(lab, lambda: ended or not lab.is_running(VM), "it powered off")
        assert ended == [VM]
        assert lab.agent_status(VM) is None
        assert b"reboot: Power down" in lab.boot_log(VM)
        assert not list(settings.state.glob("vms/*/*.raw")), "local copies live only while the guest does"
    finally:
        if killed.is_alive():
            killed.kill()
        (lab or Guests(settings, blobs, ended.append)).forget(VM)
