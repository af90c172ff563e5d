"""One guest for the whole tier: an image of it is captured while its captor is killed again and again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.acts import build, upload, use
from demo.environment import Stage, prologue
from demo.guest import AZLAB
from demo.report import Story
from tests.guest.patience import CpuClock

# Other tiers run beside these guests, and two emulated processors take more of the host for the same work.
os.environ["AZLAB_GUEST_PROCESSORS"] = "1"

WORK = Path(__file__).resolve().parents[2] / "build/test/guest"


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A lab with a guest that was lived in: the demo's first three acts, with VMs of its own."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    stage = Stage(Story(WORK, WORK / "report.json"), WORK / "azlab", CpuClock(WORK / "azlab"))
    try:
        prologue(stage)
        for act in (build, upload, use):
            act(stage)
        yield stage
    finally:
        subprocess.run([str(AZLAB), "--state", str(stage.state), "down"], check=True, capture_output=True)
