"""The lab's processes: Azurite, the blob front, and the control plane with its guests.

    python -m azlab.daemon STATE          the control plane; it starts and stops the other two
    python -m azlab.daemon STATE front    the blob front, as a process of its own

The control plane holds a lock on `<state>/lock` as long as it lives: that, not a process id in a file, says whether a lab is up.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from azlab.settings import LabError, Settings, command

log = logging.getLogger("azlab.daemon")

_DEATH_SIGNAL = 1


class AlreadyUp(LabError):
    """Another process runs this lab."""


class NotRunning(LabError):
    """No process runs this lab, or it does not answer."""


def lock(settings: Settings) -> IO[str]:
    """Take the lab for this process."""
    settings.state.mkdir(parents=True, exist_ok=True)
    file = (settings.state / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise AlreadyUp(f"the lab in {settings.state} is up already") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def running(state: Path) -> int | None:
    """The process that runs the lab in this directory."""
    try:
        with (state / "lock").open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
    except FileNotFoundError:
        return None
    return None


def require_running(state: Path) -> None:
    """Refuse to go on if no process runs the lab in this directory."""
    if running(state) is None:
        raise NotRunning(f"the lab in {state} is down: start it with `{command(state, 'up')}`")


def main(arguments: list[str]) -> None:
    """Run one of the processes until it is told to stop."""
    settings = Settings.load(arguments[0])
    settings.logs.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    for noisy in ("azure", "httpx", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if arguments[1:] == ["front"]:
        run_front(settings)
    else:
        run(settings)


def run_front(settings: Settings) -> None:
    """Serve the blob front; it ends with the process that started it."""
    from azlab.serving import server
    from azlab.storage.front import app

    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)
    server(app(settings), settings, settings.blob_port).run()


def run(settings: Settings) -> None:
    """Serve the control plane, with everything behind it, until SIGTERM."""
    from azlab import tls
    from azlab.storage.azurite import Azurite

    held = lock(settings)  # given back by the end of the process, when nothing of the lab runs any more
    _stop_once()
    tls.ensure(settings)
    azurite = Azurite(settings)
    try:
        azurite.start()
        front = _start_front(settings)
        try:
            _serve(settings, front)
        finally:
            _stop(front)
    finally:
        azurite.stop()
        log.info("stopped; %s is free", held.name)


def _stop_once() -> None:
    """Let the first SIGTERM unwind everything in order, and no later one disturb that.

    uvicorn raises the signal again when it has stopped serving: without a handler of our own that would be the end, with guests and
    Azurite still running.
    """

    def stop(number: int, _frame: Any) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)


def _start_front(settings: Settings) -> subprocess.Popen[bytes]:
    with (settings.logs / "front.log").open("ab") as out:
        serve = [sys.executable, "-m", "azlab.daemon", str(settings.state), "front"]
        return subprocess.Popen(serve, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _serve(settings: Settings, front: subprocess.Popen[bytes]) -> None:
    from azlab.arm.http.app import FrontDoor
    from azlab.serving import server

    lab = build(settings)
    try:
        serving = server(FrontDoor(lab).app, settings, settings.arm_port)
        threading.Thread(target=_watch, args=(front, serving), daemon=True).start()
        asyncio.run(serving.serve())
    finally:
        lab.guests.shutdown()
        lab.operations.wait(10)
        lab.store.close()


def _watch(front: subprocess.Popen[bytes], serving: Any) -> None:
    """A lab without its data plane is no lab: end it where one can see why."""
    front.wait()
    if not serving.should_exit:
        log.error("the blob front ended with status %s; see front.log", front.returncode)
        serving.should_exit = True


def build(settings: Settings) -> Any:
    """The control plane's rooms, put together, and what a crash left undone brought to an end."""
    from azlab.arm.compute.machines.start import guest_ended, recover
    from azlab.arm.core.lab import Lab
    from azlab.arm.core.operations import Operations
    from azlab.arm.registry import settle
    from azlab.faults import Faults
    from azlab.guests.none import NoGuests
    from azlab.guests.real import Guests
    from azlab.requestlog import RequestLog
    from azlab.storage.blobs import BlobStore
    from azlab.store import Store

    store = Store(settings.state / "arm.sqlite")
    blobs = BlobStore(settings)
    operations = Operations(store, settle)
    operations.recover()
    lab = Lab(settings, store, blobs, None, operations, Faults(settings.faults), RequestLog(settings.logs / "arm.jsonl"))
    lab.guests = (Guests if settings.guests else NoGuests)(settings, blobs, lambda vm_id: guest_ended(lab, vm_id))
    recover(lab)
    return lab


def wait_until_gone(pid: int, state: Path, seconds: float) -> bool:
    """Wait for the lab's process to end; false when it did not in time."""
    deadline = time.monotonic() + seconds
    while running(state) == pid or _alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _alive(pid: int) -> bool:
    """Whether the process is there; one that has ended and only waits to be reaped is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LabError as error:
        sys.exit(str(error))
