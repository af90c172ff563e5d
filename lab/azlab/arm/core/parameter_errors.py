"""Refusals of any resource provider about a parameter: missing, not allowed, invalid, or unchangeable."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import DOCUMENTED, ISSUE, RECORDED

MISSING = Refusal(400, "InvalidParameter", "Required parameter '{parameter}' is missing (null).", RECORDED)
NOT_ALLOWED = Refusal(400, "InvalidParameter", "Parameter '{parameter}' is not allowed.", DOCUMENTED)
BAD_VALUE = Refusal(400, "InvalidParameter", "The value '{value}' of parameter '{parameter}' is invalid.", ISSUE)
UNCHANGEABLE = Refusal(409, "PropertyChangeNotAllowed", "Changing property '{parameter}' is not allowed.", RECORDED)
