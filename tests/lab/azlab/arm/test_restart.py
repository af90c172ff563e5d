"""The state of a lab that was stopped or killed and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azlab import lock
from azlab.cli.disk import key as find_key
from azlab.settings import Settings
from azlab.storage.blobs import BlobStore
from azlab.store import Store
from azure.core.exceptions import HttpResponseError

from tests.support.bodies import vm_of_image
from tests.support.lab_group import LabGroup
from tests.support.running_lab import RunningLab, azlab, done


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """The directory of a lab that belongs to the test and is stopped at the end."""
    yield tmp_path / "lab"
    azlab("--state", tmp_path / "lab", "down")


def start(state: Path) -> RunningLab:
    """Start the lab."""
    azlab("--state", state, "up", "--no-guests", "--hurry")
    return RunningLab(Settings.load(state))


def output(state: Path, *arguments: str) -> str:
    """The output of a command of the lab."""
    command = [sys.executable, "-m", "azlab.cli.main", "--state", str(state), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def processes_of(state: Path) -> list[str]:
    """The command lines of all processes that name this lab."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(state) in command and int(path.parent.name) != os.getpid():
            found.append(command)
    return found


def test_a_restarted_lab_keeps_its_resources(state: Path, tmp_path: Path) -> None:
    lab = start(state)
    lab_group = LabGroup(lab, lab.put_group())
    image = lab_group.image()
    done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", vm_of_image(image.id, lab_group.subnet())))
    BlobStore(lab.settings).write(find_key(state, image.id, "os")[1], 512, b"k" * 512)
    before, token = lab.compute.images.get(lab_group.name, "image").as_dict(), lab.http.headers["Authorization"]
    azlab("--state", state, "down")
    assert processes_of(state) == []
    assert lock.running(state) is None

    again = start(state)
    assert again.settings == lab.settings
    assert LabGroup(again, lab_group.name).power()[-1] == "PowerState/running"
    assert again.compute.images.get(lab_group.name, "image").as_dict() == before
    assert again.http.headers["Authorization"]
    assert again.http.get("/tenants?api-version=2022-12-01", headers={"Authorization": token}).is_success

    azlab("--state", state, "disk", "get", image.id, tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes()[512:1024] == b"k" * 512
    (tmp_path / "raw").open("r+b").write(b"spoilt" + bytes(506))
    azlab("--state", state, "disk", "put", image.id, tmp_path / "raw")
    assert BlobStore(again.settings).read(find_key(state, image.id, "os")[1], 0, 6 + 506)[:6] == b"spoilt"
    assert {each["id"] for each in json.loads(output(state, "disk", "list", "--json"))} >= {image.id}
    assert [vm["power"] for vm in json.loads(output(state, "vm", "list", "--json"))] == ["running"]
    assert json.loads(output(state, "status", "--json"))["running"] is True
    assert lab.settings.client_secret in output(state, "env")
    assert f"AZLAB_STATE={state}" in output(state, "env")


def test_operations_interrupted_by_a_crash_have_failed(state: Path) -> None:
    lab = start(state)
    lab_group = LabGroup(lab, lab.put_group())
    disk = lab_group.disk()
    answer = lab.arm("PATCH", f"resourceGroups/{lab_group.name}/providers/Microsoft.Compute/disks/disk", {"tags": {}})
    operation = answer.headers["azure-asyncoperation"]
    pid = lock.running(state)
    assert pid is not None
    os.kill(pid, 9)
    assert lock.wait_until_gone(pid, state, 30)

    store = Store(state / "arm.sqlite")
    id = operation.split("/DiskOperations/")[1].split("?")[0]
    store.put_operation(id, "InProgress", {"id": id, "status": "InProgress", "startTime": "", "resource": disk.id})
    found = store.find(disk.id)
    assert found is not None
    found.properties["provisioningState"] = "Creating"
    found.hidden["making"] = found.hidden.pop("key")
    store.put(found)
    store.close()

    again = start(state)
    assert again.http.get(operation).json()["status"] == "Failed"
    assert again.compute.disks.get(lab_group.name, "disk").provisioning_state == "Failed"
    with pytest.raises(HttpResponseError):
        again.compute.disks.get(lab_group.name, "other")
    done(again.compute.disks.begin_delete(lab_group.name, "disk"))


def kill(state: Path) -> None:
    """Kill the control plane with SIGKILL."""
    pid = lock.running(state)
    assert pid is not None
    os.kill(pid, 9)
    assert lock.wait_until_gone(pid, state, 30)


def test_resources_without_a_recorded_operation_are_settled_after_a_crash(state: Path) -> None:
    lab = start(state)
    lab_group = LabGroup(lab, lab.put_group())
    image, disk = lab_group.image(), lab_group.disk("half")
    vm = done(lab.compute.virtual_machines.begin_create_or_update(lab_group.name, "vm", vm_of_image(image.id, lab_group.subnet())))
    kill(state)
    store = Store(state / "arm.sqlite")
    for id, pending, hidden in ((image.id, "Updating", {}), (vm.id, "Updating", {"power": "starting"}), (disk.id, "Creating", {"key": ""})):
        found = store.find(id)
        assert found is not None
        found.properties["provisioningState"] = pending
        found.hidden.update(hidden)
        store.put(found)
    store.close()

    again = start(state)
    states = [
        lab_group.properties(*each)["provisioningState"] for each in (("images", "image"), ("virtualMachines", "vm"), ("disks", "half"))
    ]
    assert states == ["Succeeded", "Succeeded", "Failed"]
    assert LabGroup(again, lab_group.name).power()[-1] == "PowerState/running"


def test_down_leaves_no_process_of_a_killed_lab(state: Path) -> None:
    start(state)
    assert oct(state.stat().st_mode & 0o777) == "0o700"
    kill(state)
    assert any("azurite" in command for command in processes_of(state))
    azlab("--state", state, "down")
    deadline = time.monotonic() + 10
    while processes_of(state) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(state) == []


def test_commands_on_a_lab_that_was_never_started_say_so(tmp_path: Path) -> None:
    done_ = subprocess.run(
        [sys.executable, "-m", "azlab.cli.main", "--state", str(tmp_path / "none"), "env"], capture_output=True, text=True, check=False
    )
    assert done_.returncode != 0
    assert "there is no lab in" in done_.stderr
    assert "up" in done_.stderr
