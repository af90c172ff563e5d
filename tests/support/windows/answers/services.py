# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of win_service and win_service_info, by their documentation."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers

KEY = r"HKLM:\SYSTEM\CurrentControlSet\Services"
MODES = {"auto": "Automatic", "delayed": "AutomaticDelayedStart", "manual": "Manual", "disabled": "Disabled"}
STARTS = {"Automatic": 2, "AutomaticDelayedStart": 2, "Manual": 3, "Disabled": 4}
STATES = {"started": "Running", "stopped": "Stopped", "paused": "Paused"}


@answers("win_service", "name", "start_mode", "state")
def win_service(guest: Guest, task: Task) -> dict[str, Any]:
    """Set the start mode and the state of a service that exists, or report it."""
    name, service = _find(guest, task["name"])
    if service is None:
        if task["state"] == "absent" or not task.given - {"name"}:
            return {"exists": False}
        raise Failed(f"A service with the name '{task['name']}' does not exist and cannot be created without a path")
    if task["state"] == "absent":
        return _remove(guest, task, name)
    before = dict(service)
    after = {**service, **({"start": MODES[task["start_mode"]]} if task["start_mode"] else {}), **_state(task)}
    changed = after != before or task["state"] == "restarted"
    if changed and "refuses" in service:
        raise Failed(f"Failed to configure service '{name}': {service['refuses']}")
    if after["status"] == "Running" != before["status"] and after["start"] == "Disabled":
        raise Failed(f"Failed to start service '{name}': the service cannot be started because it is disabled")
    if changed and not task.check_mode:
        guest.section("services")[name] = after
        keep_start(guest, name, after["start"])
    shown = {} if not task.diff_mode else {"diff": {"before": _shown(name, before), "after": _shown(name, after)}}
    return {"changed": changed, "exists": True, **_shown(name, after), **shown}


def _state(task: Task) -> dict[str, str]:
    wanted = "started" if task["state"] == "restarted" else task["state"]
    return {"status": STATES[wanted]} if wanted else {}


def _remove(guest: Guest, task: Task, name: str) -> dict[str, Any]:
    if not task.check_mode:
        del guest.section("services")[name]
        guest.registry.remove_key(f"{KEY}\\{name}")
    return {"changed": True, "exists": False}


def keep_start(guest: Guest, name: str, start: str) -> None:
    """Write the start mode of a service to its key, where Windows keeps it."""
    guest.registry.set(f"{KEY}\\{name}", "Start", STARTS[start])
    if start == "AutomaticDelayedStart":
        guest.registry.set(f"{KEY}\\{name}", "DelayedAutostart", 1)
    else:
        guest.registry.remove_value(f"{KEY}\\{name}", "DelayedAutostart")


def _find(guest: Guest, name: str) -> tuple[str, dict[str, Any] | None]:
    services = guest.section("services")
    for each, service in services.items():
        if name.lower() in (each.lower(), str(service.get("display_name", each)).lower()):
            return each, {"status": "Stopped", "start": "Manual", **service}
    return name, None


@answers("win_service_info", "name")
def win_service_info(guest: Guest, task: Task) -> dict[str, Any]:
    """Report the services whose name or display name fits."""
    pattern = (task["name"] or "*").lower()
    found = [
        {"name": name, **_shown(name, {"status": "Stopped", "start": "Manual", **service})}
        for name, service in sorted(guest.section("services").items())
        if fnmatch(name.lower(), pattern) or fnmatch(str(service.get("display_name", "")).lower(), pattern)
    ]
    return {"exists": bool(found), "services": found}


def _shown(name: str, service: dict[str, Any]) -> dict[str, Any]:
    modes, states = ({value: key for key, value in table.items()} for table in (MODES, STATES))
    return {
        "name": name,
        "display_name": service.get("display_name", name),
        "start_mode": modes[service["start"]],
        "state": states[service["status"]],
        "path": service.get("path", rf"C:\Windows\system32\svchost.exe -k {name}"),
        "username": service.get("username", r"NT AUTHORITY\SYSTEM"),
    }
