# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package azlab: an installed wheel holds every file that the checkout holds."""

from __future__ import annotations

from pathlib import Path

import tomllib

LAB = Path(__file__).resolve().parents[3] / "lab"


def test_every_data_file_is_named_in_the_package_data() -> None:
    patterns = tomllib.loads((LAB / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for package, names in patterns.items() for name in names for path in (LAB / package.replace(".", "/")).glob(name)}
    files = {path for path in (LAB / "azlab").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert files <= packed


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in (LAB / "azlab").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
