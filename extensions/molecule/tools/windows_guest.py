# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Windows guests of the scenarios: `server FOLDER` and `spoiled FOLDER` make one, `show FOLDER` prints its state as JSON."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from tests.support.windows.guest import SERVER, Guest
from tests.support.windows.prepared import STEPS, prepared, state


def main(command: str, folder: Path) -> None:
    """Carry out a command. A spoiled guest lacks all that windows_prepare sets, but for the agent, which would need a file.

    Each look at the processes of a guest changes their times, so that they are not shown.
    """
    if command == "show":
        guest = Guest(folder / "guest.json")
        seen = {name: value for name, value in state(guest).items() if name != "processes"}
        print(json.dumps({**seen, "complaints": guest.complaints, "sysprep_starts": guest.run.get("sysprep_starts", 0)}))
        return
    described = json.loads(SERVER.read_text())
    if command == "spoiled":
        described = prepared()
        for name, step in STEPS.items():
            if name != "agent":
                step.spoil(described)
    shutil.rmtree(folder, ignore_errors=True)
    Guest.start(described, folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
