"""This machine's own apt configuration, as far as building a Debian guest with it takes."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_TARGET = "$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(FILENAME)"
_TRANSPORT = re.compile(r'Acquire::(https?::|ForceIPv|Retries|Check-)\S* "[^"]')


class NoDebian(Exception):
    """This machine's apt knows no archive to build the guest from."""


@dataclass(frozen=True)
class Archive:
    """One Debian archive that the host's apt uses: a line for sources.list, and its downloaded release file."""

    codename: str
    line: str
    release: Path

    @property
    def date(self) -> str:
        """The date that the archive's own release file states."""
        found = re.search(r"^Date: (.+)$", self.release.read_text(), re.MULTILINE)
        if found is None:
            raise NoDebian(f"{self.release} states no date: run `apt-get update`")
        return found[1]


def archives(suite: str) -> list[Archive]:
    """The host's archives of this Debian release: the main one first, then updates and security."""
    listing = _output("apt-get", "indextargets", "--format", _TARGET, "Created-By: Packages")
    fields = [line.split("|") for line in listing.splitlines()]
    ours = [each for each in fields if each[0] == "Debian" and (each[1] == suite or each[1].startswith(f"{suite}-"))]
    found: dict[tuple[str, ...], Archive] = {}
    for _, codename, uri, release, component, packages in ours:
        found[codename, uri, component] = Archive(codename, f"deb {uri} {release} {component}", _release_file(Path(packages)))
    if not any(each.codename == suite for each in found.values()):
        raise NoDebian(f"apt on this machine has no index of Debian {suite}: add Debian's archive to its sources and run `apt-get update`")
    return sorted(found.values(), key=lambda each: (each.codename != suite, each.line))


def transport_options() -> list[str]:
    """How the host's apt reaches its archives (proxies, certificates, retries), as lines of an apt.conf."""
    return [line for line in _output("apt-config", "dump").splitlines() if _TRANSPORT.match(line)]


def _release_file(packages: Path) -> Path:
    stem = packages.name.split("_binary-")[0].rpartition("_")[0]
    for name in (f"{stem}_InRelease", f"{stem}_Release"):
        if (packages.parent / name).exists():
            return packages.parent / name
    raise NoDebian(f"no release file beside {packages}: run `apt-get update`")


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise NoDebian("there is no apt on this machine: guests are built on Debian 12") from None
