"""Long-running operations: work that runs in a thread, and the record that says how far it has come.

An operation that a crash interrupted ends as Failed at the next start of the lab, and so does a resource that was not finished by then.
How a caller follows an operation over HTTP is in `http/long_running.py`.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from azlab.arm.core import internal_errors
from azlab.arm.core.json import Json
from azlab.arm.core.provisioning import is_pending
from azlab.arm.core.refusals import AzureError
from azlab.arm.core.times import now
from azlab.faults import Fault
from azlab.store import Resource, Store

log = logging.getLogger("azlab.operations")

Work = Callable[[], Any]
"""The work of an operation. The value it returns is the operation's output; an AzureError ends the operation as Failed."""


class Operations:
    """All operations of one lab."""

    def __init__(self, store: Store, settle: Callable[[Resource], None]) -> None:
        """`settle` gives a resource the provisioning state that it has after an operation on it failed."""
        self._store, self._settle = store, settle
        self._threads: set[threading.Thread] = set()

    def begin(self, work: Work, *, resource: str | None = None, fault: Fault | None = None, id: str | None = None) -> str:
        """Start the work in a thread and return the operation's id.

        `resource` is the id of the resource that the operation is about: it is settled if the operation fails.
        """
        id = id or str(uuid.uuid4())
        record = {"id": id, "status": "InProgress", "startTime": now(), "resource": resource}
        self._store.put_operation(id, "InProgress", record)
        thread = threading.Thread(target=self._run, args=(record, work, fault), name=f"operation {id}", daemon=True)
        self._threads.add(thread)
        thread.start()
        return id

    def _run(self, record: Json, work: Work, fault: Fault | None) -> None:
        try:
            if fault and fault.operation_delay:
                time.sleep(fault.operation_delay)
            if fault and fault.fail_operation and not fault.after_effect:
                raise _failure(fault)
            output = work()
            if fault and fault.fail_operation:
                raise _failure(fault)
            self._end(record, "Succeeded", output=output)
        except AzureError as error:
            self._fail(record, error)
        except Exception:
            log.exception("operation %s on %s", record["id"], record["resource"])
            self._fail(record, internal_errors.INTERRUPTED())
        finally:
            self._threads.discard(threading.current_thread())

    def _fail(self, record: Json, error: AzureError) -> None:
        if record["resource"]:
            with self._store.lock:
                resource = self._store.find(record["resource"])
                if resource and is_pending(resource):
                    self._settle(resource)
                    self._store.put(resource)
        self._end(record, "Failed", error=error.body(), http=error.status)

    def _end(self, record: Json, status: str, **facts: Any) -> None:
        record.update(status=status, endTime=now(), **{key: value for key, value in facts.items() if value is not None})
        self._store.put_operation(record["id"], status, record)

    def recover(self) -> None:
        """End all that a crash interrupted, including resources whose operation was not recorded yet when the crash came."""
        for record in self._store.operations("InProgress"):
            self._fail(record, internal_errors.INTERRUPTED())
        with self._store.lock:
            for resource in filter(is_pending, self._store.list()):
                self._settle(resource)
                self._store.put(resource)

    def wait(self, seconds: float) -> None:
        """Wait for running operations to end, up to this many seconds for each."""
        for thread in list(self._threads):
            thread.join(seconds)


def _failure(fault: Fault) -> AzureError:
    """The error that a fault rule asks for."""
    wanted = fault.fail_operation or {}
    return AzureError(
        409, wanted.get("code", "InternalExecutionError"), wanted.get("message", "A fault rule of the lab made this operation fail.")
    )
