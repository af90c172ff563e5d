# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module windows_disk_info from its options to its result: files, and disks and snapshots in an Azure in memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.goldenimage.azure.plugins.module_utils._core.errors import InvalidRequest
from ansible_collections.goldenimage.azure.plugins.module_utils._disks.formats.vhd import fixed_footer
from ansible_collections.goldenimage.azure.plugins.modules import windows_disk_info

from tests.support.backups import OS_SNAPSHOT
from tests.support.capture_values import OS_DISK
from tests.support.fakes import FakeAzure
from tests.support.module_runner import ModuleRunner

SIZE = 64 * 512
ID = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/disks/os"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> ModuleRunner:
    return ModuleRunner(windows_disk_info, monkeypatch)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(SIZE))
    return path


def test_a_file_is_read_without_credentials_or_a_connection(run: ModuleRunner, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_SUBSCRIPTION_ID", "AZURE_CLIENT_ID", "AZURE_SECRET", "AZURE_TENANT"):
        monkeypatch.delenv(name, raising=False)
    result = run(None, path=str(raw))
    assert (result["failed"], result["changed"], result["verdict"]) == (False, False, "unreadable")
    assert result["reason"] == "Windows was not found on the disk: the disk has no partition table."
    assert result["readings"]["windows_found"] is False


def test_a_fixed_vhd_is_read_without_its_footer(run: ModuleRunner, tmp_path: Path) -> None:
    path = tmp_path / "disk.vhd"
    path.write_bytes(bytes(SIZE) + fixed_footer(SIZE, "sha256-4m:0"))
    assert run(None, path=str(path))["verdict"] == "unreadable"


@pytest.mark.parametrize("kind", ["disk", "snapshot"])
def test_a_disk_or_snapshot_in_azure_is_read_through_its_port(run: ModuleRunner, kind: str) -> None:
    azure = FakeAzure(disks=[OS_DISK], snapshots=[OS_SNAPSHOT], read_only=True)
    source, kept = {"disk": (OS_DISK.id, azure.disks), "snapshot": (OS_SNAPSHOT.id, azure.snapshots)}[kind]
    kept.contents[source.name] = bytes(SIZE)
    result = run(azure, **{kind: source.name}, resource_group=source.resource_group)
    assert (result["failed"], result["verdict"]) == (False, "unreadable")
    assert azure.reads[-1] == f"bytes of {kind} {source.name}"


def test_what_forbids_to_read_a_disk_fails_the_task(run: ModuleRunner) -> None:
    azure = FakeAzure(disks=[OS_DISK])
    azure.disks.contents[OS_DISK.id.name] = InvalidRequest("disk os cannot be read: its networkAccessPolicy is DenyAll.")
    result = run(azure, disk=str(OS_DISK.id))
    assert result["failed"]
    assert "networkAccessPolicy is DenyAll" in result["msg"]


@pytest.mark.parametrize(
    "options, sentence",
    [
        ({}, "Give exactly one of path, disk and snapshot: none is."),
        ({"path": "", "disk": ""}, "Give exactly one of path, disk and snapshot: none is."),
        ({"path": "/x", "disk": "os"}, "Give exactly one of path, disk and snapshot: path, disk are given."),
        ({"disk": "os"}, "disk: 'os' needs a resource_group."),
        ({"snapshot": ID}, "snapshot: '" + ID),
        ({"path": "/nonexistent"}, "cannot read the disk file /nonexistent"),
        ({"path": "/"}, "/ is not a regular file"),
        ({"path": "/x", "max_read_mib": 0}, "max_read_mib: must be at least 1, not 0."),
        ({"path": "/x", "max_seconds": -1}, "max_seconds: must be at least 1, not -1."),
        ({"path": "/x", "wait_timeout": 0}, "wait_timeout"),
    ],
    ids=str,
)
def test_bad_options_are_refused_with_a_sentence(run: ModuleRunner, options: dict[str, Any], sentence: str) -> None:
    result = run(FakeAzure(), **options)
    assert result["failed"]
    assert sentence in result["msg"]


@pytest.mark.parametrize("head, sentence", [(b"QFI\xfb", "a qcow2 image"), (b"vhdxfile", "a VHDX")])
def test_a_file_of_another_format_is_refused(run: ModuleRunner, raw: Path, head: bytes, sentence: str) -> None:
    raw.write_bytes(head.ljust(SIZE, b"\0"))
    result = run(None, path=str(raw))
    assert result["failed"]
    assert sentence in result["msg"]


@pytest.mark.parametrize(
    "missing, packages", [(("regipy",), "package regipy:"), (("regipy", "pyfsntfs"), "packages libfsntfs-python and regipy:")], ids=str
)
def test_a_missing_library_is_named_by_its_package(
    run: ModuleRunner, raw: Path, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], packages: str
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    result = run(None, path=str(raw))
    assert result["failed"]
    assert packages in result["msg"]
    assert "pip install" in result["msg"]
