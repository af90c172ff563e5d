"""Errors that are not the fault of the caller: an operation that the lab did not finish, and a failure of the lab itself."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ASSUMED, ISSUE

INTERRUPTED = Refusal(500, "InternalExecutionError", "An internal execution error occurred. Please retry later.", ISSUE)
LAB_FAILED = Refusal(500, "InternalServerError", "The lab failed; see its log arm.log.", ASSUMED)
