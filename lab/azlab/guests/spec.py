"""What the control plane says about one virtual machine, and where that machine's files lie."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

GENERATIONS = ("V1", "V2")


@dataclass(frozen=True)
class GuestSpec:
    """One virtual machine as the control plane describes it.

    Disks are keys of the blob store. `os_profile` is None for specialized disks; else a dict with computerName, adminUsername and,
    where given, adminPassword, sshKeys, disablePasswordAuthentication and customData (base64, as in ARM).
    """

    vm_id: str
    name: str
    resource_id: str
    resource_group: str
    location: str
    size: str
    generation: str
    os_disk: str
    data_disks: tuple[tuple[int, str], ...]
    mac: str
    private_ip: str
    subnet: str
    os_profile: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    provision: bool = False

    def __post_init__(self) -> None:
        if self.generation not in GENERATIONS:
            raise ValueError(f"VM {self.name}: the generation must be V1 or V2, not {self.generation!r}")

    @property
    def network(self) -> ipaddress.IPv4Network:
        """The subnet as a network."""
        return ipaddress.IPv4Network(self.subnet, strict=False)

    @property
    def gateway(self) -> str:
        """Azure's own address in the subnet: the first."""
        return str(self.network.network_address + 1)

    @property
    def disks(self) -> tuple[str, ...]:
        """Every disk's key, the OS disk first."""
        return (self.os_disk, *(key for _, key in self.data_disks))

    @property
    def admin(self) -> str:
        """The user that provisioning makes, or an empty string."""
        return (self.os_profile or {}).get("adminUsername") or ""

    def without_secrets(self) -> GuestSpec:
        """The same machine, fit to be kept in a file."""
        hidden = ("adminPassword", "customData")
        profile = self.os_profile and {key: value for key, value in self.os_profile.items() if key not in hidden}
        return replace(self, os_profile=profile)


@dataclass(frozen=True)
class Home:
    """The directory of one virtual machine, and the names of its files.

    Sockets are reached by their short names from inside the directory: a socket's path may have 107 bytes, a checkout's more.
    """

    path: Path

    @property
    def vm_id(self) -> str:
        """The machine this is the home of."""
        return self.path.name

    @property
    def spec_file(self) -> Path:
        """The spec, without its secrets."""
        return self.path / "spec.json"

    @property
    def serial_log(self) -> Path:
        """All the guest ever wrote to its serial console."""
        return self.path / "serial.log"

    @property
    def media(self) -> Path:
        """The provisioning medium. It holds the password, so it lives only as long as provisioning."""
        return self.path / "provisioning.iso"

    @property
    def platform_file(self) -> Path:
        """What the guest told the platform since it was started."""
        return self.path / "platform.json"

    @property
    def firmware_variables(self) -> Path:
        """The UEFI variables of this start."""
        return self.path / "efivars.fd"

    @property
    def log(self) -> Path:
        """What the processes of this machine have to say."""
        return self.path / "machine.log"

    def disk(self, key: str) -> Path:
        """The local copy of a disk. That it exists means: its bytes are not written back yet."""
        return self.path / f"{key}.raw"

    def save(self, spec: GuestSpec) -> None:
        """Keep the spec for the processes of this machine, and for a lab that starts later."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.spec_file.write_text(json.dumps(asdict(spec.without_secrets()), indent=1) + "\n")

    def spec(self) -> GuestSpec:
        """The spec as it was saved."""
        saved = json.loads(self.spec_file.read_text())
        return GuestSpec(**{**saved, "data_disks": tuple((lun, key) for lun, key in saved["data_disks"])})

    def pid(self, name: str) -> int | None:
        """The process that wrote `<name>.pid` here, if it still lives and is still this machine's."""
        try:
            pid = int((self.path / f"{name}.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return pid if self.vm_id.encode() in command else None


def homes(state: Path) -> Iterator[Home]:
    """The home of every virtual machine that this lab ever started and has not deleted."""
    for path in sorted((state / "vms").glob("*/spec.json")):
        yield Home(path.parent)


def home_of(state: Path, vm_id: str) -> Home:
    """Where the machine with this id lives."""
    return Home(state / "vms" / vm_id)
