"""`make demo`: the six acts on an empty local Azure, and build/demo.json for what was seen."""

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
from .environment import Stage, prologue
from .guest import AZLAB
from .processes import adopt_orphans, end_descendants
from .report import Story
from .tamper import NAMES, chosen

BUILD = Path(__file__).resolve().parent.parent / "build"
INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def perform(state: Path, work: Path, report: Path, spoil: str = "") -> bool:
    """Run every act on an empty lab, and leave that lab stopped with its state kept."""
    try:
        _stop(state)
        for folder in (state, work):
            shutil.rmtree(folder, ignore_errors=True)
        work.mkdir(parents=True)
        story = Story(work, report, spoil)
        story.write(ok=False)
        try:
            stage = Stage(story, state)
            prologue(stage)
            for act in ACTS:
                act(stage)
        finally:
            _heed_no_more()
            _forget_secrets(work)
            _stop(state)
        story.write(ok=True)
    except Exception as error:  # the report says which act; here the last word for the person at the terminal
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


def _heed_no_more() -> None:
    """Let no second Ctrl-C cut the clean-up short; the processes it starts inherit that."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def interrupted(*_: Any) -> None:
    _heed_no_more()
    print("Interrupted: stopping the local Azure.", file=sys.stderr, flush=True)
    raise KeyboardInterrupt


def main() -> int:
    report = BUILD / "demo.json"
    report.unlink(missing_ok=True)
    wanted = os.environ.get("SPOIL", "")
    spoil = chosen(wanted) if wanted else ""
    if spoil is None:
        print(f"SPOIL={wanted} is none of {', '.join(NAMES)}, and no executable file: give one of them.", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("The local Azure boots guests with networks of their own, which takes root: run `sudo make demo`.", file=sys.stderr)
        return 2
    adopt_orphans()
    for number in SIGNALS:
        signal.signal(number, interrupted)
    try:
        status = 0 if perform(BUILD / "azlab", BUILD / "demo", report, spoil) else 1
    except KeyboardInterrupt:
        status = INTERRUPTED
    finally:
        _heed_no_more()
        end_descendants()
    if status == INTERRUPTED:
        print("Stopped: nothing is left running.", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
