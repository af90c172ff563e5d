"""The evidence for an error of the lab: how it is known that Azure answers the same."""

from __future__ import annotations

from enum import Enum


class Evidence(Enum):
    """RECORDED from real traffic, DOCUMENTED by Microsoft, quoted in a public ISSUE, or ASSUMED without any of these.

    UNKNOWN is what Azure may do or not do: the lab has a switch for it, and tests use both positions.
    """

    RECORDED = "recorded"
    DOCUMENTED = "documented"
    ISSUE = "issue"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


RECORDED, DOCUMENTED, ISSUE = Evidence.RECORDED, Evidence.DOCUMENTED, Evidence.ISSUE
ASSUMED, UNKNOWN = Evidence.ASSUMED, Evidence.UNKNOWN
