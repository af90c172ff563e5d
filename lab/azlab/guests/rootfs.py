"""The guest's root file system as a tar: the slow part of a disk, the one that needs the network, cached."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from azlab.guests import apt
from azlab.settings import CACHE

SUITE = "bookworm"
_OPTIONS = ("--variant=minbase", "--mode=root", "--components=main")


class BuildFailed(Exception):
    """A guest could not be built, with the last words of the tool that failed."""


def packages() -> list[str]:
    """The packages of the guest."""
    lines = (Path(__file__).parent / "packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def key() -> str:
    """Names this root file system: the same suite, packages, recipe and state of the archive give the same name.

    The date is that of the main archive, which moves with point releases. Security updates move several times a day and would
    make every run a first run.
    """
    date = apt.archives(SUITE)[0].date
    return hashlib.sha256("\n".join([SUITE, *packages(), *_OPTIONS, date]).encode()).hexdigest()[:16]


def rootfs_tar() -> Path:
    """The cached tar, built with mmdebstrap through this machine's own apt configuration if it is not there yet."""
    tar = CACHE / f"rootfs-{SUITE}-{key()}.tar.zst"
    with locked(tar):
        if not tar.exists():
            _build(tar)
            forget_older(tar)
    return tar


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run one tool of the build; its output is shown only when it fails."""
    name = Path(command[0]).name
    if not shutil.which(command[0]):
        raise BuildFailed(f"building a guest disk needs the command {name}: install it with apt")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
    if done.returncode:
        raise BuildFailed(f"building a guest disk: {name} failed with {done.returncode}:\n{done.stdout[-3000:].strip()}")


def forget_older(fresh: Path) -> None:
    """Delete what the cache holds of the same kind and suite under other keys: hundreds of megabytes each."""
    kind = fresh.name.rpartition("-")[0]
    for path in fresh.parent.glob(f"{kind}-*"):
        if not path.name.startswith(fresh.name.split(".")[0]):
            path.unlink(missing_ok=True)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the right to build `target`, so that two labs build it once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{target}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(tar: Path) -> None:
    if os.geteuid():
        raise BuildFailed("building a guest's root file system needs root: run `sudo azlab disk build` once, or run as root")
    with tempfile.TemporaryDirectory(prefix="azlab-rootfs-") as scratch:
        fresh = Path(scratch, "rootfs.tar.zst")
        run(
            "mmdebstrap",
            *_OPTIONS,
            f"--include={','.join(packages())}",
            *(f"--aptopt={line}" for line in apt.transport_options()),
            SUITE,
            fresh,
            *(archive.line for archive in apt.archives(SUITE)),
            env={**os.environ, "TMPDIR": scratch, "LC_ALL": "C.UTF-8"},
        )
        arrived = tar.with_suffix(".part")
        shutil.copyfile(fresh, arrived)
        arrived.rename(tar)
