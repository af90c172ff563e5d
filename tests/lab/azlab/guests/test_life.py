"""A guest's disks and reports when QEMU, the lab or the blob store ends first."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from azlab.guests import real
from azlab.guests.none import NoGuests
from azlab.guests.platform.guest_report import Recorder
from azlab.guests.real import Budget, Guests
from azlab.guests.run import guest as run_guest
from azlab.guests.run.guest import GuestError
from azlab.guests.run.qmp import MonitorError
from azlab.guests.run.strays import end_strays
from azlab.guests.spec import Home, homes
from azlab.settings import Settings

from tests.support.guest_specs import SPEC, FolderBlobs, machine
from tests.support.waiting import wait_until

from .conftest import pretend

VM = SPEC.vm_id
OTHER = "1f0c6f2e-6c1b-4f3e-9a55-0d1c2b3a4f55"
READY = b"<Health><Container><Health><State>Ready</State></Health></Container></Health>"
FAILED = READY.replace(b"Ready", b"NotReady").replace(b"</State>", b"</State><Details><SubStatus>ProvisioningFailed</SubStatus></Details>")


def test_a_spec_is_kept_without_its_secrets(home: Home) -> None:
    kept = home.spec_file.read_text()
    assert home.spec() == replace(SPEC, os_profile={**home.spec().os_profile})
    assert SPEC.os_profile["adminPassword"] not in kept
    assert SPEC.os_profile["customData"] not in kept


def test_an_unknown_generation_is_refused() -> None:
    with pytest.raises(ValueError, match="V1 or V2"):
        machine(generation="V3")


def test_disks_left_by_a_killed_lab_are_written_back(guests: Callable[..., Guests], blobs: FolderBlobs, home: Home) -> None:
    home.disk("d-os").write_bytes(b"new bytes")
    home.disk("d-zero").with_suffix(".part").write_bytes(b"half a download")
    ended: list[str] = []
    lab = guests(ended)
    wait_until(lambda: ended == [VM])
    assert (blobs.folder / "d-os").read_bytes() == b"new bytes"
    assert blobs.written == ["d-os"]
    assert (list(home.path.glob("*.raw")), list(home.path.glob("*.part")), lab.is_running(VM)) == ([], [], False)


def test_a_guest_counts_as_running_until_its_disks_are_written_back(
    guests: Callable[..., Guests], blobs: FolderBlobs, home: Home, running: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_guest, "_RETRY", 0.05)
    home.disk("d-os").write_bytes(b"new bytes")
    blobs.away = 3
    ended: list[str] = []
    lab = guests(ended)
    assert lab.is_running(VM)
    running.kill()
    running.wait()
    wait_until(lambda: ended == [VM])
    assert blobs.written == ["d-os"]
    assert "the blob store is away" in home.log.read_text()


def test_processes_of_another_machine_are_ignored(home: Home) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (home.path / "warden.pid").write_text(str(stranger.pid))
        assert home.pid("warden") is None
        stranger.kill()


def test_guests_of_a_killed_lab_can_be_ended_and_keep_their_disks(home: Home, running: subprocess.Popen[bytes], settings: Settings) -> None:
    home.disk("d-os").write_bytes(b"new bytes")
    assert end_strays(settings.state) == ["web"]
    assert running.wait() != 0
    assert home.disk("d-os").exists()
    assert end_strays(settings.state) == []


def test_a_ready_report_ends_provisioning_and_deletes_the_password(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes]
) -> None:
    home.media.write_bytes(b"password")
    lab = guests()
    Recorder(home.platform_file).health(READY)
    assert lab.wait_provisioned(VM) == "ready"
    assert not home.media.exists()


def test_a_silent_guest_times_out(guests: Callable[..., Guests], running: subprocess.Popen[bytes]) -> None:
    assert guests(budget=Budget(cpu_seconds=600, seconds=0.1)).wait_provisioned(VM) == "timed_out"


def test_an_agent_without_a_health_report_is_detected(guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes]) -> None:
    Recorder(home.platform_file).agent_seen()
    assert guests(budget=Budget(cpu_seconds=600, seconds=0.1)).wait_provisioned(VM) == "agent_running"


HANGS = b"[    4.364887] LSM: Security Framework initializing\n"


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guest whose processor time grows by ten seconds whenever it is read."""
    looked = iter(range(0, 10_000, 10))
    monkeypatch.setattr(run_guest.Guest, "cpu_seconds", property(lambda self: float(next(looked))))
    monkeypatch.setattr(real, "_POLL", 0.001)


def test_a_kernel_silent_for_a_minute_of_processor_time_counts_as_hung(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes], busy: None
) -> None:
    home.serial_log.write_bytes(HANGS)
    assert guests().wait_provisioned(VM) == "hung"


@pytest.mark.parametrize("console", [b"", b"BdsDxe: starting Boot0002\n"], ids=["no console", "only firmware"])
def test_a_guest_without_kernel_messages_gets_the_complete_budget(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes], busy: None, console: bytes
) -> None:
    home.serial_log.write_bytes(console)
    assert guests().wait_provisioned(VM) == "timed_out"


def test_a_guest_that_has_reported_to_the_platform_does_not_count_as_hung(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes], busy: None
) -> None:
    home.serial_log.write_bytes(HANGS)
    Recorder(home.platform_file).agent_seen()
    assert guests().wait_provisioned(VM) == "agent_running"


def test_a_guest_with_console_output_does_not_count_as_hung(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes], busy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = iter(HANGS * number for number in range(1, 1000))
    monkeypatch.setattr(run_guest.Guest, "console_since_start", property(lambda self: next(lines)))
    assert guests().wait_provisioned(VM) == "timed_out"


