# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of win_regedit and win_reg_stat, by their documentation."""

from __future__ import annotations

from typing import Any

from tests.support.windows.drive import expand
from tests.support.windows.guest import Guest
from tests.support.windows.registry import Denied
from tests.support.windows.task import Failed, Task, answers

KINDS = {
    "none": "None",
    "binary": "Binary",
    "dword": "DWord",
    "expandstring": "ExpandString",
    "multistring": "MultiString",
    "string": "String",
    "qword": "QWord",
}
CODES = {kind: f"REG_{name}" for kind, name in (("String", "SZ"), ("ExpandString", "EXPAND_SZ"), ("MultiString", "MULTI_SZ"))}


@answers("win_regedit", "path", "name", "data", "type", "state", "delete_key")
def win_regedit(guest: Guest, task: Task) -> dict[str, Any]:
    """Create, change or remove a value or a key."""
    if not task["path"].upper().startswith(("HKLM:\\", "HKCU:\\", "HKCR:\\", "HKU:\\", "HKCC:\\")):
        raise Failed(f"path: {task['path']} is not a valid powershell path, see module documentation for examples.")
    try:
        return _absent(guest, task) if task["state"] == "absent" else _present(guest, task)
    except Denied as denied:
        raise Failed(f"failed to change {task['path']}: {denied}") from None


def _present(guest: Guest, task: Task) -> dict[str, Any]:
    path, name = task["path"], task["name"] or ""
    registry = guest.registry
    existed = registry.has_key(path)
    before = registry.value(path, name)
    after = None if "data" not in task.given and not name else _wanted(task)
    changed = not existed or (after is not None and not _same(before, after))
    if changed and not task.check_mode:
        registry.create(path)
        if after is not None:
            registry.set(path, name, after)
    return {
        "changed": changed,
        "data_changed": before is not None and after is not None and before["value"] != after["value"],
        "data_type_changed": before is not None and after is not None and before["type"] != after["type"],
        **_diff(task, {path: {name: before} if before else {}} if existed else {}, {path: {name: after} if after else {}}),
    }


def _absent(guest: Guest, task: Task) -> dict[str, Any]:
    path, name = task["path"], task["name"] or ""
    registry = guest.registry
    whole = task["delete_key"] and not name
    before = registry.value(path, name)
    changed = registry.has_key(path) if whole else before is not None
    if changed and not task.check_mode and whole:
        registry.remove_key(path)
    elif changed and not task.check_mode:
        registry.remove_value(path, name)
    was, then = ({}, "") if whole else ({name: before}, {path: {}})
    diff = _diff(task, {path: was}, then) if changed else _diff(task, "", "")
    return {"changed": changed, "data_changed": False, "data_type_changed": False, **diff}


def _wanted(task: Task) -> dict[str, Any]:
    kind, data = KINDS[task["type"]], task["data"]
    if kind in ("DWord", "QWord"):
        return {"type": kind, "value": _number(data, 32 if kind == "DWord" else 64)}
    if kind in ("Binary", "None"):
        return {"type": kind, "value": _bytes(data)}
    if kind == "MultiString":
        return {"type": kind, "value": [] if data is None else [str(each) for each in (data if isinstance(data, list) else [data])]}
    return {"type": kind, "value": "" if data is None else str(data)}


def _number(data: Any, bits: int) -> int:
    try:
        number = int(data or 0)
    except ValueError:
        raise Failed(f"cannot convert {data!r} to a number") from None
    if number >= 1 << bits:
        raise Failed(f"data cannot be larger than 0x{(1 << bits) - 1:x}")
    return number if number < 1 << (bits - 1) else number - (1 << bits)


def _bytes(data: Any) -> list[int]:
    if isinstance(data, list):
        return [int(each) for each in data]
    text = str(data or "").lower().removeprefix("hex:").replace(",", "").replace(":", "")
    return list(bytes.fromhex(text))


def _same(before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
    if before is None or before["type"] != after["type"]:
        return False
    if isinstance(after["value"], int):
        return bool((before["value"] - after["value"]) % (1 << 32 if after["type"] == "DWord" else 1 << 64) == 0)
    return bool(before["value"] == after["value"])


def _diff(task: Task, before: Any, after: Any) -> dict[str, Any]:
    return {"diff": {"before": before, "after": after}} if task.diff_mode else {}


@answers("win_reg_stat", "path", "name")
def win_reg_stat(guest: Guest, task: Task) -> dict[str, Any]:
    """Read a key or a value."""
    try:
        return _stat_value(guest, task) if task["name"] is not None else _stat_key(guest, task)
    except Denied as denied:
        raise Failed(str(denied)) from None


def _stat_value(guest: Guest, task: Task) -> dict[str, Any]:
    found = guest.registry.value(task["path"], task["name"])
    return {"exists": False} if found is None else {"exists": True, **_shown(found)}


def _stat_key(guest: Guest, task: Task) -> dict[str, Any]:
    path, registry = task["path"], guest.registry
    if not registry.has_key(path):
        return {"exists": False}
    properties = {name: _shown(value) for name, value in registry.values(path).items()}
    return {"exists": True, "properties": properties, "sub_keys": registry.sub_keys(path)}


def _shown(value: dict[str, Any]) -> dict[str, Any]:
    data = expand(value["value"]) if value["type"] == "ExpandString" else value["value"]
    raw = [f"0x{each:02x}" for each in value["value"]] if value["type"] in ("Binary", "None") else value["value"]
    return {"type": CODES.get(value["type"], f"REG_{value['type'].upper()}"), "value": data, "raw_value": raw}
