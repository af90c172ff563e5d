"""The error with which a command ends."""

from __future__ import annotations

from azlab.settings import LabError


class CommandFailed(LabError):
    """A command failed; the text says what failed, where, and what to do."""
