# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal: everything that can stop the finalizer is looked for before the first removal, by the preflight and again by the seal."""

from __future__ import annotations

import time
from typing import Any

import cloud_init
import fstab
import network
import provisioning
import removal
import secret_files
from machine import Machine
from report import BLOCK, evaluate
from system import NotSealed

CHECKS = (
    *removal.CHECKS,
    *cloud_init.CHECKS,
    *network.CHECKS,
    *fstab.CHECKS,
    *provisioning.CHECKS,
    *secret_files.CHECKS,
)
"""The checks of all files, in the order of the report."""


def rehearse(machine: Machine) -> dict[str, Any]:
    """The report of the preflight; nothing is changed."""
    return {"checks": evaluate(CHECKS, machine), "time": time.time()}


def require_rehearsal(machine: Machine) -> None:
    """Refuse a machine with blockers while nothing has been removed: it may have changed since the preflight."""
    found = [f"{row['id']}: {row['what']}" for row in evaluate(CHECKS, machine) if row["verdict"] == BLOCK]
    if found:
        raise NotSealed(f"{len(found)} blocker(s), nothing was removed: {'; '.join(found[:5])}")
