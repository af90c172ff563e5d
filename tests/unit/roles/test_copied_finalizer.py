# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that bring the finalizer to a guest: one packs its folder on the controller, the other unpacks it on the guest."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.unit.roles.conftest import SEAL
from tests.unit.roles.linux_prepare import trusted


def test_all_files_arrive_in_one_piece_and_for_root_alone(tmp_path: Path) -> None:
    role, folder = tmp_path / "a role's folder", tmp_path / "run"
    shutil.copytree(SEAL, role / "files/seal", ignore=shutil.ignore_patterns("__pycache__"))
    (role / "files/seal/__pycache__").mkdir()
    folder.mkdir(mode=0o700)
    (folder / "identity.json").write_text("{}")

    variables = trusted({**yaml.safe_load((SEAL.parents[1] / "vars/main.yml").read_text()), "role_path": str(role)})
    templar = Templar(DataLoader(), variables=variables)
    pack, unpack = (templar.template(variables[f"__linux_generalize_{name}"]) for name in ("pack", "unpack"))
    packed = subprocess.run(["sh", "-c", pack], check=True, capture_output=True).stdout
    for _again in range(2):
        subprocess.run(["sh", "-euc", unpack, "sh", str(folder)], input=packed, check=True)

    copied = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert copied == {"identity.json": b"{}", **{path.name: path.read_bytes() for path in SEAL.iterdir() if path.is_file()}}
    modes = {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.name != "identity.json"}
    assert (folder.stat().st_mode & 0o777, modes) == (0o700, {0o600})
