"""The archives of Debian to build a guest from, with the transport settings of this machine's own apt."""

from __future__ import annotations

import os
import re
import subprocess

from azlab.settings import LabError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# Plain HTTP works on a machine without CA certificates, and the archives are signed.
_ARCHIVES = {
    "Debian": ("AZLAB_DEBIAN_MIRROR", "http://deb.debian.org/debian"),
    "Debian-Security": ("AZLAB_DEBIAN_SECURITY_MIRROR", "http://deb.debian.org/debian-security"),
}
ADVICE = f"If they cannot be reached, set mirrors that can be reached in {' and '.join(variable for variable, _ in _ARCHIVES.values())}."
_TARGET = "$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)"
_TRANSPORT = re.compile(r'Acquire::(https?::|ForceIPv|Retries|Check-)\S* "[^"]')
_URL = re.compile(r"[a-z+]+:/\S+")


class NoDebian(LabError):
    """This machine has no usable apt, or the environment names an invalid mirror."""


def sources(suite: str) -> list[str]:
    """The lines of sources.list for a Debian release: the release, its updates and its security updates.

    They work whichever release the host runs, and on hosts that are not Debian.
    """
    main, security = (_mirror(label, suite) for label in _ARCHIVES)
    places = ((main, suite), (main, f"{suite}-updates"), (security, f"{suite}-security"))
    return [f"deb [signed-by={KEYRING}] {uri} {release} main" for uri, release in places]


def transport_options() -> list[str]:
    """The transport settings of the host's apt (proxies, certificates, retries), as lines of an apt.conf."""
    return [line for line in _output("apt-config", "dump").splitlines() if _TRANSPORT.match(line)]


def _mirror(label: str, suite: str) -> str:
    """The mirror that the environment names, or that the host's apt uses for any release of Debian, or Debian's own."""
    variable, own = _ARCHIVES[label]
    named = os.environ.get(variable)
    if named:
        if not _URL.fullmatch(named):
            raise NoDebian(f"{variable} must be the URL of a mirror, such as {own}, not {named!r}")
        return named
    rows = [line.split("|") for line in _output("apt-get", "indextargets", "--format", _TARGET, "Created-By: Packages").splitlines()]
    found = [row for row in rows if row[:2] == ["Debian", label] and not row[3].startswith("cdrom:")]
    # A mirror of this release comes first, since a mirror need not carry every release.
    return min(found, key=lambda row: not row[2].startswith(suite))[3] if found else own


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise NoDebian(
            f"there is no {command[0]} on this machine: guest disks are built with apt and mmdebstrap, which Debian and Ubuntu have"
        ) from None
    except subprocess.CalledProcessError as error:
        raise NoDebian(f"{' '.join(command[:2])} failed on this machine: {error.stderr.strip()}") from error
