"""Refusals by ARM about the rights of the client."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE

NO_RIGHT = Refusal(
    403,
    "AuthorizationFailed",
    "The client '{client}' with object id '{client}' does not have authorization to perform action '{action}' over scope '{scope}' or the"
    " scope is invalid. If access was recently granted, please refresh your credentials.",
    ISSUE,
    gateway=True,
)
