# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places the collections that ours depends on in build/collections: `python -m scripts.collections`.

They come from PyPI's package `ansible`, which holds them unchanged, so that set-up needs no registry but PyPI.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

BUNDLE = "ansible==12.3.0"
"""Holds ansible.windows 3.3.0."""
NEEDED = ("ansible/windows",)
PLACE = Path(__file__).resolve().parents[1] / "build" / "collections"


def main() -> int:
    stamp = PLACE / "made-from"
    wanted = f"{BUNDLE} {' '.join(NEEDED)}\n"
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    with tempfile.TemporaryDirectory(prefix="goldenimage-collections-") as name:
        folder = Path(name)
        download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", name, BUNDLE]
        if status := subprocess.run([sys.executable, *download], check=False).returncode:
            return status
        (bundle,) = folder.glob("*.whl")
        with zipfile.ZipFile(bundle) as packed:
            for collection in NEEDED:
                within = f"ansible_collections/{collection}/"
                packed.extractall(folder, [each for each in packed.namelist() if each.startswith(within)])
                target = PLACE / within
                shutil.rmtree(target, ignore_errors=True)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(folder / within, target)
    stamp.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
