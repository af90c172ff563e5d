# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays recordings against an empty lab: `python -m tests.contract.golden DIR`.

DIR contains recordings: JSON lists of {method, url, request_body, status, response_headers, response_body}, sessions of the test proxy, or
VCR cassettes. If DIR is omitted, the recordings of the source distributions and of the folders in RECORDINGS are replayed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.contract.empty_lab import empty_lab
from tests.contract.golden.read import NotARecording, read_folder
from tests.contract.golden.run import REPORT, known_recordings, run


def main(words: list[str]) -> int:
    """Replay the recordings, print the report, and return 0 if everything matched."""
    folder = Path(words[0]) if words and words[0] else None
    if folder is not None and not folder.is_dir():
        print(f"DIR must be a folder with recordings, not {folder}", file=sys.stderr)
        return 2
    try:
        recordings, left_out = (read_folder(folder), []) if folder else known_recordings()
    except NotARecording as error:
        print(error, file=sys.stderr)
        return 2
    with empty_lab() as lab:
        report = run(recordings, left_out, lab)
    print(*report.lines(), f"details: {REPORT}", sep="\n")
    totals = report.totals()
    return 0 if totals["calls"] and not totals["unaccepted"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
