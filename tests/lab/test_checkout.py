# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make` does in a checkout before and after all work."""

from __future__ import annotations

import os
import shutil
import subprocess
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


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "SPOIL=user"), ("test",)], ids=" ".join)
def test_another_user_gets_the_one_sudo_command_at_once(checkout: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    somebody = tmp_path / "id"
    somebody.write_text("#!/bin/sh\necho 1000\n")
    somebody.chmod(0o755)
    done = make(checkout, *arguments, path=f"{tmp_path}:")
    assert done.returncode != 0
    assert f"run: sudo make {' '.join(arguments)}" in done.stderr
    assert not (checkout / "build").exists()
