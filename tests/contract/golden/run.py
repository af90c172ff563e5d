# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays recordings against an empty lab and writes the report build/golden.json."""

from __future__ import annotations

import os
from pathlib import Path

from azlab.client import LabClient

from tests.contract.golden.client import Client
from tests.contract.golden.deviations import accepted
from tests.contract.golden.read import NotARecording, Recording, read_folder
from tests.contract.golden.replay import replay
from tests.contract.golden.report import Report
from tests.contract.golden.seeds import write_outside
from tests.contract.golden.select import selected

REPORT = Path("build") / "golden.json"
FOLDERS = "RECORDINGS"
"""The environment variable that names folders with more recordings, separated by colons."""


def known_recordings() -> tuple[list[Recording], list[str]]:
    """The recordings of the source distributions and of the folders in RECORDINGS, and the reasons why some are left out."""
    folders = [Path(each) for each in os.environ.get(FOLDERS, "").split(os.pathsep) if each]
    if not folders:
        return selected(), [f"recordings that are in no source distribution: {FOLDERS} is not set"]
    for folder in folders:
        if not folder.is_dir():
            raise NotARecording(f"{FOLDERS} must name folders with recordings, separated by {os.pathsep!r}, or be unset: {folder} is none")
    return [*selected(), *(recording for folder in folders for recording in read_folder(folder))], []


def run(recordings: list[Recording], left_out: list[str], lab: LabClient) -> Report:
    """Replay recordings against an empty lab."""
    write_outside(lab.state, recordings)
    client = Client(lab)
    try:
        outcomes = replay(recordings, client)
    finally:
        client.close()
    unused = [f"{outcome.name}: no call on a resource type that is replayed" for outcome in outcomes if not outcome.calls]
    report = Report(tuple(outcomes), tuple(accepted()), (*left_out, *unused))
    report.write(REPORT)
    return report
