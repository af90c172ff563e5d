"""A lab without guests, started once for all tests of a session; every test has a resource group of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azlab.settings import Settings

from tests.support.ansible_runs import TEMPORARY
from tests.support.bodies import World
from tests.support.running_lab import GIB, LOCATION, MIB, RunningLab, azlab, done
from tests.support.tasks import LabTasks

__all__ = ["GIB", "LOCATION", "MIB", "RunningLab", "azlab", "done"]


@pytest.fixture(scope="session", autouse=True)
def nothing_temporary_stays() -> Iterator[None]:
    """Delete Ansible's temporary files: a worker of pytest-xdist may be ended before it does so itself."""
    yield
    TEMPORARY.cleanup()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The session's lab."""
    state = tmp_path_factory.mktemp("azlab")
    azlab("--state", state, "up", "--no-guests", "--hurry")
    try:
        yield RunningLab(Settings.load(state))
    finally:
        azlab("--state", state, "down")


@pytest.fixture
def group(lab: RunningLab) -> str:
    """A resource group of the test's own."""
    return lab.put_group()


@pytest.fixture
def world(lab: RunningLab, group: str) -> World:
    """The test's own resource group, and ways to fill it."""
    return World(lab, group)


@pytest.fixture
def tasks(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> LabTasks:
    """Tasks of the collection against the session's lab."""
    return LabTasks(lab, monkeypatch)
