"""The processes of a lab: Azurite, the blob front, and the control plane with its guests.

    python -m azlab.daemon STATE          the control plane; it starts and stops the other two
    python -m azlab.daemon STATE front    the blob front, as a process of its own

The control plane holds the lock of the lab as long as it runs.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from azlab import lock
from azlab.parent import end_with_parent
from azlab.settings import LabError, Settings

if TYPE_CHECKING:
    import uvicorn

    from azlab.arm.core.lab import Lab

log = logging.getLogger("azlab.daemon")


def main(arguments: list[str]) -> None:
    """Run one of the processes until it gets SIGTERM."""
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
    """Serve the blob front until the process that started it ends."""
    from azlab.serving import server
    from azlab.storage.front import app

    end_with_parent(signal.SIGTERM)
    server(app(settings), settings, settings.blob_port).run()


def run(settings: Settings) -> None:
    """Start Azurite and the blob front, serve the control plane until SIGTERM, and stop everything in reverse order."""
    from azlab import tls
    from azlab.storage.azurite import Azurite

    held = lock.take(settings)  # released when this process ends, after every other one of the lab
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
    """Let the first SIGTERM or SIGINT stop everything in order, and ignore all later ones.

    uvicorn raises the signal again when it has stopped serving. Without this handler, the process would end then, with guests and Azurite
    still running.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
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
    from azlab.arm.http.app import ControlPlane
    from azlab.serving import server

    lab = build(settings)
    try:
        serving = server(ControlPlane(lab).app, settings, settings.arm_port)
        threading.Thread(target=_watch, args=(front, serving), daemon=True).start()
        asyncio.run(serving.serve())
    finally:
        lab.guests.shutdown()
        lab.operations.wait(10)
        lab.store.close()


def _watch(front: subprocess.Popen[bytes], serving: uvicorn.Server) -> None:
    """End the lab if the blob front ends by itself, and log why: without its data plane a lab cannot work."""
    front.wait()
    if not serving.should_exit:
        log.error("the blob front ended with status %s; see front.log", front.returncode)
        serving.should_exit = True


def build(settings: Settings) -> Lab:
    """Put the parts of the control plane together, and settle what a crash interrupted."""
    from azlab.arm.compute.machines.start import guest_ended, recover
    from azlab.arm.compute.others.planting import plant
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
    plant(store, settings)
    lab.guests = (Guests if settings.guests else NoGuests)(settings, blobs, lambda vm_id: guest_ended(lab, vm_id))
    recover(lab)
    return lab


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LabError as error:
        sys.exit(str(error))
