"""The parts of the disk build that can be tested without building."""

from __future__ import annotations

import re
import struct
import subprocess
import uuid
from pathlib import Path

import pytest
import yaml
from azlab.guests.build import bootloader, guest_disk, rootfs

IDENTITY = uuid.UUID("1a35b943-4075-5d0d-9823-18144c7e1142")


def test_the_partitions_are_debians_and_leave_no_hole() -> None:
    layout = [
        (each.number, each.start_mib, each.start_mib + each.size_mib) for each in (guest_disk.BIOS_BOOT, guest_disk.ESP, guest_disk.ROOT)
    ]
    assert layout == [(14, 1, 4), (15, 4, 128), (1, 128, guest_disk.DISK_MIB - 1)]


def test_the_boot_code_finds_its_core(tmp_path: Path) -> None:
    (tmp_path / "boot.img").write_bytes(bytes(range(256)) * 2)
    (tmp_path / "core.img").write_bytes(b"\xaa" * 1024)
    disk = tmp_path / "disk.raw"
    disk.write_bytes(b"\x11" * 4096)
    bootloader.embed(disk, tmp_path, bios_boot_lba=4)
    data = disk.read_bytes()
    assert struct.unpack_from("<Q", data, 0x5C) == (4,)
    assert data[440:512] == b"\x11" * 72, "disk signature and partition table stay"
    assert data[4 * 512 :][:500] == b"\xaa" * 500
    assert struct.unpack_from("<Q", data, 4 * 512 + 0x1F4) == (5,)


def test_the_esp_has_the_name_that_fstab_uses() -> None:
    assert bootloader.esp_serial(IDENTITY) == "1A35-B943"


def test_the_package_list_has_what_the_roles_need() -> None:
    needed = {
        "linux-image-cloud-amd64",
        "cloud-init",
        "waagent",
        "openssh-server",
        "grub-cloud-amd64",
        "chrony",
        "hyperv-daemons",
        "python3-apt",
    }
    assert needed <= set(rootfs.packages())
    assert not [name for name in rootfs.packages() if " " in name or not name]


def test_the_error_of_a_failed_tool_has_its_output(tmp_path: Path) -> None:
    with pytest.raises(rootfs.BuildFailed, match="ls failed with exit status 2:\n.*nowhere"):
        rootfs.run("ls", tmp_path / "nowhere")
    with pytest.raises(rootfs.BuildFailed, match="needs the command no-such-tool"):
        rootfs.run("no-such-tool")


def test_the_overlay_is_valid_for_cloud_init_and_grub() -> None:
    overlay = guest_disk.HERE / "overlay"
    assert "datasource_list: [ Azure ]" in (overlay / "etc/cloud/cloud.cfg.d/90_dpkg.cfg").read_text()
    defaults = "GRUB_CMDLINE_LINUX=console=ttyS0; for file; do . $file; done; echo $GRUB_TIMEOUT $GRUB_CMDLINE_LINUX"
    files = sorted((overlay / "etc/default/grub.d").iterdir())
    said = subprocess.run(["sh", "-euc", defaults, "sh", *files], capture_output=True, text=True, check=True).stdout
    assert said == "0 console=ttyS0 mitigations=off\n"


def test_the_agent_waits_for_a_host_key_that_cloud_init_creates(tmp_path: Path) -> None:
    """It waits half an hour for that key, and is not ready until then."""
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "boot").mkdir()
    (tmp_path / "etc/waagent.conf").write_text("Provisioning.Agent=auto\nProvisioning.SshHostKeyPairType=auto\nLogs.Verbose=n\n")
    guest_disk._dress(tmp_path, uuid.uuid4())
    agent = (tmp_path / "etc/waagent.conf").read_text()
    kind = re.search(r"^Provisioning\.SshHostKeyPairType=(\w+)$", agent, re.MULTILINE)
    made = yaml.safe_load((tmp_path / "etc/cloud/cloud.cfg.d/02_emulated.cfg").read_text())["ssh_genkeytypes"]
    assert kind
    assert kind[1] in made
    assert "Logs.Verbose=n" in agent


def test_a_waagent_conf_without_debians_host_key_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "etc/waagent.conf").write_text("Provisioning.Agent=auto\n")
    with pytest.raises(guest_disk.BuildFailed, match="does not contain Provisioning.SshHostKeyPairType=auto any more"):
        guest_disk._dress(tmp_path, uuid.uuid4())
