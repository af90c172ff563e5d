# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the modules about the machine as a whole: setup, win_ping, win_feature_info, win_user, win_http_proxy, win_package."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from tests.support.windows.drive import VARIABLES
from tests.support.windows.guest import Guest
from tests.support.windows.task import Failed, Task, answers

PROXY = "winhttp_proxy"
_FLAGS = ("account_disabled", "password_expired", "password_never_expires")
_PACKAGE = ("path", "state", "product_id", "arguments", "expected_return_code", "checksum", "checksum_algorithm", "creates_path")


@answers("win_ping", "data")
def win_ping(guest: Guest, task: Task) -> dict[str, Any]:
    """Answer a ping."""
    if task["data"] == "crash":
        raise Failed("Unhandled exception while executing module: boom")
    return {"ping": task["data"] or "pong"}


@answers("setup", "gather_subset", "gather_timeout", "fact_path")
def setup(guest: Guest, task: Task) -> dict[str, Any]:
    """The facts of a Windows host that roles use; a fact that is not here is undefined, and a role that needs it fails."""
    current = guest.registry.values(r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion")
    text = {name: value["value"] for name, value in current.items()}
    facts = {
        "ansible_os_family": "Windows",
        "ansible_system": "Win32NT",
        "ansible_hostname": guest.data["name"],
        "ansible_nodename": guest.data["name"],
        "ansible_os_name": text.get("ProductName"),
        "ansible_distribution": f"Microsoft {text.get('ProductName')}",
        "ansible_os_installation_type": text.get("InstallationType"),
        "ansible_architecture": "64-bit",
        "ansible_env": {name.upper(): path for name, path in VARIABLES.items()},
    }
    return {"ansible_facts": facts}


@answers("win_feature_info", "name")
def win_feature_info(guest: Guest, task: Task) -> dict[str, Any]:
    """The features of a server whose names fit."""
    found = [each for each in guest.data.get("features") or () if fnmatch(each["name"].lower(), (task["name"] or "*").lower())]
    return {"exists": bool(found), "features": found}


@answers("win_user", "name", "state", *_FLAGS)
def win_user(guest: Guest, task: Task) -> dict[str, Any]:
    """Report, change or remove a local account of the section ``users``."""
    users: list[dict[str, Any]] = guest.data.setdefault("users", [])
    user = next((each for each in users if each["name"].lower() == task["name"].lower()), None)
    if task["state"] == "query":
        return {"state": "present" if user else "absent", **({"name": user["name"], "sid": user.get("sid")} if user else {})}
    if task["state"] == "absent":
        if user and not task.check_mode:
            users.remove(user)
        return {"changed": user is not None, "state": "absent"}
    if user is None:
        raise guest.complain("the simulated guest does not create accounts")
    changes = {option: task[option] for option in _FLAGS if task[option] is not None}
    changed = any(user.get(name) != value for name, value in changes.items())
    if changed and not task.check_mode:
        user.update(changes)
    return {"changed": changed, "state": "present", "name": user["name"]}


@answers("win_http_proxy", "proxy", "bypass", "source")
def win_http_proxy(guest: Guest, task: Task) -> dict[str, Any]:
    """Set or reset the proxy of WinHTTP, kept in ``commands.winhttp_proxy`` as ``{proxy, bypass}``."""
    if task["source"]:
        raise guest.complain("the simulated guest does not import the proxy of Internet Explorer")
    before = guest.section("commands").get(PROXY) or {"proxy": None, "bypass": []}
    after = {"proxy": task["proxy"] or None, "bypass": task["bypass"] or []}
    if before != after and not task.check_mode:
        guest.section("commands")[PROXY] = after
    return {"changed": before != after, **({"diff": {"before": before, "after": after}} if task.diff_mode else {})}


@answers("win_package", *_PACKAGE)
def win_package(guest: Guest, task: Task) -> dict[str, Any]:
    """Install a package whose name ``commands.packages`` knows; it maps the names of files to what installing them does."""
    packages = guest.data.get("commands", {}).get("packages", {})
    name = (task["path"] or task["product_id"] or "").replace("/", "\\").rpartition("\\")[2]
    if name not in packages:
        raise guest.complain(f"the simulated guest does not know the package {name!r}")
    effect = packages[name]
    if effect.get("service") in guest.section("services"):
        return {"reboot_required": False, "rc": 0}
    if not task.check_mode:
        guest.section("services")[effect["service"]] = {"status": "Running", "start": "Automatic"}
    return {"changed": True, "reboot_required": False, "rc": 0}
