"""The error with which a command ends."""

from __future__ import annotations

from azlab.settings import LabError


class CommandFailed(LabError):
    """A command could not do its work; the text says what, where and what to do."""
