# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges a simulated Windows guest, or spoils the prepared server in each known way and writes what was fired to build/windows.json.

    make windows                    all mutations
    make windows GUEST=my.json      what the preflight, Sysprep and the disk of this guest say

tests/support/windows/README.md describes the file of a guest.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.support.windows.campaign import FILE, campaign, write
from tests.support.windows.engine import LEFT_OUT, PROGRAM
from tests.support.windows.stranger import UnusableGuest, judge, read


def judge_guest(file: Path, folder: Path) -> int:
    """Print what is said of the guest in a file; ``folder`` is empty."""
    try:
        print(judge(read(file), folder))
    except UnusableGuest as error:
        print(f"{error} tests/support/windows/README.md has the format.", file=sys.stderr)
        return 2
    return 0


def main() -> int:
    """Run what the command line asks for; the exit status says whether everything is as expected."""
    if not PROGRAM:
        print(LEFT_OUT, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        if guest := os.environ.get("GUEST"):
            return judge_guest(Path(guest), Path(folder))
        found = campaign(Path(folder))
    write(found)
    print("\n".join(found.lines()))
    print(f"{FILE}: {len(found.mutations)} mutations, {len(found.wrong)} of them not as expected")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
