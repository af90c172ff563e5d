# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The offline search for kinds: a stranger's secret is found under its own check, and packaged files are exempt."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from azlab.guests.build import guest_disk

from demo import kinds, offline_search

MIB = 1024 * 1024
ID = "5f0c3b1e9a7d4c2e8b6a1f3d5c7e9b0a"
"""A machine-id."""


def made(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def ssh_key(folder: Path, *options: str) -> str:
    """A new private key of OpenSSH, as ssh-keygen writes it with these options."""
    file = folder / "key"
    for old in folder.glob("key*"):
        old.unlink()
    made("ssh-keygen", "-q", "-f", str(file), *(options if "-N" in options else (*options, "-N", "")))
    return file.read_text()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of a sealed root file system with one package, which has a test key and an example of a hash."""
    root = tmp_path / "root"
    for folder in ("etc/ssh", "home", "usr/share/doc/example", "var/lib/dpkg/info", "var/log/journal", "boot/loader/entries"):
        (root / folder).mkdir(parents=True)
    (root / "etc/os-release").write_text("ID=debian\n")
    (root / "etc/machine-id").write_text("uninitialized\n")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    (root / "etc/shadow").write_text("root:*:19000:0:99999:7:::\nmail:!!:19000::::::\n")
    return root


def package(root: Path, *contents: str) -> list[Path]:
    """Files with these contents, which belong to a package of the root file system."""
    files = [root / f"usr/share/doc/example/{number}" for number, _ in enumerate(contents)]
    for file, content in zip(files, contents, strict=True):
        file.write_text(content)
    sums = made("md5sum", *map(str, files)).replace(f"{root}/", "")
    (root / "var/lib/dpkg/info/example.md5sums").write_text(sums)
    return files


def ext4(files: Path) -> Path:
    """A disk of 16 MiB with these files."""
    disk = files.with_suffix(".raw")
    with disk.open("wb") as file:
        file.truncate(16 * MIB)
    made("mke2fs", "-q", "-t", "ext4", "-d", str(files), str(disk))
    return disk


def found(disk: Path, **options: bool) -> dict[str, list[str]]:
    findings = offline_search.search(disk, (), **options)
    assert findings.unread == []
    return findings.hits


def failed(disk: Path) -> set[str]:
    """The checks that a disk fails."""
    return {kinds.CHECKS[name] for name in found(disk)}


KEYS = {
    "OpenSSH, Ed25519": ("ssh-keygen", "-t", "ed25519"),
    "OpenSSH, RSA": ("ssh-keygen", "-t", "rsa", "-b", "1024"),
    "OpenSSH, encrypted": ("ssh-keygen", "-t", "ecdsa", "-N", "secret phrase"),
    "traditional RSA": ("ssh-keygen", "-t", "rsa", "-b", "1024", "-m", "PEM"),
    "traditional EC": ("ssh-keygen", "-t", "ecdsa", "-m", "PEM"),
    "traditional, encrypted": ("ssh-keygen", "-t", "rsa", "-b", "1024", "-m", "PEM", "-N", "secret phrase"),
    "PKCS 8, Ed25519": ("openssl", "genpkey", "-algorithm", "ed25519"),
    "PKCS 8, EC": ("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "PKCS 8, encrypted": ("openssl", "genpkey", "-algorithm", "ed25519", "-aes-128-cbc", "-pass", "pass:secret"),
}


@pytest.fixture(params=KEYS)
def key(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A stranger's private key in each of the formats."""
    program, *options = KEYS[request.param]
    return ssh_key(tmp_path, *options) if program == "ssh-keygen" else made(program, *options)


def test_a_private_key_is_found_in_a_file_and_in_free_blocks(root: Path, key: str) -> None:
    (root / "home/notes").write_text("before\n" + key)
    disk = ext4(root)
    assert failed(disk) == {"private_key"}
    with offline_search.opened(disk, 0, 16 * MIB) as mounted:
        (mounted / "home/notes").unlink()
    (place,) = {place.split()[0] for place in found(disk)[kinds.PRIVATE_KEY]}
    assert place == "byte"
    assert failed(disk) == {"private_key"}


@pytest.mark.parametrize("quoted", [json.dumps, lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "\n    ")])
def test_a_private_key_is_found_in_json_in_yaml_and_with_line_ends_of_windows(
    root: Path, tmp_path: Path, quoted: Callable[[str], str]
) -> None:
    (root / "home/notes").write_text(quoted(ssh_key(tmp_path, "-t", "rsa", "-b", "1024", "-m", "PEM")))
    assert failed(ext4(root)) == {"private_key"}


