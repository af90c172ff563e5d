"""The state of the control plane, in SQLite, which survives a restart.

Ids are compared without case, as in Azure. A resource read from the store is a copy: changes are kept only when it is put back. Code that
reads, decides and puts back must hold `store.lock` meanwhile.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azlab.settings import NoLab, Settings, command

_SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    key TEXT PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, grp TEXT NOT NULL, name TEXT NOT NULL,
    body TEXT NOT NULL, hidden TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS by_type ON resources (type, grp);
CREATE INDEX IF NOT EXISTS by_group ON resources (grp);
CREATE INDEX IF NOT EXISTS by_seq ON resources (seq);
CREATE TABLE IF NOT EXISTS operations (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, record TEXT NOT NULL);
"""


@dataclass
class Resource:
    """One ARM resource: `body` is shown to clients, `hidden` is known only to the lab (blob keys, power state, grants)."""

    id: str
    type: str
    group: str
    name: str
    body: dict[str, Any]
    hidden: dict[str, Any] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties of the resource, which may be changed in place."""
        found: dict[str, Any] = self.body.setdefault("properties", {})
        return found

    @property
    def location(self) -> str:
        """The region in its canonical spelling, or an empty string."""
        return str(self.body.get("location", ""))


# Inside Store, `list` is the method of that name.
Resources = list[Resource]
Records = list[dict[str, Any]]


def stored(state: Path) -> Store:
    """The store of the lab in this directory, read-only, whether the lab is up or not. Raises NoLab if it was never up."""
    settings = Settings.load(state)
    path = settings.state / "arm.sqlite"
    if not path.exists():
        raise NoLab(f"the lab in {settings.state} was never up: start it with `{command(state, 'up')}`")
    return Store(path, read_only=True)


class Store:
    """Resources and long-running operations of one lab."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.lock = threading.RLock()
        if read_only:
            self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds grants and the passwords of VMs that are being created; SQLite's other files get the same mode
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Hold the lock; everything put or deleted meanwhile is committed together, or rolled back if an error is raised."""
        with self.lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        with self.lock:
            self._db.close()

    def find(self, id: str) -> Resource | None:
        """The resource with this id, in any case, or None."""
        rows = self._rows("WHERE key = ?", id.lower())
        return rows[0] if rows else None

    def put(self, resource: Resource) -> None:
        """Create or replace a resource."""
        with self.lock:
            self._db.execute(
                "INSERT INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(seq), 0) + 1 FROM resources))"
                " ON CONFLICT (key) DO UPDATE SET body = excluded.body, hidden = excluded.hidden",
                (
                    resource.id.lower(),
                    resource.id,
                    resource.type.lower(),
                    resource.group.lower(),
                    resource.name,
                    json.dumps(resource.body),
                    json.dumps(resource.hidden),
                ),
            )

    def delete(self, id: str) -> None:
        """Delete a resource, if it exists."""
        with self.lock:
            self._db.execute("DELETE FROM resources WHERE key = ?", (id.lower(),))

    def list(self, type: str | None = None, group: str | None = None) -> Resources:
        """The resources of a type, in a group, or both, in the order of their creation."""
        conditions, values = ["1"], []
        for column, value in (("type", type), ("grp", group)):
            if value is not None:
                conditions.append(f"{column} = ?")
                values.append(value.lower())
        return self._rows(f"WHERE {' AND '.join(conditions)} ORDER BY seq", *values)

    def _rows(self, where: str, *values: str) -> Resources:
        with self.lock:
            rows = self._db.execute(f"SELECT id, type, grp, name, body, hidden FROM resources {where}", values).fetchall()
        return [_resource(*row) for row in rows]

    def put_operation(self, id: str, status: str, record: dict[str, Any]) -> None:
        """Create or replace the record of a long-running operation."""
        with self.lock:
            self._db.execute("INSERT OR REPLACE INTO operations VALUES (?, ?, ?)", (id, status, json.dumps(record)))

    def forget_outputs(self, resource: str) -> None:
        """Delete the access URLs from the results of a resource's operations, since they are secrets and no longer valid."""
        with self.lock:
            self._db.execute(
                "UPDATE operations SET record = json_remove(record, '$.output')"
                " WHERE json_extract(record, '$.resource') = ? AND json_extract(record, '$.output.accessSAS') IS NOT NULL",
                (resource,),
            )

    def find_operation(self, id: str) -> dict[str, Any] | None:
        """The record of an operation, or None."""
        with self.lock:
            row = self._db.execute("SELECT record FROM operations WHERE id = ?", (id,)).fetchone()
        return json.loads(row[0]) if row else None

    def operations(self, status: str) -> Records:
        """The records of all operations with this status."""
        with self.lock:
            rows = self._db.execute("SELECT record FROM operations WHERE status = ?", (status,)).fetchall()
        return [json.loads(row[0]) for row in rows]


def _resource(id: str, _type: str, _group: str, name: str, body: str, hidden: str) -> Resource:
    """The resource of a row; type and group are taken from the id, which has the spelling they were created with."""
    parts = id.strip("/").split("/")
    group = parts[3] if len(parts) > 3 else ""
    type_ = "/".join([parts[5], *parts[6::2]]) if len(parts) > 5 else "Microsoft.Resources/resourceGroups"
    return Resource(id=id, type=type_, group=group, name=name, body=json.loads(body), hidden=json.loads(hidden))
