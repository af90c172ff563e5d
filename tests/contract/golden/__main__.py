# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays recordings against an empty local Azure of its own: `python -m tests.contract.golden DIR`.

DIR holds recordings as json lists of {method, url, request_body, status, response_headers, response_body}, test proxy sessions or VCR
cassettes. Without DIR the recordings of the source distributions are replayed, and those in the folder that RECORDINGS names.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.contract.empty_lab import empty_lab
from tests.contract.golden.read import NotARecording, read_folder
from tests.contract.golden.run import REPORT, known_recordings, run


def main(words: list[str]) -> int:
    """Replay, report, and say whether everything matched."""
    folder = Path(words[0]) if words and words[0] else None
    if folder is not None and not folder.is_dir():
        print(f"{folder} is not a folder with recordings: give one as DIR=path", file=sys.stderr)
        return 2
    try:
        recordings, left_out = (read_folder(folder), []) if folder else known_recordings()
    except NotARecording as error:
        print(error, file=sys.stderr)
        return 2
    with empty_lab() as (state, place):
        report = run(recordings, left_out, state, place)
    print(*report.lines(), f"details: {REPORT}", sep="\n")
    totals = report.totals()
    return 0 if totals["calls"] and not totals["unaccepted"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
