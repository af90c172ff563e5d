"""How a caller follows a long-running operation over HTTP.

Azure-AsyncOperation  .../locations/{location}/{operations|DiskOperations|capsOperations}/{guid}?p={guid}&api-version=...
Location              the same with monitor=true: 202 while the operation runs, then its result
"""

from __future__ import annotations

import copy
import uuid

from azlab.arm.core import resource_errors
from azlab.arm.core.ids import COMPUTE, NETWORK
from azlab.arm.core.json import Json
from azlab.arm.core.operations import Work
from azlab.arm.http.calls import Answer, Call, Route, in_subscription

COMPUTE_OPERATIONS = (COMPUTE, "operations")
DISK_OPERATIONS = (COMPUTE, "DiskOperations")
NETWORK_OPERATIONS = (NETWORK, "operations")
CAPS_OPERATIONS = (COMPUTE, "capsOperations")
"""The operations of galleries."""


def accepted(
    call: Call,
    work: Work,
    location: str,
    *,
    status: int = 202,
    body: Json | None = None,
    resource: str | None = None,
    kind: tuple[str, str] = COMPUTE_OPERATIONS,
    retry_after: int | None = None,
) -> Answer:
    """Begin an operation and answer the request that asked for it.

    `location` is the region of the resource, and `resource` its id if its provisioning state must be settled when the operation fails.
    `kind` says under which provider and name the operation is found. Only a 202 carries a Location; `retry_after` is in seconds.
    """
    body = copy.deepcopy(body)  # the work may change the resource before the answer is written
    id = call.lab.operations.begin(work, resource=resource, fault=call.fault)
    return Answer(status, body, _headers(call, id, location, kind, status, retry_after))


def _headers(call: Call, id: str, location: str, kind: tuple[str, str], status: int, retry_after: int | None) -> dict[str, str]:
    provider, name = kind
    token = uuid.uuid4()
    path = f"/subscriptions/{call.subscription}/providers/{provider}/locations/{location}/{name}/{id}"
    base = f"{call.host}{path}?p={token}"
    headers = {"Azure-AsyncOperation": f"{base}&api-version={call.version}"}
    if status == 202:
        headers["Location"] = f"{base}&monitor=true&api-version={call.version}"
    if kind != DISK_OPERATIONS:
        headers["Azure-AsyncNotification"] = "Enabled"
    if retry_after is not None:
        headers["Retry-After"] = "0" if call.lab.settings.hurry else str(retry_after)
    return headers


def show(call: Call) -> Answer:
    """Show how far an operation has come; with monitor=true, its result."""
    record = call.lab.store.find_operation(call.path["operation"])
    if record is None:
        raise resource_errors.NO_ENTITY()
    if call.query.get("monitor", "").lower() == "true":
        return _result(call, record)
    body: Json = {"startTime": record["startTime"]}
    if "endTime" in record:
        body["endTime"] = record["endTime"]
    body["status"] = record["status"]
    if "output" in record:
        body["properties"] = {"output": record["output"]}
    if "error" in record:
        body["error"] = record["error"]
    body["name"] = record["id"]
    return Answer(200, body)


def _result(call: Call, record: Json) -> Answer:
    if record["status"] == "InProgress":
        here = "&".join(f"{key}={value}" for key, value in call.query.items())
        return Answer(202, None, {"Location": f"{call.host}{call.url_path}?{here}"})
    if record["status"] == "Failed":
        return Answer(record.get("http", 409), {"error": record["error"]})
    return Answer(200, record.get("output"))


ROUTES = [
    Route("GET", in_subscription(COMPUTE, "locations/{location}/operations/{operation}"), show, "operation.get", "GetOperation"),
    Route("GET", in_subscription(COMPUTE, "locations/{location}/DiskOperations/{operation}"), show, "operation.get", "GetOperation"),
    Route("GET", in_subscription(COMPUTE, "locations/{location}/capsOperations/{operation}"), show, "operation.get", "GetOperationStatus"),
    Route("GET", in_subscription(NETWORK, "locations/{location}/operations/{operation}"), show, "operation.get"),
]
