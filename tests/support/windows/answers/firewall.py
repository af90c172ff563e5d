# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer of win_firewall, by its documentation."""

from __future__ import annotations

from typing import Any

from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers

FIREWALL = "firewall"


@answers("win_firewall", "profiles", "state")
def win_firewall(guest: Guest, task: Task) -> dict[str, Any]:
    """Turn profiles on or off, which are kept in ``commands.firewall.profiles``; ``commands.firewall.refuses`` is an error."""
    firewall = guest.section("commands").setdefault(FIREWALL, {})
    if "refuses" in firewall:
        raise Failed(firewall["refuses"])
    profiles = firewall.setdefault("profiles", {})
    wanted = task["state"] == "enabled"
    chosen = task["profiles"] or ["Domain", "Private", "Public"]
    changed = any(bool(profiles.get(name)) is not wanted for name in chosen)
    if not task.check_mode:
        profiles.update(dict.fromkeys(chosen, wanted))
    return {"changed": changed, "enabled": wanted, "profiles": chosen, "state": task["state"]}
