# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Windows machine: one JSON file, and the folder of its drives next to it. README.md has the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.windows.drive import Drives
from tests.support.windows.registry import Registry

KEYS = {
    "name",
    "platform",
    "vm_id",
    "uuid",
    "registry",
    "files",
    "denied",
    "services",
    "features",
    "processes",
    "users",
    "commands",
    "imds",
    "sysprep",
    "connection",
    "power",
    "disk",
    "run",
    "launched",
    "recorded",
}
SERVER = Path(__file__).parent / "guests" / "server2022.json"
"""A prepared server, with which nothing is wrong."""
SEEN_APART = ("registry", "files")
"""Sections that scripts read through the registry and the drives of the engine, and not in the JSON."""


class UnknownToGuest(Exception):
    """Something was asked of a guest that it cannot answer: a module, an option or a command. The test must fail."""


class Guest:
    """The state of a guest in a file that this class may change; a copy of the file that describes it (``Guest.start``)."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.data: dict[str, Any] = json.loads(file.read_text())
        if unknown := set(self.data) - KEYS:
            raise AssertionError(f"{file}: unknown sections {sorted(unknown)}")

    @classmethod
    def start(cls, described: Path | dict[str, Any], folder: Path) -> Guest:
        """A guest that runs in an empty folder, made from a file or from what is in one."""
        data = described if isinstance(described, dict) else json.loads(described.read_text())
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "guest.json"
        file.write_text(json.dumps(data))
        guest = cls(file)
        guest.drives.make(guest.data.get("files", {}))
        guest.data["files"] = {}
        guest.save()
        return guest

    def save(self) -> None:
        """Keep every change."""
        text = json.dumps(self.data, indent=1)
        file = self.file.with_suffix(".new")
        file.write_text(text)
        file.replace(self.file)

    @property
    def drives(self) -> Drives:
        """The drives, which are folders next to the file."""
        return Drives(self.file.parent / "drives")

    @property
    def registry(self) -> Registry:
        """The registry."""
        return Registry(self.section("registry"))

    def replace_registry(self, keys: dict[str, Any]) -> None:
        """Take over the registry as a script has left it."""
        self.data["registry"] = keys

    def section(self, name: str) -> Any:
        """A section of the JSON that is a dictionary; it may be changed."""
        return self.data.setdefault(name, {})

    @property
    def run(self) -> dict[str, Any]:
        """The history of the guest: the number of commands, the course of Sysprep."""
        found: dict[str, Any] = self.section("run")
        return found

    @property
    def is_on(self) -> bool:
        """Whether the guest takes connections."""
        return bool(self.data.get("power", "running") == "running")

    def seen_by_scripts(self) -> dict[str, Any]:
        """The JSON that stand-ins read and write."""
        return {name: value for name, value in self.data.items() if name not in SEEN_APART}

    def take_over(self, seen: dict[str, Any]) -> None:
        """Take over what stand-ins have written."""
        self.data = {**{name: self.data[name] for name in SEEN_APART if name in self.data}, **seen}

    def complain(self, text: str) -> UnknownToGuest:
        """Write down that something unknown was asked, so that a test fails even if a role rescued the error, and return the error."""
        with self.complaints_file.open("a") as file:
            file.write(f"{text}\n")
        return UnknownToGuest(text)

    @property
    def complaints_file(self) -> Path:
        """The file that complaints are kept in."""
        return self.file.with_name("complaints.txt")

    @property
    def complaints(self) -> list[str]:
        """The questions that the guest did not know the answer to."""
        return self.complaints_file.read_text().splitlines() if self.complaints_file.exists() else []

    @property
    def log(self) -> Path:
        """One line of JSON for each command that reached the guest."""
        return self.file.with_name("commands.jsonl")

    @property
    def commands_run(self) -> list[dict[str, Any]]:
        """The commands that reached the guest, in order."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []
