# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drives of a simulated guest: folders of this machine, reached by Windows paths whose case does not count."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

VARIABLES = {
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "systemdrive": "C:",
    "programdata": r"C:\ProgramData",
    "allusersprofile": r"C:\ProgramData",
    "programfiles": r"C:\Program Files",
    "programfiles(x86)": r"C:\Program Files (x86)",
    "public": r"C:\Users\Public",
    "temp": r"C:\Windows\TEMP",
    "tmp": r"C:\Windows\TEMP",
}


class Drives:
    """The drives in a folder that has one folder for each letter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def letters(self) -> dict[str, Path]:
        """The folder of each drive by its letter."""
        return {each.name: each for each in sorted(self.folder.iterdir())}

    def find(self, path: str) -> Path:
        """The place of a Windows path: the file or folder that has this name in any case, or where it would be created."""
        parts = split(path)
        place = self.folder / parts[0].rstrip(":").upper()
        if not place.is_dir():
            raise FileNotFoundError(f"the guest has no drive {parts[0]}")
        for part in parts[1:]:
            place = _member(place, part)
        return place

    def write(self, path: str, content: Any) -> None:
        """Write a file as the JSON of a guest has it: text, ``{base64}``, ``{append: text}``, ``{remove: true}``; None for a folder."""
        place = self.find(path)
        if content is None:
            place.mkdir(parents=True, exist_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            place.write_bytes(content.encode())
        elif "base64" in content:
            place.write_bytes(base64.b64decode(content["base64"]))
        elif "append" in content:
            with place.open("ab") as file:
                file.write(content["append"].encode())
        elif content.get("remove"):
            place.unlink(missing_ok=True)
        else:
            raise AssertionError(f"{path}: a file is text, base64, append, remove or null, not {sorted(content)}")

    def contents(self, letter: str = "C") -> Iterator[tuple[str, bytes | None]]:
        """Every file and folder of a drive: its path without the letter, separated by backslashes, and its bytes (None for a folder)."""
        root = self.folder / letter
        for place in sorted(root.rglob("*")):
            yield str(place.relative_to(root)).replace("/", "\\"), place.read_bytes() if place.is_file() else None

    def make(self, files: Mapping[str, Any]) -> None:
        """Create the drives from the ``files`` of a guest; there always is a drive C with folders for temporary files."""
        for folder in ("C", "C/Windows/TEMP", "C/Windows/System32/Sysprep", "C/Users/Public"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        for letter in {split(path)[0].rstrip(":").upper() for path in files}:
            (self.folder / letter).mkdir(exist_ok=True)
        for path, content in files.items():
            self.write(path, content)


def expand(path: str) -> str:
    """A path with the variables of the environment, as in ``%SystemRoot%``, replaced."""
    return re.sub("%([^%]+)%", lambda found: VARIABLES.get(found[1].lower(), found[0]), path)


def split(path: str) -> list[str]:
    """The parts of an absolute Windows path, the drive with its colon first."""
    parts = [part for part in expand(path).replace("/", "\\").split("\\") if part]
    if not parts or not re.fullmatch("[A-Za-z]:", parts[0]):
        raise AssertionError(f"{path!r} is not an absolute path on a drive of the guest")
    return parts


def _member(folder: Path, name: str) -> Path:
    if not folder.is_dir():
        return folder / name
    return next((each for each in folder.iterdir() if each.name.lower() == name.lower()), folder / name)
