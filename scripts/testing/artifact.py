# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the Galaxy artifact and unpacks it, so that checks see what users get and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

from .paths import BIN, BUILD
from .running import run

NAMESPACE, NAME = "goldenimage", "azure"


def unpack(tier: str, place: Path) -> Path | None:
    """Unpack the artifact as a collection under `place`; None when it could not be built."""
    folder = BUILD / "artifact" / tier
    shutil.rmtree(folder, ignore_errors=True)
    if run(tier, [BIN / "ansible-galaxy", "collection", "build", "--force", "--output-path", folder]):
        return None
    (archive,) = folder.glob("*.tar.gz")
    target = place / "ansible_collections" / NAMESPACE / NAME
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if run(tier, ["tar", "--extract", "--no-same-owner", f"--file={archive}", f"--directory={target}"]):
        return None
    # ansible-test lists files by git; without a repository of its own the artifact would be an ignored folder of this one.
    return None if run(tier, ["git", "init", "--quiet", target]) else target