def test_a_key_without_its_header_is_found(root: Path, tmp_path: Path) -> None:
    (root / "home/notes").write_text(ssh_key(tmp_path, "-t", "ed25519").split("\n", 1)[1])
    assert failed(ext4(root)) == {"private_key"}


def test_a_private_key_in_free_blocks_of_a_data_disk_is_found(tmp_path: Path, key: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/marker").write_text("marker\n")
    disk = ext4(tmp_path / "data")
    with disk.open("r+b") as file:
        file.seek(12 * MIB)
        file.write(key.encode())
    assert found(disk)[kinds.PRIVATE_KEY][0] == f"byte {12 * MIB}"
    assert failed(disk) == {"private_key"}


def test_a_host_key_fails_the_checks_of_host_keys_and_private_keys(root: Path, key: str) -> None:
    (root / "etc/ssh/ssh_host_rsa_key").write_text(key)
    assert failed(ext4(root)) == {"host_key", "private_key"}


@pytest.mark.parametrize("name", ["etc/ssh/ssh_host_ed25519_key.pub", "home/ssh_host_rsa_key.old"])
def test_the_public_half_of_a_host_key_is_one_too(root: Path, name: str) -> None:
    (root / name).write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ4 root@elsewhere\n")
    assert failed(ext4(root)) == {"host_key"}


HASHES = [
    "$1$MHEq4B5.$l9iEutU2hRiNcl6zQq3fZ.",
    "$apr1$XxWkV6K2$e.I1qgaaGYJw5DftjpatM0",
    "$5$aHl30xAGobty3tt/$5Fz7lvjS2WDe8X6vX4bBvambxlA3neQs/ChKTRjmpE9",
    "$5$rounds=10000$aHl30xAG$5Fz7lvjS2WDe8X6vX4bBvambxlA3neQs/ChKTRjmpE9",
    "$6$abcdefgh$D7W7qyozKBT.t6FD3DVYHvADbIO0eSyI4.p20LaEUjro8PqTGYYo/EQcuNjhFbzo9Yg5ir1KIEqFY/yJpgFph0",
    "$y$j9T$abcdefghijkl$tIEIK0tRpVYnb5EbxZDlFLI0ryBZQGiiMcG7Xj5gBz0",
    "$gy$j9T$abcdefghijkl$9W.ZuPO5IcKuh0alvkY.gL37g/DrNgzSqACloeppafB",
    "$2b$05$abcdefghijklmnopqrstuuhKF09ZYWwH2zP/0fwE1X8e/Q1YNx/hO",
    "$7$CU..../....abcdefgh$19TzpFZ5AwP26vdEMbfvWacoVUfd2MfVusFAVFilh.C",
    "$sha1$10$abcd$UZn2q3Kwp4/luaSUOSAWzpPWHMzZ",
    "$md5$abcd$$87ZQbj3rE0WSDomlpW8Uf/",
    "$3$$a9f0dd57e1edab5bb55a9ac0a99c15ec",
]
"""A hash of each method of crypt(5), as crypt(3) returned it."""


@pytest.mark.parametrize("hash", [*HASHES, f"!{HASHES[5]}", "abiQ6Ep3EYTHc"])
@pytest.mark.parametrize("name", ["shadow", "shadow-", "gshadow", "passwd-"])
def test_a_password_hash_of_anybody_is_found(root: Path, name: str, hash: str) -> None:
    (root / "etc" / name).write_text(f"root:*:19000:0:99999:7:::\nstranger:{hash}:19000:0:99999:7:::\n")
    assert failed(ext4(root)) == {"password_hash"}


def test_a_deleted_password_hash_is_found(root: Path) -> None:
    (root / "etc/shadow-").write_text(f"stranger:{HASHES[5]}:19000:0:99999:7:::\n")
    disk = ext4(root)
    with offline_search.opened(disk, 0, 16 * MIB) as mounted:
        (mounted / "etc/shadow-").unlink()
    assert failed(disk) == {"password_hash"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("etc/machine-id", f"{ID}\n"),
        ("var/lib/dbus/machine-id", ID),
        ("var/log/journal/" + ID + "/system.journal", ""),
        ("boot/loader/entries/" + ID + "-6.1.0-25-amd64.conf", "title Debian\n"),
        ("efi/loader/entries/" + ID + "-6.1.0-25-amd64.conf", "title Debian\n"),
        ("boot/" + ID + "/6.1.0-25-amd64/linux", ""),
        ("boot/vmlinuz-0-rescue-" + ID, ""),
        ("etc/kernel/entry-token", ID),
    ],
)
def test_a_machine_id_is_found_at_each_of_its_places(root: Path, name: str, content: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content)
    assert failed(ext4(root)) == {"machine_id"}


