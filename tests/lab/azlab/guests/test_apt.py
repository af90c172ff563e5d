"""The archives of the guest's packages, on hosts whose apt is set up for Debian 12, another Debian, or none."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from azlab.guests.build import apt, rootfs

SIGNED = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AZLAB_DEBIAN_MIRROR", "AZLAB_DEBIAN_SECURITY_MIRROR"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """A host whose apt-get prints these rows of its index targets."""

    def lists(*rows: str) -> None:
        printed = tmp_path / "rows"
        printed.write_text("".join(f"{row}\n" for row in rows))
        command = tmp_path / "apt-get"
        command.write_text(f"#!/bin/sh\ncat {printed}\n")
        command.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return lists


def test_a_host_with_another_debian_provides_its_mirrors(host: Callable[..., None]) -> None:
    host(
        "Docker|Docker CE|trixie|http://other/",
        "Debian Backports|Debian Backports|trixie-backports|http://backports/debian/",
        "Debian|Debian|trixie|cdrom:[Debian]/",
        "Debian|Debian-Security|trixie-security|http://host/security/",
        "Debian|Debian|trixie|http://host/debian/",
        "Debian|Debian|trixie-updates|http://host/updates/",
    )
    assert apt.sources("bookworm") == [
        f"{SIGNED} http://host/debian/ bookworm main",
        f"{SIGNED} http://host/debian/ bookworm-updates main",
        f"{SIGNED} http://host/security/ bookworm-security main",
    ]


def test_the_mirror_of_this_release_comes_first(host: Callable[..., None]) -> None:
    host("Debian|Debian|trixie|http://new/", "Debian|Debian|bookworm-updates|http://old/", "Debian|Debian|bookworm|http://older/")
    assert apt.sources("bookworm")[0] == f"{SIGNED} http://old/ bookworm main"


@pytest.mark.parametrize("rows", [(), ("Ubuntu|Ubuntu|noble|http://archive.ubuntu.com/ubuntu/",)], ids=["no index", "Ubuntu"])
def test_a_host_without_debian_uses_debians_own_archives(host: Callable[..., None], rows: tuple[str, ...]) -> None:
    host(*rows)
    assert apt.sources("bookworm") == [
        f"{SIGNED} http://deb.debian.org/debian bookworm main",
        f"{SIGNED} http://deb.debian.org/debian bookworm-updates main",
        f"{SIGNED} http://deb.debian.org/debian-security bookworm-security main",
    ]


def test_mirrors_from_the_environment_are_used(host: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    host("Debian|Debian|bookworm|http://host/debian/", "Debian|Debian-Security|bookworm-security|http://host/security/")
    monkeypatch.setenv("AZLAB_DEBIAN_MIRROR", "https://mine/debian")
    assert [line.split()[2] for line in apt.sources("bookworm")] == ["https://mine/debian", "https://mine/debian", "http://host/security/"]
    monkeypatch.setenv("AZLAB_DEBIAN_SECURITY_MIRROR", "https://mine/security")
    assert apt.sources("bookworm")[2].split()[2] == "https://mine/security"


@pytest.mark.parametrize("value", ["mine", "http://a b/debian", "http://mine/debian bookworm main"])
def test_a_mirror_that_is_not_a_url_is_refused(host: Callable[..., None], monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    host()
    monkeypatch.setenv("AZLAB_DEBIAN_MIRROR", value)
    with pytest.raises(
        apt.NoDebian, match=f"AZLAB_DEBIAN_MIRROR must be the URL of a mirror, such as http://deb.debian.org/debian, not '{value}'"
    ):
        apt.sources("bookworm")


def test_the_error_on_a_host_without_apt_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(apt.NoDebian, match="there is no apt-get on this machine"):
        apt.sources("bookworm")


def test_the_error_of_apt_about_its_sources_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "apt-get").write_text("#!/bin/sh\necho 'E: Malformed entry 1' >&2\nexit 100\n")
    (tmp_path / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(apt.NoDebian, match="apt-get indextargets failed on this machine: E: Malformed entry 1"):
        apt.sources("bookworm")


def test_transport_options_of_the_host_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    dump = [
        'Acquire::http::Proxy "http://proxy:3142";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::http "";',
        'Acquire::GzipIndexes "true";',
        'Dir::Cache "var/cache/apt";',
    ]
    monkeypatch.setattr(apt, "_output", lambda *command: "\n".join(dump))
    assert apt.transport_options() == dump[:2]


def test_the_error_about_an_unreachable_archive_names_it_and_the_variables(
    host: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the host's own apt and mmdebstrap, and a mirror on which nothing listens."""
    monkeypatch.setattr(rootfs.os, "geteuid", lambda: 0)
    monkeypatch.setattr(rootfs.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("AZLAB_DEBIAN_MIRROR", "http://127.0.0.1:9/debian")
    monkeypatch.setenv("AZLAB_DEBIAN_SECURITY_MIRROR", "http://127.0.0.1:9/security")
    with pytest.raises(rootfs.BuildFailed) as caught:
        rootfs._build(tmp_path / "rootfs.tar.zst", ["systemd"])
    assert "mmdebstrap failed with" in str(caught.value)
    assert f"{SIGNED} http://127.0.0.1:9/security bookworm-security main" in str(caught.value)
    assert str(caught.value).endswith("set mirrors that can be reached in AZLAB_DEBIAN_MIRROR and AZLAB_DEBIAN_SECURITY_MIRROR.")
    assert list(tmp_path.iterdir()) == []
    assert subprocess.run(["findmnt", "-rn", "-o", "TARGET"], capture_output=True, text=True).stdout.count(str(tmp_path)) == 0
