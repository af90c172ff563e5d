"""Faults that can be activated while the lab runs: throttling, 5xx, failed operations, lost responses, hangs.

The rules are in `<state>/faults.json`, which both planes read again whenever it changes:

    {"rules": [{"plane": "arm", "method": "POST", "path": "/generalize", "times": 1, "status": 500, "after_effect": true}],
     "throughput": false, "one_write_grant": false, "late_ownership": false}

A rule matches a request if all its conditions hold: `plane` (arm, blob), `method`, `path` (a regular expression, searched without case
in path and query) and `op` (the short operation name of the request log). It ignores the first `skip` matches (default: 0) and applies to
the next `times` (default: all). Its effects:

- `status`, `code`, `message`, `retry_after`: the response to send instead of the right one;
- `html`: the page to send with this status and without Azure's headers, as a gateway or a proxy before Azure does; control plane only;
- `fail_operation`: {"code", "message"}: the long-running operation ends as Failed without doing its work;
- `operation_delay`: seconds that the long-running operation waits before its work, so that a test can observe it in progress;
- `delay`: seconds to wait first; `reset`: the connection is reset; `hang`: the response is held until the rule is removed;
- `after_effect`: the work is done first, and only the response is affected.

The switches other than `throughput` are for what Azure may do or not, which is not known:

- `one_write_grant`: a disk for an upload refuses a second write grant while the first is active;
- `no_patch_in_upload`: a disk is not changed, tags included, while it is open for an upload;
- `late_ownership`: the ownership time of a disk moves `LATE` seconds after its VM was deallocated, and not before the operation ends;
- `late_boot_log`: a boot log lacks its last line until `LATE` seconds after that was written;
- `short_boot_log`: a boot log begins with the last deallocation, and so is empty while the VM is deallocated;
- `late_lists`: a list lacks what was created in the last `LATE` seconds;
- `no_standard_security_type`: before api-version 2025-03-03, an image definition refuses the value Standard of the feature SecurityType;
- `late_nested_deletion`: a gallery or image definition is not deleted until `LATE` seconds after the last thing in it was deleted;
- `early_success`: the provisioning state of a version of a gallery image is Succeeded before its replicas are complete;
- `lagging_regions`: VMs and disks are made from a version only `LATE` seconds after its replica in their region is complete;
- `failed_region_stays`: a region whose replica failed is not replicated again before it was removed from the target regions;
- `failed_version_stays`: a version that could not be created must be deleted before it is created again;
- `one_writer_while_creating`: a version is not changed while it is being created;
- `silent_sources`: a request that names another source than a version has changes that version, but not its source;
- `no_update_while_replicating`: a version is not changed while it is being changed;
- `keep_replicated_regions`: a version that does not say whether regions may be removed does not allow it;
- `one_version_per_source`: no second version is made of a source while one is being made of it;
- `bare_graph_rows`: Resource Graph shows no properties of community images and of their versions;
- `loose_security_sources`: the security type of an image definition excludes no sources but those whose refusal is known;
- `unlisted_deprecated`: a list of the versions of a Marketplace image lacks those that are deprecated.

Two settings are about the replicas of versions:

- `replication_seconds`: region (`westeurope`, or `*` for all others) -> how long a replica takes there;
- `failing_regions`: a list of regions in which replicas fail.

Two settings are about the subscription:

- `quota_id`: the kind of its contract, in place of that of `azlab up --quota-id`;
- `throttling`: true, or {"reads": [100, 5]}: requests beyond the budgets are refused (`arm/http/throttling.py`).

Two settings are about the Marketplace:

- `late_terms`: how many VMs are refused under a plan after its terms were accepted, as if that were not yet effective;
- `deprecated_plans`: plans, as `publisher:offer:plan`, all of whose versions count as deprecated from now on.
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
    """The effects of a matching rule, whose `id` tells whether the rule is still active."""

    id: str
    status: int | None = None
    code: str = "InternalServerError"
    message: str = "A fault rule of the lab demands this failure."
    retry_after: int | None = None
    html: str | None = None
    reset: bool = False
    delay: float = 0.0
    hang: bool = False
    fail_operation: dict[str, str] | None = None
    operation_delay: float = 0.0
    after_effect: bool = False


_EFFECTS = {field.name for field in fields(Fault)} - {"id"}
_SWITCHES_OF_VERSIONS = (
    *("early_success", "lagging_regions", "failed_region_stays", "failed_version_stays", "one_writer_while_creating"),
    *("silent_sources", "no_update_while_replicating", "keep_replicated_regions", "one_version_per_source", "loose_security_sources"),
)
_SWITCHES = (
    *("throughput", "one_write_grant", "no_patch_in_upload", "late_ownership", "late_boot_log", "short_boot_log", "late_lists"),
    *("no_standard_security_type", "late_nested_deletion", "unlisted_deprecated", "bare_graph_rows"),
    *_SWITCHES_OF_VERSIONS,
)
_SETTINGS = ("replication_seconds", "failing_regions", "quota_id", "throttling", "late_terms", "deprecated_plans")
LATE = 3.0
"""Seconds by which something is late if its switch is on."""
_CONDITIONS = {"plane", "method", "path", "op", "skip", "times", "id"}


class Faults:
    """The rules of one lab, with the matches that this process has counted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._rules: list[Rule] = []
        self._met: dict[str, int] = {}
        self._switches: frozenset[str] = frozenset()
        self._settings: dict[str, Any] = {}

    def match(self, plane: str, method: str, path: str, op: str = "") -> Fault | None:
        """The fault of the first rule that matches this request and still applies, or None. Every call counts as a request."""
        with self._lock:
            self._refresh()
            for rule in self._rules:
                if _matches(rule, plane, method, path, op) and self._applies(rule):
                    return Fault(id=rule["id"], **{key: rule[key] for key in _EFFECTS & rule.keys()})
        return None

    def active(self, fault: Fault) -> bool:
        """Whether the rule of this fault still exists; a hang ends when it does not."""
        with self._lock:
            self._refresh()
            return any(rule["id"] == fault.id for rule in self._rules)

    @property
    def throughput(self) -> bool:
        """Whether the data plane is limited to 60 MiB/s and 500 requests/s for each disk."""
        with self._lock:
            self._refresh()
            return "throughput" in self._switches

    def on(self, switch: str) -> bool:
        """Whether a switch is on."""
        with self._lock:
            self._refresh()
            return switch in self._switches

    def setting(self, name: str) -> Any:
        """The value of a setting; None if the file does not have it."""
        with self._lock:
            self._refresh()
            return self._settings.get(name)

    @property
    def edition(self) -> object:
        """A value that differs whenever the file has changed."""
        with self._lock:
            self._refresh()
            return self._seen

    @property
    def one_write_grant(self) -> bool:
        """Whether a disk refuses a second write grant."""
        with self._lock:
            self._refresh()
            return "one_write_grant" in self._switches

    def _applies(self, rule: Rule) -> bool:
        met, skip = self._met.get(rule["id"], 0), rule.get("skip", 0)
        self._met[rule["id"]] = met + 1
        return bool(skip <= met < skip + rule.get("times", float("inf")))

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._seen, self._rules, self._switches, self._settings = None, [], frozenset(), {}
            return
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            content = read(self._path)
            self._seen, self._rules = seen, content["rules"]
            self._switches = frozenset(name for name in _SWITCHES if content.get(name))
            self._settings = {name: content[name] for name in _SETTINGS if name in content}


