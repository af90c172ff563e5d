"""The disk of the other tests starts in a VM of generation 1 too: provisioned there by BIOS, GRUB, kernel and cloud-init.

What happens after that does not ask for the generation, and is shown by test_golden_image.py.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from azlab.guests import Guests, GuestSpec
from azlab.guests.image import build_disk
from azlab.settings import Settings

VM = "7c1d1f0e-93a1-4c53-8f3a-5b8e0c7f2a11"


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


def test_a_vm_of_generation_1_is_provisioned(tmp_path: Path) -> None:
    settings, disk = Settings.create(tmp_path / "azlab"), tmp_path / "d-os"
    build_disk(disk)
    before = disk.stat().st_mtime_ns
    spec = GuestSpec(
        vm_id=VM,
        name="first",
        resource_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/first",
        resource_group="g",
        location="westeurope",
        size="Standard_B2s",
        generation="V1",
        os_disk=disk.name,
        data_disks=(),
        mac="00:0d:3a:0a:0b:0c",
        private_ip="10.0.0.4",
        subnet="10.0.0.0/24",
        os_profile={"computerName": "firsthost", "adminUsername": "ada", "adminPassword": "Pw-4-ada!"},
        provision=True,
    )
    lab = Guests(settings, FolderBlobs(tmp_path), lambda vm_id: None)
    try:
        lab.start(spec)
        assert lab.wait_provisioned(VM) == "ready", lab.boot_log(VM)[-2000:]
        assert not list(settings.state.glob("vms/*/provisioning.iso")), "the password stays on no disk"
        assert b"Linux version" in lab.boot_log(VM) and b"EFI v" not in lab.boot_log(VM)
        lab.power_off(VM, graceful=False)
        assert not lab.is_running(VM)
        assert not list(settings.state.glob("vms/*/*.raw")), "local copies live only while the guest does"
        assert disk.stat().st_mtime_ns > before
    finally:
        lab.forget(VM)
