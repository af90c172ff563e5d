# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections to a simulated guest that fail, at the commands that the section ``connection`` of its JSON names."""

from __future__ import annotations

from typing import Any

from tests.support.windows.guest import Guest

KINDS = ("lost", "refused", "timeout")


def due(guest: Guest) -> str | None:
    """The fault of the command that has just been counted: lost (it ran, its answer is lost), refused or timeout (it did not run)."""
    return next((rule["fault"] for rule in guest.data.get("connection", ()) if _fits(rule, guest.run)), None)


def _fits(rule: dict[str, Any], run: dict[str, Any]) -> bool:
    if rule["fault"] not in KINDS:
        raise AssertionError(f"a fault of a connection is {', '.join(KINDS)}, not {rule['fault']!r}")
    counted = run.get("polls", 0) if "poll" in rule else run["commands"]
    first = rule["poll"] if "poll" in rule else rule["command"]
    last = float("inf") if rule.get("times", 1) is None else first + rule.get("times", 1) - 1
    return bool(first <= counted <= last)
