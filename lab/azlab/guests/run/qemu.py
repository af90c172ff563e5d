"""The command line of one machine's QEMU."""

from __future__ import annotations

import functools
import os
import subprocess
import uuid
from pathlib import Path

from azlab.guests.spec import GuestSpec, Home

MEMORY_MIB = 1024
TAP = "tap0"
_QEMU = "qemu-system-x86_64"
# Features that make an emulated guest slower: moves byte by byte, a fifth level of page tables, protections between kernel and user.
_COSTLY = ("erms", "la57", "pku", "smap", "smep", "umip")
# Linux assumes erms wherever it sees one of these. With one of them and without erms, Debian 12's kernel hangs in its first memmove:
# https://github.com/torvalds/linux/blob/v6.1/arch/x86/lib/memmove_64.S. QEMU 10 has all four, QEMU 7.2 none.
_ADDITIONS_TO_ERMS = ("fsrm", "fzrm", "fsrs", "fsrc")

# An emulator synchronizes its processors at every locked access and every wake-up: with two, a boot takes less time if the host has both
# free, but a third more processor time.
_PROCESSORS = "AZLAB_GUEST_PROCESSORS"

_FIRMWARE = Path("/usr/share/OVMF")
FIRMWARE_CODE = _FIRMWARE / "OVMF_CODE_4M.fd"
FIRMWARE_VARIABLES = _FIRMWARE / "OVMF_VARS_4M.fd"

# cloud-init's ds-identify recognizes Azure by this tag, and systemd-detect-virt recognizes Microsoft, on which waagent's unit has a
# condition.
_CHASSIS_ASSET_TAG = "7783-7084-3265-9085-8269-3286-77"
_VERSION = "Hyper-V UEFI Release v4.1"
# With address space randomization QEMU 7.2 translates every program again at each start, which triples the processor time per process.
# systemd reads this from the firmware's tables: the setting belongs to the emulator, not to a user's disk.
_NO_RANDOM_ADDRESSES = "io.systemd.credential:sysctl.extra=kernel.randomize_va_space=0"


def command(spec: GuestSpec, home: Home) -> list[str]:
    """The command line; it must be run in the machine's directory and network namespace."""
    return [
        _QEMU,
        *("-name", f"{spec.name},process={home.vm_id}"),
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *("-accel", "tcg,thread=multi", "-cpu", _processor_model(), "-smp", str(_processors()), "-m", str(MEMORY_MIB)),
        *_identity(spec),
        *_firmware(spec, home),
        *("-device", "virtio-scsi-pci,id=os", *_disk(home, "os0", spec.os_disk), "-device", "scsi-hd,drive=os0,bus=os.0,lun=0,bootindex=0"),
        *_data_disks(spec, home),
        *_media(spec, home),
        *("-netdev", f"tap,id=net0,ifname={TAP},script=no,downscript=no"),
        *("-device", f"virtio-net-pci,netdev=net0,mac={spec.mac.replace('-', ':').lower()},romfile="),
        *("-device", "virtio-rng-pci"),
        *("-chardev", f"file,id=serial0,path={home.serial_log.name},append=on", "-serial", "chardev:serial0"),
        *("-qmp", "unix:qmp.sock,server=on,wait=off"),
        *("-pidfile", "qemu.pid"),
    ]


def _processor_model() -> str:
    """All features that this QEMU emulates, without those that slow a guest down and without the hypervisor bit, which names QEMU."""
    unwanted = [feature for feature in (*_COSTLY, *_ADDITIONS_TO_ERMS) if feature in _known_features()]
    return ",".join(["max", *(f"-{feature}" for feature in ("hypervisor", *unwanted))])


@functools.cache
def _known_features() -> frozenset[str]:
    """The names of the processor features that this host's QEMU knows; it does not start if given any other."""
    shown = subprocess.run([_QEMU, "-cpu", "help"], check=True, capture_output=True, text=True).stdout
    return frozenset(shown.partition("Recognized CPUID flags:")[2].split())


def _processors() -> int:
    """The number of processors from the environment, or two if the host has them."""
    said = os.environ.get(_PROCESSORS) or str(min(2, os.cpu_count() or 1))
    if not said.isdecimal() or int(said) < 1:
        raise ValueError(f"{_PROCESSORS} must be a number of processors, 1 or more, not {said!r}: correct it and start the lab again")
    return int(said)


def smbios_uuid(spec: GuestSpec) -> str:
    """The id that the firmware shows. Gen1's firmware writes it big-endian, so Linux shows the first three groups byte-swapped."""
    vm_id = uuid.UUID(spec.vm_id)
    return str(vm_id if spec.generation == "V2" else uuid.UUID(bytes=vm_id.bytes_le))


def _identity(spec: GuestSpec) -> list[str]:
    shown = smbios_uuid(spec)
    return [
        *("-uuid", shown),
        *("-smbios", f"type=0,vendor=Microsoft Corporation,version={_VERSION}"),
        *("-smbios", f"type=1,manufacturer=Microsoft Corporation,product=Virtual Machine,version={_VERSION},uuid={shown}"),
        *("-smbios", f"type=3,manufacturer=Microsoft Corporation,version={_VERSION},asset={_CHASSIS_ASSET_TAG}"),
        *("-smbios", f"type=11,value={_NO_RANDOM_ADDRESSES}"),
    ]


def _firmware(spec: GuestSpec, home: Home) -> list[str]:
    if spec.generation == "V1":
        return ["-machine", "pc"]
    return [
        *("-machine", "q35"),
        *("-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE_CODE}"),
        *("-drive", f"if=pflash,format=raw,file={home.firmware_variables.name}"),
    ]


def _disk(home: Home, name: str, key: str) -> list[str]:
    """The arguments for a raw local copy. Zeros and discards become holes, and so cleared pages when the disk is written back."""
    return ["-drive", f"if=none,id={name},file={home.disk(key).name},format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap"]


def _data_disks(spec: GuestSpec, home: Home) -> list[str]:
    """The arguments for the data disks, on a controller of their own, where the SCSI LUN is the LUN of the VM."""
    if not spec.data_disks:
        return []
    arguments = ["-device", "virtio-scsi-pci,id=data"]
    for lun, key in spec.data_disks:
        arguments += [*_disk(home, f"data{lun}", key), "-device", f"scsi-hd,drive=data{lun},bus=data.0,channel=0,scsi-id=0,lun={lun}"]
    return arguments


def _media(spec: GuestSpec, home: Home) -> list[str]:
    """The arguments for the provisioning medium, which is shown only to a machine that is to be provisioned."""
    if not spec.provision:
        return []
    drive = f"if=none,id=media,file={home.media.name},format=raw,readonly=on,media=cdrom"
    return ["-drive", drive, "-device", "virtio-scsi-pci,id=dvd", "-device", "scsi-cd,drive=media,bus=dvd.0"]
