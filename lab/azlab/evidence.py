"""How we know that Azure says what the lab says when it refuses something."""

from __future__ import annotations

from enum import Enum


class Evidence(Enum):
    """RECORDED real traffic, DOCUMENTED by Microsoft, ISSUE somebody quoted it in public, ASSUMED nobody was found who saw it."""

    RECORDED = "recorded"
    DOCUMENTED = "documented"
    ISSUE = "issue"
    ASSUMED = "assumed"


RECORDED, DOCUMENTED, ISSUE, ASSUMED = Evidence.RECORDED, Evidence.DOCUMENTED, Evidence.ISSUE, Evidence.ASSUMED
