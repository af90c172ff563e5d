# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set-up, `make clean`, `make fresh` and the runner of the tests."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.testing import __main__ as runner
from scripts.testing.counts import Counts

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A new checkout."""
    place = tmp_path / "checkout"
    place.mkdir()
    for name in ("Makefile", ".gitignore"):
        shutil.copy(ROOT / name, place)
    shutil.copytree(ROOT / "scripts", place / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for command in ("init -q", "add -A", "-c user.name=x -c user.email=x@x commit -qm x"):
        subprocess.run(["git", *command.split()], cwd=place, check=True)
    return place


def make(checkout: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name not in ("SPOIL", "TIERS")}
    environment["PATH"] = f"{path}{os.environ['PATH']}"
    return subprocess.run(["make", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def test_clean_removes_clones_of_other_repositories(checkout: Path) -> None:
    subprocess.run(["git", "init", "-q", "build/golden/clone"], cwd=checkout, check=True)
    assert make(checkout, "clean").returncode == 0
    assert not (checkout / "build").exists()


def test_an_environment_is_reused_only_at_its_own_path(tmp_path: Path) -> None:
    place = tmp_path / "checkout".ljust(150, "-")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / ".venv"], check=True)
    (function,) = re.findall(r"^usable_venv\(\) \{.*?^\}", (ROOT / "scripts" / "setup.sh").read_text(), re.MULTILINE | re.DOTALL)

    def usable(place: Path) -> bool:
        script = f"set -euo pipefail; python={shlex.quote(sys.executable)}\n{function}\nusable_venv"
        return subprocess.run(["bash", "-c", script], cwd=place, check=False).returncode == 0

    assert not usable(place)
    (place / ".venv/bin/pip").write_text(f"#!/bin/sh\n'exec' {place}/.venv/bin/python\n")  # as pip writes it for a long path
    assert usable(place)
    assert not usable(place.rename(tmp_path / "moved"))


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "SPOIL=user"), ("test",)], ids=" ".join)
def test_a_user_without_root_gets_the_sudo_command(checkout: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    somebody = tmp_path / "id"
    somebody.write_text("#!/bin/sh\necho 1000\n")
    somebody.chmod(0o755)
    done = make(checkout, *arguments, path=f"{tmp_path}:")
    assert done.returncode != 0
    assert f"run: sudo make {' '.join(arguments)}" in done.stderr
    assert not (checkout / "build").exists()


NEW = "#!/bin/sh\nexit 0\n"
OLD = "#!/bin/sh\nexit 1\n"
NO_PYTHON = "setup: {} has no Python 3.11 or newer: install python3.11 to python3.14, or use Debian 12 or newer or Ubuntu 24.04 or newer\n"
NO_ROOM = "#!/bin/sh\necho Filesystem\necho /dev/sda1 2048000 1024000 1024000 50% /\n"
RELEASES = {
    "Debian 12": "debian 12",
    "Debian 13": "debian 13",
    "Debian 14": "debian 14",
    "Debian sid": "debian",
    "Debian 11": "debian 11",
    "Ubuntu 24.04": "ubuntu 24.04",
    "Ubuntu 22.04": "ubuntu 22.04",
    "Ubuntu 20.04": "ubuntu 20.04",
    "Linux Mint 22": "linuxmint 22",
    "Fedora 43": "fedora 43",
}


@pytest.fixture
def system(tmp_path: Path):
    """Runs system.sh for a release and some commands, and returns its exit status and output."""

    def look(release: str, *, python: str | None = None, without: str = "", text: str | None = None, **commands: str) -> tuple[int, str]:
        os_release, programs = tmp_path / "os-release", tmp_path / "programs"
        id, _, version = RELEASES[release].partition(" ")
        os_release.write_text(text or f'PRETTY_NAME="{release}"\nID={id}\n' + (f'VERSION_ID="{version}"\n' if version else ""))
        programs.mkdir()
        for name in ("bash", "env", "df", "awk"):
            (programs / name).symlink_to(str(shutil.which(name)))
        commands = {"apt_get": NEW, "dpkg": "#!/bin/sh\necho amd64\n", **commands}
        for name, script in commands.items():
            command = programs / name.replace("_", "-")
            command.unlink(missing_ok=True)
            command.write_text(script)
            command.chmod(0o755)
        if without:
            (programs / without).unlink()
        arguments = [ROOT / "scripts" / "system.sh", os_release, *([python] if python else [])]
        done = subprocess.run(arguments, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    return look


@pytest.mark.parametrize("release", ["Debian 12", "Debian 13"])
@pytest.mark.parametrize("python", ["/usr/bin/python3", None], ids=["python", "no python"])
def test_a_tested_release_is_accepted_silently(system, release: str, python: str | None) -> None:
    assert system(release, python=python) == (0, "")


@pytest.mark.parametrize("release", ["Debian 14", "Debian sid", "Ubuntu 24.04", "Linux Mint 22"])
@pytest.mark.parametrize("python", ["/usr/bin/python3", None], ids=["python", "no python"])
def test_an_untested_release_is_accepted_with_a_message(system, release: str, python: str | None) -> None:
    assert system(release, python=python) == (0, f"setup: set-up was not tried on {release}, only on Debian 12 and 13; continuing\n")


@pytest.mark.parametrize(
    "text",
    ['PRETTY_NAME="Debian 12\nID=debian\n', "ID=debian\nVERSION_ID=12\n((\n", "ID=debian\nID=$NONE\n", "exit 3\n", "<html>\n"],
    ids=["quote", "syntax", "unset", "exit", "html"],
)
def test_an_invalid_os_release_counts_as_untested(system, text: str) -> None:
    """With one message, and without errors of the shell."""
    assert system("Debian 12", text=text) == (0, "setup: set-up was not tried on this system, only on Debian 12 and 13; continuing\n")


@pytest.mark.parametrize("release", ["Debian 11", "Ubuntu 22.04", "Ubuntu 20.04"])
def test_an_old_release_is_refused_for_its_python(system, release: str) -> None:
    assert system(release) == (1, NO_PYTHON.format(release))


@pytest.mark.parametrize("release", ["Debian 11", "Debian 12", "Linux Mint 22"])
def test_an_old_python_is_refused_on_every_release(system, release: str) -> None:
    assert system(release, python3=OLD) == (1, NO_PYTHON.format(release))


def test_an_old_release_with_a_newer_python_is_accepted(system) -> None:
    assert system("Ubuntu 22.04", python="/usr/local/bin/python3.12")[0] == 0


@pytest.mark.parametrize("command", ["apt-get", "dpkg"])
def test_a_system_without_debian_tools_is_refused(system, command: str) -> None:
    status, said = system("Fedora 43", without=command)
    assert status == 1
    assert said.startswith(f"setup: Fedora 43 has no {command}: ")


def test_another_architecture_is_refused(system) -> None:
    status, said = system("Debian 12", dpkg="#!/bin/sh\necho arm64\n")
    assert status == 1
    assert said.startswith("setup: Debian 12 is for arm64: ")


def test_a_full_disk_is_refused(system) -> None:
    status, said = system("Debian 12", python="python3", df=NO_ROOM)
    assert status == 1
    assert said.startswith("setup: there are 1000 MB free for ")
    assert "takes about 1600 MB" in said


def test_set_up_checks_the_system_before_it_installs(checkout: Path, tmp_path: Path) -> None:
    for name, text in {"dpkg": "echo arm64", "apt-get": f"touch {tmp_path}/called", "dpkg-query": "exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    done = make(checkout, "setup", path=f"{tmp_path}:")
    assert done.returncode != 0
    assert " is for arm64: " in done.stderr
    assert not (tmp_path / "called").exists()
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("there", [True, False], ids=["has openssh-server", "lacks openssh-server"])
def test_set_up_lets_no_ssh_server_start_and_leaves_alone_one_that_is_there(checkout: Path, tmp_path: Path, there: bool) -> None:
    programs, calls = tmp_path / "programs", tmp_path / "calls"
    programs.mkdir()
    missing = {"jq"} if there else {"jq", "openssh-server"}
    wanted = [name for name in (checkout / "scripts/debian-packages.txt").read_text().split("\n") if name and name[0] != "#"]
    installed = "\n".join(f"installed {name}" for name in wanted if name not in missing)
    scripts = {"id": "echo 0", "dpkg": "echo amd64", "df": "echo; echo 0 0 0 9999999", "dpkg-query": f"echo '{installed}'", "python3": ""}
    scripts |= {name: f'echo "{name} $*" >>{calls}' for name in ("apt-get", "systemctl")}
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    make(checkout, "setup", path=f"{programs}:")
    install = f"apt-get install -y --no-install-recommends {' '.join(sorted(missing))}"
    units = "ssh.service ssh.socket"
    guarded = [f"systemctl --quiet mask --runtime {units}", install, f"systemctl --quiet unmask --runtime {units}"]
    expected = [install] if there else [*guarded, f"systemctl --quiet disable {units}"]
    assert [call for call in calls.read_text().splitlines() if "show-environment" not in call] == ["apt-get update", *expected]


@pytest.mark.parametrize("python", ["none", "without ensurepip"])
def test_python_and_venv_are_in_the_list_of_packages(checkout: Path, tmp_path: Path, python: str) -> None:
    """A user who may not install packages gets one command with all of them."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env", "cat", "grep", "sed", "sort", "comm", "flock", "mkdir", "dirname", "make", "df", "awk"):
        (programs / name).symlink_to(str(shutil.which(name)))
    scripts = {"id": "echo 1000", "dpkg": "echo amd64", "apt-get": "exit 1", "dpkg-query": "echo installed jq"}
    if python != "none":
        # The first call asks for 3.11, the second for ensurepip, the third for the name of the package.
        scripts["python3"] = "case $2 in *ensurepip*) exit 1 ;; *venv*) echo python3.13-venv ;; esac"
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    done = subprocess.run(["make", "setup"], cwd=checkout, env={"PATH": str(programs)}, capture_output=True, text=True, check=False)
    wanted = {"none": "python3 python3-venv", "without ensurepip": "python3.13-venv"}[python]
    assert done.returncode != 0
    assert done.stderr.count("sudo apt-get install") == 1
    assert f" zstd {wanted}\n" in done.stderr
    assert " jq " not in done.stderr


