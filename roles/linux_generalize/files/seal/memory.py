# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The identity of this machine, which one run of the finalizer leaves in memory for the next one.

A run that fails may have removed accounts and keys whose names and content could still be elsewhere. The next run cannot read them any
more, and would search for nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from machine import Machine

IDENTITY = Path("/run/goldenimage-seal/identity.json")
"""The identity of the machine before the first removal; the folder is open to root alone."""


def remember_identity(machine: Machine) -> None:
    """Keep what identifies this machine for the runs that follow until it restarts."""
    known = {
        "vm_id": machine.vm_id,
        "names": machine.names,
        "own_names": machine.own_names,
        "marks": machine.marks,
        "oldest_mark": machine.oldest_mark,
    }
    IDENTITY.write_text(json.dumps(known))


def recall_identity(machine: Machine) -> Machine:
    """The machine with what earlier runs knew about it as well."""
    if not IDENTITY.exists():
        return machine
    known = json.loads(IDENTITY.read_text())
    if known["vm_id"] != machine.vm_id:
        return machine
    return replace(
        machine,
        names=tuple(sorted({*machine.names, *known["names"]})),
        own_names=tuple(sorted({*machine.own_names, *known["own_names"]})),
        marks=tuple(sorted({*machine.marks, *known["marks"]})),
        oldest_mark=min(machine.oldest_mark, known["oldest_mark"]),
    )
