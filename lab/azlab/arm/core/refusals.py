"""Refusals as data: each has a status, a code, a text, and the evidence that Azure answers like this.

The refusals themselves are in the files named `errors.py`, one next to each kind of resource. Calling a refusal with the facts of one
request gives the exception to raise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azlab.arm.core.json import Json
from azlab.evidence import Evidence


class AzureError(Exception):
    """A refusal as the caller receives it: as the answer to a request, or as the end of a long-running operation."""

    def __init__(self, status: int, code: str, message: str, target: str | None = None, gateway: bool = False) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.target, self.gateway = status, code, message, target, gateway
        self.details: Sequence[Json] = ()
        self.headers: Mapping[str, str] = {}

    def adding(self, details: Sequence[Json] = (), headers: Mapping[str, str] | None = None) -> AzureError:
        """The same refusal with details in its body and with headers."""
        self.details, self.headers = details, headers or {}
        return self

    def body(self) -> Json:
        """The object below `error` in the answer's body."""
        found: Json = {"code": self.code, "message": self.message}
        if self.target is not None:
            found["target"] = self.target
        return {**found, "details": list(self.details)} if self.details else found


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
