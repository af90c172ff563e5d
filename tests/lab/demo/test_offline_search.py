# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The offline search: it must find what a disk contains, deleted or not, and each deliberate change under its own check."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from azlab.guests.build import guest_disk

from demo import acts, guest_scripts, kinds, offline_search
from demo.offline_search import Needle, key_body
from demo.tamper import NAMES, tamper_with

MACHINE_ID = "5f0c3b1e9a7d4c2e8b6a1f3d5c7e9b0a"
VM_ID = "12345678-9abc-4def-8123-456789abcdef"
HASH = "$y$j9T$xX0n7c1wZ4aR6uQ2$kwzqbyn5dVfJ3sLk9pTgYhUeIoPa"
MIB = 1024 * 1024
USED_MIB = 588  # on a guest disk of the lab


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("keys")
    for name in ("host", "lost"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return {name: (folder / name).read_text() for name in ("host", "lost")}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The files of a root file system in the state after sealing."""
    root = tmp_path / "root"
    for folder in ("etc/ssh", "home", "usr/lib"):
        (root / folder).mkdir(parents=True)
    (root / "usr/lib/os-release").write_text("ID=debian\n")
    (root / "etc/os-release").symlink_to("../usr/lib/os-release")
    (root / "etc/machine-id").touch()
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    return root


def sized(path: Path, mib: int) -> Path:
    with path.open("wb") as file:
        file.truncate(mib * MIB)
    return path


def ext4(path: Path, files: Path) -> Path:
    """A file system of 32 MiB with these files."""
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(files), str(sized(path, 32))], check=True)
    return path


def partitioned(path: Path, *parts: tuple[str, int, Path | None]) -> Path:
    """A raw disk with one partition for each tuple of type, size in MiB and content."""
    start, table = 1, ["label: gpt"]
    for kind, size, _ in parts:
        table.append(f"start={start}MiB, size={size}MiB, type={kind}")
        start += size
    sized(path, start + 1)
    subprocess.run(["sfdisk", "--quiet", str(path)], input="\n".join(table) + "\n", text=True, check=True)
    start = 1
    for _, size, content in parts:
        if content:
            subprocess.run(
                ["dd", f"if={content}", f"of={path}", "bs=1M", f"seek={start}", "conv=notrunc,sparse", "status=none"], check=True
            )
        start += size
    return path


@pytest.fixture
def esp(tmp_path: Path) -> Path:
    """An EFI system partition with one file."""
    path = sized(tmp_path / "esp.img", 4)
    subprocess.run(["mformat", "-i", str(path), "-v", "EFI", "::"], check=True)
    subprocess.run(["mcopy", "-i", str(path), "-", "::grub.cfg"], input=b"search --label kwzqbynalice\n", check=True)
    return path


@pytest.fixture
def disk(tmp_path: Path, files: Path) -> Path:
    """A raw disk with a BIOS boot partition and a partition with a root file system."""
    return partitioned(tmp_path / "disk.raw", (offline_search.BIOS_BOOT, 1, None), ("L", 32, ext4(tmp_path / "part.img", files)))


@pytest.fixture
def needles(keys: dict[str, str]) -> tuple[Needle, ...]:
    return (
        offline_search.text("user", "user name", "kwzqbynalice"),
        offline_search.guid("machine_id", "machine-id", MACHINE_ID),
        offline_search.mac("mac", "MAC address", "00:0d:3a:12:34:56"),
        offline_search.guid("vm_id", "VM id", VM_ID),
        Needle("host_key", "host key", tuple(key_body(keys["host"])), blocks=True),
        Needle("private_key", "lost key", tuple(key_body(keys["lost"])), blocks=True),
        Needle("password_hash", "password hash", (HASH.encode(),), blocks=True),
    )


def change(disk: Path, script: str) -> None:
    """Run a shell script in the root file system of the disk, mounted for writing."""
    with offline_search.opened(disk, *offline_search.root_file_system(disk)) as root:
        subprocess.run(["sh", "-euc", script], cwd=root, check=True)


def test_a_clean_disk_has_no_hits_and_is_read_completely(disk: Path, needles: tuple[Needle, ...]) -> None:
    found = offline_search.search(disk, needles, system=True)
    assert found.hits == {}
    assert found.unread == []
    assert found.block_bytes > 64 * 1024
    assert found.file_bytes > 0


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
        ("echo 123456789abc4def8123456789abcdef >etc/id", "VM id"),
        ("echo 78563412BC9AEF4D8123456789ABCDEF >etc/id", "VM id"),
        (f"echo {MACHINE_ID.upper()} >etc/id", "machine-id"),
        ("echo 5f0c3b1e-9a7d-4c2e-8b6a-1f3d5c7e9b0a >etc/id", "machine-id"),
        ("touch $(printf 'etc/kwzqbynalice-\\351')", "user name"),
    ],
)
def test_contents_names_and_links_are_searched_for_every_spelling(disk: Path, needles: tuple[Needle, ...], script: str, name: str) -> None:
    change(disk, script)
    assert set(offline_search.search(disk, needles).hits) == {name}


def test_the_journal_of_a_disk_is_replayed_after_a_power_cut(disk: Path, needles: tuple[Needle, ...], tmp_path: Path) -> None:
    cut = tmp_path / "cut.raw"
    with offline_search.opened(disk, *offline_search.root_file_system(disk)) as root:
        for number in range(200):
            (root / f"home/{number}").write_text("kwzqbynalice\n" * 300)
        subprocess.run(["sync", "--file-system", str(root)], check=True)
        (root / "home/last").mkdir()
        subprocess.run(["cp", "--sparse=always", str(disk), str(cut)], check=True)
    assert len(offline_search.search(cut, needles).hits["user name"]) == 200


def test_a_deleted_key_is_found_in_its_block(disk: Path, needles: tuple[Needle, ...], keys: dict[str, str]) -> None:
    change(disk, f"cat >home/lost <<'EOF'\n{keys['lost']}EOF\nsync; rm home/lost; sync")
    assert set(offline_search.search(disk, needles).hits) == {"lost key", kinds.PRIVATE_KEY}


def test_most_copies_of_a_deleted_key_survive_later_writes(tmp_path: Path) -> None:
    """On a file system as large and as full as that of a guest, where the first small files overwrite a single copy."""
    disk = sized(tmp_path / "root.raw", guest_disk.ROOT.size_mib)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", *guest_disk.EXT4_OPTIONS, str(disk)], check=True)
    with offline_search.opened(disk, 0, disk.stat().st_size) as root:
        subprocess.run(["fallocate", "--length", f"{USED_MIB}M", str(root / "used")], check=True)
        command, environment = ["sh", "-seu"], {**os.environ, "HOME": str(root)}
        lost = subprocess.run(
            command, input=guest_scripts.delete_a_key(), env=environment, capture_output=True, text=True, check=True
        ).stdout
        assert sorted(path.name for path in root.iterdir()) == ["lost+found", "used", "work"]
        assert not list((root / "work").iterdir())
        (root / "log").mkdir()
        for number in range(30 * MIB // 4096):
            (root / "log" / str(number)).write_bytes(os.urandom(4096))
        (root / "journal").write_bytes(os.urandom(50 * MIB))
        (root / "used").unlink()  # only blocks matter from here on
    needle = Needle("private_key", guest_scripts.DELETED_KEY, tuple(key_body(lost)), blocks=True)
    found = {"backup os": offline_search.search(disk, [needle])}
    assert guest_scripts.COPIES // 2 < acts._copies(found, [needle]) <= guest_scripts.COPIES


def test_a_password_hash_is_found_in_its_block(disk: Path, needles: tuple[Needle, ...]) -> None:
    change(disk, f"echo 'ada:{HASH}:19000:0:99999:7:::' >etc/shadow-; sync; rm etc/shadow-; sync")
    assert set(offline_search.search(disk, needles).hits) == {"password hash", kinds.PASSWORD_HASH}


def test_a_needle_that_spans_two_windows_is_found_in_blocks_and_files(disk: Path, needles: tuple[Needle, ...]) -> None:
    at = offline_search.WINDOW - len(HASH) // 2
    raw = disk.with_name("plain.raw")
    raw.write_bytes(b"x" * at + HASH.encode() + b"x" * 100)
    found = offline_search.search(raw, needles)
    assert found.hits == {"password hash": [f"byte {at}"], kinds.PASSWORD_HASH: [f"byte {at}"]}
    with offline_search.opened(disk, *offline_search.root_file_system(disk)) as root:
        (root / "home/big").write_bytes(b"x" * (offline_search.WINDOW - 5) + b"kwzqbynalice")
    assert offline_search.search(disk, needles).hits == {"user name": ["/home/big"]}


def test_the_efi_system_partition_is_searched(tmp_path: Path, disk: Path, esp: Path, needles: tuple[Needle, ...]) -> None:
    raw = partitioned(tmp_path / "efi.raw", ("U", 4, esp), ("L", 32, tmp_path / "part.img"))
    found = offline_search.search(raw, needles, system=True)
    assert (found.hits, found.unread) == ({"user name": ["/grub.cfg"]}, [])


def test_a_disk_without_a_partition_table_is_searched(tmp_path: Path, files: Path, needles: tuple[Needle, ...]) -> None:
    (files / "marker").write_text("kwzqbynalice\n")
    found = offline_search.search(ext4(tmp_path / "data.raw", files), needles)
    assert (found.hits, found.unread) == ({"user name": ["/marker"]}, [])


def test_an_unreadable_file_system_is_reported_and_the_rest_is_searched(
    tmp_path: Path, disk: Path, needles: tuple[Needle, ...], keys: dict[str, str]
) -> None:
    change(disk, "echo kwzqbynalice >etc/hosts")
    noise = tmp_path / "noise.img"
    noise.write_bytes(b"\n".join(key_body(keys["lost"])).ljust(MIB, b"."))
    raw = partitioned(tmp_path / "three.raw", ("L", 1, noise), ("L", 32, disk.with_name("part.img")))
    found = offline_search.search(raw, needles, system=True)
    assert (set(found.hits), found.unread) == ({"lost key"}, [f"file system at byte {MIB}: unknown file system type"])


def test_a_disk_without_a_readable_file_system_is_not_clean(tmp_path: Path, needles: tuple[Needle, ...]) -> None:
    assert offline_search.search(sized(tmp_path / "blank.raw", 4), needles).unread == ["file system at byte 0: unknown file system type"]


def test_a_system_disk_must_contain_a_root_file_system(disk: Path, needles: tuple[Needle, ...]) -> None:
    change(disk, "rm etc/os-release")
    assert offline_search.search(disk, needles).unread == []
    assert offline_search.search(disk, needles, system=True).unread == ["no file system of the disk contains /etc/os-release"]


def test_the_private_keys_of_the_azure_agent_are_needles(disk: Path, keys: dict[str, str]) -> None:
    assert offline_search.agent_keys(disk) == []
    change(
        disk, f"mkdir -p var/lib/waagent; cat >var/lib/waagent/TransportPrivate.pem <<'EOF'\n{keys['lost']}EOF\n: >var/lib/waagent/0.prv"
    )
    (needle,) = offline_search.agent_keys(disk)
    assert (needle.check, needle.blocks) == ("private_key", True)
    change(disk, "rm -r var/lib/waagent; sync")
    assert set(offline_search.search(disk, [needle]).hits) == {"the agent's TransportPrivate.pem", kinds.PRIVATE_KEY}


@pytest.mark.parametrize("how", NAMES)
def test_each_kind_of_tampering_is_found_under_its_own_check_only(
    disk: Path, needles: tuple[Needle, ...], keys: dict[str, str], how: str
) -> None:
    tamper_with([disk], how, {"machine_id": MACHINE_ID, "host_key": keys["host"], "user": "kwzqbynalice"})
    assert checks(offline_search.search(disk, needles).hits, needles) == {how} | ({"private_key"} if how == "host_key" else set())


def checks(hits: dict[str, list[str]], needles: tuple[Needle, ...]) -> set[str]:
    """The checks that hits on needles and kinds fail."""
    names = {**{needle.name: needle.check for needle in needles}, **kinds.CHECKS}
    return {names[name] for name in hits}


def test_an_executable_receives_the_paths_of_the_raw_disks(disk: Path, tmp_path: Path) -> None:
    program = tmp_path / "change.sh"
    program.write_text(f'#!/bin/sh\nfor each; do stat -c "%n %s" "$each"; done >"{tmp_path}/output"\n')
    program.chmod(0o755)
    data = sized(tmp_path / "data.raw", 8)
    tamper_with([disk, data], str(program), {})
    assert (tmp_path / "output").read_text() == f"{disk} {35 * MIB}\n{data} {8 * MIB}\n"
