"""The reports of a guest to the platform since its start: its health, and the status that its agent uploads."""

from __future__ import annotations

import base64
import binascii
import json
import threading
import xml.etree.ElementTree as ElementTree
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class GuestReport:
    """A guest's reports so far.

    `health` and `failure` come from health reports, which cloud-init sends too; `agent_seen` and `status` only from the agent.
    """

    health: str = ""
    failure: str = ""
    agent_seen: bool = False
    status: dict[str, Any] | None = None

    @classmethod
    def load(cls, path: Path) -> GuestReport:
        """The reports kept in a file; an empty one if the file does not exist."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return cls()

    @property
    def ready(self) -> bool:
        """Whether the guest has reported that provisioning succeeded."""
        return self.health == "Ready"


class Recorder:
    """Keeps the report in a file that other processes read. Every change replaces the file in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._report = GuestReport.load(path)
        self._lock = threading.Lock()

    def health(self, body: bytes) -> str:
        """Record a health report; returns its state. Raises ValueError if it cannot be read."""
        state, failure = parse_health(body)
        # A machine that was Ready stays so: the agent reports "not ready, starting" whenever it starts itself.
        if state == "Ready" or not self._report.ready:
            self._update(health=state, failure=failure)
        return state

    def agent_seen(self) -> None:
        """Record that the agent runs: only the agent uses the HostGAPlugin, cloud-init does not."""
        if not self._report.agent_seen:
            self._update(agent_seen=True)

    def status(self, envelope: bytes) -> None:
        """Record the status that the agent uploads through the HostGAPlugin. Raises ValueError if it cannot be read."""
        status = parse_status_upload(envelope)
        if status is not None:
            self._update(status=status, agent_seen=True)

    def _update(self, **changes: Any) -> None:
        with self._lock:
            self._report = replace(self._report, **changes)
            fresh = self._path.with_suffix(".fresh")
            fresh.write_text(json.dumps(asdict(self._report)))
            fresh.rename(self._path)


def parse_health(body: bytes) -> tuple[str, str]:
    """The state of a health report, and its description if provisioning failed. Raises ValueError if it is not XML."""
    try:
        document = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"the health report is not valid XML: {error}") from error
    state = document.findtext(".//Health/State") or ""
    failed = document.findtext(".//Health/Details/SubStatus") == "ProvisioningFailed"
    return state, (document.findtext(".//Health/Details/Description") or "no description") if failed else ""


def parse_status_upload(envelope: bytes) -> dict[str, Any] | None:
    """The agent's status from its upload to the HostGAPlugin; None for the first request of a page blob, which has no content."""
    try:
        content = json.loads(envelope).get("content")
        return json.loads(base64.b64decode(content)) if content else None
    except (binascii.Error, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"the status upload cannot be read: {error}") from error


def vm_agent(status: dict[str, Any] | None) -> dict[str, Any] | None:
    """The `vmAgent` of an instance view, made from an uploaded status; None if that does not mention the agent."""
    agent = (status or {}).get("aggregateStatus", {}).get("guestAgentStatus")
    if status is None or not agent:
        return None
    ready = agent["status"] == "Ready"
    return {
        "vmAgentVersion": agent["version"],
        "statuses": [
            {
                "code": "ProvisioningState/succeeded" if ready else "ProvisioningState/Unavailable",
                "level": "Info" if ready else "Warning",
                "displayStatus": agent["status"],
                "message": agent.get("formattedMessage", {}).get("message", ""),
                "time": status["timestampUTC"],
            }
        ],
        "extensionHandlers": [],
    }
