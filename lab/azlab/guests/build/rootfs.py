"""The guest's root file system as a tar, built from Debian's archives and cached: the slow part of a guest disk."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from azlab.guests.build import apt
from azlab.settings import CACHE, LabError

SUITE = "bookworm"
_OPTIONS = ("--variant=minbase", "--mode=root", "--components=main")
# Namespaces of its own for a tool: nothing else sees what it mounts, and its processes and mounts end with it or with this process, even
# if that is killed.
_APART = ("setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation=private", "--pid", "--mount-proc", "--kill-child", "--fork")
_DAY = 24 * 60 * 60
_KEPT_DAYS = 30


class BuildFailed(LabError):
    """A guest disk could not be built; the text ends with the output of the tool that failed."""


def packages() -> list[str]:
    """The names of the packages to install."""
    lines = (Path(__file__).parent / "packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def key(more: Sequence[str] = ()) -> str:
    """A hash over release, packages and recipe, which names the cached file; the mirror has no part in it."""
    return hashlib.sha256("\n".join([SUITE, *packages(), *more, *_OPTIONS]).encode()).hexdigest()[:16]


def rootfs_tar(*, renewed: bool = False, more: Sequence[str] = ()) -> Path:
    """The path of the cached tar, which is built with mmdebstrap if it is missing or old; `more` are further packages to install.

    With `renewed`, an old tar that cannot be rebuilt is an error. Without, it is used.
    """
    kind = "server" if more else "rootfs"
    return cached(CACHE / f"{kind}-{SUITE}-{key(more)}.tar.zst", lambda tar: _build(tar, [*packages(), *more]), renewed=renewed)


def cached(target: Path, build: Callable[[Path], None], *, renewed: bool = False) -> Path:
    """The path of a cached file, which is built if it is missing, and rebuilt if it is older than 30 days and the archive can be reached.

    A younger file is used without asking any archive, so that a machine without a network can work for weeks. With `renewed`, an
    error of the rebuild is raised. Without, it is printed and the old file is used.
    """
    with locked(target):
        missing = not target.exists()
        if missing or time.time() - target.stat().st_mtime > _KEPT_DAYS * _DAY:
            try:
                build(target)
                forget_older(target)
            except LabError as error:
                if missing or renewed:
                    raise
                print(f"azlab: {target} is older than {_KEPT_DAYS} days and is used nevertheless, because it could not be rebuilt: {error}", file=sys.stderr)
            finally:
                part_of(target).unlink(missing_ok=True)
    return target


def part_of(target: Path) -> Path:
    """The path at which a cached file is written until it is complete and gets its name."""
    return target.with_suffix(".part")


def run(*command: str | Path, env: dict[str, str] | None = None, apart: bool = False) -> None:
    """Run one tool of the build; its output is shown only if it fails. `apart` is for tools that mount or fork: namespaces of their own."""
    name = Path(command[0]).name
    if not shutil.which(command[0]):
        raise BuildFailed(f"building a guest disk needs the command {name}: install it with apt")
    line: list[str | Path] = [*(_APART if apart else ()), *command]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env) as process:
        try:
            said, _ = process.communicate()
        except BaseException:
            _end(process, apart=apart)
            raise
    if process.returncode:
        raise BuildFailed(f"building a guest disk: {name} failed with exit status {process.returncode}:\n{said[-3000:].strip()}")


def _end(process: subprocess.Popen[str], *, apart: bool) -> None:
    """Kill a tool. In namespaces of its own, its first process is killed: unshare ends when the last process there has ended."""
    if process.poll() is None:
        inside = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split() if apart else []
        for pid in [int(child) for child in inside] or [process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.wait()


def forget_older(fresh: Path) -> None:
    """Delete cached files of the same kind and release under other keys: each takes hundreds of megabytes."""
    kind = fresh.name.rpartition("-")[0]
    for path in fresh.parent.glob(f"{kind}-*"):
        if not path.name.startswith(fresh.name.split(".")[0]):
            path.unlink(missing_ok=True)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock on building `target`, so that two labs do not build it at the same time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{target}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(tar: Path, included: Sequence[str]) -> None:
    if os.geteuid():
        raise BuildFailed("building a guest's root file system requires root: run `sudo azlab disk build` once, or run this with sudo")
    sources = apt.sources(SUITE)
    with tempfile.TemporaryDirectory(prefix="azlab-rootfs-") as scratch:
        fresh = Path(scratch, "rootfs.tar.zst")
        try:
            run(
                "mmdebstrap",
                *_OPTIONS,
                f"--include={','.join(included)}",
                *(f"--aptopt={line}" for line in apt.transport_options()),
                SUITE,
                fresh,
                *sources,
                env={**os.environ, "TMPDIR": scratch, "LC_ALL": "C.UTF-8"},
                apart=True,
            )
        except BuildFailed as error:
            raise BuildFailed(f"{error}\nThe archives were:\n" + "\n".join(sources) + f"\n{apt.ADVICE}") from error
        arrived = part_of(tar)
        shutil.copyfile(fresh, arrived)
        arrived.rename(tar)
