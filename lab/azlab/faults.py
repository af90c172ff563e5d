"""Faults that can be switched on while the lab runs: throttling, 5xx, failed operations, lost answers, hangs.

The rules stand in `<state>/faults.json` and both planes read it again whenever it changes:

    {"rules": [{"plane": "arm", "method": "POST", "path": "/generalize", "times": 1, "status": 500, "after_effect": true}],
     "throughput": false}

A rule matches when every condition that it names holds: `plane` (arm, blob), `method`, `path` (a regular expression searched, without
case, in path and query) and `op` (the short operation name of the request log). It lets `skip` of them pass (default: none), and fires
`times` times (default: always). What it does:

- `status`, `code`, `message`, `retry_after`: this answer instead of the right one;
- `fail_operation`: {"code", "message"}: the long-running operation ends as Failed instead of doing its work;
- `operation_delay`: seconds that the long-running operation waits before its work, so that it can be met while it is in progress;
- `delay`: seconds to wait first; `reset`: the connection is cut; `hang`: the answer is held until the rule is removed;
- `after_effect`: the work is done first and only the answer suffers.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
import uuid
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

Rule = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What a matching rule asks for. `id` tells whether the rule is still there."""

    id: str
    status: int | None = None
    code: str = "InternalServerError"
    message: str = "The lab was told to fail here."
    retry_after: int | None = None
    reset: bool = False
    delay: float = 0.0
    hang: bool = False
    fail_operation: dict[str, str] | None = None
    operation_delay: float = 0.0
    after_effect: bool = False


_EFFECTS = {field.name for field in fields(Fault)} - {"id"}
_CONDITIONS = {"plane", "method", "path", "op", "skip", "times", "id"}


class Faults:
    """The rules of one lab, as one process sees them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._rules: list[Rule] = []
        self._met: dict[str, int] = {}
        self._throughput = False

    def match(self, plane: str, method: str, path: str, op: str = "") -> Fault | None:
        """The first rule that wants this request and still fires; asking counts as one of the requests that it met."""
        with self._lock:
            self._refresh()
            for rule in self._rules:
                if _wants(rule, plane, method, path, op) and self._fires(rule):
                    return Fault(id=rule["id"], **{key: rule[key] for key in _EFFECTS & rule.keys()})
        return None

    def active(self, fault: Fault) -> bool:
        """Whether the rule behind this fault is still there: a hang lasts that long."""
        with self._lock:
            self._refresh()
            return any(rule["id"] == fault.id for rule in self._rules)

    @property
    def throughput(self) -> bool:
        """Whether the data plane keeps to 60 MiB/s and 500 requests/s per disk."""
        with self._lock:
            self._refresh()
            return self._throughput

    def _fires(self, rule: Rule) -> bool:
        met, skip = self._met.get(rule["id"], 0), rule.get("skip", 0)
        self._met[rule["id"]] = met + 1
        return bool(skip <= met < skip + rule.get("times", float("inf")))

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._rules, self._throughput = None, [], False
            return
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            content = read(self._path)
            self._seen, self._rules, self._throughput = seen, content["rules"], bool(content.get("throughput"))


def _wants(rule: Rule, plane: str, method: str, path: str, op: str) -> bool:
    return (
        rule.get("plane", plane) == plane
        and rule.get("method", method).upper() == method.upper()
        and rule.get("op", op).lower() == op.lower()
        and re.search(rule.get("path", ""), path, re.IGNORECASE) is not None
    )


def read(path: Path) -> dict[str, Any]:
    """The content of a faults file; each rule gets an id, so that it can be counted and removed."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        content = {}
    if isinstance(content, list):
        content = {"rules": content}
    rules = content.setdefault("rules", [])
    for number, rule in enumerate(rules):
        unknown = rule.keys() - _EFFECTS - _CONDITIONS
        if unknown:
            raise ValueError(f"{path}: rule {number} has unknown keys: {', '.join(sorted(unknown))}")
        rule.setdefault("id", f"{number}:{json.dumps(rule, sort_keys=True)}")
    return content


def add(file: Path, /, **rule: Any) -> str:
    """Switch one more rule on; the answer is its id, for `remove`."""
    content = read(file)
    rule.setdefault("id", uuid.uuid4().hex)
    content["rules"].append(rule)
    _write(file, content)
    return str(rule["id"])


def remove(path: Path, id: str) -> None:
    """Switch one rule off; answers that it holds are released."""
    content = read(path)
    content["rules"] = [rule for rule in content["rules"] if rule["id"] != id]
    _write(path, content)


def clear(path: Path) -> None:
    """Switch every fault off."""
    path.unlink(missing_ok=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step: a reader sees the old rules or the new ones, never half of them."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    temporary.replace(path)
