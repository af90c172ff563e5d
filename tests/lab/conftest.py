"""A lab without guests for all tests of a session, and a resource group for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azlab.settings import Settings

from tests.support.ansible_runs import TEMPORARY
from tests.support.body_check import require_logged_bodies
from tests.support.catalogue import running_catalogue_lab
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, azlab
from tests.support.tasks import LabTasks


@pytest.fixture(scope="session", autouse=True)
def temporary_files_are_deleted() -> Iterator[None]:
    """Delete Ansible's temporary files, because a worker of pytest-xdist may end before it deletes them itself."""
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


@pytest.fixture(scope="session")
def catalogue_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The session's lab with a catalogue of Marketplace images, with a state of its own."""
    with running_catalogue_lab(tmp_path_factory.mktemp("azlab-catalogue")) as lab:
        yield lab


@pytest.fixture(autouse=True)
def gallery_bodies_fit(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check the bodies on galleries that the lab accepts during a test, from whichever process and client they come."""
    if "lab" not in request.fixturenames or request.node.get_closest_marker("other_bodies"):
        yield
        return
    log = request.getfixturevalue("lab").settings.state / "logs" / "arm.jsonl"
    start = log.stat().st_size
    yield
    require_logged_bodies(log, start)


@pytest.fixture
def group(lab: RunningLab) -> str:
    """The name of a new resource group."""
    return lab.put_group()


@pytest.fixture
def lab_group(lab: RunningLab, group: str) -> LabGroup:
    """A new resource group, with methods that create resources in it."""
    return LabGroup(lab, group)


@pytest.fixture
def tasks(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> LabTasks:
    """Runs modules of the collection against the lab of the session."""
    return LabTasks(lab, monkeypatch)
