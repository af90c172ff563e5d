# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest disk of the lab also boots in a VM of generation 1: BIOS, GRUB, kernel and cloud-init.

Everything after that is independent of the generation, and tested by test_golden_image.py.
"""

from __future__ import annotations

from pathlib import Path

from azlab.guests.build.guest_disk import build_disk
from azlab.guests.real import Guests
from azlab.settings import Settings

from tests.support.guest_specs import FolderBlobs, machine


def test_a_vm_of_generation_1_is_provisioned(tmp_path: Path) -> None:
    settings, blobs = Settings.create(tmp_path / "azlab"), FolderBlobs(tmp_path)
    build_disk(tmp_path / "d-os")
    vm = machine(generation="V1", data_disks=())
    lab = Guests(settings, blobs, lambda vm_id: None)
    try:
        lab.start(vm)
        assert lab.wait_provisioned(vm.vm_id) == "ready", lab.boot_log(vm.vm_id)[-2000:]
        assert not list(settings.state.glob("vms/*/provisioning.iso")), "the password must not remain on a disk"
        assert b"Linux version" in lab.boot_log(vm.vm_id)
        assert b"EFI v" not in lab.boot_log(vm.vm_id)
        lab.power_off(vm.vm_id, graceful=False)
        assert not lab.is_running(vm.vm_id)
        assert not list(settings.state.glob("vms/*/*.raw")), "local copies must be deleted when the guest ends"
        assert blobs.written == ["d-os"]
    finally:
        lab.forget(vm.vm_id)
