"""What the lab heard: its request logs, from one moment on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PLANES = ("arm", "blob")
READING_POSTS = ("/token", "/retrievebootdiagnosticsdata")


class Traffic:
    """The requests that a lab has got since this was made."""

    def __init__(self, state: Path) -> None:
        self._logs = {plane: state / "logs" / f"{plane}.jsonl" for plane in PLANES}
        self._from = {plane: log.stat().st_size if log.exists() else 0 for plane, log in self._logs.items()}

    def arrived(self, *planes: str) -> Iterator[dict[str, Any]]:
        """Every request to these planes, or to both, as the lab wrote it down when it came."""
        for plane in planes or PLANES:
            if self._logs[plane].exists():
                with self._logs[plane].open("rb") as file:
                    if self._from[plane]:
                        file.seek(self._from[plane] - 1)
                        file.readline()  # the end of a line that was being written at that moment, or nothing but its end
                    yield from (line for line in map(json.loads, _whole(file)) if line["phase"] == "in")

    def written(self, *planes: str) -> Iterator[dict[str, Any]]:
        """Those that could change something; signing in and asking for a boot log do not."""
        for line in self.arrived(*planes):
            if line["method"] not in ("GET", "HEAD") and not _path(line).lower().endswith(READING_POSTS):
                yield line

    def requests(self) -> list[str]:
        """All of them, as method and path."""
        return [f"{line['method']} {_path(line)}" for line in self.arrived()]

    def writes(self) -> list[str]:
        """The writing ones, as method and path."""
        return [f"{line['method']} {_path(line)}" for line in self.written()]

    def clients(self) -> set[tuple[str, str]]:
        """The plane that was asked and the address that asked, for every client that was heard."""
        return {(plane, line["client"]) for plane in PLANES for line in self.arrived(plane)}


def _whole(lines: Iterable[bytes]) -> Iterator[bytes]:
    """All lines but one that the lab is still writing."""
    return (line for line in lines if line.endswith(b"\n"))


def _path(line: dict[str, Any]) -> str:
    return str(line["path"]).split("?")[0]
