"""`azlab up`, `down`, `status`, `env` and `logs`: one lab from its start to its end."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
from dataclasses import replace
from pathlib import Path
from typing import Any

from azlab import lock
from azlab.cli.failed import CommandFailed
from azlab.client import environment, opener
from azlab.settings import Settings, command

_START = 90
_STOP = 900


def up(options: argparse.Namespace) -> None:
    """Start the lab in the background and return when both planes answer."""
    from azlab import tls  # cryptography and the guests are slow to import, and `status` and `env` need neither

    state: Path = options.state.resolve()
    if lock.running(state):
        settings = Settings.load(state)
        if replace(settings, **_chosen(options)) != settings:
            raise CommandFailed(f"the lab in {state} is up with other switches; run `{command(state, 'down')}` first")
        print(f"{settings.arm_url} (already running)")
        return
    settings = Settings.load_or_create(state, **_chosen(options))
    tls.ensure(settings)
    _start(settings)
    print(settings.arm_url)


def _chosen(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that each start chooses."""
    return {
        "guests": not options.no_guests,
        "hurry": options.hurry,
        "catalogue_seed": options.catalogue_seed,
        "quota_id": options.quota_id,
    }


def _start(settings: Settings) -> None:
    """Start the daemon and wait until it serves; a daemon that does not is ended again."""
    settings.logs.mkdir(parents=True, exist_ok=True)
    log = settings.logs / "daemon.log"
    mark = log.stat().st_size if log.exists() else 0
    with log.open("ab") as out:
        serve = [sys.executable, "-m", "azlab.daemon", str(settings.state)]
        process = subprocess.Popen(serve, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=settings.state)
    try:
        _wait_until_serving(settings, process, log, mark)
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _wait_until_serving(settings: Settings, process: subprocess.Popen[bytes], log: Path, mark: int) -> None:
    deadline = time.monotonic() + _START
    waiting = [f"{settings.arm_url}/metadata/endpoints?api-version=2022-09-01", f"https://127.0.0.1:{settings.blob_port}/"]
    while waiting:
        if process.poll() is not None:
            raise CommandFailed(f"the lab did not start; the log {log} ends with:\n{_tail(log, mark)}")
        if time.monotonic() > deadline:
            raise CommandFailed(f"the lab did not answer within {_START} s; see {log}:\n{_tail(log, mark)}")
        if _answers(settings, waiting[0]):
            waiting.pop(0)
        else:
            time.sleep(0.05)


def _answers(settings: Settings, url: str) -> bool:
    """Whether an HTTP server answers at this URL, with any status."""
    try:
        opener(settings).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _tail(log: Path, mark: int) -> str:
    """The end of what was logged after the position `mark`."""
    with log.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace")[-3000:].strip()


def down(options: argparse.Namespace) -> None:
    """Stop the lab and wait until its process has ended."""
    state: Path = options.state.resolve()
    pid = lock.running(state)
    if pid is None:
        strays = _end_what_a_killed_lab_left(state)
        print("not running" + (f"; ended the guests that a killed lab left: {', '.join(strays)}" if strays else ""))
        return
    os.kill(pid, signal.SIGTERM)
    if not lock.wait_until_gone(pid, state, _STOP):
        raise CommandFailed(f"process {pid} did not stop within {_STOP} s; see {state / 'logs' / 'daemon.log'}")
    print("stopped")


def _end_what_a_killed_lab_left(state: Path) -> list[str]:
    """End guests and Azurite of a lab whose daemon was killed; returns the names of the VMs whose guests still ran."""
    from azlab.guests.run.strays import end_strays
    from azlab.storage.azurite import Azurite

    strays = end_strays(state)
    if (state / "config.json").exists():
        Azurite(Settings.load(state)).stop()
    return strays


def status(options: argparse.Namespace) -> None:
    """Print whether the lab is up, and its addresses; the exit status is 3 if it is down."""
    state: Path = options.state.resolve()
    pid = lock.running(state)
    facts: dict[str, Any] = {"state": str(state), "running": pid is not None}
    if pid is not None:
        settings = Settings.load(state)
        facts.update(pid=pid, arm=settings.arm_url, blob=settings.blob_url, guests=settings.guests, subscription=settings.subscription)
    if options.json:
        print(json.dumps(facts))
    else:
        for key, value in facts.items():
            print(f"{key}: {value}")
    if pid is None:
        sys.exit(3)


def env(options: argparse.Namespace) -> None:
    """Print the environment variables of a client, as export lines for a shell or as a JSON object."""
    variables = environment(Settings.load(options.state))
    if options.json:
        print(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")


def logs(options: argparse.Namespace) -> None:
    """Print one of the logs."""
    kind = "jsonl" if options.name in ("arm", "blob", "guests") else "log"
    path = options.state.resolve() / "logs" / f"{options.name}.{kind}"
    if not path.exists():
        raise CommandFailed(f"there is no log {path} yet: start the lab with `{command(options.state, 'up')}`")
    with path.open("rb") as file:
        while chunk := file.read(1 << 16):
            sys.stdout.buffer.write(chunk)
