# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The step that installs units which make removed files again at the first start of a clone, each one for itself.

Made here, such a file would be the same on all clones; not made at all, the services that read it would not start.
"""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path

from machine import Machine
from removed_files import ROWS

UNITS = Path("/etc/systemd/system")


def install_renewal_units(machine: Machine) -> None:
    """Install and enable the unit of each file that is about to be removed and that no program makes again by itself."""
    for row in ROWS:
        if row.unit and any(glob.glob(pattern) for pattern in row.patterns):
            install(row.unit)


def install(unit: str, folder: Path = UNITS) -> None:
    """Copy a unit and enable it; systemctl is not asked, because the units that answer it have been stopped."""
    wanted = folder / "sysinit.target.wants"
    wanted.mkdir(exist_ok=True)
    shutil.copyfile(Path(__file__).with_name(unit), folder / unit)
    (folder / unit).chmod(0o644)
    if not os.path.lexists(wanted / unit):
        os.symlink(f"../{unit}", wanted / unit)
