"""Builds the guest disk: Debian with cloud-init and waagent, laid out as Debian's own Azure image, bootable as Gen1 and as Gen2.

It needs no loop device and no mount: file systems are written into plain files, which are then copied to their offsets on the disk.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from azlab.guests.build import bootloader
from azlab.guests.build.rootfs import SUITE, BuildFailed, cached, key, part_of, rootfs_tar, run
from azlab.settings import CACHE

MIB = 1 << 20
DISK_MIB = 2048

HERE = Path(__file__).parent

# What Debian's image build removes or empties at its end, so that every guest starts without an identity.
_REMOVED = (
    "etc/ssh/ssh_host_*",
    "etc/apt/apt.conf.d/99mmdebstrap",
    "var/cache/apt/*.bin",
    "var/lib/apt/lists/*_*",
    "var/lib/dbus/machine-id",
    "var/log/*.log",
    "var/log/apt/*",
)
_EMPTIED = ("etc/machine-id", "etc/hostname")
# The first three cost an emulated processor time and have no effect here: a guest has neither network nor LVM. The last would trim
# the disk at a time that no test controls: Mondays at midnight.
_MASKED = ("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_reap.service", "fstrim.timer")
# The setting that names the host key whose fingerprint the agent reports, and for which it waits half an hour: Debian's value, and a key
# type that 02_emulated.cfg allows.
_HOST_KEY = ("Provisioning.SshHostKeyPairType=auto", "Provisioning.SshHostKeyPairType=ed25519")


@dataclass(frozen=True)
class Partition:
    """One partition of Debian's Azure layout. The root has number 1 and is the last on the disk, so that it can grow."""

    number: int
    start_mib: int
    size_mib: int
    type: str


