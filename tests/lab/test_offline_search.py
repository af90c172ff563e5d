# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The search that proves an image: it must find what is there, deleted or not, and each deliberate spoiling under its own check."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from demo import proof
from demo.guest import key_body
from demo.proof import Needle
from demo.spoil import NAMES, spoil

MACHINE_ID = "5f0c3b1e9a7d4c2e8b6a1f3d5c7e9b0a"
VM_ID = "12345678-9abc-4def-8123-456789abcdef"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("host", "lost"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return {name: (folder / name).read_text() for name in ("host", "lost")}


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A raw disk with one partition and an ext4 file system on it, as a sealed guest leaves it."""
    root, part, raw = tmp_path / "root", tmp_path / "part.img", tmp_path / "disk.raw"
    for folder in ("etc/ssh", "home"):
        (root / folder).mkdir(parents=True)
    (root / "etc/machine-id").touch()
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    for image, size in ((part, 32), (raw, 34)):
        with image.open("wb") as file:
            file.truncate(size * MIB)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(root), str(part)], check=True)
    subprocess.run(["sfdisk", "--quiet", str(raw)], input="label: gpt\nstart=1MiB, size=32MiB\n", text=True, check=True)
    subprocess.run(["dd", f"if={part}", f"of={raw}", "bs=1M", "seek=1", "conv=notrunc,sparse", "status=none"], check=True)
    return raw


@pytest.fixture
def needles(keys: dict[str, str]) -> tuple[Needle, ...]:
    return (
        proof.text("user", "user name", "kwzqbynalice"),
        proof.text("machine_id", "machine-id", MACHINE_ID),
        proof.mac("mac", "MAC address", "00:0d:3a:12:34:56"),
        proof.guid("vm_id", "VM id", VM_ID),
        Needle("host_key", "host key", tuple(key_body(keys["host"])), blocks=True),
        Needle("private_key", "lost key", tuple(key_body(keys["lost"])), blocks=True),
    )


def change(disk: Path, script: str) -> None:
    """Run a script in the disk's file system, mounted for writing."""
    with proof.opened(disk, *proof.root_file_system(disk)) as root:
        subprocess.run(["sh", "-euc", script], cwd=root, check=True)


def test_a_clean_disk_holds_nothing_and_is_searched_whole(disk: Path, needles: tuple[Needle, ...]) -> None:
    found = proof.search(disk, needles)
    assert found.hits == {}
    assert found.searched > 64 * 1024


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("echo kwzqbynalice >etc/hosts", "user name"),
        ("mkdir home/kwzqbynalice", "user name"),
        ("ln -s /home/kwzqbynalice home/link", "user name"),
        ("echo 00-0D-3A-12-34-56 >etc/network", "MAC address"),
        ("echo 000d3a123456 >etc/network", "MAC address"),
        (f"echo {VM_ID.upper()} >etc/id", "VM id"),
        ("echo 78563412-bc9a-ef4d-8123-456789abcdef >etc/id", "VM id"),
    ],
)
def test_files_names_and_links_are_searched_in_every_spelling(disk: Path, needles: tuple[Needle, ...], script: str, name: str) -> None:
    change(disk, script)
    assert set(proof.search(disk, needles).hits) == {name}


def test_a_disk_as_after_a_power_cut_is_read_with_its_journal(disk: Path, needles: tuple[Needle, ...], tmp_path: Path) -> None:
    cut = tmp_path / "cut.raw"
    with proof.opened(disk, *proof.root_file_system(disk)) as root:
        for number in range(200):
            (root / f"home/{number}").write_text("kwzqbynalice\n" * 300)
        subprocess.run(["sync", "--file-system", str(root)], check=True)
        (root / "home/last").mkdir()
        subprocess.run(["cp", "--sparse=always", str(disk), str(cut)], check=True)
    assert len(proof.search(cut, needles).hits["user name"]) == 200


def test_a_deleted_key_is_found_in_its_block(disk: Path, needles: tuple[Needle, ...], keys: dict[str, str]) -> None:
    change(disk, f"cat >home/lost <<'EOF'\n{keys['lost']}EOF\nsync; rm home/lost; sync")
    assert set(proof.search(disk, needles).hits) == {"lost key"}


@pytest.mark.parametrize("how", NAMES)
def test_each_spoiling_is_found_under_its_own_check_alone(disk: Path, needles: tuple[Needle, ...], keys: dict[str, str], how: str) -> None:
    spoil(how, disk, {"machine_id": MACHINE_ID, "host_key": keys["host"], "user": "kwzqbynalice"})
    hits = proof.search(disk, needles).hits
    assert {needle.check for needle in needles if needle.name in hits} == {how}


def test_an_executable_gets_the_raw_disk(disk: Path, needles: tuple[Needle, ...], tmp_path: Path) -> None:
    program = tmp_path / "spoil.sh"
    program.write_text(f'#!/bin/sh\nprintf %s "{MACHINE_ID}" >"{tmp_path}/said"\nstat -c %s "$1" >>"{tmp_path}/said"\n')
    program.chmod(0o755)
    spoil(str(program), disk, {})
    assert (tmp_path / "said").read_text() == f"{MACHINE_ID}{34 * MIB}\n"
