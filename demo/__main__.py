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
from .guest import AZLAB
from .processes import adopt_orphans, end_descendants
from .spoil import NAMES, known
from .stage import Stage, prologue
from .story import Story

CHECKOUT = Path(__file__).resolve().parent.parent


def perform(state: Path, work: Path, report: Path, spoil: str = "") -> bool:
    """Run every act on an empty lab, and leave that lab stopped with its state kept."""
    for folder in (state, work):
        if folder == state and folder.exists():
            subprocess.run([str(AZLAB), "--state", str(state), "down"], check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)
    work.mkdir(parents=True)
    story = Story(work, report, spoil)
    stage = Stage(story, state)
    try:
        prologue(stage)
        for act in ACTS:
            act(stage)
        story.write(ok=True)
    except KeyboardInterrupt:
        raise
    except Exception as error:  # the report says which act; here the last word for the person at the terminal
        print(f"The demo failed: {error}", file=sys.stderr)
        return False
    finally:
        subprocess.run([str(AZLAB), "--state", str(state), "down"], check=False, capture_output=True)
        for secret in (work / "keys", work / "ansible"):
            for file in secret.glob("*") if secret.name == "keys" else secret.glob("*.json*"):
                with contextlib.suppress(OSError):
                    file.unlink()
    return True


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def main() -> int:
    spoil = os.environ.get("SPOIL", "")
    if spoil and not known(spoil):
        print(f"SPOIL={spoil} is none of {', '.join(NAMES)}, and no executable file of that path: give one of them.", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("The local Azure boots guests with networks of their own, which takes root: run `sudo make demo`.", file=sys.stderr)
        return 2
    adopt_orphans()
    signal.signal(signal.SIGTERM, interrupted)
    try:
        return 0 if perform(CHECKOUT / "build/azlab", CHECKOUT / "build/demo", CHECKOUT / "build/demo.json", spoil) else 1
    except KeyboardInterrupt:
        print("Interrupted: the local Azure is stopped, nothing is left running.", file=sys.stderr)
        return 130
    finally:
        end_descendants()


if __name__ == "__main__":
    sys.exit(main())