def _matches(rule: Rule, plane: str, method: str, path: str, op: str) -> bool:
    return (
        rule.get("plane", plane) == plane
        and rule.get("method", method).upper() == method.upper()
        and rule.get("op", op).lower() == op.lower()
        and re.search(rule.get("path", ""), path, re.IGNORECASE) is not None
    )


def read(path: Path) -> dict[str, Any]:
    """The content of a faults file, with an id for each rule. Raises ValueError if a rule has unknown keys."""
    try:
        content: Any = json.loads(path.read_text())
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
    return dict(content)


def add(file: Path, /, **rule: Any) -> str:
    """Add a rule; returns its id, for `remove`."""
    content = read(file)
    rule.setdefault("id", uuid.uuid4().hex)
    content["rules"].append(rule)
    _write(file, content)
    return str(rule["id"])


def remove(path: Path, id: str) -> None:
    """Remove one rule, which also releases the responses that it holds."""
    content = read(path)
    content["rules"] = [rule for rule in content["rules"] if rule["id"] != id]
    _write(path, content)


def switch(path: Path, name: str, on: bool) -> None:
    """Turn one of the lab's switches on or off."""
    set_value(path, name, on)


def set_value(path: Path, name: str, value: Any) -> None:
    """Give a switch or a setting a value."""
    _write(path, {**read(path), name: value})


def clear(path: Path) -> None:
    """Remove all faults."""
    path.unlink(missing_ok=True)


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step, so that a reader never sees incomplete rules."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    temporary.replace(path)
