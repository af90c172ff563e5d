# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make` does in a checkout before and after all work."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that nothing was made in yet."""
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


def test_clean_removes_the_clones_too(checkout: Path) -> None:
    subprocess.run(["git", "init", "-q", "build/golden/clone"], cwd=checkout, check=True)
    assert make(checkout, "clean").returncode == 0
    assert not (checkout / "build").exists()


def test_an_environment_is_used_again_at_its_own_path_however_long(tmp_path: Path) -> None:
    place = tmp_path / "checkout".ljust(150, "-")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / ".venv"], check=True)
    (function,) = re.findall(r"^usable_venv\(\) \{.*?^\}", (ROOT / "scripts" / "setup.sh").read_text(), re.MULTILINE | re.DOTALL)

    def usable(place: Path) -> bool:
        script = f"set -euo pipefail; python={shlex.quote(sys.executable)}\n{function}\nusable_venv"
        return subprocess.run(["bash", "-c", script], cwd=place, check=False).returncode == 0

    assert not usable(place)
    (place / ".venv/bin/pip").write_text(f"#!/bin/sh\n'exec' {place}/.venv/bin/python\n")  # as pip writes it where a path is long
    assert usable(place)
    assert not usable(place.rename(tmp_path / "moved"))


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "SPOIL=user"), ("test",)], ids=" ".join)
def test_another_user_gets_the_one_sudo_command_at_once(checkout: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    somebody = tmp_path / "id"
    somebody.write_text("#!/bin/sh\necho 1000\n")
    somebody.chmod(0o755)
    done = make(checkout, *arguments, path=f"{tmp_path}:")
    assert done.returncode != 0
    assert f"run: sudo make {' '.join(arguments)}" in done.stderr
    assert not (checkout / "build").exists()
