# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads the source distributions of Azure's clients that contain recordings of Azure."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "goldenimage-azure" / "golden"

COMPUTE = "azure-mgmt-compute"

SHA256 = {
    (COMPUTE, "4.6.2"): "93f32e68d322a04006296b89d219e8ccc5d5e52e788ec0a602563823e108e1f8",
    (COMPUTE, "13.0.0"): "7f331bafcbedf25d65aa42038f7553747dab18d7f10a5af3297192d31c45339e",
    (COMPUTE, "14.0.0"): "4949fec9976e5d5b3cf2bb452154a86e0bab1785f72a20bdb3f5317a4dd9782f",
    (COMPUTE, "17.0.0"): "c7350b404e5d10a548ceddb034394c8fad6c852ce33a3d3b211065813c1da404",
    (COMPUTE, "20.0.0"): "7920bea2e11d78fa616992813aea470a8fb50eab2e646e032e138f93d53b70e8",
    (COMPUTE, "23.0.0"): "1eb26b965ba4049ddcf10d4f25818725fc03c491c3be76537d0d74ceb1146b04",
    (COMPUTE, "30.0.0"): "7320fbafc392770b03ed02b68760185e6094552ed98d7fd5ea77210a5a513c78",
    ("azure-mgmt-marketplaceordering", "1.1.0"): "68b381f52a4df4435dacad5a97e1c59ac4c981f667dcca8f9d04453417d60ad8",
}
"""The last releases of azure-mgmt-compute with each kind of recording, and those with galleries; those after 30.0.0 contain none.
The one of azure-mgmt-marketplaceordering contains the one recorded agreement."""


class WrongArchive(Exception):
    """A downloaded archive has a wrong checksum."""


def recordings(version: str, package: str = COMPUTE) -> dict[str, bytes]:
    """The recordings of one release, by file name."""
    with zipfile.ZipFile(sdist(version, package)) as archive:
        names = [name for name in archive.namelist() if "/tests/recordings/" in name and name.endswith((".yaml", ".json"))]
        return {name.rsplit("/", 1)[1]: archive.read(name) for name in names}


def sdist(version: str, package: str = COMPUTE) -> Path:
    """The archive of a release, which is downloaded to the cache if it is not there."""
    path = CACHE / f"{package}-{version}.zip"
    if not path.exists():
        _download(version, package, path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256[package, version]:
        raise WrongArchive(f"{path} has sha256 {found}, not {SHA256[package, version]}: delete it and try again")
    return path


def _download(version: str, package: str, path: Path) -> None:
    """Download the archive with pip, which needs build tools for the metadata of a source distribution."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        options = ("--no-deps", "--no-build-isolation", "--no-binary", package, "--dest", place)
        _pip("download", *options, f"{package}=={version}", env={"PYTHONPATH": str(_build_tools())})
        (Path(place) / path.name).replace(path)


@cache
def _build_tools() -> Path:
    """A folder with setuptools and wheel for pip, installed once for all archives."""
    folder = CACHE / "build-tools"
    if not (folder / "wheel").exists():
        _pip("install", "--upgrade", "--target", str(folder), "setuptools", "wheel", env={})
    return folder


def _pip(*words: str, env: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True, env={**os.environ, **env})
