# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rehearsal: everything that can stop the finalizer is looked for before the first removal, by the preflight and again by the seal."""

from __future__ import annotations

import time
from typing import Any

import agent
import cloud_init
import covered
import filesystems
import fstab
import immutable
import leftovers
import network
import obstacles
import package_managers
import provisioning
import restart
import root_file_system
import secret_files
import sudoers
import swap
import volumes
import writers
from filesystems import bytes_to_overwrite
from machine import Machine
from report import BLOCK, evaluate
from system import NotSealed

CHECKS = (
    *root_file_system.CHECKS,
    *filesystems.CHECKS,
    *volumes.CHECKS,
    *covered.CHECKS,
    *swap.CHECKS,
    *writers.CHECKS,
    *package_managers.CHECKS,
    *restart.CHECKS,
    *agent.CHECKS,
    *cloud_init.CHECKS,
    *network.CHECKS,
    *fstab.CHECKS,
    *provisioning.CHECKS,
    *secret_files.CHECKS,
    *obstacles.CHECKS,
    *sudoers.CHECKS,
    *immutable.CHECKS,
    *leftovers.CHECKS,
)
"""The checks of all files, in the order of the report."""


def rehearse(machine: Machine) -> dict[str, Any]:
    """The report of the preflight; nothing is changed."""
    return {
        "checks": evaluate(CHECKS, machine),
        "removes": obstacles.summary(machine),
        "wipe": {"bytes": size_of_the_wipe(machine)},
        "time": time.time(),
    }


def size_of_the_wipe(machine: Machine) -> int:
    """The bytes that will be overwritten; 0 if the root cannot be sealed, which a check reports."""
    try:
        return bytes_to_overwrite(machine)
    except NotSealed:
        return 0


def require_rehearsal(machine: Machine) -> None:
    """Refuse a machine with blockers while nothing has been removed: it may have changed since the preflight."""
    found = [f"{row['id']}: {row['what']}" for row in evaluate(CHECKS, machine) if row["verdict"] == BLOCK]
    if found:
        raise NotSealed(f"{len(found)} blocker(s), this run has removed nothing: {'; '.join(found[:5])}")
