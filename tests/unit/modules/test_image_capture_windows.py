# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""image_capture of a Windows VM: the verdict on its deallocated OS disk is the evidence, against an Azure in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core import tags as tag
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import Denied, InvalidRequest, Refused
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.protection import Protection
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.rights import Permission, Rights
from ansible_collections.goldenimage.azure.plugins.module_utils._core.model.seal import Seal
from ansible_collections.goldenimage.azure.plugins.module_utils._core.times import format_time
from ansible_collections.goldenimage.azure.plugins.modules import image_capture

from tests.support.capture_values import (
    BACKUPS,
    DATA_DISK,
    DEALLOCATED_DISK,
    GENERALIZED_AT,
    OS_DISK,
    READER,
    RUNNING_VM,
    STARTED_AT,
    VM1,
    VM_ID,
    backup,
)
from tests.support.fakes import ATTACHED_AT, DEALLOCATED_AT, FakeAzure
from tests.support.module_runner import ModuleRunner

OPTIONS = {"vm": {"name": "web1", "resource_group": "build"}, "name": "web-1", "resource_group": "images"}
ALL = [
    "deallocate VM web1",
    "keep the seal of VM web1 as a tag",
    "mark VM web1 as generalized",
    "create image web-1 from VM web1",
]
RUNNING = replace(RUNNING_VM, os_type="Windows", boot_diagnostics=False)
STOPPED = replace(RUNNING, power="stopped")
DEALLOCATED = replace(RUNNING, power="deallocated")
SEAL = Seal.of(VM_ID, format_time(GENERALIZED_AT)).stamped(DEALLOCATED_AT)
OS_BACKUP = BACKUPS[0].id.name
READ = "bytes of disk web1-os"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    monkeypatch.setattr(image_capture, "inspect", READER.inspect)
    monkeypatch.setattr(image_capture, "require_readers", READER.require)
    return ModuleRunner(image_capture, monkeypatch)


def azure_with(content: bytes = b"generalized", **changes: Any) -> FakeAzure:
    """A VM that was backed up and has stopped, and whose OS disk has this content."""
    azure = FakeAzure(**{"vms": [STOPPED], "disks": [OS_DISK, DATA_DISK], "snapshots": BACKUPS, **changes})
    azure.disks.contents["web1-os"] = content
    azure.snapshots.contents[OS_BACKUP] = b"specialized"
    return azure


def deallocated(content: bytes = b"generalized", **changes: Any) -> FakeAzure:
    return azure_with(content, **{"vms": [DEALLOCATED], "disks": [DEALLOCATED_DISK, DATA_DISK], **changes})