BIOS_BOOT = Partition(14, 1, 3, "21686148-6449-6E6F-744E-656564454649")
ESP = Partition(15, 4, 124, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
EXT4_OPTIONS = ("-E", "lazy_itable_init=0,lazy_journal_init=0", "-O", "^metadata_csum_seed")
ROOT = Partition(1, 128, DISK_MIB - 128 - 1, "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")


def build_disk(out: Path) -> Path:
    """Write the raw disk to `out`: a sparse copy of the cached disk, which is built first if it is missing or old.

    Returns `out`; raises BuildFailed if the disk cannot be built or written.
    """
    _require_writable(out)
    disk = cached(CACHE / f"disk-{SUITE}-{_key()}.raw", _build)
    try:
        run("cp", "--sparse=always", "--reflink=auto", disk, out)
    except BaseException:
        if out.is_file():
            out.resolve().unlink()  # an incomplete disk cannot be distinguished from a complete one
        raise
    return out


def _require_writable(out: Path) -> None:
    """Raise BuildFailed if `out` cannot be written: it is tried before the build, which takes minutes."""
    if out.is_dir():
        raise BuildFailed(f"the disk cannot be written to {out}, which is a folder: name a file")
    if not out.parent.is_dir():
        raise BuildFailed(f"the disk cannot be written to {out}: there is no folder {out.parent}; create it first")
    target = out.resolve()
    existed = target.exists()
    try:
        target.open("ab").close()
    except OSError as error:
        raise BuildFailed(f"the disk cannot be written to {out}: {error.strerror}") from None
    if not existed:
        target.unlink()


def _key() -> str:
    """A hash over everything the disk is made from: root file system, recipe and overlay."""
    recipe = hashlib.sha256(key().encode())
    recipes = [HERE / "guest_disk.py", HERE / "bootloader.py"]
    overlay = sorted(path for path in (HERE / "overlay").rglob("*") if path.is_file())
    for source in [*recipes, *overlay]:
        recipe.update(source.read_bytes())
    return recipe.hexdigest()[:16]


def _build(disk: Path) -> None:
    # An expired disk is rebuilt only from a new root file system: from the old one it would be the same disk.
    tar = rootfs_tar(renewed=disk.exists())
    identity = uuid.uuid5(uuid.NAMESPACE_URL, disk.name)
    with tempfile.TemporaryDirectory(prefix="azlab-disk-") as scratch:
        work = Path(scratch)
        root = work / "root"
        root.mkdir()
        attributes = ("--preserve-permissions", "--numeric-owner", "--xattrs", "--xattrs-include=*")
        run("tar", "--extract", "--zstd", *attributes, f"--file={tar}", f"--directory={root}")
        _dress(root, identity)
        run("chroot", root, "update-initramfs", "-u", "-k", "all", apart=True)
        bootloader.install(root, work, identity)
        _empty_dev(root)
        _root_file_system(root, work / "root.img", identity)
        fresh = part_of(disk)
        _assemble(fresh, work, identity)
        # The disk expires together with the packages on it.
        os.utime(fresh, (tar.stat().st_mtime,) * 2)
        fresh.rename(disk)


def _dress(root: Path, identity: uuid.UUID) -> None:
    """Add the configuration that a Debian cloud image has on top of its packages, and remove the build's traces."""
    shutil.copytree(HERE / "overlay", root, dirs_exist_ok=True)
    for pattern in _REMOVED:
        for path in root.glob(pattern):
            path.unlink()
    for name in _EMPTIED:
        (root / name).write_text("")
    agent = root / "etc/waagent.conf"
    settings = agent.read_text()
    if _HOST_KEY[0] not in settings:
        raise BuildFailed(f"building a guest disk: /etc/waagent.conf does not contain {_HOST_KEY[0]} any more: adapt _HOST_KEY in {__file__}")
    agent.write_text(settings.replace(*_HOST_KEY))
    for name in _MASKED:
        (root / "etc/systemd/system" / name).symlink_to("/dev/null")
    resolver = root / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.symlink_to("/run/systemd/resolve/resolv.conf")
    (root / "etc/hosts").write_text("127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n")
    (root / "boot/efi").mkdir(exist_ok=True)
    # Without `discard`, blocks of deleted files stay on the disk until it is trimmed, as on most disks that users bring.
    (root / "etc/fstab").write_text(
        f"UUID={identity} / ext4 rw,errors=remount-ro,x-systemd.growfs 0 1\n"
        f"UUID={bootloader.esp_serial(identity)} /boot/efi vfat umask=0077 0 0\n"
    )


def _empty_dev(root: Path) -> None:
    """Remove the device nodes of the build: the kernel fills /dev at every boot."""
    for entry in (root / "dev").iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _root_file_system(root: Path, image: Path, identity: uuid.UUID) -> None:
    """Write the directory into an ext4 image whose features GRUB 2.06 can read."""
    image.touch()
    os.truncate(image, ROOT.size_mib * MIB)
    run("mke2fs", "-q", "-t", "ext4", "-U", str(identity), *EXT4_OPTIONS, "-d", root, image)


def _assemble(disk: Path, work: Path, identity: uuid.UUID) -> None:
    """Write the partition table, the boot code and the three partitions, each at its offset."""
    disk.unlink(missing_ok=True)
    disk.touch()
    os.truncate(disk, DISK_MIB * MIB)
    table = [f"label: gpt\nlabel-id: {uuid.uuid5(identity, 'disk')}"]
    table += [
        f"{each.number} : start={each.start_mib}MiB, size={each.size_mib}MiB, type={each.type}, "
        f"uuid={uuid.uuid5(identity, str(each.number))}"
        for each in (BIOS_BOOT, ESP, ROOT)
    ]
    done = subprocess.run(["sfdisk", "--quiet", str(disk)], input="\n".join(table) + "\n", text=True, capture_output=True)
    if done.returncode:
        raise BuildFailed(f"building a guest disk: sfdisk failed: {done.stderr.strip()}")
    for partition, image in ((ESP, work / "esp.img"), (ROOT, work / "root.img")):
        run("dd", f"if={image}", f"of={disk}", "bs=1M", f"seek={partition.start_mib}", "conv=notrunc,sparse", "status=none")
    bootloader.embed(disk, work, BIOS_BOOT.start_mib * MIB // 512)
