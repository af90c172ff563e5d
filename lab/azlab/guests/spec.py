"""The description of a virtual machine that guests are started from, and the directory that holds a machine's files."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

GENERATIONS = ("V1", "V2")
CONNECT_SOCKET = "connect.sock"  # in a machine's directory: on it, the warden opens connections into the guest for other processes


@dataclass(frozen=True)
class GuestSpec:
    """One virtual machine as the control plane describes it.

    Disks are keys of the blob store, data disks with their LUN. `os_profile` is None for specialized disks, otherwise a mapping with
    computerName, adminUsername and the optional adminPassword, sshKeys, disablePasswordAuthentication and customData (base64, as in
    ARM). With `provision`, the machine is shown a provisioning medium made from it.
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
        """The gateway of the subnet, which in Azure is the first address."""
        return str(self.network.network_address + 1)

    @property
    def disks(self) -> tuple[str, ...]:
        """The keys of all disks, the OS disk first."""
        return (self.os_disk, *(key for _, key in self.data_disks))

    @property
    def admin(self) -> str:
        """The user that provisioning creates, or an empty string."""
        return (self.os_profile or {}).get("adminUsername") or ""

    def without_secrets(self) -> GuestSpec:
        """The same description without password and custom data, to be kept in a file."""
        hidden = ("adminPassword", "customData")
        profile = self.os_profile and {key: value for key, value in self.os_profile.items() if key not in hidden}
        return replace(self, os_profile=profile)


@dataclass(frozen=True)
class Home:
    """The directory of one virtual machine, and the names of its files.

    Sockets are opened by their short names inside the directory: a socket's path is limited to 107 bytes, and a checkout's may be longer.
    """

    path: Path

    @property
    def vm_id(self) -> str:
        """The vmId, which is the name of the directory."""
        return self.path.name

    @property
    def spec_file(self) -> Path:
        """The file of the saved spec, without its secrets."""
        return self.path / "spec.json"

    @property
    def serial_log(self) -> Path:
        """The output of the guest on its serial console, over all its starts."""
        return self.path / "serial.log"

    @property
    def media(self) -> Path:
        """The provisioning medium. It holds the password, so it is deleted after provisioning."""
        return self.path / "provisioning.iso"

    @property
    def platform_file(self) -> Path:
        """The file with what the guest has reported to the platform since its last start."""
        return self.path / "platform.json"

    @property
    def firmware_variables(self) -> Path:
        """The UEFI variables of this start."""
        return self.path / "efivars.fd"

    @property
    def log(self) -> Path:
        """The log of this machine's processes."""
        return self.path / "machine.log"

    def disk(self, key: str) -> Path:
        """The local copy of a disk, which exists until its bytes are written back."""
        return self.path / f"{key}.raw"

    def save(self, spec: GuestSpec) -> None:
        """Save the spec for the processes of this machine, and for a lab that starts later."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.spec_file.write_text(json.dumps(asdict(spec.without_secrets()), indent=1) + "\n")

    def spec(self) -> GuestSpec:
        """The saved spec, without its secrets."""
        saved = json.loads(self.spec_file.read_text())
        return GuestSpec(**{**saved, "data_disks": tuple((lun, key) for lun, key in saved["data_disks"])})

    def pid(self, name: str) -> int | None:
        """The id of the process that wrote `<name>.pid` here, or None if it has ended or the id now belongs to another process."""
        try:
            pid = int((self.path / f"{name}.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        return pid if self.vm_id.encode() in command else None


def homes(state: Path) -> Iterator[Home]:
    """The homes of all virtual machines that this lab has ever started and not deleted."""
    for path in sorted((state / "vms").glob("*/spec.json")):
        yield Home(path.parent)


def home_of(state: Path, vm_id: str) -> Home:
    """The home of the machine with this vmId, whether it exists or not."""
    return Home(state / "vms" / vm_id)