def rows(result: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The rows that only Windows VMs have, by id."""
    ids = ("extensions", "disk_reader", "disk_access", "backup_readable", "rights", "boot_diagnostics")
    return {row["id"]: row for row in result["checks"] if row["id"] in ids}


def test_predict_do_repeat(run: ModuleRunner) -> None:
    azure = azure_with()
    done = run.predict_do_repeat(azure, **OPTIONS)
    assert (done["steps"], done["sealed"]) == (ALL, "verified")
    assert done["guest"] == {"console": "unavailable", "reason": None, "disk": "generalized"}
    assert azure.written == ["deallocate VM web1", "tag VM web1", "generalize VM web1", "create image web-1"]
    assert azure.machines.get(VM1).tags == {"owner": "me", tag.SEAL: SEAL.as_tag()}
    assert done["image"]["tags"][tag.SEAL_DIGEST] == SEAL.digest
    assert done["diff"]["before"]["vm"]["power_state"] == "stopped"
    assert "boot log web1" not in azure.reads


def test_the_disk_is_read_between_deallocation_and_the_flag(run: ModuleRunner) -> None:
    azure, order = azure_with(), []
    write, opened = azure.write, azure.disks.opened
    azure.write = lambda verb, *rest: (order.append(verb), write(verb, *rest))  # type: ignore[method-assign]
    azure.disks.opened = lambda disk: (order.append("read"), opened(disk))[1]  # type: ignore[method-assign]
    run(azure, **OPTIONS)
    assert order == ["deallocate", "read", "tag", "generalize", "create"]


@pytest.mark.parametrize(("content", "text"), [
    (b"specialized", "its OS disk web1-os is specialized: ImageState is .* not been generalized. Start the VM, and run the role"
     " windows_generalize on it"),
    (b"broken", "its OS disk web1-os is broken: .*. Restore the VM from its backup"),
    (b"encrypted", "its OS disk web1-os is encrypted: .*BitLocker.*. Start the VM, decrypt all of its volumes"),
    (b"unproven", "its OS disk web1-os is unproven: ImageState is .*. Mend what could not be read, or set sealed: assume"),
    (b"", "its OS disk web1-os is unreadable: Windows was not found"),
    (b"without a time", "its OS disk web1-os is generalized, but does not say since when"),
])  # fmt: skip
def test_any_other_verdict_is_refused_before_the_flag(run: ModuleRunner, content: bytes, text: str) -> None:
    azure = azure_with(content)
    refused = run(azure, **OPTIONS)
    assert pytest.raises(InvalidRequest, match=f"VM web1 is not known to be sealed: {text}").matches(InvalidRequest(refused["msg"]))
    assert (azure.written, refused["steps"], refused["changed"]) == (["deallocate VM web1"], ["deallocate VM web1"], True)
    again = run(azure, **OPTIONS)
    assert (again["msg"], again["steps"]) == (refused["msg"], [])
    assert again["guest"]["disk"] == refused["guest"]["disk"]


def test_an_error_of_the_reader_leaves_the_vm_as_it_is(run: ModuleRunner) -> None:
    azure = azure_with()
    azure.disks.contents["web1-os"] = Denied("could not read bytes 0 to 511 of disk web1-os: 403", status=403)
    refused = run(azure, **OPTIONS)
    assert "could not read bytes" in refused["msg"]
    assert azure.written == ["deallocate VM web1"]


def test_a_run_that_was_killed_after_the_deallocation_is_completed(run: ModuleRunner) -> None:
    azure = deallocated()
    predicted = run(azure, check=True, **OPTIONS)
    done = run(azure, **OPTIONS)
    assert (predicted["steps"], done["steps"]) == (ALL[1:], ALL[1:])
    assert predicted["vm"] == done["vm"]


def test_a_kept_seal_is_used_again_while_nothing_has_used_the_disk(run: ModuleRunner) -> None:
    azure = deallocated(break_at=("generalize VM", Refused("could not: (Boom) no", status=500)))
    assert run(azure, **OPTIONS)["steps"] == ["keep the seal of VM web1 as a tag"]
    azure.break_at, azure.reads = None, []
    assert run(azure, **OPTIONS)["steps"] == ALL[2:]
    assert READ not in azure.reads


def test_a_kept_seal_is_read_again_after_the_disk_was_used(run: ModuleRunner) -> None:
    tagged = replace(DEALLOCATED, tags={tag.SEAL: SEAL.as_tag()})
    azure = deallocated(b"specialized", vms=[tagged], disks=[replace(DEALLOCATED_DISK, ownership_time=ATTACHED_AT), DATA_DISK])
    refused = run(azure, **OPTIONS)
    assert "is specialized" in refused["msg"]
    assert azure.written == []


def test_a_disk_that_was_used_while_it_was_read_is_not_marked(run: ModuleRunner) -> None:
    azure = deallocated()
    opened = azure.disks.opened

    def opened_and_used(disk: Any) -> Any:
        azure.disks.put(replace(DEALLOCATED_DISK, ownership_time=ATTACHED_AT))
        return opened(disk)

    azure.disks.opened = opened_and_used  # type: ignore[method-assign]
    refused = run(azure, **OPTIONS)
    assert "the ownership of its OS disk has changed" in refused["msg"]
    assert azure.written == ["tag VM web1"]


def test_a_vm_that_is_started_right_after_the_deallocation_is_left_running(run: ModuleRunner) -> None:
    azure = azure_with()
    deallocate = azure.machines.deallocate

    def then_start(vm: Any, confirm: Any) -> None:
        deallocate(vm, confirm)
        azure.machines.put(replace(azure.machines.get(vm), power="running"))

    azure.machines.deallocate = then_start  # type: ignore[method-assign]
    refused = run(azure, **OPTIONS)
    assert "VM web1 has changed while it was being captured: it is running now" in refused["msg"]
    assert (azure.written, READ in azure.reads) == (["deallocate VM web1"], False)


def test_the_ownership_time_that_azure_sets_late_is_a_part_of_the_seal(run: ModuleRunner) -> None:
    azure = azure_with()
    deallocate, find, readings = azure.machines.deallocate, azure.disks.find, iter(range(4))

    def late(disk: Any) -> Any:
        if disk == OS_DISK.id and next(readings, None) is None:
            azure.disks.put(DEALLOCATED_DISK)
        return find(disk)

    def then_late(vm: Any, confirm: Any) -> None:
        deallocate(vm, confirm)
        azure.disks.put(OS_DISK)
        azure.disks.find = late  # type: ignore[method-assign]

    azure.machines.deallocate = then_late  # type: ignore[method-assign]
    assert run(azure, **OPTIONS)["vm"]["tags"][tag.SEAL] == SEAL.as_tag()


def test_a_disk_without_an_ownership_time_is_captured_too(run: ModuleRunner) -> None:
    azure = deallocated(disks=[replace(OS_DISK, ownership_time=None), DATA_DISK])
    assert run(azure, **OPTIONS)["steps"] == ALL[1:]


def test_the_backup_must_be_from_shortly_before_sysprep(run: ModuleRunner) -> None:
    old = [replace(each, time_created=STARTED_AT) for each in BACKUPS]
    azure = azure_with(snapshots=old)
    refused = run(azure, backup_max_age=1, **OPTIONS)
    assert f"no backup of disk web1-os from the 1 hours before its seal of {format_time(GENERALIZED_AT)}" in refused["msg"]
    assert azure.written == ["deallocate VM web1"]
    none = azure_with(snapshots=[])
    assert "VM web1 has no backup of disk web1-os: run vm_backup before" in run(none, **OPTIONS)["msg"]
    assert none.written == []


def test_a_seal_that_is_assumed_reads_nothing(run: ModuleRunner) -> None:
    azure = azure_with(b"specialized")
    done = run(azure, sealed="assume", **OPTIONS)
    assert (done["steps"], done["sealed"]) == (["deallocate VM web1", *ALL[2:]], "assume")
    assert READ not in azure.reads
    assert {row["verdict"] for row in rows(done).values()} == {"ok"}


def test_what_only_third_parties_know_warns(run: ModuleRunner) -> None:
    done = run(azure_with(b"without a tag"), **OPTIONS)
    assert done["steps"] == ALL
    assert any("Sysprep_succeeded.tag does not exist" in warning for warning in run.warnings)


def test_check_mode_says_what_it_cannot_know(run: ModuleRunner) -> None:
    azure = azure_with(b"specialized", read_only=True)
    assert run(azure, check=True, **OPTIONS)["steps"] == ALL
    assert run.warnings == ["VM web1 is stopped: planned as if its OS disk were generalized, which is read once the VM is deallocated."]
    assert READ not in azure.reads
    known = deallocated(b"specialized", read_only=True)
    assert "is specialized" in run(known, check=True, **OPTIONS)["msg"]


def test_a_running_guest_is_waited_for_without_its_console(run: ModuleRunner) -> None:
    azure = azure_with(vms=[RUNNING])
    refused = run(azure, **OPTIONS)
    assert "VM web1 is still running: generalize its guest" in refused["msg"]
    assert (azure.written, "boot log web1" in azure.reads) == ([], False)
    azure.machines.find_stopped = lambda vm, is_lost: azure.machines.put(STOPPED)  # type: ignore[method-assign]
    assert run(azure, **OPTIONS)["steps"] == ALL


def test_the_backup_is_read_while_the_guest_runs(run: ModuleRunner) -> None:
    azure = azure_with(vms=[RUNNING], read_only=True)
    predicted = run(azure, check=True, **OPTIONS)
    assert predicted["steps"] == ALL
    assert rows(predicted)["backup_readable"]["verdict"] == "ok"
    assert f"bytes of snapshot {OS_BACKUP}" in azure.reads
    assert READ not in azure.reads


@pytest.mark.parametrize(("content", "text"), [
    (b"generalized", "is generalized, not specialized"),
    (b"encrypted", "is encrypted, not specialized: No Windows can be read, and a volume is encrypted with BitLocker"),
    (b"unproven", "is unproven, not specialized"),
    (b"", "is unreadable, not specialized: Windows was not found"),
    (Denied("could not get read access to snapshot s: (AuthorizationFailed) no", status=403), "is unreadable.* could not get read access"),
    (InvalidRequest("snapshot s cannot be read: its networkAccessPolicy is DenyAll"), "is unreadable.*DenyAll"),
])  # fmt: skip
def test_a_backup_that_cannot_restore_the_guest_is_refused_before_sysprep(run: ModuleRunner, content: Any, text: str) -> None:
    azure = azure_with(vms=[RUNNING])
    azure.snapshots.contents[OS_BACKUP] = content
    refused = run(azure, check=True, **OPTIONS)
    assert pytest.raises(InvalidRequest, match=f"backup {OS_BACKUP} of VM web1 {text}").matches(InvalidRequest(refused["msg"]))
    assert rows(refused)["backup_readable"]["verdict"] == "block"
    assert run(azure, check=True, waive=["backup_readable"], **OPTIONS)["steps"] == ALL


def test_the_newest_backup_is_the_one_that_is_read(run: ModuleRunner) -> None:
    later = backup(OS_DISK, GENERALIZED_AT, name="b2")
    azure = azure_with(vms=[RUNNING], snapshots=[later, *BACKUPS])
    azure.snapshots.contents[later.id.name] = b"broken"
    assert f"backup {later.id.name} of VM web1 is broken" in run(azure, check=True, **OPTIONS)["msg"]


def test_a_backup_that_is_missing_yet_warns(run: ModuleRunner) -> None:
    predicted = run(azure_with(vms=[RUNNING], snapshots=[]), check=True, **OPTIONS)
    assert rows(predicted)["backup_readable"]["verdict"] == "warn"
    without = run(azure_with(vms=[RUNNING], snapshots=[]), check=True, backup="none", **OPTIONS)
    assert rows(without)["backup_readable"]["verdict"] == "ok"


@pytest.mark.parametrize("vm", [RUNNING, STOPPED, DEALLOCATED], ids=lambda vm: vm.power)
def test_a_missing_library_is_found_before_anything_else_happens(run: ModuleRunner, monkeypatch: pytest.MonkeyPatch, vm: Any) -> None:
    def missing() -> None:
        raise InvalidRequest("Reading the disk of a Windows machine needs the Python package regipy: install it.")

    monkeypatch.setattr(image_capture, "require_readers", missing)
    azure = azure_with(vms=[vm], read_only=True)
    refused = run(azure, **OPTIONS)
    assert "VM web1: this machine cannot read Windows disks: Reading the disk of a Windows machine needs" in refused["msg"]
    assert (rows(refused)["disk_reader"]["verdict"], azure.writes) == ("block", [])
    assert not any(read.startswith("bytes") for read in azure.reads)
    assert run(azure_with(vms=[vm]), check=True, sealed="assume", backup="none", **OPTIONS)["failed"] is False


@pytest.mark.parametrize(("protection", "verdict", "text"), [
    (Protection(network_access_policy="DenyAll"), "block", "OS disk web1-os cannot be read: its networkAccessPolicy is DenyAll"),
    (Protection(public_network_access="Disabled"), "block", "its publicNetworkAccess is Disabled"),
    (Protection(data_access_auth_mode="AzureActiveDirectory"), "block", "its dataAccessAuthMode is AzureActiveDirectory"),
    (Protection(network_access_policy="AllowPrivate", public_network_access="Disabled"), "warn", "behind a private endpoint"),
    (Protection(network_access_policy="AllowAll", public_network_access="Enabled", data_access_auth_mode="None"), "ok", "Nothing is known"),
])  # fmt: skip
@pytest.mark.parametrize("vm", [RUNNING, STOPPED], ids=lambda vm: vm.power)
def test_what_forbids_to_read_the_disk_is_found_first(run: ModuleRunner, vm: Any, protection: Any, verdict: str, text: str) -> None:
    azure = azure_with(vms=[vm], disks=[replace(OS_DISK, protection=protection), DATA_DISK], read_only=True)
    row = rows(run(azure, check=True, **OPTIONS))["disk_access"]
    assert row["verdict"] == verdict
    assert text in f"{row['what']} "


@pytest.mark.parametrize("verb", ["begin", "end"])
def test_a_missing_right_to_read_the_disk_is_found_first(run: ModuleRunner, verb: str) -> None:
    azure = azure_with(read_only=True)
    azure.permissions.known[str(OS_DISK.id)] = Rights((Permission(("*",), (f"Microsoft.Compute/disks/{verb}GetAccess/action",)),))
    refused = run(azure, **OPTIONS)
    assert f"lacks the right Microsoft.Compute/disks/{verb}GetAccess/action on disk web1-os" in refused["msg"]
    assert "resource group build" in azure.permissions.asked


def test_a_missing_right_to_read_a_backup_warns_while_the_guest_runs(run: ModuleRunner) -> None:
    azure = azure_with(vms=[RUNNING])
    denied = Rights((Permission(("*",), ("Microsoft.Compute/snapshots/beginGetAccess/action",)),))
    azure.permissions.known[str(VM1).partition("/providers")[0]] = denied
    run(azure, check=True, **OPTIONS)
    assert any("lacks the right Microsoft.Compute/snapshots/beginGetAccess/action" in warning for warning in run.warnings)


def test_extensions_warn(run: ModuleRunner) -> None:
    azure = azure_with(vms=[replace(STOPPED, extensions=("Monitor", "Antimalware"))])
    done = run(azure, **OPTIONS)
    assert run.warnings[0].startswith("VM web1 has the extensions Antimalware, Monitor")
    assert rows(done)["extensions"]["verdict"] == "warn"
    waived = run(azure_with(vms=[replace(STOPPED, extensions=("Monitor",))]), waive=["extensions"], **OPTIONS)
    assert rows(waived)["extensions"]["verdict"] == "waived"


def test_a_linux_vm_has_none_of_these_rows(run: ModuleRunner) -> None:
    linux = replace(RUNNING, os_type="Linux", boot_diagnostics=True, extensions=("Monitor",))
    found = rows(run(azure_with(vms=[linux]), check=True, **OPTIONS))
    assert set(found) == {"rights", "boot_diagnostics"}


def test_a_version_in_a_gallery_is_made_in_the_same_way(run: ModuleRunner) -> None:
    options = {"vm": OPTIONS["vm"], "resource_group": "images"}
    gallery = {"gallery": "hub", "gallery_image": "web", "create_gallery": True, "create_gallery_image": True, "version": "1.0.0"}
    azure = azure_with()
    predicted = run(azure_with(read_only=True), check=True, gallery_image_version=gallery, **options)
    done = run(azure, gallery_image_version=gallery, **options)
    assert predicted["steps"] == done["steps"]
    assert done["steps"][0] == "deallocate VM web1"
    assert done["gallery_image_version"]["tags"][tag.SEAL_DIGEST] == SEAL.digest
    assert azure.gallery_images.list_in(azure.galleries.list()[0].id)[0].properties["osType"] == "Windows"