def test_similar_texts_are_not_secrets(root: Path, tmp_path: Path) -> None:
    public = ssh_key(tmp_path, "-t", "ed25519") and (tmp_path / "key.pub").read_text()
    (root / "home/notes").write_text(
        f"{public}\n-----BEGIN OPENSSH PRIVATE KEY-----\n...\n-----END OPENSSH PRIVATE KEY-----\n"
        f"-----BEGIN CERTIFICATE-----\n{'QUJD' * 30}\n-----END CERTIFICATE-----\nawk '{{print $1$2$5$6}}' $1$\n{ID}\n"
    )
    (root / "var/lib/dbus").mkdir()
    (root / "var/lib/dbus/machine-id").symlink_to("/etc/machine-id")
    assert found(ext4(root), system=True) == {}


def test_an_unmodified_packaged_file_is_exempt_and_a_modified_one_is_not(root: Path, tmp_path: Path) -> None:
    key = ssh_key(tmp_path, "-t", "rsa", "-b", "4096")
    file, example = package(root, f"a test key:\n{key}", f"an example: {HASHES[4]}\n")
    (root / "home/compiled").write_bytes(b"\0\1" + key.encode())  # the same bytes elsewhere
    disk = ext4(root)
    assert found(disk) == {}
    with offline_search.opened(disk, 0, 16 * MIB) as mounted:
        (mounted / file.relative_to(root)).unlink()
        (mounted / example.relative_to(root)).write_text(f"another example: {HASHES[4]}\n")
    assert failed(disk) == {"private_key", "password_hash"}


def test_a_configuration_file_of_a_package_is_packaged(root: Path) -> None:
    (root / "etc/example.conf").write_text(f"# password {HASHES[4]}\n")
    checksum = made("md5sum", str(root / "etc/example.conf")).split()[0]
    (root / "var/lib/dpkg/status").write_text(f"Package: example\nConffiles:\n /etc/example.conf {checksum}\n")
    assert found(ext4(root)) == {}


def test_a_secret_of_packages_of_the_os_disk_is_none_on_a_data_disk(root: Path, tmp_path: Path) -> None:
    package(root, f"an example: {HASHES[4]}\n")
    packaged = offline_search.search(ext4(root), ()).packaged
    (tmp_path / "data").mkdir()
    (tmp_path / "data/copy").write_text(f"{HASHES[4]}\n")
    data = ext4(tmp_path / "data")
    assert offline_search.search(data, (), packaged=packaged).hits == {}
    assert failed(data) == {"password_hash"}


def test_a_clean_debian_disk_has_no_secret_and_a_stranger_s_host_key_is_found_on_it(tmp_path: Path) -> None:
    disk = guest_disk.build_disk(tmp_path / "debian.raw")
    assert found(disk, system=True) == {}
    with offline_search.opened(disk, *offline_search.root_file_system(disk)) as mounted:
        (mounted / "etc/ssh/ssh_host_ed25519_key").write_text(ssh_key(tmp_path, "-t", "ed25519"))
        (mounted / "etc/shadow-").write_text(f"stranger:{HASHES[5]}:19000:0:99999:7:::\n")
    assert failed(disk) == {"host_key", "private_key", "password_hash"}
