"""The refusal of a request that a management lock forbids."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE

SCOPE_LOCKED = Refusal(
    409,
    "ScopeLocked",
    "The scope '{scope}' cannot perform {verb} operation because following scope(s) are locked: '{locked}'."
    " Please remove the lock and try again.",
    ISSUE,
    gateway=True,
)