def test_clean_refuses_while_a_fresh_run_is_going_on(checkout: Path) -> None:
    """The process ids of a lab in a fresh run are those of another namespace: here, they belong to other processes."""
    place = checkout / "build" / "fresh" / "trixie"
    place.mkdir(parents=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = make(checkout, "clean")
    assert done.returncode != 0
    assert "make fresh is running in build/fresh/trixie" in done.stderr
    assert place.exists()
    assert make(checkout, "clean").returncode == 0
    assert not place.exists()


def fresh(checkout: Path, *arguments: str, path: str = "") -> str:
    environment = {**os.environ, "PATH": f"{path}{os.environ['PATH']}"}
    done = subprocess.run(["scripts/fresh.sh", *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert not (checkout / "build").exists()
    return done.stderr


@pytest.mark.parametrize("suite", [(), ("sarge",)], ids=["none", "unknown"])
def test_a_fresh_run_needs_a_known_suite(checkout: Path, suite: tuple[str, ...]) -> None:
    assert fresh(checkout, *suite) == f"fresh: SUITE must be bookworm, trixie or ubuntu, not '{''.join(suite)}'\n"


def test_a_fresh_run_needs_root(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    (tmp_path / "id").chmod(0o755)
    assert "run: sudo make fresh SUITE=trixie" in fresh(checkout, "trixie", path=f"{tmp_path}:")


def test_the_readme_names_the_packages_in_the_line_that_fresh_reads() -> None:
    pattern = re.search(r"sed -n 's/(\^.+?)//p' README\.md", (ROOT / "scripts" / "fresh.sh").read_text())
    assert pattern
    named = re.findall(f"{pattern[1]}(.+)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named == ["git make python3 ca-certificates"]


def test_an_error_in_the_runner_fails_its_tier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The other tiers keep their results, and the log has the error."""
    monkeypatch.setattr(runner, "TIERS", {"lint": lambda: int("broken")})
    monkeypatch.setattr(runner, "log_of", lambda name: tmp_path / f"{name}.log")
    monkeypatch.setattr(runner, "BUILD", tmp_path / "build")
    assert runner.run_tier("lint")[0] == Counts(failed=1)
    assert "ValueError: invalid literal for int() with base 10: 'broken'" in capsys.readouterr().out
