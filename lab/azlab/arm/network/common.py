"""What virtual networks and network interfaces share."""

from __future__ import annotations

import uuid
from typing import Any

from azlab.arm.http.calls import NETWORK, Answer, Call
from azlab.store import Resource

VNET, SUBNET, NIC = f"{NETWORK}/virtualNetworks", f"{NETWORK}/virtualNetworks/subnets", f"{NETWORK}/networkInterfaces"


def etag() -> str:
    """A new etag."""
    return f'W/"{uuid.uuid4()}"'


def settled(call: Call, body: dict[str, Any], known: bool, location: str) -> Answer:
    """The answer of a PUT: networks are there at once; the operation only says so."""
    operation = call.lab.operations.begin(call, lambda: None, location=location, provider=NETWORK)
    shown = {**body, "properties": {**body["properties"], "provisioningState": "Updating"}}
    return Answer(200 if known else 201, shown, operation.headers(location=False, retry_after=3))


def lies_in(config: dict[str, Any], subnet: Resource) -> bool:
    """Whether an IP configuration has its address from this subnet."""
    return str((config["properties"].get("subnet") or {}).get("id", "")).lower() == subnet.id.lower()
