"""One guest for all tests of this tier."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.acts import build, upload, use
from demo.environment import prepare
from demo.guest import AZLAB
from demo.report import Report
from demo.scenario import Scenario
from tests.guest.cpu_clock import CpuClock
from tests.guest.lived_in import LivedInServer, furnish

# Other tiers run at the same time, and two emulated processors need more of the host for the same work.
os.environ["AZLAB_GUEST_PROCESSORS"] = "1"

WORK = Path(__file__).resolve().parents[2] / "build/test/guest"


@pytest.fixture(scope="session")
def env() -> Iterator[LivedInServer]:
    """A lab with a server that has lived: the guest of the first three acts of the demo, whose user has left traces, and more."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    env = LivedInServer(Scenario(WORK), Report(WORK / "report.json"), WORK / "azlab", CpuClock(WORK / "azlab"))
    try:
        prepare(env)
        for act in (build, upload, use):
            act(env)
        furnish(env)
        yield env
    finally:
        subprocess.run([str(AZLAB), "--state", str(env.state), "down"], check=True, capture_output=True)
