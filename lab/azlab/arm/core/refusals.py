"""Refusals as data: each has a status, a code, a text, and the evidence that Azure answers like this.

The refusals themselves are in the files named `errors.py`, one next to each kind of resource. Calling a refusal with the facts of one
request gives the exception to raise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azlab.arm.core.json import Json
from azlab.evidence import Evidence


class AzureError(Exception):
    """A refusal as the caller receives it: as the answer to a request, or as the end of a long-running operation."""

    def __init__(self, status: int, code: str, message: str, target: str | None = None, gateway: bool = False) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target, self.gateway = status, code, message, target, gateway

    def body(self) -> Json:
        """The object below `error` in the answer's body."""
        found = {"code": self.code, "message": self.message}
        return found if self.target is None else {**found, "target": self.target}


@dataclass(frozen=True)
class Refusal:
    """One way in which Azure refuses a request. `gateway`: ARM refuses it itself, before any resource provider is asked."""

    status: int
    code: str
    text: str
    evidence: Evidence
    gateway: bool = False

    def __call__(self, *, target: str | None = None, **facts: Any) -> AzureError:
        return AzureError(self.status, self.code, self.text.format(**facts), target, self.gateway)
