# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console of a VM in a lab without guests: a test writes what a guest would have written."""

from __future__ import annotations

import os
import time

from azlab.guests.spec import home_of

from tests.support.lab_group import LabGroup


def write_console(lab_group: LabGroup, text: str, vm: str = "vm", seconds_ago: float = 0.0) -> None:
    """Replace the output on the console of a VM, as if its guest had written it so many seconds ago."""
    file = home_of(lab_group.lab.settings.state, lab_group.properties("virtualMachines", vm)["vmId"]).serial_log
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (time.time() - seconds_ago,) * 2)
