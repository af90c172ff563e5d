"""What a guest told the platform since its start: health reports, the agent's first word, its uploaded status."""

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
class Report:
    """A guest's reports so far.

    `health` and `failure` come from health reports, which cloud-init sends too; `agent_seen` and `status` only from the agent.
    """

    health: str = ""
    failure: str = ""
    agent_seen: bool = False
    status: dict[str, Any] | None = None

    @classmethod
    def load(cls, path: Path) -> Report:
        """The reports kept in a file; nothing yet where there is none."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return cls()

    @property
    def ready(self) -> bool:
        """The guest said that provisioning has ended well."""
        return self.health == "Ready"


class Recorder:
    """Keeps the report in a file that other processes read. Every change replaces the file at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._report = Report.load(path)
        self._lock = threading.Lock()

    def health(self, body: bytes) -> str:
        """Take a health report in; returns its state."""
        state, failure = parse_health(body)
        # A machine that was Ready stays so: the agent reports "not ready, starting" at each of its own starts.
        if state == "Ready" or not self._report.ready:
            self._update(health=state, failure=failure)
        return state

    def agent_seen(self) -> None:
        """Note that the agent is there: cloud-init alone never speaks to the HostGAPlugin."""
        if not self._report.agent_seen:
            self._update(agent_seen=True)

    def status(self, envelope: bytes) -> None:
        """Take in what the agent hands to the HostGAPlugin for its status blob."""
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
    """State, and the description where provisioning failed, of a health report. Raises ValueError for anything else."""
    try:
        document = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"a health report that is no XML: {error}") from error
    state = document.findtext(".//Health/State") or ""
    failed = document.findtext(".//Health/Details/SubStatus") == "ProvisioningFailed"
    return state, (document.findtext(".//Health/Details/Description") or "no description") if failed else ""


def parse_status_upload(envelope: bytes) -> dict[str, Any] | None:
    """The agent's status from the envelope for the HostGAPlugin; None for the content-free first request of a page blob."""
    try:
        content = json.loads(envelope).get("content")
        return json.loads(base64.b64decode(content)) if content else None
    except (binascii.Error, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"a status upload that cannot be read: {error}") from error


def vm_agent(status: dict[str, Any] | None) -> dict[str, Any] | None:
    """The `vmAgent` part of an instance view, as the control plane makes it from an uploaded status."""
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
