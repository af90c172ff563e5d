"""The requests that a lab has logged since a given moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

PLANES = ("arm", "blob")
READING_POSTS = ("/token", "/retrievebootdiagnosticsdata", "/microsoft.resourcegraph/resources")


class Traffic:
    """The requests that a lab has received since this object was created."""

    def __init__(self, state: Path) -> None:
        self._logs = {plane: state / "logs" / f"{plane}.jsonl" for plane in PLANES}
        self._from = {plane: log.stat().st_size if log.exists() else 0 for plane, log in self._logs.items()}

    def arrived(self, *planes: str) -> Iterator[dict[str, Any]]:
        """The log lines of every request to these planes, or to both if none is named."""
        yield from self._lines("in", planes or PLANES)

    def answered(self, status: int, *planes: str) -> list[dict[str, Any]]:
        """The log lines of every request to these planes, or to both, that was answered with a status, such as 429."""
        return [line for line in self._lines("out", planes or PLANES) if line["status"] == status]

    def _lines(self, phase: str, planes: Iterable[str]) -> Iterator[dict[str, Any]]:
        for plane in planes:
            if self._logs[plane].exists():
                with self._logs[plane].open("rb") as file:
                    if self._from[plane]:
                        file.seek(self._from[plane] - 1)
                        file.readline()  # the rest of a line that was being written at that moment, or only its end
                    yield from (line for line in map(json.loads, _complete(file)) if line["phase"] == phase)

    def written(self, *planes: str) -> Iterator[dict[str, Any]]:
        """The log lines of requests that could change something; signing in and reading a boot log do not."""
        for line in self.arrived(*planes):
            if line["method"] not in ("GET", "HEAD") and not _path(line).lower().endswith(READING_POSTS):
                yield line

    def requests(self) -> list[str]:
        """All requests, as method and path."""
        return [f"{line['method']} {_path(line)}" for line in self.arrived()]

    def writes(self) -> list[str]:
        """The requests that could change something, as method and path."""
        return [f"{line['method']} {_path(line)}" for line in self.written()]

    def clients(self) -> set[tuple[str, str]]:
        """The plane and the client address of every request."""
        return {(plane, line["client"]) for plane in PLANES for line in self.arrived(plane)}


def _complete(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines before the one that the lab is still writing, whose rest would be read as a line of its own."""
    return takewhile(lambda line: line.endswith(b"\n"), lines)


def _path(line: dict[str, Any]) -> str:
    return str(line["path"]).split("?")[0]
