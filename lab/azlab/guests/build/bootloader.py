"""Installs GRUB for BIOS and UEFI as in Debian's cloud images, but into files: grub-install would need a block device."""

from __future__ import annotations

import shutil
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azlab.guests.build.rootfs import run

ESP_MIB = 124

_SECTOR = 512
_EARLY = "search.fs_uuid {identity} root hd0,gpt1\nset prefix=($root)'/boot/grub'\n"

# grub-mkconfig asks grub-probe about the running system; this replacement answers for the system that will boot.
_PROBE = """#!/bin/sh
case "$*" in
  *--target=device*) echo /dev/sda1 ;;
  *--target=fs_uuid*) echo {identity} ;;
  *--target=fs*) echo ext2 ;;
  *--target=partmap*) echo gpt ;;
  *--target=hints_string*) echo --hint-bios=hd0,gpt1 --hint-efi=hd0,gpt1 ;;
  *--target=compatibility_hint*) echo hd0,gpt1 ;;
esac
"""


def esp_serial(identity: uuid.UUID) -> str:
    """The ESP's volume id, in the spelling of fstab and blkid."""
    return f"{identity.hex[:4]}-{identity.hex[4:8]}".upper()


def install(root: Path, work: Path, identity: uuid.UUID) -> None:
    """Fill /boot/grub of `root`, and write esp.img, boot.img and core.img to `work`."""
    grub = root / "boot/grub"
    for target in ("i386-pc", "x86_64-efi"):
        modules = grub / target
        modules.mkdir(parents=True, exist_ok=True)
        for pattern in ("*.mod", "*.lst", "*.o"):
            for module in (root / "usr/lib/grub" / target).glob(pattern):
                shutil.copy2(module, modules)
    (grub / "fonts").mkdir(exist_ok=True)
    shutil.copy2(root / "usr/share/grub/unicode.pf2", grub / "fonts")
    run("chroot", root, "grub-editenv", "/boot/grub/grubenv", "create", apart=True)
    # With this file, grub-cloud-amd64 updates the boot code whenever GRUB is upgraded.
    (root / "etc/grub.d/enable_cloud").touch()
    with _probe(root, identity):
        run("chroot", root, "grub-mkconfig", "--output=/boot/grub/grub.cfg", apart=True)
    _bios(root, work, identity)
    _efi(root, work, identity)


def embed(disk: Path, work: Path, bios_boot_lba: int) -> None:
    """Write GRUB's first stage into the MBR and its core into the BIOS boot partition, as grub-bios-setup does."""
    boot = bytearray((work / "boot.img").read_bytes())
    core = bytearray((work / "core.img").read_bytes())
    struct.pack_into("<Q", boot, 0x5C, bios_boot_lba)
    boot[0x66:0x68] = b"\x90\x90"
    struct.pack_into("<Q", core, 0x1F4, bios_boot_lba + 1)
    with disk.open("r+b") as file:
        file.write(boot[:440])
        file.seek(bios_boot_lba * _SECTOR)
        file.write(core)


def _bios(root: Path, work: Path, identity: uuid.UUID) -> None:
    early = root / "tmp/early.cfg"
    early.write_text(_EARLY.format(identity=identity))
    modules = ("biosdisk", "part_gpt", "ext2", "search_fs_uuid")
    core = "/boot/grub/i386-pc/core.img"
    switches = ("--format=i386-pc", "--config=/tmp/early.cfg", "--prefix=/boot/grub", f"--output={core}")
    run("chroot", root, "grub-mkimage", *switches, *modules, apart=True)
    early.unlink()
    shutil.copy2(root / "usr/lib/grub/i386-pc/boot.img", root / "boot/grub/i386-pc")
    for name in ("boot.img", "core.img"):
        shutil.copy2(root / "boot/grub/i386-pc" / name, work)


def _efi(root: Path, work: Path, identity: uuid.UUID) -> None:
    """Write an ESP with the signed shim and GRUB, in Debian's folder and at the removable path, since a new VM has no boot entries."""
    image = work / "esp.img"
    image.touch()
    with image.open("r+b") as file:
        file.truncate(ESP_MIB << 20)
    config = work / "esp-grub.cfg"
    config.write_text(_EARLY.format(identity=identity) + "configfile $prefix/grub.cfg\n")
    shim, grub = root / "usr/lib/shim/shimx64.efi.signed", root / "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed"
    manager = root / "usr/lib/shim/mmx64.efi.signed"
    run("mformat", "-i", image, "-F", "-N", identity.hex[:8], "-v", "UEFI", "::")
    run("mmd", "-i", image, "::/EFI", "::/EFI/BOOT", "::/EFI/debian")
    for source, target in (
        (shim, "BOOT/BOOTX64.EFI"), (grub, "BOOT/grubx64.efi"), (manager, "BOOT/mmx64.efi"), (config, "BOOT/grub.cfg"),
        (shim, "debian/shimx64.efi"), (grub, "debian/grubx64.efi"), (manager, "debian/mmx64.efi"), (config, "debian/grub.cfg"),
    ):  # fmt: skip
        run("mcopy", "-i", image, source, f"::/EFI/{target}")


@contextmanager
def _probe(root: Path, identity: uuid.UUID) -> Iterator[None]:
    """Make grub-probe and /dev/disk/by-uuid show the root file system, which is created only later."""
    real, aside = root / "usr/sbin/grub-probe", root / "usr/sbin/grub-probe.aside"
    by_uuid = root / "dev/disk/by-uuid" / str(identity)
    by_uuid.parent.mkdir(parents=True, exist_ok=True)
    by_uuid.touch()
    real.rename(aside)
    try:
        real.write_text(_PROBE.format(identity=identity))
        real.chmod(0o755)
        yield
    finally:
        aside.rename(real)
