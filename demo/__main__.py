"""`make demo`: runs the six acts on an empty local Azure, and writes all facts and checks to build/demo.json."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from .acts import ACTS
from .environment import Environment, prepare
from .guest import AZLAB
from .processes import adopt_orphans, end_descendants
from .report import Report
from .scenario import Scenario
from .tamper import NAMES, resolve

BUILD = Path(__file__).resolve().parent.parent / "build"
INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def perform(state: Path, work: Path, report_path: Path, tamper: str = "") -> bool:
    """Run every act on an empty lab, then stop the lab and keep its state; true if all acts succeeded."""
    try:
        _stop(state)
        for folder in (state, work):
            shutil.rmtree(folder, ignore_errors=True)
        work.mkdir(parents=True)
        report = Report(report_path)
        report.write(ok=False)
        try:
            env = Environment(Scenario(work, tamper), report, state)
            prepare(env)
            for act in ACTS:
                act(env)
        finally:
            _ignore_signals()
            _forget_secrets(work)
            _stop(state)
        report.write(ok=True)
    except Exception as error:  # the report names the act; this line is for the terminal
        print(f"The demo failed: {error}", file=sys.stderr)
        return False
    return True


def _stop(state: Path) -> None:
    done = subprocess.run([str(AZLAB), "--state", str(state), "down"], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the local Azure could not be stopped: {done.stderr.strip() or done.stdout.strip()}")


def _forget_secrets(work: Path) -> None:
    for file in (*work.glob("keys/*"), *work.glob("ansible/*.json*")):
        with contextlib.suppress(OSError):
            file.unlink()


def _ignore_signals() -> None:
    """Ignore a second Ctrl-C, so that it cannot interrupt the clean-up; child processes inherit this."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def interrupted(*_: Any) -> None:
    _ignore_signals()
    print("Interrupted: stopping the local Azure.", file=sys.stderr, flush=True)
    raise KeyboardInterrupt


def main() -> int:
    report = BUILD / "demo.json"
    report.unlink(missing_ok=True)
    wanted = os.environ.get("SPOIL", "")
    tamper = resolve(wanted) if wanted else ""
    if tamper is None:
        print(f"SPOIL must be one of {', '.join(NAMES)} or the path of an executable file, not '{wanted}'.", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("The local Azure boots guests with their own networks, which requires root: run `sudo make demo`.", file=sys.stderr)
        return 2
    adopt_orphans()
    for number in SIGNALS:
        signal.signal(number, interrupted)
    try:
        status = 0 if perform(BUILD / "azlab", BUILD / "demo", report, tamper) else 1
    except KeyboardInterrupt:
        status = INTERRUPTED
    finally:
        _ignore_signals()
        end_descendants()
    if status == INTERRUPTED:
        print("Stopped: no process is left running.", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
