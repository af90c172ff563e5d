"""Long-running operations: begun by a request, run in a thread, polled until they end.

    Azure-AsyncOperation  .../locations/{location}/{operations|DiskOperations}/{guid}?p={guid}&api-version=...
    Location              the same with monitor=true: 202 while it runs, then the result itself

An operation that a crash interrupted ends as Failed at the next start, and so does a resource that was not finished by then.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azlab.arm.core import errors
from azlab.arm.core.provisioning import is_pending, settle
from azlab.arm.core.refusals import AzureError
from azlab.arm.http.calls import COMPUTE, NETWORK, Answer, Call, Route, in_subscription
from azlab.arm.http.versions import seen_by
from azlab.store import Store

if TYPE_CHECKING:
    from azlab.faults import Fault

log = logging.getLogger("azlab.operations")


class Operations:
    """All operations of one lab."""

    def __init__(self, store: Store, now: Callable[[], str], *, hurry: bool = False) -> None:
        self._store, self._now, self._hurry = store, now, hurry
        self._threads: set[threading.Thread] = set()

    def begin(
        self,
        call: Call,
        work: Callable[[], Any],
        *,
        location: str,
        kind: str = "operations",
        resource: str | None = None,
        provider: str = COMPUTE,
    ) -> Operation:
        """Start `work` in a thread. What it returns is the output; what it raises ends the operation as Failed.

        `resource` is the one that the operation is about: its provisioningState is settled when the operation fails.
        """
        operation = Operation(call, str(uuid.uuid4()), f"{provider}/locations/{location}/{kind}", self._hurry)
        record = {"id": operation.id, "status": "InProgress", "startTime": self._now(), "resource": resource}
        self.run(record, work, call.fault)
        return operation

    def run(self, record: dict[str, Any], work: Callable[[], Any], fault: Fault | None) -> None:
        """Start the work behind a record in a thread."""
        self._store.put_operation(record["id"], "InProgress", record)
        thread = threading.Thread(target=self._run, args=(record, work, fault), name=f"operation {record['id']}", daemon=True)
        self._threads.add(thread)
        thread.start()

    def _run(self, record: dict[str, Any], work: Callable[[], Any], fault: Fault | None) -> None:
        try:
            if fault and fault.operation_delay:
                time.sleep(fault.operation_delay)
            if fault and fault.fail_operation and not fault.after_effect:
                raise _told(fault)
            output = work()
            if fault and fault.fail_operation:
                raise _told(fault)
            self._end(record, "Succeeded", output=output)
        except AzureError as error:
            self._fail(record, error)
        except Exception:
            log.exception("operation %s on %s", record["id"], record["resource"])
            self._fail(record, errors.INTERRUPTED())
        finally:
            self._threads.discard(threading.current_thread())

    def _fail(self, record: dict[str, Any], error: AzureError) -> None:
        if record["resource"]:
            with self._store.lock:
                resource = self._store.find(record["resource"])
                if resource and is_pending(resource):
                    settle(resource)
                    self._store.put(resource)
        self._end(record, "Failed", error=error.body(), http=error.status)

    def _end(self, record: dict[str, Any], status: str, **facts: Any) -> None:
        record.update(status=status, endTime=self._now(), **{key: value for key, value in facts.items() if value is not None})
        self._store.put_operation(record["id"], status, record)

    def recover(self) -> None:
        """End what a crash interrupted, also where the crash came before the record of the operation."""
        for record in self._store.operations("InProgress"):
            self._fail(record, errors.INTERRUPTED())
        with self._store.lock:
            for resource in filter(is_pending, self._store.list()):
                settle(resource)
                self._store.put(resource)

    def wait(self, seconds: float) -> None:
        """Give running operations time to end."""
        for thread in list(self._threads):
            thread.join(seconds)


class Operation:
    """One operation that has just begun, and the headers that tell the caller where to follow it."""

    def __init__(self, call: Call, id: str, path: str, hurry: bool) -> None:
        self.id, self._call, self._path, self._hurry = id, call, path, hurry
        self._seal = str(uuid.uuid4())

    def headers(self, *, location: bool, retry_after: int | None = None, notify: bool = True) -> dict[str, str]:
        """Azure-AsyncOperation, and what else Azure sends with this kind of request."""
        base = f"{self._call.host}/subscriptions/{self._call.lab.settings.subscription}/providers/{self._path}/{self.id}?p={self._seal}"
        found = {"Azure-AsyncOperation": f"{base}&api-version={self._call.version}"}
        if location:
            found["Location"] = f"{base}&monitor=true&api-version={self._call.version}"
        if notify:
            found["Azure-AsyncNotification"] = "Enabled"
        if retry_after is not None:
            found["Retry-After"] = "0" if self._hurry else str(retry_after)
        return found


def _told(fault: Fault) -> AzureError:
    told = fault.fail_operation or {}
    return AzureError(409, told.get("code", "InternalExecutionError"), told.get("message", "The lab was told to fail here."))


def show(call: Call) -> Answer:
    """Where an operation stands; with monitor=true, its result."""
    record = call.lab.store.find_operation(call.path["operation"])
    if record is None:
        raise errors.NO_ENTITY()
    output = seen_by(call.version, record.get("output"))
    if call.query.get("monitor", "").lower() == "true":
        return _result(call, record, output)
    body: dict[str, Any] = {"startTime": record["startTime"]}
    if "endTime" in record:
        body["endTime"] = record["endTime"]
    body["status"] = record["status"]
    if output is not None:
        body["properties"] = {"output": output}
    if "error" in record:
        body["error"] = record["error"]
    body["name"] = record["id"]
    return Answer(200, body)


def _result(call: Call, record: dict[str, Any], output: Any) -> Answer:
    if record["status"] == "InProgress":
        here = "&".join(f"{key}={value}" for key, value in call.query.items())
        return Answer(202, None, {"Location": f"{call.host}{call.url_path}?{here}"})
    if record["status"] == "Failed":
        return Answer(record.get("http", 409), {"error": record["error"]})
    return Answer(200, output)


ROUTES = [
    Route("GET", in_subscription(COMPUTE, "locations/{location}/operations/{operation}"), show, "operation.get", "GetOperation"),
    Route("GET", in_subscription(COMPUTE, "locations/{location}/DiskOperations/{operation}"), show, "operation.get", "GetOperation"),
    Route("GET", in_subscription(NETWORK, "locations/{location}/operations/{operation}"), show, "operation.get"),
]
