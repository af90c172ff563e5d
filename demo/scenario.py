"""The names, users and markers of one run of the demo: random, so that no other text contains one of them by chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .guest import Person, random_name


def _name(prefix: str) -> str:
    """A field whose default is a random name with this prefix."""
    name: str = field(default_factory=lambda: random_name(prefix))
    return name


@dataclass
class Scenario:
    """One run of the demo: its folder for scratch files, how the sealed disk is tampered with (if it is), and what everything is called."""

    work: Path
    tamper: str = ""
    location: str = "westeurope"
    group: str = _name("rg-")
    base_image: str = _name("base-")
    golden_image: str = _name("golden-")
    vm: str = _name("vm-")
    host_name: str = _name("host")
    clone: str = _name("clone-")
    restored: str = _name("restored-")
    clone_host_name: str = _name("host")
    marker: str = _name("marker-")
    disk_markers: dict[int, str] = field(default_factory=lambda: {0: random_name("lun0-"), 5: random_name("lun5-")})

    def __post_init__(self) -> None:
        self.first_user = Person.create(self.work / "keys")
        self.second_user = Person.create(self.work / "keys")
