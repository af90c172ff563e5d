"""Refusals by ARM itself about the access token."""

from __future__ import annotations

from azlab.arm.core.refusals import Refusal
from azlab.evidence import ISSUE

NO_TOKEN = Refusal(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", ISSUE, gateway=True)
BAD_TOKEN = Refusal(401, "InvalidAuthenticationToken", "The access token is invalid.", ISSUE, gateway=True)
EXPIRED_TOKEN = Refusal(
    401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current UTC time.", ISSUE, True
)