def test_a_reported_failure_ends_the_wait(guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes]) -> None:
    Recorder(home.platform_file).health(FAILED)
    assert guests().wait_provisioned(VM) == "timed_out"


def test_a_guest_that_ends_before_its_report_has_ended(guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes]) -> None:
    lab = guests()
    running.kill()
    running.wait()
    assert lab.wait_provisioned(VM) == "ended"


def test_only_a_running_guest_has_an_agent_status(guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes]) -> None:
    status = {"timestampUTC": "t", "aggregateStatus": {"guestAgentStatus": {"version": "9", "status": "Ready"}}}
    home.platform_file.write_text(json.dumps({"health": "Ready", "failure": "", "agent_seen": True, "status": status}))
    lab = guests()
    assert lab.agent_status(VM)["vmAgentVersion"] == "9"
    running.kill()
    running.wait()
    wait_until(lambda: not lab.is_running(VM))
    assert lab.agent_status(VM) is None


def test_the_boot_log_is_kept_until_the_vm_is_deleted(guests: Callable[..., Guests], home: Home) -> None:
    home.serial_log.write_bytes(b"Linux version\n")
    lab = guests()
    assert lab.boot_log(VM) == b"Linux version\n"
    lab.forget(VM)
    assert lab.boot_log(VM) == b""
    assert list(homes(home.path.parents[1])) == []


def test_a_machine_that_is_to_be_provisioned_needs_a_profile(guests: Callable[..., Guests]) -> None:
    with pytest.raises(GuestError, match="osProfile"):
        guests().start(machine(os_profile=None))


def test_a_failed_download_leaves_no_local_disk(guests: Callable[..., Guests], home: Home) -> None:
    lab = guests()
    with pytest.raises(subprocess.CalledProcessError):
        lab.start(machine(provision=False))
    assert (list(home.path.glob("*.raw")), lab.is_running(VM)) == ([], False)


def test_a_lab_that_shuts_down_starts_no_guest(
    guests: Callable[..., Guests], blobs: FolderBlobs, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that is under way is waited for; a later one is refused."""
    for key in SPEC.disks:
        (blobs.folder / key).write_bytes(b"disk")
    fetching, going = threading.Event(), threading.Event()
    download = blobs.download

    def slowly(key: str, path: Path) -> None:
        fetching.set()
        going.wait(10)
        download(key, path)

    blobs.download = slowly
    monkeypatch.setattr(run_guest.Guest, "_launch", lambda self: pretend(self.home, "warden"))
    monkeypatch.setattr(run_guest.Guest, "_wait_for_monitor", lambda self, spec: None)
    monkeypatch.setattr(run_guest.Guest, "_press_power_button", lambda self: end_strays(settings.state))
    lab = guests(ended := [])
    with ThreadPoolExecutor(2) as pool:
        start = pool.submit(lab.start, machine(provision=False, vm_id=OTHER))
        fetching.wait(10)
        down = pool.submit(lab.shutdown)
        wait_until(lambda: lab._closing)
        assert not down.done()
        going.set()
        start.result(20)
        down.result(20)
    assert (ended, sorted(blobs.written), lab.is_running(OTHER)) == ([OTHER], sorted(SPEC.disks), False)
    for late in (VM, OTHER):
        with pytest.raises(GuestError, match="the lab is going down"):
            lab.start(machine(provision=False, vm_id=late))
        assert not lab.is_running(late)


def test_a_disk_is_copied_after_write_back_if_its_guest_has_just_ended(
    guests: Callable[..., Guests], blobs: FolderBlobs, home: Home, running: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the end of QEMU and the end of writing back there is no guest to pause, and the page blob is not current yet."""
    monkeypatch.setattr(run_guest, "_RETRY", 0.05)
    home.disk("d-os").write_bytes(b"last words")
    lab = guests()
    blobs.away = 3
    with ThreadPoolExecutor(1) as pool:

        def copy() -> bytes:
            with lab.paused(VM, "d-os"):
                return (blobs.folder / "d-os").read_bytes()

        copied = pool.submit(copy)
        running.kill()
        running.wait()
        assert copied.result(20) == b"last words"


def test_a_guest_that_runs_and_does_not_answer_is_not_copied(
    guests: Callable[..., Guests], home: Home, running: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_guest, "_EXIT_SECONDS", 0.1)
    qemu = pretend(home, "qemu")
    try:
        with pytest.raises(MonitorError), guests().paused(VM, "d-os"):
            pass
    finally:
        qemu.kill()
        qemu.wait()


def test_a_lab_without_guests_keeps_its_marks_over_a_restart(settings: Settings, blobs: FolderBlobs) -> None:
    lab = NoGuests(settings, blobs, lambda vm_id: None)
    lab.start(SPEC)
    assert (lab.wait_provisioned(VM), lab.agent_status(VM), lab.boot_log(VM)) == ("ready", None, b"")
    again = NoGuests(settings, blobs, lambda vm_id: None)
    assert again.is_running(VM)
    with again.paused(VM, "d-os"):
        again.power_off(VM, graceful=True)
    assert not lab.is_running(VM)
    again.forget(VM)
    again.shutdown()
    assert list(homes(settings.state)) == []


def test_guests_and_no_guests_have_the_same_interface() -> None:
    def surface(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert surface(NoGuests) == surface(Guests)
    assert {"start", "power_off", "paused", "wait_provisioned", "shutdown", "forget"} <= surface(Guests)
