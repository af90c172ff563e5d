"""The evidence for an error of the lab: how it is known that Azure answers the same."""

from __future__ import annotations

from enum import Enum


class Evidence(Enum):
    """RECORDED from real traffic, DOCUMENTED by Microsoft, quoted in a public ISSUE, or ASSUMED without any of these."""

    RECORDED = "recorded"
    DOCUMENTED = "documented"
    ISSUE = "issue"
    ASSUMED = "assumed"


RECORDED, DOCUMENTED, ISSUE, ASSUMED = Evidence.RECORDED, Evidence.DOCUMENTED, Evidence.ISSUE, Evidence.ASSUMED
