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
FOLDER = "RECORDINGS"
"""The environment variable that names a folder with more recordings."""


def known_recordings() -> tuple[list[Recording], list[str]]:
    """The recordings of the source distributions and of the folder RECORDINGS, and the reasons why some are left out."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return selected(), [f"recordings that are in no source distribution: {FOLDER} is not set"]
    if not Path(folder).is_dir():
        raise NotARecording(f"{FOLDER} must be a folder with recordings or unset, not {folder}")
    return [*selected(), *read_folder(Path(folder))], []


def run(recordings: list[Recording], left_out: list[str], lab: LabClient) -> Report:
    """Replay recordings against an empty lab."""
    write_outside(lab.state)
    client = Client(lab)
    try:
        outcomes = replay(recordings, client)
    finally:
        client.close()
    unused = [f"{outcome.name}: no call on virtual machines, disks, snapshots or images" for outcome in outcomes if not outcome.calls]
    report = Report(tuple(outcomes), tuple(accepted()), (*left_out, *unused))
    report.write(REPORT)
    return report
